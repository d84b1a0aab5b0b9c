//! Why the answer is no: shown to the person who asked, in words by [`super::text::refusal`], and never logged as an error.

/// A request that the rules turn down. Nothing has changed where one of these comes back.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    // Answering
    /// The round has been revealed (or its reveal is due): no answer counts any more.
    RoundOver,
    /// No such round here: deleted, or a button of another database.
    RoundUnknown,
    /// The button names an option that the trap does not have, or a kind of answer that it does not take.
    OptionUnknown,
    /// The button was made by a version that this program does not know.
    StaleButton,
    /// A confidence without an answer.
    NotAnswered,
    /// Not a number that a person could mean.
    BadNumber {
        given: String,
    },
    /// A number in another unit than the trap's, which is empty where it has none.
    OtherUnit {
        given: String,
        unit: String,
    },
    /// The trap is open in this community: no reading, no practising.
    TrapOpen,
    /// No trap by this name; the nearest names.
    UnknownTrap {
        given: String,
        near: Vec<String>,
    },
    /// No open trap here; when the next one comes, if a feed is set.
    NothingOpen {
        next: Option<chrono::DateTime<chrono::Utc>>,
    },
    /// No command by this name; the nearest names.
    UnknownCommand {
        given: String,
        near: Vec<String>,
    },
    /// Outside a server or workspace.
    NotInPlace,
    /// The person asked about has no answers here.
    UnknownMember,
    /// Not the mention of a person.
    UnknownPerson {
        given: String,
    },
    /// The store could not take the write just now; it was not saved.
    NotSaved,

    // Feeds
    /// Only admins may.
    NotAdmin,
    UnknownFeed {
        given: String,
        have: Vec<i64>,
    },
    UnknownZone {
        given: String,
        near: Vec<String>,
    },
    BadTime {
        given: String,
        near: Vec<String>,
    },
    BadDays {
        given: String,
        near: Vec<String>,
    },
    BadCron {
        given: String,
        why: String,
    },
    /// `cron` and `time` or `days` at once.
    CronAndTime,
    /// The schedule never fires (30 February).
    NeverFires {
        given: String,
    },
    UnknownSeries {
        given: String,
        near: Vec<String>,
    },
    UnknownTopic {
        given: String,
        near: Vec<String>,
    },
    UnknownLevel {
        given: String,
        near: Vec<String>,
    },
    UnknownOrder {
        given: String,
        near: Vec<String>,
    },
    /// Each value exists, but no trap has them all.
    EmptyFilter {
        series: Option<String>,
        topic: Option<String>,
        level: Option<String>,
    },
    /// There are traps that fit, but each of them is open in this community.
    AllOpen,
    BadRevealAfter {
        given: String,
    },
    /// The channel is not one that a feed can post in: a voice channel, a thread, a category …
    ChannelKind {
        channel: String,
        kind: String,
    },
    /// The bot can't see the channel, or it does not exist.
    ChannelUnseen {
        channel: String,
    },
    /// The bot has to be invited to the channel first.
    NotInChannel {
        channel: String,
    },
    ChannelArchived {
        channel: String,
    },
    MissingPermissions {
        channel: String,
        names: Vec<String>,
    },
    UnknownRole {
        given: String,
    },
    /// Another feed of this place has the channel and the same times.
    SameFeed {
        number: i64,
    },
    /// An edit that changes nothing.
    NothingToChange,
    /// `/feed reveal` with no open round.
    NothingToReveal {
        number: i64,
    },

    // Communities
    /// No such code, or it is used up or older than ten minutes.
    BadCode {
        given: String,
    },
    /// The code is of the community that the place belongs to.
    JoinedAlready,
    /// The place is in no community but its own.
    NotJoined,
    /// The code is of the member who gives it.
    LinkedAlready,
    /// The code of an account in a place that is not joined with this one.
    CodeOfElsewhere,
    /// The account stands alone.
    NotLinked,
    /// The member's accounts are those of one Discord user in several servers.
    OneAccount,

    /// A name for a person that can't be used, with the rule it breaks.
    BadName {
        given: String,
    },
    /// Another member of this place goes by a name that looks the same; one that nobody there has.
    NameTaken {
        given: String,
        free: String,
    },
}
