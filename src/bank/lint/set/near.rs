//! I26: traps that ask nearly the same.
//!
//! Likeness is the cosine of the words' stems in scenario, ask and right option, each weighted by how rare it is. Only traps that
//! share one of their rare words are compared, by the prefix rule of Bayardo, Ma and Srikant (2007), so that the work grows
//! with the bank and not with its square. It holds for both sides of a pair: all terms stand in one order, so that what the shorter
//! front of the two leaves out adds no more than its norm, and what is in it is in the other front as well.

use super::{Member, finding};
use crate::bank::hashed::ByHash;
use crate::bank::report::{Finding, Severity};

/// From here on two traps are one.
const SAME: f32 = 0.85;
/// From here on somebody should look.
const LIKE: f32 = 0.70;
/// The share of a trap's weight (as a norm) that is left out of the index: what is common in it.
const COMMON: f32 = 0.6;
/// More than all that rounding can take from a sum.
const SLACK: f32 = 1e-3;
/// A word that so many traps have in front tells none of them apart.
const MAX_TRAPS: usize = 500;

/// The words of the stem that carry meaning, and those of the right option, as sorted hashes, each as often as it occurs.
pub(super) fn terms(stem: &[u64], right: &[u64]) -> Vec<u64> {
    let mut terms = [stem, right].concat();
    terms.sort_unstable();
    terms
}

/// Names for each trap the one before it that is most like it, if one is too like it.
pub(super) fn check(members: &[Member<'_>]) -> Vec<Finding> {
    let (vectors, terms) = vectors(members);
    let mut index: Vec<Vec<(u32, f32)>> = vec![Vec::new(); terms];
    let mut scores = vec![0.0f32; members.len()];
    let mut left = vec![0.0f32; members.len()];
    let mut findings = Vec::new();
    for (here, vector) in vectors.iter().enumerate() {
        let front = rare(vector);
        left[here] = vector[front.len()..].iter().map(|t| t.weight * t.weight).sum::<f32>().sqrt();
        let all = score(vector, front, &index, &mut scores);
        // What was left out of the two fronts adds no more than the larger norm of the two; and of a list that was full, than any.
        let most = |other: usize| if all { left[here].max(left[other]) + SLACK } else { COMMON };
        let (likeness, other) = most_alike(vector, &vectors, &mut scores[..here], most);
        if likeness >= LIKE {
            findings.push(told(&members[here], &members[other], likeness));
        }
        // What is like a double is like the first of it.
        if likeness < SAME {
            for term in front {
                let traps = &mut index[term.rank as usize];
                if traps.len() < MAX_TRAPS {
                    traps.push((here as u32, term.weight));
                }
            }
        }
    }
    findings
}

/// Adds up, for each trap of the index, what it shares with this one. Whether that is all: no list was full.
fn score(vector: &[Term], front: &[Term], index: &[Vec<(u32, f32)>], scores: &mut [f32]) -> bool {
    // What a full list had no room for may be found by the common words.
    let mut full = false;
    for (place, term) in vector.iter().enumerate() {
        if place >= front.len() && !full {
            break;
        }
        let traps = &index[term.rank as usize];
        full |= traps.len() == MAX_TRAPS;
        for (other, weight) in traps {
            scores[*other as usize] += weight * term.weight;
        }
    }
    !full
}

/// The likeness of the most alike of the traps that have these scores, and which it is: the first, if there are several.
/// `most`: what may be missing from a score. Leaves the scores at 0.
fn most_alike(vector: &[Term], vectors: &[Vec<Term>], scores: &mut [f32], most: impl Fn(usize) -> f32) -> (f32, usize) {
    // A look at many scores at once costs less than to remember which there are.
    const AT_ONCE: usize = 32;
    let may_be_alike = |score: f32| score + COMMON >= LIKE;
    let mut best = (0.0, 0);
    for (chunk, scores) in scores.chunks_mut(AT_ONCE).enumerate() {
        if scores.iter().fold(false, |any, score| any | may_be_alike(*score)) {
            for (place, score) in scores.iter().enumerate().filter(|(_, score)| may_be_alike(**score)) {
                let other = chunk * AT_ONCE + place;
                if score + most(other) < LIKE {
                    continue;
                }
                let likeness = cosine(vector, &vectors[other]);
                if likeness > best.0 {
                    best = (likeness, other);
                }
            }
        }
        scores.fill(0.0);
    }
    best
}

fn told(member: &Member<'_>, other: &Member<'_>, likeness: f32) -> Finding {
    let severity = if likeness >= SAME { Severity::Error } else { Severity::Warning };
    let what = format!("scenario, ask and right option are like those of {} ({likeness:.2})", other.file);
    let line = member.traits.lines.first().copied().unwrap_or(0);
    finding(severity, member.file, line, "I26", what, "ask for something else, or drop one of the two")
}

#[derive(Debug, Clone, Copy)]
struct Term {
    /// Its place among all terms, the rarest first.
    rank: u32,
    weight: f32,
}

/// Of each trap, its terms with weights of norm 1, the rarest first; and how many terms there are in all.
fn vectors(members: &[Member<'_>]) -> (Vec<Vec<Term>>, usize) {
    let mut known: ByHash<u32> = ByHash::default();
    for term in members.iter().flat_map(|m| m.traits.terms.chunk_by(|a, b| a == b)) {
        *known.entry(term[0]).or_default() += 1;
    }
    let mut order: Vec<(u32, u64)> = known.iter().map(|(hash, traps)| (*traps, *hash)).collect();
    order.sort_unstable();
    // From here on, a term is known by its rank.
    known.extend(order.iter().zip(0..).map(|((_, hash), rank)| (*hash, rank)));
    let all = members.len() as f32 + 1.0;
    let rarity: Vec<f32> = order.iter().map(|(traps, _)| 1.0 + (all / (*traps as f32 + 1.0)).ln()).collect();
    let vector = |member: &Member<'_>| {
        let terms = member.traits.terms.chunk_by(|a, b| a == b);
        let weighted = terms.map(|term| {
            let rank = known[&term[0]];
            Term { rank, weight: term.len() as f32 * rarity[rank as usize] }
        });
        let mut vector: Vec<Term> = weighted.collect();
        let norm = vector.iter().map(|t| t.weight * t.weight).sum::<f32>().sqrt();
        vector.iter_mut().for_each(|t| t.weight /= norm);
        vector.sort_unstable_by_key(|t| t.rank);
        vector
    };
    (members.iter().map(vector).collect(), order.len())
}

/// The terms in front, without those at the end that have no more than [`COMMON`] of the norm together.
fn rare(vector: &[Term]) -> &[Term] {
    let mut left = 0.0;
    let common = vector.iter().rev().take_while(|t| {
        left += t.weight * t.weight;
        left < COMMON * COMMON
    });
    &vector[..vector.len() - common.count()]
}

fn cosine(a: &[Term], b: &[Term]) -> f32 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j]);
        sum += if x.rank == y.rank { x.weight * y.weight } else { 0.0 };
        i += usize::from(x.rank <= y.rank);
        j += usize::from(y.rank <= x.rank);
    }
    sum
}
