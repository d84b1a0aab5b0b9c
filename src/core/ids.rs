//! A newtype for every id, and the wire form of a button's `custom_id`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::feed::Filter;
use super::trap::Level;

macro_rules! row_id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

row_id! {
    /// One or more places that share members and standings.
    CommunityId,
    /// A Discord guild, a Slack workspace, or the local web channel.
    PlaceId,
    /// A person within a community; joined from one or more accounts.
    MemberId,
    /// A channel of a place with a schedule.
    FeedId,
    /// One trap posted in one slot.
    RoundId,
    /// One message that is owed to a channel.
    DeliveryId,
}

/// The chat platform that a place belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    Discord,
    Slack,
    Web,
}

impl Platform {
    /// The name under which the store keeps it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Discord => "discord",
            Self::Slack => "slack",
            Self::Web => "web",
        }
    }

    /// The inverse of [`Platform::as_str`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Discord, Self::Slack, Self::Web].into_iter().find(|p| p.as_str() == name)
    }
}

/// The stable name of a trap: lower-case letters, digits and hyphens, 1 to 40 bytes.
///
/// The length keeps every `custom_id` that carries one within Discord's 100 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TrapId(String);

impl TrapId {
    /// The longest id, in bytes.
    pub const MAX: usize = 40;

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for TrapId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits = (1..=Self::MAX).contains(&text.len());
        let clean = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits && clean {
            Ok(Self(text))
        } else {
            Err(format!("'{text}' is not a trap id: 1 to {} lower-case letters, digits and hyphens", Self::MAX))
        }
    }
}

impl From<TrapId> for String {
    fn from(id: TrapId) -> Self {
        id.0
    }
}

impl fmt::Display for TrapId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How sure a member says they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    Guess,
    Sure,
    Certain,
}

impl Confidence {
    /// From the least sure to the surest.
    pub const ALL: [Self; 3] = [Self::Guess, Self::Sure, Self::Certain];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Guess => "guess",
            Self::Sure => "sure",
            Self::Certain => "certain",
        }
    }

    /// The inverse of [`Confidence::as_str`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.as_str() == name)
    }
}

/// A stretch of time over which points are summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Period {
    Week,
    Month,
    /// A quarter of the calendar year.
    Season,
    All,
}

impl Period {
    pub const ALL: [Self; 4] = [Self::Week, Self::Month, Self::Season, Self::All];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
            Self::Season => "season",
            Self::All => "all",
        }
    }

    /// The inverse of [`Period::as_str`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.as_str() == name)
    }
}

/// What a button or a modal asks for: everything that is needed to answer it, with no state kept anywhere else.
///
/// None of these says which option is right: options travel as the *position shown*, whose order is the round's secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Choose the option shown at `position` (0 = A).
    Answer { round: RoundId, position: u8 },
    /// Open the modal of a number round; also the modal's own id.
    AnswerNumber { round: RoundId },
    /// Change the confidence of the answer already given.
    Confidence { round: RoundId, confidence: Confidence },
    /// What did I say in this round, and how did it go?
    Mine { round: RoundId },
    /// Choose in a practice trap: `variant` and `seed` rebuild what was shown. `filter`: what was asked for, and is asked for again by
    /// the next one's button.
    Practice { trap: TrapId, variant: u16, seed: u32, position: u8, filter: Filter },
    /// Open the modal of a practice number trap; also the modal's own id.
    PracticeNumber { trap: TrapId, variant: u16, filter: Filter },
    /// Another practice trap.
    PracticeMore { filter: Filter },
    /// Another page of the leaderboard, counted from 0.
    Leaderboard { period: Period, page: u32 },
    /// The second, confirming click of `/privacy delete`.
    PrivacyDelete,
    /// Read a trap of the library.
    Read { trap: TrapId },
    /// Open the modal that sets a feed up; also the modal's own id.
    FeedAdd,
    /// Do something to the feed with this number.
    Feed { number: i64, step: FeedStep },
}

