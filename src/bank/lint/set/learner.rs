//! S03: a learner that sees the options of some traps with their roles, and guesses in the others without their stems.
//!
//! Naive Bayes over words and a few marks of form, five-fold cross-validation. The folds are drawn several times, always alike:
//! what one draw finds by luck, the next does not.

use super::{MIN_SET, Member, credit, named};
use crate::bank::hashed::{ByHash, hash};
use crate::bank::lint::{Cues, OptionSet};
use crate::core::pick::shuffle;

const FOLDS: usize = 5;
/// How often the folds are drawn.
const DRAWS: u64 = 5;

/// What the learner sees of a trap: of each option its words and marks, as hashes.
#[derive(Debug)]
pub(super) struct Sight {
    options: Vec<Vec<u64>>,
    key: usize,
}

impl Sight {
    pub(super) fn of(set: &OptionSet, cues: &Cues<'_>) -> Self {
        let lengths: Vec<f64> = set.options.iter().map(|o| o.characters as f64).collect();
        let values = || set.options.iter().map(|o| o.quantity.as_ref().map_or(0.0, |q| q.value)).collect::<Vec<_>>();
        let ranked = if set.numeric() { values() } else { lengths };
        let options = (0..set.options.len()).map(|i| {
            let option = &set.options[i];
            let mut seen: Vec<u64> = cues.words[i].iter().filter(|w| !is_number(w)).map(|w| hash(w)).collect();
            let first = option.words.iter().next().unwrap_or("");
            seen.push(hash(&format!("^{first}")));
            let marks = [
                (ranked.iter().enumerate().all(|(j, x)| j == i || *x < ranked[i]), "<longest>"),
                (ranked.iter().enumerate().all(|(j, x)| j == i || *x > ranked[i]), "<shortest>"),
                (cues.centrality.iter().enumerate().all(|(j, x)| j == i || *x < cues.centrality[i]), "<central>"),
                (cues.words[i].iter().any(|w| is_number(w)), "<number>"),
                (option.hedges > 0, "<hedge>"),
                (option.absolute, "<absolute>"),
            ];
            seen.extend(marks.into_iter().filter(|(has, _)| *has).map(|(_, mark)| hash(mark)));
            seen
        });
        Self { options: options.collect(), key: set.key }
    }
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

pub(super) fn check(members: &[Member<'_>], warn: &mut impl FnMut(&'static str, String, &str)) {
    let seen: Vec<(&Member<'_>, &Sight)> = members.iter().filter_map(|m| Some((m, m.traits.sight.as_ref()?))).collect();
    if seen.len() < MIN_SET {
        return;
    }
    let credits = credits(&seen.iter().map(|(_, sight)| *sight).collect::<Vec<_>>());
    let count = seen.len() as f64;
    let right = credits.iter().sum::<f64>() / count;
    let chance = seen.iter().map(|(_, s)| 1.0 / s.options.len() as f64).sum::<f64>() / count;
    let bound = chance + 1.64 * (chance * (1.0 - chance) / count).sqrt();
    if right > bound {
        let always = seen.iter().zip(&credits).filter(|(_, credit)| **credit > 1.0 - 1e-9).map(|((m, _), _)| m.trap);
        let what = format!(
            "a word counter that sees the options alone is right in {:.0} % of {} traps, where chance allows {:.0} %; always in {}",
            right * 100.0,
            seen.len(),
            bound * 100.0,
            named(always)
        );
        warn(
            "S03",
            what,
            "rewrite the options of those traps: words of the right one into wrong ones, and the reverse",
        );
    }
}

/// Of each trap, how often it is guessed: 0 to 1, over all draws.
fn credits(traps: &[&Sight]) -> Vec<f64> {
    let mut numbers: ByHash<usize> = ByHash::default();
    let numbered: Vec<Vec<Vec<usize>>> = traps
        .iter()
        .map(|trap| {
            let number = |hash: &u64| {
                let next = numbers.len();
                *numbers.entry(*hash).or_insert(next)
            };
            let mut number = number;
            trap.options.iter().map(|option| option.iter().map(&mut number).collect()).collect()
        })
        .collect();
    let mut credits = vec![0.0; traps.len()];
    for draw in 0..DRAWS {
        let mut fold = vec![0; traps.len()];
        shuffle(traps.len(), draw).into_iter().enumerate().for_each(|(place, trap)| fold[trap] = place % FOLDS);
        for left_out in 0..FOLDS {
            let learnt = traps.iter().zip(&numbered).zip(&fold).filter(|(_, f)| **f != left_out).map(|(t, _)| t);
            let weights = weights(learnt, numbers.len());
            for (index, options) in numbered.iter().enumerate().filter(|(i, _)| fold[*i] == left_out) {
                let scores: Vec<f64> = options.iter().map(|o| o.iter().map(|n| weights[*n]).sum()).collect();
                credits[index] += credit(&scores, traps[index].key) / DRAWS as f64;
            }
        }
    }
    credits
}

/// Of each word, the logarithm of how much more often right options have it than wrong ones; 0 for a word that is new.
fn weights<'a>(learnt: impl Iterator<Item = (&'a &'a Sight, &'a Vec<Vec<usize>>)>, words: usize) -> Vec<f64> {
    let mut counts = vec![[0u32; 2]; words];
    let mut options = [0u32; 2];
    for (trap, of_options) in learnt {
        for (index, option) in of_options.iter().enumerate() {
            let side = usize::from(index == trap.key);
            options[side] += 1;
            option.iter().for_each(|word| counts[*word][side] += 1);
        }
    }
    let share = |count: u32, of: u32| f64::from(count + 1) / f64::from(of + 2);
    let weight = |[wrong, right]: &[u32; 2]| {
        if wrong + right == 0 { 0.0 } else { (share(*right, options[1]) / share(*wrong, options[0])).ln() }
    };
    counts.iter().map(weight).collect()
}
