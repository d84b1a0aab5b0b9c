//! Codes that people read off one screen and type into another.

use chrono::{DateTime, TimeDelta, Utc};

use super::ids::Platform;

/// How long a code is good.
pub const GOOD_FOR: TimeDelta = TimeDelta::minutes(10);

/// Crockford's base 32: no letter that looks like a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 40 bits: nobody guesses one within the ten minutes that it lives.
const LENGTH: usize = 8;

/// A code to hand on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// As people read it, such as `7K2M-9QXD`.
    pub code: String,
    pub expires_at: DateTime<Utc>,
}

/// Who belongs together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Community {
    pub places: Vec<Place>,
    /// People, however many accounts each of them has.
    pub members: u32,
}

/// A server, a workspace or the web channel of a community.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub platform: Platform,
    /// How many have answered or set something up there.
    pub accounts: u32,
    /// The one that is asked from.
    pub here: bool,
}

/// The code that some random bytes make, as it is kept.
#[must_use]
pub fn code(random: &[u8; LENGTH]) -> String {
    random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

/// The code as people read it: in two halves.
#[must_use]
pub fn shown(code: &str) -> String {
    code.split_at_checked(LENGTH / 2).map_or_else(|| code.to_owned(), |(a, b)| format!("{a}-{b}"))
}

/// What was typed, as it is kept: small letters, hyphens and blanks do not matter, nor O for 0 or I and L for 1.
#[must_use]
pub fn typed(text: &str) -> String {
    let plain = text.chars().filter(|c| !matches!(c, '-' | '–') && !c.is_whitespace());
    plain
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_code_is_read_however_it_is_typed(random: [u8; LENGTH]) {
            let code = code(&random);
            prop_assert_eq!(typed(&shown(&code)), code.clone());
            prop_assert_eq!(typed(&format!(" {} ", shown(&code).to_lowercase().replace('0', "o").replace('1', "l"))), code);
        }
    }

    #[test]
    fn whatever_is_typed_is_no_reason_to_panic() {
        assert_eq!(shown("é"), "é");
        assert_eq!(typed("7k2m-9qxd"), "7K2M9QXD");
    }
}