/// What an admin does to a feed with one button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FeedStep {
    /// Open the modal that changes it; also the modal's own id.
    Edit,
    Pause,
    Resume,
    Remove,
    Preview,
    /// Post a trap now.
    Post,
    /// Reveal the open one now.
    Reveal,
}

impl FeedStep {
    pub const ALL: [Self; 7] =
        [Self::Edit, Self::Pause, Self::Resume, Self::Remove, Self::Preview, Self::Post, Self::Reveal];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Remove => "remove",
            Self::Preview => "preview",
            Self::Post => "post",
            Self::Reveal => "reveal",
        }
    }

    /// The inverse of [`FeedStep::as_str`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == name)
    }
}

/// Why a `custom_id` can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActionError {
    #[error("a version of the button that this program does not know")]
    Version,
    #[error("not one of this program's buttons")]
    Malformed,
}

/// The version that [`Action::encode`] writes. Old versions stay readable for ever.
const VERSION: &str = "t1";

impl Action {
    /// The longest that [`Action::encode`] writes, in bytes. Discord takes 100 characters, Slack 255.
    pub const MAX: usize = 100;

    /// The wire form, at most [`Action::MAX`] bytes of ASCII. A filter that does not fit is left out.
    #[must_use]
    pub fn encode(&self) -> String {
        match self {
            Self::Answer { round, position } => format!("{VERSION}:a:{round}:{position}"),
            Self::AnswerNumber { round } => format!("{VERSION}:n:{round}"),
            Self::Confidence { round, confidence } => format!("{VERSION}:c:{round}:{}", confidence.as_str()),
            Self::Mine { round } => format!("{VERSION}:m:{round}"),
            Self::Practice { trap, variant, seed, position, filter } => {
                filtered(format!("{VERSION}:p:{trap}:{variant}:{seed}:{position}"), filter)
            }
            Self::PracticeNumber { trap, variant, filter } => filtered(format!("{VERSION}:q:{trap}:{variant}"), filter),
            Self::PracticeMore { filter } => filtered(format!("{VERSION}:r"), filter),
            Self::Leaderboard { period, page } => format!("{VERSION}:l:{}:{page}", period.as_str()),
            Self::PrivacyDelete => format!("{VERSION}:x"),
            Self::Read { trap } => format!("{VERSION}:b:{trap}"),
            Self::FeedAdd => format!("{VERSION}:g"),
            Self::Feed { number, step } => format!("{VERSION}:f:{number}:{}", step.as_str()),
        }
    }

    /// Reads any version that was ever written.
    ///
    /// # Errors
    /// [`ActionError::Version`] for a `t…` that is newer or older than this program knows, [`ActionError::Malformed`] otherwise.
    pub fn decode(text: &str) -> Result<Self, ActionError> {
        if text.len() > Self::MAX {
            return Err(ActionError::Malformed);
        }
        let (version, rest) = text.split_once(':').ok_or(ActionError::Malformed)?;
        if version != VERSION {
            let ours =
                version.strip_prefix('t').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
            return Err(if ours { ActionError::Version } else { ActionError::Malformed });
        }
        let parts: Vec<&str> = rest.split(':').collect();
        decode_v1(&parts).ok_or(ActionError::Malformed)
    }
}

