//! Texts of nothing but words and printed numbers, such as `{{ name }}` or `{{ (2 * name) | filter(n) }}`: cut once, filled in often.

use super::arithmetic::{Hint, Plain};
use super::numbers::is_name;
use super::scope::Scope;
use super::words::find_pair;
use crate::core::number::{self, MAX_DIGITS};

#[derive(Debug)]
pub(super) enum Piece<'a> {
    Words(&'a str),
    Number(Source<'a>, Form),
}

/// Where a number comes from.
#[derive(Debug)]
pub(super) enum Source<'a> {
    Named(&'a str, Hint),
    Computed(Plain<'a>),
}

/// How a number is printed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    Shown,
    Fixed(usize),
    Significant(usize),
    Percent(usize),
    Scientific(usize),
}

/// The pieces of a text; none if it has anything that only the template engine understands.
pub(super) fn pieces(text: &str) -> Option<Vec<Piece<'_>>> {
    if text.ends_with('\n') {
        return None;
    }
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(at) = memchr::memchr(b'{', &rest.as_bytes()[from..]).map(|at| from + at) {
        match rest.as_bytes().get(at + 1) {
            Some(b'{') => {
                let end = at + 2 + find_pair(&rest[at + 2..], *b"}}")?;
                let inner = &rest[at + 2..end];
                // A sign there is no number's: it takes away the blanks before the braces.
                if inner.starts_with(['-', '+']) {
                    return None;
                }
                pieces.push(Piece::Words(&rest[..at]));
                pieces.push(printed(inner.trim())?);
                rest = &rest[end + 2..];
                from = 0;
            }
            Some(b'%' | b'#') => return None,
            _ => from = at + 1,
        }
    }
    pieces.push(Piece::Words(rest));
    Some(pieces)
}

/// A name or a plain expression, or behind a name or one in brackets `| filter` or `| filter(digits)`.
fn printed(inner: &str) -> Option<Piece<'_>> {
    let filtered = inner.split_once('|').map(|(number, filter)| (number.trim_end(), filter.trim()));
    let (number, filter) = filtered.unwrap_or((inner, ""));
    let (filter, digits) = match filter.strip_suffix(')') {
        Some(call) => {
            let (filter, digits) = call.split_once('(')?;
            (filter, Some(digits.parse::<usize>().ok().filter(|n| *n <= MAX_DIGITS)?))
        }
        None => (filter, None),
    };
    let form = match (filter, digits) {
        ("", None) if filtered.is_none() => Form::Shown,
        ("int", None) => Form::Fixed(0),
        ("fixed", n) => Form::Fixed(n.unwrap_or(0)),
        ("sig", n) => Form::Significant(n.unwrap_or(3)),
        ("pct", n) => Form::Percent(n.unwrap_or(0)),
        ("sci", n) => Form::Scientific(n.unwrap_or(2)),
        _ => return None,
    };
    let source = if is_name(number) {
        Source::Named(number, Hint::default())
    } else {
        Source::Computed(if filtered.is_some() { Plain::operand(number) } else { Plain::read(number) }?)
    };
    Some(Piece::Number(source, form))
}

/// The text with its numbers in place, about `length` bytes long; none if one of them has no value.
pub(super) fn filled(pieces: &[Piece<'_>], length: usize, scope: &Scope<'_>) -> Option<String> {
    let mut text = String::with_capacity(length);
    for piece in pieces {
        match piece {
            Piece::Words(words) => text.push_str(words),
            Piece::Number(source, form) => text.push_str(&form.of(source.value(scope)?)),
        }
    }
    Some(text)
}

/// The most bytes that [`filled`] can give; none where that is not known, or a number has no value.
pub(super) fn bound(pieces: &[Piece<'_>], scope: &Scope<'_>) -> Option<usize> {
    pieces.iter().try_fold(0, |sum, piece| match piece {
        Piece::Words(words) => Some(sum + words.len()),
        Piece::Number(source, _) => (source.value(scope)?.abs() < MODEST).then_some(sum + MAX_MODEST),
    })
}

/// Numbers below this one have no more than so many bytes, in whatever form.
const MODEST: f64 = 1e15;
const MAX_MODEST: usize = 48;

impl Source<'_> {
    fn value(&self, scope: &Scope<'_>) -> Option<f64> {
        match self {
            Self::Named(name, hint) => hint.find(name, scope.known()),
            Self::Computed(plain) => plain.value(scope.known()),
        }
    }
}

impl Form {
    fn of(self, x: f64) -> String {
        match self {
            Self::Shown => number::show(x),
            Self::Fixed(n) => number::fixed(x, n),
            Self::Significant(n) => number::significant(x, n),
            Self::Percent(n) => number::percent(x, n),
            Self::Scientific(n) => number::scientific(x, n),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_text_is_longer_than_its_bound(digits in -1e4..1e4f64, power in -40..40i32, places in 0..=MAX_DIGITS) {
            let scope = Scope::new([("x", digits * 10f64.powi(power))]);
            for form in ["{{ x }}", "{{ x | fixed(N) }}", "{{ x | sig(N) }}", "{{ x | pct(N) }}", "{{ x | sci(N) }}"] {
                let text = format!("some {} words", form.replace('N', &places.to_string()));
                let pieces = pieces(&text).unwrap();
                if let Some(most) = bound(&pieces, &scope) {
                    prop_assert!(filled(&pieces, 0, &scope).unwrap().len() <= most);
                }
            }
            prop_assert!(bound(&pieces("{{ y }}").unwrap(), &scope).is_none());
        }
    }

    #[test]
    fn plain_texts_are_cut_and_all_others_left() {
        assert!(matches!(pieces("no { number }").as_deref(), Some([Piece::Words("no { number }")])));
        assert!(matches!(
            pieces("a {{ x_1 }}").as_deref(),
            Some([Piece::Words("a "), Piece::Number(Source::Named("x_1", _), Form::Shown), Piece::Words("")])
        ));
        assert!(matches!(
            pieces("{{x_1|pct(1)}}!").as_deref(),
            Some([Piece::Words(""), Piece::Number(Source::Named("x_1", _), Form::Percent(1)), Piece::Words("!")])
        ));
        for computed in
            ["{{ a + b }}", "{{ -a }}", "{{ 2 | fixed(1) }}", "{{ (a + b) | sig }}", "{{ round(a, 1) | int }}"]
        {
            let pieces = pieces(computed);
            assert!(
                matches!(pieces.as_deref(), Some([_, Piece::Number(Source::Computed(_), _), _])),
                "{computed}: {pieces:?}"
            );
        }
        for left in [
            "{{ a + b | int }}",
            "{{ -a | int }}",
            "{{ (a) + (b) | int }}",
            "{{ a % b }}",
            "{{- a }}",
            "{{ a -}}",
            "{% if a %}",
            "{# a #}",
            "{{ a",
            "{{ a | fixed(99) }}",
            "{{ a | b }}",
            "a\n",
            "{{ a | }}",
        ] {
            assert!(pieces(left).is_none(), "{left}");
        }
    }
}
