//! A channel with a schedule, a filter and a reveal policy.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::calendar::{Schedule, Slot};
use super::ids::{CommunityId, FeedId, PlaceId, Platform};
use super::trap::{Level, Trap};

#[derive(Debug, Clone, PartialEq)]
pub struct Feed {
    pub id: FeedId,
    pub place: PlaceId,
    pub community: CommunityId,
    pub platform: Platform,
    /// Counts from 1 within the place: what people call it by.
    pub number: i64,
    pub settings: Settings,
    pub state: State,
    /// Slots at or before this instant are dealt with.
    pub since: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
}

/// What an admin chooses.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The platform's id of the channel.
    pub channel: String,
    pub schedule: Schedule,
    pub filter: Filter,
    pub order: Order,
    pub reveal: RevealAfter,
    /// The platform's id of the role that a post pings.
    pub role: Option<String>,
    /// Whether the reveal opens a thread.
    pub thread: bool,
}

/// Which traps a feed takes: those that match every part that is set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Filter {
    pub series: Option<String>,
    pub topic: Option<String>,
    pub level: Option<Level>,
}

impl Filter {
    #[must_use]
    pub fn takes(&self, trap: &Trap) -> bool {
        self.series.as_ref().is_none_or(|s| *s == trap.series)
            && self.topic.as_ref().is_none_or(|t| trap.topics.contains(t))
            && self.level.is_none_or(|l| l == trap.level)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Topics alternate.
    #[default]
    Mixed,
    /// By series and number.
    Series,
}

impl Order {
    pub const ALL: [Self; 2] = [Self::Mixed, Self::Series];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mixed => "mixed",
            Self::Series => "series",
        }
    }

    /// The inverse of [`Order::as_str`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.as_str() == name)
    }
}

/// When a round is revealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevealAfter {
    /// This many hours after the slot, 1 to 72; after the post where that was late.
    Hours(u8),
    /// When the feed's next trap is posted.
    NextPost,
}

impl RevealAfter {
    /// 0 means with the next post.
    #[must_use]
    pub fn from_hours(hours: i64) -> Option<Self> {
        match hours {
            0 => Some(Self::NextPost),
            1..=72 => u8::try_from(hours).ok().map(Self::Hours),
            _ => None,
        }
    }

    /// The inverse of [`RevealAfter::from_hours`].
    #[must_use]
    pub fn hours(self) -> i64 {
        match self {
            Self::Hours(hours) => i64::from(hours),
            Self::NextPost => 0,
        }
    }

    /// The instant of the reveal of a round posted at `posted`; none while it depends on the next post.
    #[must_use]
    pub fn instant(self, posted: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Hours(hours) => Some(posted + chrono::TimeDelta::hours(i64::from(hours))),
            Self::NextPost => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum State {
    Active,
    Paused,
    /// The channel refuses: posts wait and are tried again; it heals by itself.
    Blocked {
        reason: Blocked,
        since: DateTime<Utc>,
    },
}

/// Why a channel refuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blocked {
    /// The bot lacks a permission there; named where the platform says which.
    Permission {
        missing: Vec<String>,
    },
    ChannelGone,
    /// The channel is gone, or private and the bot is not in it: the platform does not say which.
    ChannelUnseen,
    /// The channel takes no messages any more, until somebody brings it back.
    ChannelArchived,
    /// The bot has to be invited to the channel.
    NotInChannel,
    /// The bot was removed from the place, or its token was revoked.
    NotInPlace,
    /// Refused for a reason that has no name here, in the platform's words.
    Other {
        said: String,
    },
}

/// What an admin typed: each part as it came, none of it checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// The platform's id of the channel, already checked by the adapter to be one that it can post in.
    pub channel: Option<String>,
    pub time: Option<String>,
    pub timezone: Option<String>,
    pub days: Option<String>,
    pub cron: Option<String>,
    /// `Some("any")` clears it.
    pub series: Option<String>,
    /// `Some("any")` clears it.
    pub topic: Option<String>,
    /// `Some("any")` clears it.
    pub level: Option<String>,
    pub order: Option<String>,
    pub reveal_after: Option<i64>,
    /// The platform's id of a role; `Some("")` clears it.
    pub role: Option<String>,
    pub thread: Option<bool>,
}

/// A feed as its admin sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedView {
    pub feed: Feed,
    /// The next slots, the soonest first; empty while paused.
    pub next: Vec<Slot>,
    /// How many traps its filter takes.
    pub pool: usize,
    /// The zone was not chosen by anybody: it is UTC because nothing else is known.
    pub zone_assumed: bool,
    /// The round that waits for its reveal, if any.
    pub open: Option<super::ids::RoundId>,
    /// The newest slot that was not posted, with the reason.
    pub last_skipped: Option<(Slot, SkipReason)>,
    /// The oldest message that could not be delivered yet, if there is one.
    pub waiting: Option<Waiting>,
}

/// A message that keeps failing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// When it was first tried.
    pub since: DateTime<Utc>,
    /// What the last try failed by, in the platform's words.
    pub why: String,
}

/// Why a slot was recorded as skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// Missed by more than the catch-up window.
    TooLate,
    /// A newer missed slot was posted instead.
    Superseded,
    /// No trap matches the feed's filter any more, or all that do are open.
    EmptyPool,
    /// Its round was made, but the post never got to the channel.
    Undelivered,
}

/// The state of a feed, said by `/doctor`.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkup {
    pub view: FeedView,
    /// Permissions that the bot lacks in the channel, by the platform's own names; empty when all is well.
    pub missing: Vec<String>,
    /// What could not be found out, in words.
    pub trouble: Option<Finding>,
}

/// Something that keeps a feed from its channel, or anybody from finding out.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// In words, as plain text.
    pub said: String,
    /// What the feed is blocked by because of it. A feed that is so already has it said with its state.
    pub blocks: Option<Blocked>,
}

impl Finding {
    #[must_use]
    pub fn new(said: &str, blocks: Option<Blocked>) -> Self {
        Self { said: said.to_owned(), blocks }
    }
}
