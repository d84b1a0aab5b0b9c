//! Words, stems and quantities: what the rules compare when they compare texts.

use std::borrow::Cow;
use std::fmt::Write;

/// A text's words in lower case. Hyphens and apostrophes within a word belong to it.
#[derive(Debug, Clone)]
pub(super) struct Words {
    lower: String,
    spans: Vec<(u32, u32)>,
}

impl Words {
    pub(super) fn of(text: &str) -> Self {
        let lower = lower(text);
        let mut spans = Vec::with_capacity(lower.len() / 5);
        let run = |at: usize, kind: bool| {
            lower.as_bytes()[at..].iter().take_while(|byte| ALPHANUMERIC[usize::from(**byte)] == Some(kind)).count()
        };
        let mut at = 0;
        loop {
            at += run(at, false);
            let from = at;
            loop {
                at += run(at, true);
                if at == lower.len() {
                    break;
                }
                let c = char_at(&lower, at);
                let end = at + c.len_utf8();
                if !c.is_alphanumeric() && (at == from || !joins(c, &lower, end)) {
                    break;
                }
                at = end;
            }
            if at > from {
                spans.push((from as u32, at as u32));
            } else if at < lower.len() {
                at += char_at(&lower, at).len_utf8();
            }
            if at == lower.len() {
                break;
            }
        }
        Self { lower, spans }
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &str> + Clone {
        self.spans.iter().map(|(from, to)| &self.lower[*from as usize..*to as usize])
    }

    pub(super) fn has(&self, word: &str) -> bool {
        self.iter().any(|w| w == word)
    }

    /// Whether these words stand one behind the other.
    pub(super) fn has_run(&self, run: &[&str]) -> bool {
        let word = |(from, to): &(u32, u32)| &self.lower[*from as usize..*to as usize];
        self.spans.windows(run.len()).any(|spans| spans.iter().zip(run).all(|(span, w)| word(span) == *w))
    }

    /// The distinct words, sorted.
    pub(super) fn distinct(&self) -> Vec<&str> {
        sorted(self.iter().collect())
    }

    /// The stems of the words that carry meaning: no numbers, no function words.
    pub(super) fn content(&self) -> impl Iterator<Item = &str> {
        let alphabetic = |w: &str| w.starts_with(|c: char| c.is_ascii_alphabetic()) || w.contains(char::is_alphabetic);
        self.iter().filter(move |w| alphabetic(w) && !is_stop(w)).map(stem)
    }

    /// The distinct ones of them, sorted.
    pub(super) fn stems(&self) -> Vec<&str> {
        sorted(self.content().collect())
    }
}

/// Of each byte of ASCII, whether it is a letter or digit.
const ALPHANUMERIC: [Option<bool>; 256] = {
    let (mut kinds, mut byte) = ([None; 256], 0);
    while byte < 128 {
        kinds[byte] = Some((byte as u8).is_ascii_alphanumeric());
        byte += 1;
    }
    kinds
};

/// The text in lower case. Most of what is not ASCII has no case, which is seen at once.
fn lower(text: &str) -> String {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| !byte.is_ascii()) {
        let c = char_at(rest, at);
        if !is_caseless(c) && c.to_lowercase().ne([c]) {
            return text.to_lowercase();
        }
        rest = &rest[at + c.len_utf8()..];
    }
    text.to_ascii_lowercase()
}

/// Punctuation, superscripts, arrows, operators: no letters among them.
fn is_caseless(c: char) -> bool {
    matches!(c, '\u{a0}'..='\u{b4}' | '×' | '\u{2000}'..='\u{20ff}' | '\u{2190}'..='\u{23ff}')
}

/// The character at a boundary; most are ASCII, which needs no decoding.
fn char_at(text: &str, at: usize) -> char {
    let byte = text.as_bytes()[at];
    if byte.is_ascii() { char::from(byte) } else { text[at..].chars().next().unwrap_or(' ') }
}

/// Whether a sign within a word belongs to it: a hyphen or apostrophe before a letter, a point or comma before a digit.
fn joins(sign: char, text: &str, next: usize) -> bool {
    match sign {
        '-' | '\'' | '’' => next < text.len() && char_at(text, next).is_alphanumeric(),
        '.' | ',' => next < text.len() && char_at(text, next).is_numeric(),
        _ => false,
    }
}

/// The lines of a text, with their ends.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut from = 0;
    let ends = memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end + 1).chain([text.len()]);
    ends.map(move |end| &text[std::mem::replace(&mut from, end)..end]).filter(|line| !line.is_empty())
}

/// Where two signs of ASCII stand one behind the other for the first time.
pub(super) fn find_pair(text: &str, [first, second]: [u8; 2]) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(first, bytes).find(|at| bytes.get(at + 1) == Some(&second))
}

