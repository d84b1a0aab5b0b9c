//! What members were told about their answers, and what may therefore be in the database.

use std::collections::BTreeMap;

use trapline::core::ids::{Confidence, RoundId};

/// The position that was chosen, and how sure.
pub(crate) type Said = (u8, Confidence);

/// One thing that a member does about their answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    Choose(u8),
    BeSure(Confidence),
}

/// For each member and round, what may be kept: one thing for certain once its receipt was seen; more where a program died before it
/// could say whether it had kept the next.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    kept: BTreeMap<(String, RoundId), Vec<Option<Said>>>,
    pub(crate) acknowledged: usize,
    pub(crate) unknown: usize,
}

impl Ledger {
    /// There was a receipt.
    pub(crate) fn acknowledge(&mut self, member: &str, round: RoundId, act: Act) {
        self.acknowledged += 1;
        let before = self.entry(member, round);
        *before = before.iter().filter_map(|kept| after(*kept, act)).map(Some).collect();
        before.dedup();
        assert!(!before.is_empty(), "a receipt for a change of what cannot have been kept");
    }

    /// The program died without a word about it.
    pub(crate) fn doubt(&mut self, member: &str, round: RoundId, act: Act) {
        self.unknown += 1;
        let before = self.entry(member, round);
        let changed: Vec<_> = before.iter().filter_map(|kept| after(*kept, act)).map(Some).collect();
        before.extend(changed);
    }

    fn entry(&mut self, member: &str, round: RoundId) -> &mut Vec<Option<Said>> {
        self.kept.entry((member.to_owned(), round)).or_insert_with(|| vec![None])
    }

    /// What is wrong with what was found in the database.
    pub(crate) fn complaints(&self, found: &BTreeMap<(String, RoundId), Said>) -> Vec<String> {
        let known = self.kept.iter().filter_map(|(key @ (member, round), may)| {
            let found = found.get(key).copied();
            (!may.contains(&found)).then(|| format!("member {member}, round {round}: {found:?} is none of {may:?}"))
        });
        let unheard_of = found
            .keys()
            .filter(|key| !self.kept.contains_key(key))
            .map(|(member, round)| format!("member {member}, round {round}: an answer that nobody gave"));
        known.chain(unheard_of).collect()
    }
}

/// A new choice leaves a member as sure as they were.
fn after(kept: Option<Said>, act: Act) -> Option<Said> {
    match (kept, act) {
        (None, Act::Choose(position)) => Some((position, Confidence::Guess)),
        (Some((_, sure)), Act::Choose(position)) => Some((position, sure)),
        (Some((position, _)), Act::BeSure(sure)) => Some((position, sure)),
        (None, Act::BeSure(_)) => None,
    }
}

#[test]
fn a_doubt_leaves_both_and_a_receipt_ends_it() {
    let (member, round) = ("1", RoundId(1));
    let mut ledger = Ledger::default();
    ledger.acknowledge(member, round, Act::Choose(2));
    ledger.doubt(member, round, Act::BeSure(Confidence::Certain));
    for sure in [Confidence::Guess, Confidence::Certain] {
        assert_eq!(ledger.complaints(&BTreeMap::from([((member.to_owned(), round), (2, sure))])), Vec::<String>::new());
    }
    assert_eq!(ledger.complaints(&BTreeMap::new()).len(), 1, "what was acknowledged is missed");
    ledger.acknowledge(member, round, Act::BeSure(Confidence::Sure));
    assert_eq!(ledger.complaints(&BTreeMap::from([((member.to_owned(), round), (2, Confidence::Certain))])).len(), 1);
    assert_eq!(ledger.complaints(&BTreeMap::from([((member.to_owned(), round), (2, Confidence::Sure))])).len(), 0);
}