fn decode_v1(parts: &[&str]) -> Option<Action> {
    let round = |text: &str| number::<i64>(text).map(RoundId);
    let trap = |text: &str| TrapId::try_from(text.to_owned()).ok();
    Some(match *parts {
        ["a", id, position] => Action::Answer { round: round(id)?, position: number(position)? },
        ["n", id] => Action::AnswerNumber { round: round(id)? },
        ["c", id, name] => Action::Confidence { round: round(id)?, confidence: Confidence::from_name(name)? },
        ["m", id] => Action::Mine { round: round(id)? },
        ["p", id, variant, seed, position, ref filter @ ..] => Action::Practice {
            trap: trap(id)?,
            variant: number(variant)?,
            seed: number(seed)?,
            position: number(position)?,
            filter: filter_of(filter)?,
        },
        ["q", id, variant, ref filter @ ..] => {
            Action::PracticeNumber { trap: trap(id)?, variant: number(variant)?, filter: filter_of(filter)? }
        }
        ["r", ref filter @ ..] => Action::PracticeMore { filter: filter_of(filter)? },
        ["l", period, page] => Action::Leaderboard { period: Period::from_name(period)?, page: number(page)? },
        ["x"] => Action::PrivacyDelete,
        ["b", id] => Action::Read { trap: trap(id)? },
        ["g"] => Action::FeedAdd,
        ["f", feed, step] => Action::Feed { number: number(feed)?, step: FeedStep::from_name(step)? },
        _ => return None,
    })
}

/// An id with a filter behind it: its three words, of which any may be empty. Nothing, where none is set or they do not fit.
fn filtered(id: String, filter: &Filter) -> String {
    let level = filter.level.map_or("", Level::as_str);
    let words = [filter.series.as_deref().unwrap_or(""), filter.topic.as_deref().unwrap_or(""), level];
    let long = format!("{id}:{}", words.join(":"));
    if *filter == Filter::default() || long.len() > Action::MAX { id } else { long }
}

/// The inverse of [`filtered`]. Buttons from before there were filters have no words.
fn filter_of(words: &[&str]) -> Option<Filter> {
    let word = |text: &str| {
        let clean = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        clean.then(|| Some(text.to_owned()).filter(|text| !text.is_empty()))
    };
    match *words {
        [] => Some(Filter::default()),
        [series, topic, level] if words.iter().any(|word| !word.is_empty()) => Some(Filter {
            series: word(series)?,
            topic: word(topic)?,
            level: if level.is_empty() { None } else { Some(Level::from_name(level)?) },
        }),
        _ => None,
    }
}

