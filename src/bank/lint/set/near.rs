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
    let terms: Vec<&[u64]> = members.iter().map(|m| &m.traits.terms[..]).collect();
    let told = |pair: Pair| told(&members[pair.here], &members[pair.other], pair.likeness);
    pairs(&Vectors::of(&terms)).into_iter().map(told).collect()
}

/// A trap and the one before it that is most like it: the first, if there are several.
#[derive(Debug, PartialEq)]
struct Pair {
    here: usize,
    other: usize,
    likeness: f32,
}

/// All pairs that are too like each other, at most one for each trap. What is like a double is like the first of it.
fn pairs(vectors: &Vectors) -> Vec<Pair> {
    let mut index: Vec<Vec<(u32, f32)>> = vec![Vec::new(); vectors.words];
    let mut scores = vec![0.0f32; vectors.all.len()];
    let mut pairs = Vec::new();
    for (here, vector) in vectors.all.iter().enumerate() {
        let complete = score(vector, &index, &mut scores);
        let found = most_alike(here, vectors, &mut scores, complete);
        if let Some((other, likeness)) = found {
            pairs.push(Pair { here, other, likeness });
        }
        if found.is_none_or(|(_, likeness)| likeness < SAME) {
            for term in vector.front() {
                let traps = &mut index[term.rank as usize];
                if traps.len() < MAX_TRAPS {
                    traps.push((here as u32, term.weight));
                }
            }
        }
    }
    pairs
}

