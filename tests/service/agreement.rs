//! Random sequences of commands, answers, clock steps, restarts and faults: the bot and a small model of the rules agree on every
//! post, reveal, tally, streak and standing, after each step.

#![expect(clippy::unwrap_used, reason = "a test's helper ends the test by panicking")]

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use sqlx::{Connection, Row};
use trapline::core::feed::Draft;
use trapline::core::ids::{Confidence, Period, RoundId};
use trapline::core::refusal::Refusal;
use trapline::core::round::Given;
use trapline::core::score::period_key;
use trapline::core::text;
use trapline::core::trap::Level;
use trapline::ports::{ChatError, Clock as _};
use trapline::service::Error;

use crate::histories::round_of;
use crate::rules::{No, Round, Rules, User};
use crate::stage::{Fault, Stage, admin, draft, member, trap, tried};

const USERS: [User; 3] = ["ann", "ben", "cat"];
const FEEDS: usize = 3;
const CHANNELS: [&str; 2] = ["c1", "c2"];
/// More than are ever open, so that there is always one to post.
const TRAPS: u32 = 80;

#[derive(Debug, Clone)]
enum Step {
    Wait(i64),
    ClockBack(i64),
    /// A channel refuses for so long.
    Refuse(usize, i64),
    Restart,
    Fault(Fault),
    Pause(usize),
    Resume(usize),
    Remove(usize),
    Post(usize),
    RevealNow(usize),
    /// Who, the how-manieth of the newest rounds, which option.
    Answer(User, usize, usize),
    BeSure(User, usize, Confidence),
    /// An answer in the very moment of the next reveal, before anything has noticed.
    AtTheBell(User),
    Delete(User),
}

fn step() -> impl Strategy<Value = Step> {
    let user = || prop::sample::select(USERS.to_vec());
    let feed = || 0..FEEDS;
    let confidence = prop::sample::select(Confidence::ALL.to_vec());
    let fault = prop_oneof![
        3 => Just(Fault::SentUnknown),
        3 => Just(Fault::LostUnknown),
        2 => Just(Fault::SentHang),
        2 => Just(Fault::LostHang),
        1 => Just(Fault::Error(ChatError::NotSent { reason: "busy".into(), retry_after: None })),
    ];
    prop_oneof![
        12 => (1..900_i64).prop_map(Step::Wait),
        2 => (1..600_i64).prop_map(Step::ClockBack),
        2 => (0..CHANNELS.len(), 1..400_i64).prop_map(|(channel, minutes)| Step::Refuse(channel, minutes)),
        2 => Just(Step::Restart),
        5 => fault.prop_map(Step::Fault),
        1 => feed().prop_map(Step::Pause),
        2 => feed().prop_map(Step::Resume),
        1 => feed().prop_map(Step::Remove),
        2 => feed().prop_map(Step::Post),
        2 => feed().prop_map(Step::RevealNow),
        12 => (user(), 0..3_usize, 0..3_usize).prop_map(|(user, back, option)| Step::Answer(user, back, option)),
        6 => (user(), 0..3_usize, confidence).prop_map(|(user, back, sure)| Step::BeSure(user, back, sure)),
        2 => user().prop_map(Step::AtTheBell),
        1 => user().prop_map(Step::Delete),
    ]
}

struct Agreement {
    stage: Stage,
    rules: Rules,
    /// The latest that the clock has shown.
    latest: DateTime<Utc>,
}

/// A clock that is put back by more than a day in all was wrong before: that moves what is open, and has tests of its own.
const FURTHEST_BACK: TimeDelta = TimeDelta::hours(23);

