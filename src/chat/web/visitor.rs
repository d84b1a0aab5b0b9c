//! Who looks at the page, as their cookies say.

use axum::http::HeaderMap;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::Cookie;

use super::security::{Seals, hex, random_hex, same, unhex};
use crate::core::ids::Platform;
use crate::core::names;
use crate::service::Actor;

/// The web channel is one place.
const PLACE: &str = "local";

const ID: &str = "trapline_visitor";
const NAME: &str = "trapline_name";
const ADMIN: &str = "trapline_admin";
const KEY: &str = "trapline_key";

/// The longest that browsers keep a cookie.
const SECONDS_KEPT: u32 = 400 * 24 * 60 * 60;

/// Length of a visitor's id in hexadecimal digits.
const ID_DIGITS: usize = 32;

#[derive(Debug, Clone)]
pub(super) struct Visitor {
    /// Unguessable; whoever has it is this visitor.
    pub(super) id: String,
    /// None until they have picked one.
    pub(super) name: Option<String>,
    pub(super) admin: bool,
    /// They have given the key, or none is needed.
    pub(super) signed_in: bool,
    /// Nobody has come with this id before.
    pub(super) is_new: bool,
}

impl Visitor {
    /// Reads the cookies; who has none gets an id of their own.
    pub(super) fn of(headers: &HeaderMap, seals: &Seals, key: Option<&str>) -> Self {
        let jar = CookieJar::from_headers(headers);
        let value = |name| jar.get(name).map(Cookie::value);
        let known = value(ID).filter(|id| id.len() == ID_DIGITS && id.bytes().all(|b| b.is_ascii_hexdigit()));
        let admin = value(ADMIN).is_some_and(|given| same(given, &seals.admin()));
        Self {
            id: known.map_or_else(random_hex::<{ ID_DIGITS / 2 }>, ToOwned::to_owned),
            // Cleaned here too: a browser may hold a name from before, or one that somebody wrote there by hand.
            name: value(NAME).and_then(unhex).and_then(|bytes| names::clean(&String::from_utf8(bytes).ok()?)),
            admin,
            signed_in: admin
                || key.is_none_or(|key| value(KEY).is_some_and(|given| same(given, &seals.signed_in(key)))),
            is_new: known.is_none(),
        }
    }

    pub(super) fn actor(&self) -> Actor {
        Actor {
            platform: Platform::Web,
            place: PLACE.to_owned(),
            user: self.id.clone(),
            name: self.name.clone().unwrap_or_default(),
            admin: self.admin,
        }
    }

    pub(super) fn id_cookie(&self) -> String {
        cookie(ID, &self.id)
    }
}

/// Hexadecimal, since cookies take ASCII only.
pub(super) fn name_cookie(name: &str) -> String {
    cookie(NAME, &hex(name.as_bytes()))
}

pub(super) fn admin_cookie(seals: &Seals) -> String {
    cookie(ADMIN, &seals.admin())
}

pub(super) fn key_cookie(seals: &Seals, key: &str) -> String {
    cookie(KEY, &seals.signed_in(key))
}

/// Makes the browser forget who it was; it stays signed in.
pub(super) fn forget() -> [String; 2] {
    [ID, NAME].map(|name| set(name, "", 0))
}

fn cookie(name: &str, value: &str) -> String {
    set(name, value, SECONDS_KEPT)
}

/// The value is hexadecimal, so nothing in it needs quoting. Not "Secure": on loopback there is no https, and what a proxy
/// says about it is not to be trusted.
fn set(name: &str, value: &str, seconds: u32) -> String {
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}")
}