/// Whether a text has a byte of some kind. Looks at many at once, which costs less than to stop at the first.
pub(super) fn any_byte(text: &str, of_kind: impl Fn(u8) -> bool) -> bool {
    text.as_bytes().chunks(64).any(|chunk| chunk.iter().fold(false, |any, byte| any | of_kind(*byte)))
}

/// Each once.
pub(super) fn sorted<T: Ord>(mut words: Vec<T>) -> Vec<T> {
    words.sort_unstable();
    words.dedup();
    words
}

/// How many words a text has, as a reader counts them: what stands between blanks and holds a letter or digit of ASCII.
pub(super) fn count(text: &str) -> usize {
    count_to(text, usize::MAX)
}

/// As [`count`], but no more than `most`: the rest is not looked at.
pub(super) fn count_to(text: &str, most: usize) -> usize {
    let (mut words, mut counted) = (0, false);
    for byte in text.bytes() {
        if byte.is_ascii_whitespace() {
            counted = false;
        } else if !counted && byte.is_ascii_alphanumeric() {
            counted = true;
            words += 1;
            if words == most {
                break;
            }
        }
    }
    words
}

/// The share of words, given as hashes, that two sorted sets have in common: 0 to 1, and 0 for two empty ones.
pub(super) fn jaccard(a: &[u64], b: &[u64]) -> f64 {
    let common = common(a, b);
    let all = a.len() + b.len() - common;
    if all == 0 { 0.0 } else { common as f64 / all as f64 }
}

fn common(a: &[u64], b: &[u64]) -> usize {
    let (mut i, mut j, mut common) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j]);
        common += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    common
}

/// A crude stem: the word without its commonest endings. Good enough to match `caches` with `caching`.
fn stem(word: &str) -> &str {
    let endings: &[&str] = match word.bytes().last() {
        Some(b's') => &["'s", "’s", "ations", "ings", "ies", "es", "s"],
        Some(b'n') => &["ation"],
        Some(b'g') => &["ing"],
        Some(b'd') => &["ied", "ed"],
        Some(b'y') => &["ly", "y"],
        Some(b'e') => &["e"],
        _ => return word,
    };
    for ending in endings {
        if let Some(stem) = word.strip_suffix(ending)
            && stem.chars().nth(2).is_some()
        {
            return stem;
        }
    }
    word
}

fn is_stop(word: &str) -> bool {
    word.len() <= LONGEST_STOP && STOP_PACKED.binary_search(&packed(word)).is_ok()
}

/// The length of the longest word of [`STOP`]: most others need no look-up.
const LONGEST_STOP: usize = 7;

/// [`STOP`] as it is looked up.
const STOP_PACKED: [u64; STOP.len()] = {
    let (mut words, mut at) = ([0; STOP.len()], 0);
    while at < STOP.len() {
        words[at] = packed(STOP[at]);
        at += 1;
    }
    words
};

/// A word of at most eight bytes as a number, in the order of the words.
const fn packed(word: &str) -> u64 {
    let (bytes, mut number, mut at) = (word.as_bytes(), 0, 0);
    while at < bytes.len() {
        number |= (bytes[at] as u64) << (56 - 8 * at);
        at += 1;
    }
    number
}

/// Words without a subject of their own, sorted.
const STOP: [&str; 119] = [
    "a", "about", "above", "after", "all", "also", "an", "and", "any", "are", "as", "at", "be", "because", "been",
    "before", "being", "below", "between", "both", "but", "by", "can", "could", "did", "do", "does", "down", "during",
    "each", "every", "few", "for", "from", "further", "had", "has", "have", "having", "he", "her", "here", "his",
    "how", "i", "if", "in", "into", "is", "it", "its", "itself", "just", "less", "may", "might", "more", "most",
    "must", "my", "no", "nor", "not", "now", "of", "off", "on", "once", "one", "only", "or", "other", "our", "out",
    "over", "own", "per", "same", "she", "should", "so", "some", "still", "such", "than", "that", "the", "their",
    "them", "then", "there", "these", "they", "this", "those", "through", "to", "too", "two", "under", "until", "up",
    "very", "was", "we", "were", "what", "when", "where", "which", "while", "who", "why", "will", "with", "without",
    "would", "you", "your",
];

/// A number with its unit in the base of its dimension, such as 84 GB as 8.4e10 `byte`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quantity {
    pub(super) value: f64,
    pub(super) unit: String,
}