impl Agreement {
    async fn new() -> Self {
        let traps = (1..=TRAPS).map(|n| trap(&format!("alpha-{n}"), "alpha", n, "memory", Level::Senior)).collect();
        let stage = Stage::with(traps).await;
        let mut rules = Rules::default();
        let now = stage.clock.now();
        let daily = |time: &str, hours| Draft { time: Some(time.into()), reveal_after: Some(hours), ..draft("c1") };
        let often = Draft { cron: Some("0 */5 * * *".into()), reveal_after: Some(2), ..draft("c2") };
        for draft in [daily("09:00", 8), daily("12:00", 0), often] {
            stage.s().feed_add(&admin("g"), &draft).await.unwrap();
        }
        rules.add_feed(&[9], Some(8), now);
        rules.add_feed(&[12], None, now);
        rules.add_feed(&[0, 5, 10, 15, 20], Some(2), now);
        Self { stage, rules, latest: now }
    }

    fn now(&self) -> DateTime<Utc> {
        self.stage.clock.now()
    }

    async fn play(&mut self, step: &Step) {
        let (boss, now) = (admin("g"), self.now());
        let number = |feed: usize| (feed + 1).to_string();
        match *step {
            Step::Wait(minutes) => self.stage.clock.advance(TimeDelta::minutes(minutes)),
            Step::ClockBack(minutes) => {
                self.latest = self.latest.max(now);
                self.stage.clock.set((now - TimeDelta::minutes(minutes)).max(self.latest - FURTHEST_BACK));
            }
            Step::Refuse(channel, minutes) => self.refuse(CHANNELS[channel], minutes).await,
            Step::Restart => self.stage.restart().await,
            Step::Fault(ref fault) => self.stage.chat.fail_sends([fault.clone()]),
            Step::Pause(feed) => agree(self.stage.s().feed_pause(&boss, &number(feed)).await, &self.rules.pause(feed)),
            Step::Resume(feed) => {
                agree(self.stage.s().feed_resume(&boss, &number(feed)).await, &self.rules.resume(feed, now));
            }
            Step::Remove(feed) => {
                agree(self.stage.s().feed_remove(&boss, &number(feed)).await, &self.rules.remove(feed, now));
            }
            Step::Post(feed) => {
                agree(self.stage.s().feed_post(&boss, &number(feed)).await, &self.rules.post_now(feed, now));
            }
            Step::RevealNow(feed) => {
                agree(self.stage.s().feed_reveal(&boss, &number(feed)).await, &self.rules.reveal_now(feed, now));
            }
            Step::Answer(user, back, option) => {
                if let Some(round) = self.rules.rounds.len().checked_sub(back + 1) {
                    self.answer(user, round, option).await;
                }
            }
            Step::BeSure(user, back, sure) => {
                if let Some(round) = self.rules.rounds.len().checked_sub(back + 1) {
                    let done = self.stage.s().set_confidence(&member("g", user), id(round), sure).await;
                    agree(done, &self.rules.be_sure(user, round, sure, now));
                }
            }
            Step::AtTheBell(user) => {
                let open = self.rules.rounds.iter().enumerate().filter(|(_, round)| round.revealed.is_none());
                if let Some((at, round)) = open.filter_map(|(index, round)| Some((round.reveal_at?, index))).min() {
                    self.stage.clock.set(at);
                    self.answer(user, round, 0).await;
                }
            }
            Step::Delete(user) => {
                self.stage.s().delete(&member("g", user)).await.unwrap();
                self.rules.forget(user);
            }
        }
        self.settle().await;
        self.compare().await;
    }

    async fn answer(&mut self, user: User, round: usize, option: usize) {
        let seen = self.stage.s().round(&member("g", user), id(round)).await.unwrap();
        let given = Given::Position(u8::try_from(seen.round.position_of(option)).unwrap());
        let done = self.stage.s().answer(&member("g", user), id(round), &given).await;
        agree(done, &self.rules.answer(user, round, option, self.now()));
    }

    /// What falls due in a channel that refuses is there once it takes messages again, though not where its feed is gone: then
    /// nobody is left to mend it.
    async fn refuse(&mut self, channel: &str, minutes: i64) {
        if self.rules.is_any_removed() {
            return;
        }
        self.stage.chat.block(channel);
        self.stage.clock.advance(TimeDelta::minutes(minutes));
        self.stage.run_or_die().await;
        self.rules.tick(self.now());
        self.stage.chat.unblock(channel);
    }

