//! Words as numbers: what the rules that compare all traps with all others look up.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map by hashes, which need no second hashing.
pub(super) type ByHash<V> = HashMap<u64, V, BuildHasherDefault<AsItIs>>;

#[derive(Debug, Default)]
pub(super) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| add(hash, *byte));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// FNV-1a of 64 bits, whose high bits are stirred for short words. Collisions only cost a second look.
pub(super) fn hash(word: &str) -> u64 {
    stir(word.bytes().fold(START, add))
}

const START: u64 = 0xcbf2_9ce4_8422_2325;

fn add(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
}

fn stir(hash: u64) -> u64 {
    (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// The words of a text in lower case, as hashes, each with the byte range where it stands. A word is a run of letters and digits (and
/// of other signs beyond ASCII, but for dashes and quotation marks) with a letter of ASCII: figures and operators are no wording.
pub(super) fn words(text: &str) -> impl Iterator<Item = (std::ops::Range<usize>, u64)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let found = next_word(text.as_bytes(), at)?;
        at = found.0.end;
        Some(found)
    })
}

/// The first of the [`words`] from a place on.
pub(super) fn next_word(bytes: &[u8], mut at: usize) -> Option<(std::ops::Range<usize>, u64)> {
    loop {
        at += bytes[at..].iter().position(|b| LOWER[usize::from(*b)] != 0)?;
        // Eight bytes at a time: no byte of a word is 0, so that none is lost in front.
        let (start, mut hash, mut eight, mut lettered) = (at, START, 0u64, false);
        for byte in &bytes[start..] {
            let lower = LOWER[usize::from(*byte)];
            if lower == 0 || (lower == 0xe2 && is_punctuation(&bytes[at..])) {
                break;
            }
            lettered |= lower.is_ascii_lowercase();
            eight = eight << 8 | u64::from(lower);
            at += 1;
            if (at - start).is_multiple_of(8) {
                hash = stir(hash ^ eight).rotate_left(32);
                eight = 0;
            }
        }
        if at == start {
            at += 3;
        } else if lettered {
            return Some((start..at, stir(hash ^ eight)));
        }
    }
}

/// Of each byte that a word may have, its lower case; 0 for all others.
const LOWER: [u8; 256] = {
    let (mut lower, mut byte) = ([0; 256], 0);
    while byte < 256 {
        let sign = byte as u8;
        if sign.is_ascii_alphanumeric() || !sign.is_ascii() {
            lower[byte] = sign.to_ascii_lowercase();
        }
        byte += 1;
    }
    lower
};

/// General punctuation is U+2000 to U+206F: three bytes, of which these are the first.
fn is_punctuation(bytes: &[u8]) -> bool {
    matches!(bytes, [0xe2, 0x80 | 0x81, ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_same_whatever_their_case_and_neighbours() {
        let of = |text: &str| words(text).map(|(_, hash)| hash).collect::<Vec<_>>();
        assert_eq!(of("The cache — it's “full”."), of("the Cache it s full"));
        assert_ne!(of("width² bytes"), of("width bytes"));
        let text = "ab — 2 × cd1";
        assert_eq!(words(text).map(|(range, _)| &text[range]).collect::<Vec<_>>(), ["ab", "cd1"]);
        assert!(of("").is_empty());
    }
}
