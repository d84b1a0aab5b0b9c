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
    let vectors = vectors(members);
    let mut index: ByHash<Vec<(u32, f32)>> = ByHash::default();
    let mut scores = vec![0.0f32; members.len()];
    let mut findings = Vec::new();
    for (here, vector) in vectors.iter().enumerate() {
        let front = rare(vector);
        score(vector, front, &index, &mut scores);
        let (likeness, other) = most_alike(vector, &vectors, &mut scores[..here]);
        if likeness >= LIKE {
            findings.push(told(&members[here], &members[other], likeness));
        }
        // What is like a double is like the first of it.
        if likeness < SAME {
            for term in front {
                let traps = index.entry(term.hash).or_default();
                if traps.len() < MAX_TRAPS {
                    traps.push((here as u32, term.weight));
                }
            }
        }
    }
    findings
}

/// Adds up, for each trap of the index, what it shares with this one.
fn score(vector: &[Term], front: &[Term], index: &ByHash<Vec<(u32, f32)>>, scores: &mut [f32]) {
    // What a full list had no room for may be found by the common words.
    let mut full = false;
    for (place, term) in vector.iter().enumerate() {
        if place >= front.len() && !full {
            break;
        }
        let Some(traps) = index.get(&term.hash) else { continue };
        full |= traps.len() == MAX_TRAPS;
        for (other, weight) in traps {
            scores[*other as usize] += weight * term.weight;
        }
    }
}

/// The likeness of the most alike of the traps that have these scores, and which it is: the first, if there are several.
/// Leaves the scores at 0.
fn most_alike(vector: &[Term], vectors: &[Vec<Term>], scores: &mut [f32]) -> (f32, usize) {
    // A look at many scores at once costs less than to remember which there are.
    const AT_ONCE: usize = 32;
    // What was left out adds no more than its norm.
    let may_be_alike = |score: f32| score + COMMON >= LIKE;
    let mut best = (0.0, 0);
    for (chunk, scores) in scores.chunks_mut(AT_ONCE).enumerate() {
        if scores.iter().fold(false, |any, score| any | may_be_alike(*score)) {
            for (place, _) in scores.iter().enumerate().filter(|(_, score)| may_be_alike(**score)) {
                let other = chunk * AT_ONCE + place;
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
    /// How many traps have it.
    traps: u32,
    hash: u64,
    weight: f32,
}

/// Of each trap, its terms with weights of norm 1, the rarest first.
fn vectors(members: &[Member<'_>]) -> Vec<Vec<Term>> {
    let mut traps: ByHash<u32> = ByHash::default();
    for term in members.iter().flat_map(|m| m.traits.terms.chunk_by(|a, b| a == b)) {
        *traps.entry(term[0]).or_default() += 1;
    }
    let all = members.len() as f32 + 1.0;
    let vector = |member: &Member<'_>| {
        let terms = member.traits.terms.chunk_by(|a, b| a == b);
        let weighted = terms.map(|term| {
            let traps = traps[&term[0]];
            let weight = term.len() as f32 * (1.0 + (all / (traps as f32 + 1.0)).ln());
            Term { traps, hash: term[0], weight }
        });
        let mut vector: Vec<Term> = weighted.collect();
        let norm = vector.iter().map(|t| t.weight * t.weight).sum::<f32>().sqrt();
        vector.iter_mut().for_each(|t| t.weight /= norm);
        vector.sort_unstable_by_key(|t| (t.traps, t.hash));
        vector
    };
    members.iter().map(vector).collect()
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
        match (a[i].traps, a[i].hash).cmp(&(b[j].traps, b[j].hash)) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                sum += a[i].weight * b[j].weight;
                i += 1;
                j += 1;
            }
        }
    }
    sum
}
