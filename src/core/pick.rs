//! Which trap comes next, and in which order its options stand. Deterministic: same seed, same choice, on every machine and for ever.
//!
//! The arithmetic in this file is frozen: a golden test holds its results, because the order of the options in a posted
//! round is rebuilt from its seed. It comes from no library, so that no upgrade can change it.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::feed::Order;
use super::ids::TrapId;
use super::trap::Trap;

/// The order of a trap's options: shown position → index. Number traps with options get an empty order.
///
/// Fisher–Yates (Durstenfeld 1964) over SplitMix64. The reduction to a range takes the high half of a 64 × 64-bit product
/// (Lemire 2019) without its rejection step: for the handful of options of a trap the bias is below 2⁻⁶⁰.
#[must_use]
pub fn shuffle(options: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..options).collect();
    let mut random = SplitMix64(seed);
    for last in (1..options).rev() {
        order.swap(last, random.below(last + 1));
    }
    order
}

/// A seed out of parts (a secret of the database, a feed, a slot …); order matters, and so does where one part ends.
///
/// FNV-1a of 64 bits over each part's length (8 bytes, little-endian) and bytes, then SplitMix64's finaliser, since FNV alone
/// leaves the high bits of short inputs alike. Stable, but no cryptographic hash.
#[must_use]
pub fn seed(parts: &[&[u8]]) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    let hash = parts.iter().fold(OFFSET, |hash, part| {
        let length = part.len() as u64;
        fnv1a(fnv1a(hash, &length.to_le_bytes()), part)
    });
    finalise(hash)
}

fn fnv1a(hash: u64, bytes: &[u8]) -> u64 {
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME))
}

/// The generator of Steele, Lea and Flood (2014).
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        finalise(self.0)
    }

    /// A number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        let product = u128::from(self.next()) * bound as u128;
        usize::try_from(product >> 64).expect("the high half of a product with a usize is below that usize")
    }
}

fn finalise(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The next trap of a feed: out of `pool` (all that match its filter), never one that is in `open` (open in the community),
/// and not one in `history` (ids of this feed's rounds, oldest first) until the pool is used up, then the least recent.
/// `Order::Series`: by series and number. `Order::Mixed`: by `seed`, and not with the first topic of the round before, where there is a choice.
/// None only where every trap of the pool is open, or the pool is empty.
///
/// The order of `pool` does not matter.
#[must_use]
pub fn next<'a>(pool: &[&'a Trap], history: &[TrapId], open: &[TrapId], order: Order, seed: u64) -> Option<&'a Trap> {
    let last_use: HashMap<&TrapId, usize> = history.iter().enumerate().map(|(turn, id)| (id, turn)).collect();
    let (used, fresh): (Vec<&Trap>, Vec<&Trap>) =
        pool.iter().filter(|trap| !open.contains(&trap.id)).partition(|trap| last_use.contains_key(&trap.id));
    if fresh.is_empty() {
        return used.into_iter().min_by_key(|trap| (last_use[&trap.id], &trap.id));
    }
    match order {
        Order::Series => fresh.into_iter().min_by_key(|trap| (&trap.series, trap.number, &trap.id)),
        Order::Mixed => {
            let before = history.last().and_then(|id| pool.iter().find(|trap| trap.id == *id)).map(|trap| topic(trap));
            alternating(&fresh, before).into_iter().min_by_key(|trap| (draw(seed, &trap.id), &trap.id))
        }
    }
}

/// The traps whose turn keeps topics alternating: not the topic `before`, and the topic that holds more than half of what is
/// left while there is one, since it would have to follow itself later. All of them where there is no choice.
fn alternating<'a>(fresh: &[&'a Trap], before: Option<&str>) -> Vec<&'a Trap> {
    let others: Vec<&Trap> = fresh.iter().copied().filter(|trap| Some(topic(trap)) != before).collect();
    if others.is_empty() {
        return fresh.to_vec();
    }
    let held = |name: &str| fresh.iter().filter(|trap| topic(trap) == name).count();
    match others.iter().map(|trap| topic(trap)).max_by_key(|name| (held(name), Reverse(*name))) {
        Some(most) if held(most) * 2 > fresh.len() => others.into_iter().filter(|trap| topic(trap) == most).collect(),
        _ => others,
    }
}

fn topic(trap: &Trap) -> &str {
    trap.topics.first().map_or("", String::as_str)
}

/// The lot that a trap draws under a seed: its own, whatever else is in the pool.
fn draw(round: u64, id: &TrapId) -> u64 {
    seed(&[&round.to_le_bytes(), id.as_str().as_bytes()])
}

#[cfg(test)]
mod tests;
