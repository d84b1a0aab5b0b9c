//! The rules of good items that a machine can check. Each is explained, under its name, in `docs/authors.md`.

use std::collections::BTreeMap;

use super::hashed::hash;
use super::make::Draft;
use super::report::Sink;
use super::words::{Quantity, Words, count, jaccard, quantity, sorted};
use crate::core::trap::{Choice, Kind, Role, Trap};

mod grammar;
pub(super) mod limits;
mod markup;
mod options;
mod prose;
mod reading;
pub(super) mod set;
mod stated;
mod typed;
mod values;

/// Checks one trap with all its variants, the canonical one first. Gives what the rules about sets want to know of it.
pub(super) fn item(
    draft: &Draft<'_>,
    variants: &[Trap],
    vocabulary: &BTreeMap<String, String>,
    sink: &mut Sink<'_>,
) -> Option<set::Traits> {
    let trap = variants.first()?;
    markup::check(draft, trap, sink);
    prose::check(draft, trap, vocabulary, sink);
    typed::check(draft, sink);
    reading::check(draft, trap, sink);
    let stem = Words::of(&format!("{}\n{}", trap.scenario, trap.ask));
    let options = OptionSet::of(trap.options());
    stated::check(draft, trap, &stem, options.as_ref(), sink);
    let terms: Vec<u64> = stem.content().map(hash).collect();
    let mut traits = set::Traits::of(draft, trap, &terms, options.as_ref());
    if let Some(options) = &options {
        let cues = Cues::of(options, terms);
        options::check(draft, trap, options, &cues, sink);
        grammar::check(draft, options, sink);
        traits.play(options, &cues);
    }
    for (variant, trap) in variants.iter().enumerate() {
        limits::check(draft, variant, trap, sink);
        // Options without numbers are the same in all variants.
        if variant == 0 || differs(trap, &variants[0]) {
            values::check(draft, variant, trap, sink);
        }
    }
    Some(traits)
}

/// Whether a variant has another answer to give. The reasons of a choice trap's options do not count, which a check does without.
fn differs(variant: &Trap, canonical: &Trap) -> bool {
    match (&variant.kind, &canonical.kind) {
        (Kind::Choice { options }, Kind::Choice { options: others }) => {
            options.len() != others.len() || options.iter().zip(others).any(|(a, b)| a.text != b.text)
        }
        (kind, other) => kind != other,
    }
}

/// How the options relate to the stem and to each other, by what they share.
pub(super) struct Cues<'a> {
    /// Of each option, its distinct words, sorted.
    words: Vec<Vec<&'a str>>,
    /// Of each option, the likeness to the stem: 0 to 1.
    to_stem: Vec<f64>,
    /// Of each option, the mean likeness to the others: 0 to 1.
    centrality: Vec<f64>,
}

impl<'a> Cues<'a> {
    /// `of_stem`: the stems of the stem's words, as hashes.
    fn of(set: &'a OptionSet, of_stem: Vec<u64>) -> Self {
        let of_stem = sorted(of_stem);
        let words: Vec<Vec<&str>> = set.options.iter().map(|o| o.words.distinct()).collect();
        let hashes: Vec<Vec<u64>> =
            words.iter().map(|words| sorted(words.iter().map(|word| hash(word)).collect())).collect();
        let mean = |i: usize| {
            let others = hashes.iter().enumerate().filter(|(j, _)| *j != i);
            others.map(|(_, other)| jaccard(&hashes[i], other)).sum::<f64>() / (hashes.len() - 1) as f64
        };
        Self {
            to_stem: set.options.iter().map(|o| jaccard(&of_stem, &sorted(o.stems.clone()))).collect(),
            centrality: (0..words.len()).map(mean).collect(),
            words,
        }
    }
}

/// The options of a choice trap with exactly one right one, measured.
pub(super) struct OptionSet {
    pub(super) options: Vec<Measured>,
    /// The index of the right one.
    pub(super) key: usize,
}

pub(super) struct Measured {
    pub(super) words: Words,
    /// The stems of its words that carry meaning, as hashes.
    pub(super) stems: Vec<u64>,
    /// Whether it holds an absolute word, and how many hedges.
    pub(super) absolute: bool,
    pub(super) hedges: usize,
    pub(super) count: usize,
    pub(super) characters: usize,
    pub(super) quantity: Option<Quantity>,
}

impl OptionSet {
    pub(super) fn of(options: &[Choice]) -> Option<Self> {
        let mut right = options.iter().enumerate().filter(|(_, o)| o.role == Role::Right).map(|(i, _)| i);
        let key = right.next().filter(|_| right.next().is_none() && options.len() >= 2)?;
        let options = options
            .iter()
            .map(|option| {
                let words = Words::of(&option.text);
                Measured {
                    stems: words.content().map(hash).collect(),
                    absolute: absolute(&words),
                    hedges: hedges(&words),
                    words,
                    count: count(&option.text),
                    characters: option.text.chars().count(),
                    quantity: quantity(&option.text),
                }
            })
            .collect();
        Some(Self { options, key })
    }

    pub(super) fn right(&self) -> &Measured {
        &self.options[self.key]
    }

    pub(super) fn distractors(&self) -> impl Iterator<Item = &Measured> + Clone {
        self.options.iter().enumerate().filter(|(i, _)| *i != self.key).map(|(_, option)| option)
    }

    /// Whether each option is a bare number with its unit.
    pub(super) fn numeric(&self) -> bool {
        self.options.iter().all(|o| o.quantity.is_some())
    }

    /// Words of the right option for each word of the mean distractor.
    pub(super) fn length_ratio(&self) -> f64 {
        let others = self.distractors().map(|o| o.count).sum::<usize>() as f64 / (self.options.len() - 1) as f64;
        self.right().count as f64 / others.max(1.0)
    }
}

/// Words that sound absolute: the test-wise avoid options that hold one.
fn absolute(words: &Words) -> bool {
    let absolute = ["always", "never", "all", "only", "impossible", "guaranteed", "cannot"];
    words.iter().any(|word| absolute.contains(&word))
}

/// Words that hedge: the test-wise choose options that hold one.
fn hedges(words: &Words) -> usize {
    let single = ["usually", "typically", "may", "can", "depends", "often"];
    words.iter().filter(|w| single.contains(w)).count() + usize::from(words.has_run(&["in", "general"]))
}