/// Adds up, for each trap of the index, what it shares with this one. Whether that is complete: no list was full.
fn score(vector: &Vector, index: &[Vec<(u32, f32)>], scores: &mut [f32]) -> bool {
    // What a full list had no room for may be found by the common words.
    let mut full = false;
    for (place, term) in vector.terms.iter().enumerate() {
        if place >= vector.front && !full {
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

/// The most alike of the traps before this one, by the scores that they have of it, and its likeness; the first, if there are several,
/// and none below [`LIKE`]. Leaves the scores at 0.
fn most_alike(here: usize, vectors: &Vectors, scores: &mut [f32], complete: bool) -> Option<(usize, f32)> {
    // A look at many scores at once costs less than to remember which there are.
    const AT_ONCE: usize = 32;
    let may_be_alike = |score: f32| score + COMMON >= LIKE;
    let (vector, rest) = (&vectors.all[here], &vectors.rests[here]);
    let mut best = None;
    let mut least = LIKE;
    for (chunk, scores) in scores[..here].chunks_mut(AT_ONCE).enumerate() {
        if scores.iter().fold(false, |any, score| any | may_be_alike(*score)) {
            for (place, score) in scores.iter().enumerate().filter(|(_, score)| may_be_alike(**score)) {
                let other = chunk * AT_ONCE + place;
                if complete && score + rest.unscored(&vectors.rests[other]) + SLACK < LIKE {
                    continue;
                }
                let likeness = cosine(vector, &vectors.all[other]);
                if likeness > least || (likeness == LIKE && best.is_none()) {
                    (best, least) = (Some((other, likeness)), likeness);
                }
            }
        }
        scores.fill(0.0);
    }
    best
}

/// How many steps the ranks are divided into at which fronts end.
const STEPS: usize = 16;

/// What a trap has behind its front, and behind the fronts of others.
#[derive(Debug, Clone)]
struct Rest {
    /// The rank of the last term in front.
    last: u32,
    /// The norm of what is behind.
    norm: f32,
    /// The last of the steps that the front reaches.
    step: usize,
    /// Of each step, the norm of the terms that lie behind it.
    behind: [f32; STEPS],
}

impl Rest {
    /// `steps`: ranks in ascending order, of which the first is below all.
    fn of(vector: &Vector, steps: &[u32; STEPS]) -> Self {
        let last = vector.front().last().map_or(0, |term| term.rank);
        let behind = |rank: u32| vector.norm_from(vector.terms.partition_point(|term| term.rank < rank));
        Self {
            last,
            norm: vector.norm_from(vector.front),
            step: steps.partition_point(|rank| *rank <= last + 1).saturating_sub(1),
            behind: steps.map(behind),
        }
    }

    /// The most that a score may lack of the likeness. All that two traps share up to the end of the front that ends first is in
    /// both fronts; what they share behind it is no more than the product of their norms from there on.
    fn unscored(&self, other: &Self) -> f32 {
        let (first, second) = if self.last <= other.last { (self, other) } else { (other, self) };
        first.norm * second.behind[first.step]
    }
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

/// A trap's terms with weights of norm 1, the rarest first.
struct Vector {
    terms: Vec<Term>,
    /// Of each term, the norm of it and of all behind it.
    norms: Vec<f32>,
    /// How many terms stand in front: all but those at the end that have less than [`COMMON`] of the norm together.
    front: usize,
}

impl Vector {
    fn of(mut terms: Vec<Term>) -> Self {
        let norm = terms.iter().map(|t| t.weight * t.weight).sum::<f32>().sqrt();
        terms.iter_mut().for_each(|t| t.weight /= norm);
        terms.sort_unstable_by_key(|t| t.rank);
        let mut square = 0.0;
        let mut norms: Vec<f32> = terms
            .iter()
            .rev()
            .map(|t| {
                square += t.weight * t.weight;
                square.sqrt()
            })
            .collect();
        norms.reverse();
        let front = norms.partition_point(|norm| *norm >= COMMON);
        Self { terms, norms, front }
    }

    fn front(&self) -> &[Term] {
        &self.terms[..self.front]
    }

    /// The norm of what begins at a place.
    fn norm_from(&self, place: usize) -> f32 {
        self.norms.get(place).copied().unwrap_or(0.0)
    }
}

/// The vectors of all traps, and how many different words they have.
struct Vectors {
    all: Vec<Vector>,
    rests: Vec<Rest>,
    words: usize,
}

impl Vectors {
    /// `traps`: of each, its terms as [`terms`] gives them.
    fn of(traps: &[&[u64]]) -> Self {
        let mut known: ByHash<u32> = ByHash::default();
        for term in traps.iter().flat_map(|terms| terms.chunk_by(|a, b| a == b)) {
            *known.entry(term[0]).or_default() += 1;
        }
        let mut order: Vec<(u32, u64)> = known.iter().map(|(hash, traps)| (*traps, *hash)).collect();
        order.sort_unstable();
        // From here on, a term is known by its rank.
        known.extend(order.iter().zip(0..).map(|((_, hash), rank)| (*hash, rank)));
        let count = traps.len() as f32 + 1.0;
        let rarity: Vec<f32> = order.iter().map(|(traps, _)| 1.0 + (count / (*traps as f32 + 1.0)).ln()).collect();
        let weighted = |term: &[u64]| {
            let rank = known[&term[0]];
            Term { rank, weight: term.len() as f32 * rarity[rank as usize] }
        };
        let vector = |terms: &&[u64]| Vector::of(terms.chunk_by(|a, b| a == b).map(weighted).collect());
        let all: Vec<Vector> = traps.iter().map(vector).collect();
        let steps = steps(&all);
        Self { rests: all.iter().map(|vector| Rest::of(vector, &steps)).collect(), all, words: order.len() }
    }
}

/// Ranks that divide the ends of the fronts into parts of one size: 0, and ranks behind such an end.
fn steps(vectors: &[Vector]) -> [u32; STEPS] {
    let mut ends: Vec<u32> = vectors.iter().filter_map(|vector| Some(vector.front().last()?.rank + 1)).collect();
    ends.sort_unstable();
    std::array::from_fn(|step| if step == 0 { 0 } else { ends.get(ends.len() * step / STEPS).copied().unwrap_or(0) })
}

fn cosine(a: &Vector, b: &Vector) -> f32 {
    let (a, b) = (&a.terms, &b.terms);
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j]);
        sum += if x.rank == y.rank { x.weight * y.weight } else { 0.0 };
        i += usize::from(x.rank <= y.rank);
        j += usize::from(y.rank <= x.rank);
    }
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each trap compared with all before it that are no doubles.
    fn by_comparing_all(vectors: &Vectors) -> Vec<Pair> {
        let mut pairs: Vec<Pair> = Vec::new();
        let mut doubles = vec![false; vectors.all.len()];
        for (here, vector) in vectors.all.iter().enumerate() {
            let mut best = Pair { here, other: 0, likeness: 0.0 };
            for other in (0..here).filter(|other| !doubles[*other]) {
                let likeness = cosine(vector, &vectors.all[other]);
                if likeness > best.likeness {
                    best = Pair { here, other, likeness };
                }
            }
            doubles[here] = best.likeness >= SAME;
            if best.likeness >= LIKE {
                pairs.push(best);
            }
        }
        pairs
    }

    /// Traps of words that are as unlike in their frequency as those of a language; some are others with a few words changed.
    fn traps() -> impl Strategy<Value = Vec<Vec<u64>>> {
        let word = || (0.0..7.0f64).prop_map(|x| x.exp() as u64);
        let trap = proptest::collection::vec(word(), 0..40);
        let change = (any::<proptest::sample::Index>(), proptest::collection::vec(word(), 0..12), 0..40usize);
        (proptest::collection::vec(trap, 1..30), proptest::collection::vec(change, 0..30)).prop_map(
            |(mut traps, changes)| {
                for (of, words, kept) in changes {
                    let other = &traps[of.index(traps.len())];
                    let changed = [&other[..kept.min(other.len())], &words].concat();
                    traps.push(changed);
                }
                traps.into_iter().map(|trap| terms(&trap, &[])).collect()
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn no_pair_is_lost_by_not_comparing_all(traps in traps()) {
            let vectors = Vectors::of(&traps.iter().map(|trap| &trap[..]).collect::<Vec<_>>());
            prop_assert_eq!(pairs(&vectors), by_comparing_all(&vectors));
        }
    }

    #[test]
    fn a_pair_on_either_side_of_the_bound_is_told_or_not() {
        let trap = |of: std::ops::Range<u64>| of.collect::<Vec<u64>>();
        let traps = [trap(0..20), trap(100..120), trap(3..20), trap(12..32), trap(0..20)];
        let vectors = Vectors::of(&traps.each_ref().map(|trap| &trap[..]));
        let found: Vec<(usize, usize)> = pairs(&vectors).iter().map(|pair| (pair.here, pair.other)).collect();
        assert_eq!(found, [(2, 0), (4, 0)]);
    }
}
