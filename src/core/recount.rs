//! What a recount finds: what stands, against what the answers say.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::ids::{CommunityId, FeedId, MemberId};
use super::score::{Streak, Sum};

/// Something that stands otherwise than it was counted. None: it does not stand, or should not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    Standing {
        community: CommunityId,
        /// [`super::score::period_key`].
        period: String,
        member: MemberId,
        stands: Option<Sum>,
        counted: Option<Sum>,
    },
    Streak {
        feed: FeedId,
        member: MemberId,
        stands: Option<Streak>,
        counted: Option<Streak>,
    },
}

/// What differs between two tables, by its key: the value of the first, and of the second. `same`: they are not to be told apart.
#[must_use]
pub fn differing<K: Ord + Clone, V: Copy>(
    stands: &BTreeMap<K, V>,
    counted: &BTreeMap<K, V>,
    same: impl Fn(&V, &V) -> bool,
) -> Vec<(K, Option<V>, Option<V>)> {
    let keys: BTreeSet<&K> = stands.keys().chain(counted.keys()).collect();
    keys.into_iter()
        .map(|key| (key.clone(), stands.get(key).copied(), counted.get(key).copied()))
        .filter(|(_, stands, counted)| match (stands, counted) {
            (Some(stands), Some(counted)) => !same(stands, counted),
            _ => true,
        })
        .collect()
}

/// Two sums that are worth the same. When they were reached is left out: it hangs on which of two rounds was revealed first, and
/// nothing tells that of rounds of one instant.
#[must_use]
pub fn worth_the_same(a: &Sum, b: &Sum) -> bool {
    (a.points, a.right, a.answers) == (b.points, b.right, b.answers)
}

/// One line, without names: an operator's log is nobody's leaderboard.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standing { community, period, member, stands, counted } => {
                write!(f, "community {community}, {period}, member {member}: ")?;
                change(f, stands.map(sum_in_words), counted.map(sum_in_words))
            }
            Self::Streak { feed, member, stands, counted } => {
                write!(f, "streak in feed {feed}, member {member}: ")?;
                change(f, stands.map(streak_in_words), counted.map(streak_in_words))
            }
        }
    }
}

fn change(f: &mut fmt::Formatter<'_>, stands: Option<String>, counted: Option<String>) -> fmt::Result {
    let words = |side: Option<String>| side.unwrap_or_else(|| "nothing".to_owned());
    write!(f, "{} stood there, {} was counted", words(stands), words(counted))
}

fn sum_in_words(sum: Sum) -> String {
    let reached = sum.reached_at.format("%Y-%m-%dT%H:%M:%S%.3fZ");
    format!("{} points with {} of {} right (reached {reached})", sum.points, sum.right, sum.answers)
}

fn streak_in_words(streak: Streak) -> String {
    let Streak { current, best, freezes, toward } = streak;
    format!("{current} (best {best}, freezes {freezes}, {toward} toward the next)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_one_side_alone_differs_too() {
        let stands = BTreeMap::from([(1, 'a'), (2, 'b'), (3, 'c')]);
        let counted = BTreeMap::from([(2, 'b'), (3, 'x'), (4, 'd')]);
        let found = differing(&stands, &counted, char::eq);
        assert_eq!(found, [(1, Some('a'), None), (3, Some('c'), Some('x')), (4, None, Some('d'))]);
        assert_eq!(differing(&stands, &stands, char::eq), []);
    }

    #[test]
    fn a_difference_is_one_line() {
        let sum = |points| Sum { points, right: 1, answers: 2, reached_at: chrono::DateTime::UNIX_EPOCH };
        let standing = Difference::Standing {
            community: CommunityId(1),
            period: "2026-W48".into(),
            member: MemberId(7),
            stands: Some(sum(12)),
            counted: Some(sum(8)),
        };
        assert_eq!(
            standing.to_string(),
            "community 1, 2026-W48, member 7: 12 points with 1 of 2 right (reached 1970-01-01T00:00:00.000Z) stood there, \
             8 points with 1 of 2 right (reached 1970-01-01T00:00:00.000Z) was counted"
        );
        let streak =
            Difference::Streak { feed: FeedId(2), member: MemberId(7), stands: Some(Streak::default()), counted: None };
        assert_eq!(
            streak.to_string(),
            "streak in feed 2, member 7: 0 (best 0, freezes 0, 0 toward the next) stood there, nothing was counted"
        );
    }
}
