//! Numbers in prose that somebody worked out and typed, where an expression would keep them right.

use std::borrow::Cow;

use super::prose::is_year;
use crate::bank::figure::Sketch;
use crate::bank::make::Draft;
use crate::bank::report::Sink;
use crate::bank::words::{any_byte, find_pair};

/// N01: results that were typed instead of computed.
pub(super) fn check(draft: &Draft<'_>, sink: &mut Sink<'_>) {
    let Draft { front, body } = draft;
    let parts = std::iter::once(&body.explanation).chain(body.candidates.iter().map(|c| &c.why));
    let of_figure = front.figure.iter().flat_map(Sketch::texts);
    for (first, text) in parts.map(|part| (part.line, part.text)).chain(of_figure) {
        let has_digit = |text: &str| any_byte(text, |b| b.is_ascii_digit());
        if !has_digit(text) {
            continue;
        }
        for (index, line) in computed_blanked(text).lines().enumerate().filter(|(_, line)| has_digit(line)) {
            let line = if line.contains(" %") { Cow::Owned(line.replace(" %", "%")) } else { Cow::Borrowed(line) };
            let mut typed: Vec<&str> = words_with_digits(&line).filter_map(typed_number).collect();
            typed.dedup();
            if !typed.is_empty() {
                let what = format!("typed, not computed: {}", typed.join(", "));
                sink.warn(first + index, "N01", what, "give it a name in [numbers] or [given] and print that");
            }
        }
    }
}

/// What stands between blanks and has a digit.
fn words_with_digits(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let digit = rest.bytes().position(|b| b.is_ascii_digit())?;
        let is_blank = |b: u8| b.is_ascii_whitespace();
        let from = rest.as_bytes()[..digit].iter().rposition(|b| is_blank(*b)).map_or(0, |blank| blank + 1);
        let to = rest.bytes().skip(digit).position(is_blank).map_or(rest.len(), |length| digit + length);
        let word = &rest[from..to];
        rest = &rest[to..];
        Some(word)
    })
}

/// The text with blanks in place of `{{ … }}`, code spans, code blocks and link addresses; lines stay where they are.
fn computed_blanked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr3(b'{', b'`', b'(', rest.as_bytes()) {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        let skipped = match special.as_bytes()[0] {
            b'{' if special.starts_with("{{") => find_pair(special, *b"}}").map(|end| end + 2),
            b'{' if special.starts_with("{%") => find_pair(special, *b"%}").map(|end| end + 2),
            b'`' => code_span(special),
            b'(' if out.ends_with(']') => special.find(')').map(|end| end + 1),
            _ => None,
        };
        match skipped {
            // Not a blank: what touches a printed number ({{ x }}GB, 2×{{ x }}) is no number by itself.
            Some(length) => {
                out.push('_');
                out.extend(special[..length].chars().filter(|c| *c == '\n'));
            }
            None => out.push_str(&special[..1]),
        }
        rest = &special[skipped.unwrap_or(1)..];
    }
    out.push_str(rest);
    out
}

/// The length of the code span that a text begins with.
fn code_span(text: &str) -> Option<usize> {
    let ticks = text.len() - text.trim_start_matches('`').len();
    text[ticks..].find(&text[..ticks]).map(|end| ticks + end + ticks)
}

/// The number in a word that has a digit, if it is one that somebody worked out: not a year, a small count, a name such as H100 or an
/// arXiv id.
fn typed_number(word: &str) -> Option<&str> {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    let digits = bare.trim_end_matches(|c: char| !c.is_ascii_digit());
    let ending = &bare[digits.len()..];
    let figure = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '/' | '–' | '-' | '×'));
    // 16-bit, 3rd, 2D and the like are names.
    let name = ending.starts_with('-') || matches!(ending, "st" | "nd" | "rd" | "th" | "D" | "d" | "s");
    if !figure || name || is_year(digits) || is_arxiv(digits) || is_date(digits) || word.contains('_') {
        return None;
    }
    let small = |part: &str| part.parse::<u32>().is_ok_and(|n| n <= 10);
    let whole = digits == "100" && word.contains('%');
    (!whole && !digits.split(['/', '–', '-', '×']).all(small)).then_some(bare)
}

fn is_arxiv(word: &str) -> bool {
    let digits = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    word.split_once('.').is_some_and(|(month, serial)| digits(month, 4..=4) && digits(serial, 4..=5))
}

fn is_date(word: &str) -> bool {
    word.len() == 10 && word.split('-').map(str::len).eq([4, 2, 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Vec<String> {
        let line = computed_blanked(text).replace(" %", "%");
        words_with_digits(&line).filter_map(typed_number).map(str::to_owned).collect()
    }

    #[test]
    fn typed_results_are_told_from_names_and_small_counts() {
        assert_eq!(typed("It needs 84 GB, or 12.5% of 1,024 and 128k."), ["84", "12.5", "1,024", "128k"]);
        for text in [
            "{{ total_gb }} GB on 8 H100 in BF16 at p99 since 2017",
            "see 1910.02054 and `x = 4096`",
            "16-bit floats, a 2D grid, the 99th percentile, 100 % of it, 1/2",
            "[paper](https://example.org/12345) and {{ n }}×{{ m }}",
        ] {
            assert_eq!(typed(text), Vec::<String>::new(), "{text}");
        }
    }
}