    /// What is due is done; a message that meets a fault is tried again until it is there.
    async fn settle(&mut self) {
        for _ in 0..60 {
            self.stage.run_or_die().await;
            self.rules.tick(self.now());
            if self.stage.s().owed().await.unwrap() == 0 {
                return;
            }
            self.stage.clock.advance(TimeDelta::seconds(10));
        }
        panic!("a message is still owed after ten minutes");
    }

    async fn compare(&self) {
        let mut conn = crate::database::connect(self.stage.url().trim_start_matches("sqlite://")).await;
        let rows = sqlx::query(
            "SELECT f.number, r.slot_at, r.extra, r.late, r.posted_at, r.reveal_at, r.revealed_at, r.tally, r.message
             FROM rounds r JOIN feeds f ON f.id = r.feed ORDER BY r.id",
        );
        let rounds = rows.fetch_all(&mut conn).await.unwrap();
        let skipped = sqlx::query(
            "SELECT f.number, s.slot_at, s.reason FROM skipped_slots s JOIN feeds f ON f.id = s.feed ORDER BY s.slot_at, f.id",
        );
        let skipped = skipped.fetch_all(&mut conn).await.unwrap();
        conn.close().await.unwrap();
        let seen: Vec<Seen> = rounds.iter().map(Seen::in_row).collect();
        let expected: Vec<Seen> = self.rules.rounds.iter().map(Seen::by_the_rules).collect();
        assert_eq!(seen, expected, "the rounds, seen and expected");
        let seen: Vec<(i64, i64, String)> = skipped.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
        let reason = |too_late| if too_late { "too_late" } else { "superseded" };
        let mut expected: Vec<(i64, i64, String)> = (self.rules.skipped.iter())
            .map(|(feed, slot, too_late)| (*feed as i64 + 1, slot.timestamp_millis(), reason(*too_late).to_owned()))
            .collect();
        expected.sort_by_key(|(feed, slot, _)| (*slot, *feed));
        assert_eq!(seen, expected, "the slots that were skipped, seen and expected");
        self.compare_messages();
        self.compare_reveals().await;
        self.compare_scores().await;
    }

    /// Each round has its post in its feed's channel, and its reveal once it is revealed.
    fn compare_messages(&self) {
        let mut seen: BTreeMap<(usize, bool), Vec<String>> = BTreeMap::new();
        for message in &self.stage.chat.state().messages {
            if let Some((round, is_reveal)) = round_of(message) {
                let trapline::ports::Target::Channel(channel) = &message.target else { panic!("a round in private") };
                let index = usize::try_from(round.0).unwrap() - 1;
                seen.entry((index, is_reveal)).or_default().push(channel.clone());
            }
        }
        let mut expected = BTreeMap::new();
        for (index, round) in self.rules.rounds.iter().enumerate() {
            let channel = if round.feed == 2 { "c2" } else { "c1" };
            expected.insert((index, false), vec![channel.to_owned()]);
            if round.revealed.is_some() {
                expected.insert((index, true), vec![channel.to_owned()]);
            }
        }
        assert_eq!(seen, expected, "posts and reveals by round, seen and expected");
    }

    /// A reveal says what it would say if it were made now: whoever is deleted since is not named.
    async fn compare_reveals(&self) {
        let messages = self.stage.chat.state().messages.clone();
        for message in messages {
            if let Some((round, true)) = round_of(&message) {
                let reveal = match self.stage.s().revealed(&member("g", "ann"), round).await {
                    // Its trap is open again elsewhere.
                    Err(Error::Refused(Refusal::TrapOpen)) => continue,
                    reveal => reveal.unwrap(),
                };
                assert_eq!(message.card, text::reveal(&reveal), "the reveal of round {round}, seen and expected");
            }
        }
    }

