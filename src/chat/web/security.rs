//! What keeps strangers out: seals, comparison in constant time, the Host and origin checks, headers, slow guessing.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Mutex;

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, header};
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Makes values that nobody without the secret can make, one kind for each purpose.
pub(super) struct Seals {
    secret: [u8; 32],
}

impl Seals {
    pub(super) fn new(secret: &str) -> Self {
        Self { secret: Sha256::digest(secret).into() }
    }

    /// Goes into each form that a visitor is shown.
    pub(super) fn csrf(&self, visitor: &str) -> String {
        self.seal("csrf", visitor)
    }

    /// The cookie of whoever has opened the admin's link.
    pub(super) fn admin(&self) -> String {
        self.seal("admin", "")
    }

    /// The cookie of whoever has given this key; another key makes another.
    pub(super) fn signed_in(&self, key: &str) -> String {
        self.seal("key", key)
    }

    fn seal(&self, purpose: &str, about: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes a key of any length");
        mac.update(format!("{purpose}\0{about}").as_bytes());
        hex(&mac.finalize().into_bytes())
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The inverse of [`hex`].
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>()?;
    digits.len().is_multiple_of(2).then(|| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// Whether two texts are the same, in a time that tells nothing about where they differ or how long they are.
pub(super) fn same(a: &str, b: &str) -> bool {
    let (a, b) = (Sha256::digest(a), Sha256::digest(b));
    a.iter().zip(b.iter()).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

/// Random bytes as hexadecimal digits, two for each.
#[expect(clippy::disallowed_methods, reason = "a visitor's cookie must not be guessable, and nothing else hangs on it")]
pub(super) fn random_hex<const N: usize>() -> String {
    let mut bytes = [0_u8; N];
    // Without randomness no visitor can be told from another: there is nothing sensible to go on with.
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    hex(&bytes)
}

/// Whether a `Host` header names this machine, so that a foreign name that resolves to loopback (DNS rebinding) does not.
pub(super) fn is_local_host(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether a request that changes something comes from a page of ours, as far as the browser says.
pub(super) fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or("?"));
    let site_fits = text(header::HeaderName::from_static("sec-fetch-site"))
        .is_none_or(|site| matches!(site, "same-origin" | "none"));
    let host = text(header::HOST).unwrap_or_default();
    let origin_fits = text(header::ORIGIN)
        .is_none_or(|origin| origin.split_once("://").is_some_and(|(_, of)| of.eq_ignore_ascii_case(host)));
    site_fits && origin_fits
}

/// Sets what every answer carries.
pub(super) fn harden(headers: &mut HeaderMap) {
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Nothing is told to other sites. Under "no-referrer" browsers would send forms with `Origin: null`, even to us.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    // Every page is somebody's own; only assets say otherwise.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// Wrong keys within the last minute; more than a few make everybody wait who has not signed in.
#[derive(Default)]
pub(super) struct Guesses(Mutex<Vec<DateTime<Utc>>>);

/// How many wrong keys a minute are looked at.
const WRONG_A_MINUTE: usize = 10;

impl Guesses {
    /// Whether one more may be looked at now.
    pub(super) fn may_guess(&self, now: DateTime<Utc>) -> bool {
        let mut wrong = self.lock();
        wrong.retain(|at| now - *at < TimeDelta::minutes(1));
        wrong.len() < WRONG_A_MINUTE
    }

    pub(super) fn was_wrong(&self, now: DateTime<Utc>) {
        self.lock().push(now);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<DateTime<Utc>>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_purpose_and_each_secret_has_its_own_seal() {
        let (one, other) = (Seals::new("one"), Seals::new("other"));
        let seals =
            [one.csrf("a"), one.csrf("b"), one.admin(), one.signed_in("a"), one.signed_in("b"), other.csrf("a")];
        let different: std::collections::HashSet<&String> = seals.iter().collect();
        assert_eq!(different.len(), seals.len());
        assert_eq!(one.csrf("a"), Seals::new("one").csrf("a"));
    }

    #[test]
    fn hex_goes_both_ways() {
        assert_eq!(unhex(&hex("Zoë".as_bytes())).unwrap(), "Zoë".as_bytes());
        assert_eq!(unhex("abc"), None);
        assert_eq!(unhex("zz"), None);
    }

    #[test]
    fn only_names_of_this_machine_are_local() {
        for host in ["localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8080", "LOCALHOST:80", "[::1]", "127.0.0.2"] {
            assert!(is_local_host(host), "{host}");
        }
        for host in
            ["", "evil.example", "localhost.evil.example:80", "127.0.0.1.nip.io", "192.168.0.1:80", "a@localhost"]
        {
            assert!(!is_local_host(host), "{host}");
        }
    }

    #[test]
    fn a_foreign_origin_is_told() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            pairs.iter().map(|(k, v)| (header::HeaderName::from_static(k), HeaderValue::from_static(v))).collect()
        };
        assert!(is_same_origin(&headers(&[("host", "localhost:1")])));
        assert!(is_same_origin(&headers(&[("host", "localhost:1"), ("origin", "http://localhost:1")])));
        assert!(!is_same_origin(&headers(&[("host", "localhost:1"), ("origin", "http://localhost:2")])));
        assert!(!is_same_origin(&headers(&[("host", "localhost:1"), ("origin", "null")])));
        assert!(!is_same_origin(&headers(&[("host", "localhost:1"), ("sec-fetch-site", "cross-site")])));
    }

    #[test]
    fn guessing_is_slowed_down_and_forgiven() {
        let guesses = Guesses::default();
        let now = DateTime::UNIX_EPOCH;
        for _ in 0..WRONG_A_MINUTE {
            assert!(guesses.may_guess(now));
            guesses.was_wrong(now);
        }
        assert!(!guesses.may_guess(now));
        assert!(guesses.may_guess(now + TimeDelta::minutes(1)));
    }
}
