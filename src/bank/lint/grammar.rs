//! Whether the options complete the stem alike: the same unit, or the same form of first word.

use super::OptionSet;
use crate::bank::make::Draft;
use crate::bank::report::Sink;
use crate::bank::words::Words;

/// What an option begins with, as far as its first word tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Number,
    Gerund,
    /// A noun with its article, or a pronoun.
    Noun,
    /// An imperative.
    Verb,
    /// `because`, `by`, `if` …
    Link,
}

impl Form {
    fn name(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Gerund => "an -ing form",
            Self::Noun => "a noun",
            Self::Verb => "an imperative",
            Self::Link => "a connecting word",
        }
    }
}

/// I15.
pub(super) fn check(draft: &Draft<'_>, set: &OptionSet, sink: &mut Sink<'_>) {
    let mend = "let each complete the ask in the same way: same unit, same form of first word";
    if set.numeric() {
        let mut units: Vec<&str> = set.options.iter().flat_map(|o| &o.quantity).map(|q| q.unit.as_str()).collect();
        units.sort_unstable();
        units.dedup();
        if units.len() > 1 {
            let what = format!("the options have different units: {}", units.join(", "));
            sink.warn(draft.body.heading, "I15", what, mend);
        }
        return;
    }
    let forms: Vec<Option<Form>> = set.options.iter().map(|o| form(&o.words)).collect();
    if let Some((odd, rest)) = odd_one(&forms) {
        let what = format!(
            "this option begins with {}, the others with {}",
            forms[odd].map_or("something else", Form::name),
            rest.name()
        );
        sink.warn(draft.body.candidates[odd].head.line, "I15", what, mend);
    }
}

/// The one option that differs from all others, where these agree; and their form.
fn odd_one(forms: &[Option<Form>]) -> Option<(usize, Form)> {
    (0..forms.len()).find_map(|odd| {
        let mut others = forms.iter().enumerate().filter(|(i, _)| *i != odd).map(|(_, form)| *form);
        let first = others.next()??;
        let differs = forms[odd].is_some_and(|form| form != first);
        (differs && others.all(|form| form == Some(first))).then_some((odd, first))
    })
}

/// None where the first word does not tell: most nouns could be verbs as well.
fn form(words: &Words) -> Option<Form> {
    let first = words.iter().next()?;
    if first.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(Form::Number);
    }
    if NOUN.contains(&first) {
        return Some(Form::Noun);
    }
    if VERBS.contains(&first) {
        return Some(Form::Verb);
    }
    if LINKS.contains(&first) {
        return Some(Form::Link);
    }
    let gerund = first.len() >= 6 && first.ends_with("ing") && !NO_GERUNDS.contains(&first);
    gerund.then_some(Form::Gerund)
}

const NOUN: [&str; 14] =
    ["the", "a", "an", "it", "its", "they", "their", "this", "these", "there", "each", "every", "both", "our"];

/// Verbs that are rarely nouns at the front of an option.
const VERBS: [&str; 41] = [
    "accept", "add", "admit", "allow", "apply", "augment", "choose", "compute", "continue", "decrease", "deploy",
    "divide", "double", "draw", "fit", "fuse", "give", "halve", "increase", "keep", "leave", "let", "lower", "move",
    "put", "quantise", "raise", "rebuild", "reduce", "remove", "replace", "retrain", "return", "rewrite", "run",
    "send", "serve", "store", "train", "use", "withhold",
];

const LINKS: [&str; 9] = ["because", "since", "by", "if", "when", "unless", "so", "although", "whereas"];

/// Words with that ending that are nouns or something else: `training loss` is no instruction to train.
const NO_GERUNDS: [&str; 10] = [
    "nothing",
    "something",
    "anything",
    "everything",
    "during",
    "string",
    "strings",
    "training",
    "according",
    "missing",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn odd(options: [&str; 4]) -> Option<usize> {
        let forms: Vec<_> = options.iter().map(|o| form(&Words::of(o))).collect();
        odd_one(&forms).map(|(odd, _)| odd)
    }

    #[test]
    fn only_a_clear_odd_one_is_named() {
        assert_eq!(odd(["Use a cache", "Replace the card", "Raising the rate", "Keep it"]), Some(2));
        assert_eq!(odd(["The cache", "The card", "84 GB", "A queue"]), Some(2));
        assert_eq!(odd(["By rank", "By size", "The rank", "By age"]), Some(2));
        for fine in [
            ["Use a cache", "Weight the loss", "Raise it", "Smooth it"],
            ["Caching", "The card", "Raising it", "A queue"],
            ["Training loss rises", "The gap grows", "The noise falls", "A layer dies"],
        ] {
            assert_eq!(odd(fine), None, "{fine:?}");
        }
    }
}