    async fn compare_scores(&self) {
        let now = self.now();
        let s = self.stage.s();
        for period in Period::ALL {
            let key = |time| period_key(period, time, chrono_tz::UTC);
            let board = s.leaderboard(&member("g", "ann"), period, 0).await.unwrap();
            let line = |standing: &trapline::core::score::Standing| (standing.points, standing.right, standing.answers);
            let seen: BTreeMap<_, _> = board.lines.iter().map(|(_, s)| (s.name.clone(), line(s))).collect();
            let expected = self.rules.standings(|time| key(time) == key(now));
            let expected: BTreeMap<_, _> = expected.into_iter().map(|(user, sum)| (user.to_owned(), sum)).collect();
            assert_eq!(seen, expected, "the standings of {}, seen and expected", key(now));
        }
        for user in USERS {
            let seen: Vec<_> = s.stats(&member("g", user), None).await.unwrap().streaks;
            let seen: Vec<_> = seen.into_iter().map(|(n, s)| (n, (s.current, s.best, s.freezes, s.toward))).collect();
            let expected: Vec<_> =
                (0..FEEDS).filter_map(|feed| Some((feed as i64 + 1, self.rules.streak(feed, user)?))).collect();
            assert_eq!(seen, expected, "the streaks of {user}, seen and expected");
        }
        assert_eq!(s.recount(false).await.unwrap(), []);
    }
}

fn id(round: usize) -> RoundId {
    RoundId(i64::try_from(round).unwrap() + 1)
}

/// Both do it, or both refuse it for the same reason.
fn agree<T>(seen: Result<T, Error>, expected: &Result<(), No>) {
    let seen = match seen {
        Ok(_) => Ok(()),
        Err(Error::Refused(Refusal::RoundOver)) => Err(No::Over),
        Err(Error::Refused(Refusal::NotAnswered)) => Err(No::NotAnswered),
        Err(Error::Refused(Refusal::UnknownFeed { .. })) => Err(No::FeedUnknown),
        Err(Error::Refused(Refusal::NothingToReveal { .. })) => Err(No::NothingOpen),
        Err(other) => panic!("no rule says so: {other}"),
    };
    assert_eq!(&seen, expected, "seen and expected");
}

/// A round as both sides can say it; times in milliseconds.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    feed: i64,
    slot: Option<i64>,
    late: bool,
    posted: i64,
    reveal_at: Option<i64>,
    revealed: Option<i64>,
    tally: Option<Vec<(u32, u32)>>,
    delivered: bool,
}

impl Seen {
    fn in_row(row: &sqlx::sqlite::SqliteRow) -> Self {
        let is_extra: bool = row.get(2);
        let tally: Option<String> = row.get(7);
        let tally: Option<trapline::core::round::Tally> = tally.map(|json| serde_json::from_str(&json).unwrap());
        Self {
            feed: row.get(0),
            slot: (!is_extra).then(|| row.get(1)),
            late: row.get(3),
            posted: row.get(4),
            reveal_at: row.get(5),
            revealed: row.get(6),
            tally: tally.map(|tally| tally.counts.iter().map(|count| (count.answers, count.confident)).collect()),
            delivered: row.get::<Option<String>, _>(8).is_some(),
        }
    }

    fn by_the_rules(round: &Round) -> Self {
        let ms = |time: Option<DateTime<Utc>>| time.map(|time| time.timestamp_millis());
        Self {
            feed: round.feed as i64 + 1,
            slot: ms(round.slot),
            late: round.late,
            posted: round.posted.timestamp_millis(),
            reveal_at: ms(round.reveal_at),
            revealed: ms(round.revealed),
            tally: round.tally.map(|tally| tally.to_vec()),
            delivered: true,
        }
    }
}

proptest! {
    #![proptest_config(tried(12, "tests/service/agreement.seeds"))]

    #[test]
    fn the_bot_and_the_rules_agree(steps in prop::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut both = Agreement::new().await;
            for step in &steps {
                both.play(step).await;
            }
        });
    }
}
