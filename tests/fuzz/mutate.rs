//! Inputs near those that are kept: something sound with a few things wrong in it gets further than noise does.

use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Bytes, shown so that they can be read and typed.
#[derive(Clone)]
pub(crate) struct Input(pub(crate) Vec<u8>);

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// The longest that repeating and nesting make an input.
const LONGEST: usize = 64 * 1024;

/// What readers of text, numbers, JSON, TOML, Markdown and templates stumble over: one list for this run and the long one.
const WORDS: &str = include_str!("../../fuzz/words.dict");

/// The words of libFuzzer's list: one a line, quoted, with `\xAB` for what can't be typed.
fn words() -> Vec<Vec<u8>> {
    let quoted = WORDS.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'));
    quoted.map(unescaped).collect()
}

fn unescaped(word: &str) -> Vec<u8> {
    let mut parts = word.split("\\x");
    let first = parts.next().unwrap_or_default().as_bytes().to_vec();
    parts.fold(first, |mut bytes, part| {
        let (code, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(code, 16).expect("two digits stand behind \\x"));
        bytes.extend(rest.bytes());
        bytes
    })
}

/// One change. Positions are fractions of whatever length there is by then.
#[derive(Debug, Clone)]
enum Edit {
    Flip(Index, u8),
    Put(Index, Vec<u8>),
    Word(Index, Vec<u8>),
    /// In place of the number, word or run of signs that stands there.
    Swap(Index, Vec<u8>),
    Cut(Index, Index),
    Repeat(Index, Index, usize),
    /// A part, wrapped in brackets again and again.
    Nest(Index, Index, (&'static str, &'static str), usize),
    /// A part of another input.
    Graft(Index, Index, Index, Index),
}

/// Kept inputs with some changes, and now and then mere bytes.
pub(crate) fn inputs(corpus: Vec<Vec<u8>>) -> impl Strategy<Value = Input> {
    let others = corpus.clone();
    let changed = (select(corpus), vec(edit(), 1..5))
        .prop_map(move |(kept, edits)| Input(edits.iter().fold(kept, |bytes, edit| edit.applied(bytes, &others))));
    prop_oneof![
        30 => changed,
        1 => vec(any::<u8>(), 0..200).prop_map(Input),
        1 => "\\PC{0,60}".prop_map(|text| Input(text.into_bytes())),
    ]
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<Index>;
    let brackets = select(vec![
        ("[", "]"),
        ("{\"a\":", "}"),
        ("(", ")"),
        ("{{ ", " }}"),
        ("**", "**"),
        ("> ", ""),
        ("- ", ""),
        ("-", ""),
    ]);
    prop_oneof![
        1 => (at(), 0..8_u8).prop_map(|(at, bit)| Edit::Flip(at, bit)),
        1 => (at(), vec(any::<u8>(), 1..5)).prop_map(|(at, bytes)| Edit::Put(at, bytes)),
        4 => (at(), select(words())).prop_map(|(at, word)| Edit::Word(at, word)),
        6 => (at(), select(words())).prop_map(|(at, word)| Edit::Swap(at, word)),
        3 => (at(), at()).prop_map(|(from, length)| Edit::Cut(from, length)),
        1 => (at(), at(), 2..300_usize).prop_map(|(from, length, times)| Edit::Repeat(from, length, times)),
        1 => (at(), at(), brackets, 1..400_usize).prop_map(|(from, length, pair, deep)| Edit::Nest(from, length, pair, deep)),
        3 => (at(), at(), at(), at()).prop_map(|(at, which, from, length)| Edit::Graft(at, which, from, length)),
    ]
}

impl Edit {
    fn applied(&self, mut bytes: Vec<u8>, others: &[Vec<u8>]) -> Vec<u8> {
        let end = bytes.len() + 1;
        match self {
            Self::Flip(at, bit) => {
                if !bytes.is_empty() {
                    let at = at.index(bytes.len());
                    bytes[at] ^= 1 << bit;
                }
            }
            Self::Put(at, new) => put(&mut bytes, at.index(end), new),
            Self::Word(at, word) => put(&mut bytes, at.index(end), word),
            Self::Swap(at, word) => {
                let run = run(&bytes, at.index(end));
                bytes.splice(run, word.iter().copied());
            }
            Self::Cut(from, length) => drop(bytes.drain(part(&bytes, *from, *length))),
            Self::Repeat(from, length, times) => {
                let part = part(&bytes, *from, *length);
                let times = (*times).min(LONGEST / part.len().max(1));
                let again = bytes[part.clone()].repeat(times);
                put(&mut bytes, part.end, &again);
            }
            Self::Nest(from, length, (open, close), deep) => {
                let part = part(&bytes, *from, *length);
                put(&mut bytes, part.end, close.repeat(*deep).as_bytes());
                put(&mut bytes, part.start, open.repeat(*deep).as_bytes());
            }
            Self::Graft(at, which, from, length) => {
                let other = which.get(others);
                put(&mut bytes, at.index(end), &other[part(other, *from, *length)]);
            }
        }
        bytes
    }
}

fn put(bytes: &mut Vec<u8>, at: usize, new: &[u8]) {
    bytes.splice(at..at, new.iter().copied());
}

/// Short parts more often than long ones.
fn part(bytes: &[u8], from: Index, length: Index) -> std::ops::Range<usize> {
    let start = from.index(bytes.len() + 1);
    let most = bytes.len() - start;
    let most = if start.is_multiple_of(11) { most } else { most.min(24) };
    start..start + length.index(most + 1)
}

/// The letters and digits around a place, or else the one sign that stands there.
fn run(bytes: &[u8], at: usize) -> std::ops::Range<usize> {
    let within = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
    let start = bytes[..at].iter().rposition(|byte| !within(byte)).map_or(0, |last| last + 1);
    let end = bytes[at..].iter().position(|byte| !within(byte)).map_or(bytes.len(), |first| at + first);
    start..end.max((at + 1).min(bytes.len()))
}
