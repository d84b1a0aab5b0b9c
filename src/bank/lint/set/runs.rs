//! I21: runs of words that two traps have in common.

use super::{Member, finding};
use crate::bank::hashed::{ByHash, next_word, words};
use crate::bank::report::{Finding, Severity};
use crate::core::trap::Trap;

/// This many words in a row are no accident.
const RUN: usize = 8;

/// How many runs of one trap are worth a message.
const MAX_TOLD: usize = 3;

/// Fewer messages than this are made by one thread.
const ALONE: usize = 256;

/// The texts that must be a trap's own.
fn texts(trap: &Trap) -> impl Iterator<Item = &str> {
    let options = trap.options().iter().map(|o| o.text.as_str());
    [trap.scenario.as_str(), &trap.ask].into_iter().chain(options).chain([trap.explanation.as_str()])
}

/// A hash of each run of [`RUN`] words, text after text.
pub(super) fn of(trap: &Trap) -> Vec<u64> {
    // Any odd factor will do; the word that leaves the run goes with its eighth power.
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let leaving = FACTOR.wrapping_pow(RUN as u32);
    let length = texts(trap).map(str::len).sum::<usize>();
    let mut runs = Vec::with_capacity(length / 6);
    for text in texts(trap) {
        let mut last = [0; RUN];
        let (mut run, mut count, mut at) = (0u64, 0, 0);
        while let Some((range, word)) = next_word(text.as_bytes(), at) {
            let gone = std::mem::replace(&mut last[count % RUN], word);
            run = run.wrapping_mul(FACTOR).wrapping_add(word).wrapping_sub(gone.wrapping_mul(leaving));
            (count, at) = (count + 1, range.end);
            if count >= RUN {
                runs.push(run);
            }
        }
    }
    runs
}

/// Names each run that a trap shares with one before it.
pub(super) fn check(members: &[Member<'_>]) -> Vec<Finding> {
    let shared = shared(members);
    let tell = |part: &[Shared]| part.iter().filter_map(|shared| told(members, shared)).collect::<Vec<_>>();
    // On all cores: where most traps are copies, telling takes as long as finding.
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let parts = shared.chunks(shared.len().div_ceil(threads).max(ALONE));
        let parts: Vec<_> = parts.map(|part| scope.spawn(move || tell(part))).collect();
        let told = parts.into_iter().map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        told.flatten().collect()
    })
}

/// The runs that traps share with others before them.
fn shared(members: &[Member<'_>]) -> Vec<Shared> {
    let mut sieve = Sieve::of(members.iter().map(|m| m.traits.runs.len()).sum());
    members.iter().flat_map(|m| &m.traits.runs).for_each(|run| sieve.add(*run));
    let mut first: ByHash<usize> = ByHash::default();
    let mut all = Vec::new();
    for (index, member) in members.iter().enumerate() {
        let mut shared: Vec<Shared> = Vec::new();
        for (at, run) in member.traits.runs.iter().enumerate().filter(|(_, run)| sieve.may_repeat(**run)) {
            let other = *first.entry(*run).or_insert(index);
            if other == index {
                continue;
            }
            let full = shared.len() == MAX_TOLD;
            match shared.last_mut() {
                Some(last) if last.at + last.runs == at && last.other == other => last.runs += 1,
                // What overlaps a run that is told already is mended with it.
                Some(last) if at < last.at + last.runs + RUN - 1 => {}
                _ if full => break,
                _ => shared.push(Shared { index, at, runs: 1, other }),
            }
        }
        all.append(&mut shared);
    }
    all
}

/// Neighbouring runs that one other trap has too.
struct Shared {
    index: usize,
    at: usize,
    runs: usize,
    other: usize,
}

fn told(members: &[Member<'_>], shared: &Shared) -> Option<Finding> {
    let (member, other) = (&members[shared.index], &members[shared.other]);
    let mut before = 0;
    for (text, first) in texts(member.trap).zip(&member.traits.lines) {
        let ranges: Vec<_> = words(text).map(|(range, _)| range).collect();
        let here = (ranges.len() + 1).saturating_sub(RUN);
        if shared.at < before + here {
            let start = shared.at - before;
            let run = &ranges[start..(start + shared.runs + RUN - 1).min(ranges.len())];
            let quoted = &text[run[0].start..run[run.len().min(12) - 1].end];
            let line = first + text[..run[0].start].matches('\n').count();
            let quoted = quoted.split_whitespace().collect::<Vec<_>>().join(" ");
            let more = if run.len() > 12 { " …" } else { "" };
            let what = format!("{} words in a row are those of {}: '{quoted}{more}'", run.len(), other.file);
            return Some(finding(Severity::Error, member.file, line, "I21", what, "say it in other words"));
        }
        before += here;
    }
    None
}

/// Tells of most hashes that they came once, in little memory: two bits for each of many slots, which a few share.
struct Sieve {
    once: Vec<u64>,
    again: Vec<u64>,
    mask: u64,
}

impl Sieve {
    fn of(count: usize) -> Self {
        // More would let fewer pass, and take longer to touch than those take.
        let bits = (count * 3).next_power_of_two().max(64);
        Self { once: vec![0; bits / 64], again: vec![0; bits / 64], mask: bits as u64 - 1 }
    }

    fn place(&self, hash: u64) -> (usize, u64) {
        // The high bits of a product are its best.
        let slot = hash.rotate_left(32) & self.mask;
        ((slot / 64) as usize, 1 << (slot % 64))
    }

    fn add(&mut self, hash: u64) {
        let (word, bit) = self.place(hash);
        if self.once[word] & bit == 0 {
            self.once[word] |= bit;
        } else {
            self.again[word] |= bit;
        }
    }

    fn may_repeat(&self, hash: u64) -> bool {
        let (word, bit) = self.place(hash);
        self.again[word] & bit != 0
    }
}