/// Units with their base and factor. Ambiguous ones (`B`, `M`, `K`) are left as they are.
const UNITS: [(&str, &str, f64); 32] = [
    ("bytes", "byte", 1.0),
    ("kb", "byte", 1e3),
    ("mb", "byte", 1e6),
    ("gb", "byte", 1e9),
    ("tb", "byte", 1e12),
    ("pb", "byte", 1e15),
    ("kib", "byte", 1024.0),
    ("mib", "byte", 1_048_576.0),
    ("gib", "byte", 1_073_741_824.0),
    ("tib", "byte", 1_099_511_627_776.0),
    ("ns", "second", 1e-9),
    ("us", "second", 1e-6),
    ("µs", "second", 1e-6),
    ("μs", "second", 1e-6),
    ("ms", "second", 1e-3),
    ("s", "second", 1.0),
    ("sec", "second", 1.0),
    ("seconds", "second", 1.0),
    ("min", "second", 60.0),
    ("minute", "second", 60.0),
    ("minutes", "second", 60.0),
    ("h", "second", 3_600.0),
    ("hour", "second", 3_600.0),
    ("hours", "second", 3_600.0),
    ("day", "second", 86_400.0),
    ("days", "second", 86_400.0),
    ("tflops", "flops", 1e12),
    ("gflops", "flops", 1e9),
    ("pflops", "flops", 1e15),
    ("w", "watt", 1.0),
    ("kw", "watt", 1e3),
    ("mw", "watt", 1e6),
];

fn unit(word: &str) -> Option<(&'static str, f64)> {
    UNITS.iter().find(|(name, ..)| *name == word).map(|(_, base, factor)| (*base, *factor))
}

/// No number with three words of unit is longer, in bytes.
const MAX_QUANTITY: usize = 64;

/// Reads an option that is nothing but a number with its unit (at most three words of it): `84 GB`, `≈ 1.2×10⁹ tokens/s`.
pub(super) fn quantity(text: &str) -> Option<Quantity> {
    if text.len() > MAX_QUANTITY || !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let clean: String = text.chars().filter(|c| !matches!(c, '*' | '_' | '`' | ',' | '~' | '≈' | '$')).collect();
    let clean = clean.trim().trim_end_matches('.').to_lowercase();
    let clean =
        ["about ", "roughly ", "around "].iter().find_map(|w| clean.strip_prefix(w)).unwrap_or(&clean).trim_start();
    let (value, rest) = leading_number(clean)?;
    let rest = rest.trim_start();
    if rest.split_whitespace().count() > 3 || rest.chars().any(char::is_numeric) {
        return None;
    }
    let (base, factor) = unit(rest).unwrap_or((rest, 1.0));
    Some(Quantity { value: value * factor, unit: base.to_owned() })
}

/// The number at the front, with a power of ten as `×10⁹`; and what follows it.
fn leading_number(text: &str) -> Option<(f64, &str)> {
    let end = text
        .char_indices()
        .find(|(i, c)| !(c.is_ascii_digit() || *c == '.' || (*i == 0 && matches!(c, '-' | '+'))))
        .map_or(text.len(), |(i, _)| i);
    if end == 0 {
        return None;
    }
    let value: f64 = text[..end].parse().ok()?;
    let rest = &text[end..];
    let Some(power) = rest.strip_prefix("×10") else { return Some((value, rest)) };
    let mut exponent = String::new();
    let mut after = power;
    while let Some((digit, next)) = after.chars().next().and_then(|c| Some((ascii_digit(c)?, &after[c.len_utf8()..]))) {
        exponent.push(digit);
        after = next;
    }
    let scale = if exponent.is_empty() { 10.0 } else { 10f64.powi(exponent.parse().ok()?) };
    Some((value * scale, after))
}

fn ascii_digit(superscript: char) -> Option<char> {
    "⁻⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|c| c == superscript).and_then(|i| "-0123456789".chars().nth(i))
}

/// A text reduced to what tells it from another: lower case, no punctuation, quantities in their base unit.
pub(super) fn normal(text: &str) -> String {
    let plain = if text.contains(['`', '*', ',']) {
        Cow::Owned(text.replace(['`', '*', ','], ""))
    } else {
        Cow::Borrowed(text)
    };
    let words = Words::of(&plain);
    let mut out = String::with_capacity(plain.len());
    let mut rest = words.iter().peekable();
    while let Some(word) = rest.next() {
        let Some((value, attached)) = leading_number(word) else {
            out.push_str(word);
            out.push(' ');
            continue;
        };
        let own = unit(attached);
        let next = if attached.is_empty() { rest.peek().and_then(|w| unit(w)) } else { None };
        if next.is_some() {
            rest.next();
        }
        let _ = match own.or(next) {
            Some((base, factor)) => write!(out, "{:e}{base} ", value * factor),
            None => write!(out, "{value:e}{attached} "),
        };
    }
    out.extend(operators(&plain));
    out
}

/// Signs and operators: all that tells some short options apart.
fn operators(text: &str) -> impl Iterator<Item = char> {
    let mut before = ' ';
    text.chars().filter(move |c| {
        let sign = matches!(c, '-' | '−') && before.is_whitespace();
        before = *c;
        sign || matches!(c, '<' | '>' | '=' | '≤' | '≥' | '≠' | '+' | '/' | '^')
    })
}

#[cfg(test)]
mod tests;