/// A canonical decimal: what `Display` writes and nothing else (no sign, no leading zero), so that
/// one action has one spelling.
fn number<T: std::str::FromStr + fmt::Display>(text: &str) -> Option<T> {
    let value: T = text.parse().ok()?;
    (value.to_string() == text && !text.starts_with('-')).then_some(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn trap_id() -> impl Strategy<Value = TrapId> {
        "[a-z0-9-]{1,40}".prop_map(|text| TrapId::try_from(text).expect("generated to fit"))
    }

    /// Words that leave room for any trap.
    fn short_filter() -> impl Strategy<Value = Filter> {
        filter("[a-z0-9-]{1,12}")
    }

    fn filter(word: &'static str) -> impl Strategy<Value = Filter> {
        let level = prop::option::of(prop::sample::select(Level::ALL.to_vec()));
        (prop::option::of(word), prop::option::of(word), level).prop_map(|(series, topic, level)| Filter {
            series,
            topic,
            level,
        })
    }

    fn action() -> impl Strategy<Value = Action> {
        let round = (0..=i64::MAX).prop_map(RoundId);
        let confidence = prop::sample::select(Confidence::ALL.to_vec());
        let period = prop::sample::select(Period::ALL.to_vec());
        prop_oneof![
            (round.clone(), any::<u8>()).prop_map(|(round, position)| Action::Answer { round, position }),
            round.clone().prop_map(|round| Action::AnswerNumber { round }),
            (round.clone(), confidence).prop_map(|(round, confidence)| Action::Confidence { round, confidence }),
            round.prop_map(|round| Action::Mine { round }),
            (trap_id(), any::<u16>(), any::<u32>(), any::<u8>(), short_filter()).prop_map(
                |(trap, variant, seed, position, filter)| Action::Practice { trap, variant, seed, position, filter }
            ),
            (trap_id(), any::<u16>(), filter("[a-z0-9-]{1,20}"))
                .prop_map(|(trap, variant, filter)| Action::PracticeNumber { trap, variant, filter }),
            filter("[a-z0-9-]{1,40}").prop_map(|filter| Action::PracticeMore { filter }),
            (period, any::<u32>()).prop_map(|(period, page)| Action::Leaderboard { period, page }),
            Just(Action::PrivacyDelete),
            trap_id().prop_map(|trap| Action::Read { trap }),
            Just(Action::FeedAdd),
            (0..=i64::MAX, prop::sample::select(FeedStep::ALL.to_vec()))
                .prop_map(|(number, step)| Action::Feed { number, step }),
        ]
    }

    proptest! {
        #[test]
        fn an_action_survives_the_wire(action in action()) {
            let text = action.encode();
            prop_assert!(text.len() <= Action::MAX);
            prop_assert_eq!(Action::decode(&text), Ok(action));
        }

        #[test]
        fn a_filter_is_carried_whole_or_not_at_all(trap in trap_id(), seed in any::<u32>(), filter in filter("[a-z0-9-]{1,40}")) {
            let practice = |filter| Action::Practice { trap: trap.clone(), variant: 1, seed, position: 2, filter };
            let (text, plain) = (practice(filter.clone()).encode(), practice(Filter::default()).encode());
            prop_assert!(text.len() <= Action::MAX);
            let expected = if text == plain { Filter::default() } else { filter };
            prop_assert_eq!(Action::decode(&text), Ok(practice(expected)));
        }

        #[test]
        fn one_action_has_one_spelling(text in "t1:[a-z]:[-+0-9a-z:]{0,12}") {
            if let Ok(action) = Action::decode(&text) {
                prop_assert_eq!(action.encode(), text);
            }
        }

        #[test]
        fn no_text_makes_decoding_panic(text in ".{0,120}") {
            let _ = Action::decode(&text);
        }
    }

    #[test]
    fn a_button_of_practice_says_what_was_asked_for() {
        let filter = Filter { series: Some("nlp".into()), topic: None, level: Some(Level::Senior) };
        let more = Action::PracticeMore { filter: filter.clone() };
        assert_eq!(more.encode(), "t1:r:nlp::senior");
        assert_eq!(Action::decode("t1:r:nlp::senior"), Ok(more));
        let trap = TrapId::try_from("a-trap".to_owned()).unwrap();
        let number = Action::PracticeNumber { trap, variant: 0, filter };
        assert_eq!(number.encode(), "t1:q:a-trap:0:nlp::senior");
        for bad in
            ["t1:r:::", "t1:r:nlp", "t1:r:nlp:", "t1:r:NLP::", "t1:r:nlp::boss", "t1:r:nlp:::", "t1:q:a-trap:0:::"]
        {
            assert_eq!(Action::decode(bad), Err(ActionError::Malformed), "{bad}");
        }
        let long = format!("t1:r:{}:{}:senior", "s".repeat(48), "t".repeat(48));
        assert_eq!(Action::decode(&long), Err(ActionError::Malformed), "no button is as long");
    }

    #[test]
    fn buttons_from_before_there_were_filters_are_read() {
        let trap = TrapId::try_from("a-trap".to_owned()).unwrap();
        let filter = Filter::default();
        assert_eq!(Action::decode("t1:r"), Ok(Action::PracticeMore { filter: filter.clone() }));
        let number = Action::PracticeNumber { trap: trap.clone(), variant: 3, filter: filter.clone() };
        assert_eq!(Action::decode("t1:q:a-trap:3"), Ok(number));
        let choice = Action::Practice { trap, variant: 3, seed: 9, position: 1, filter };
        assert_eq!(Action::decode("t1:p:a-trap:3:9:1"), Ok(choice));
    }

    #[test]
    fn another_version_is_told_from_another_bot() {
        assert_eq!(Action::decode("t0:a:1:1"), Err(ActionError::Version));
        assert_eq!(Action::decode("t2:anything"), Err(ActionError::Version));
        assert_eq!(Action::decode("ticket:1"), Err(ActionError::Malformed));
        assert_eq!(Action::decode(""), Err(ActionError::Malformed));
    }
}
