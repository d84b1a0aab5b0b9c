//! Random histories: whatever happens in whatever order, each post and each reveal is there once, and every point and streak can be
//! counted again from the answers.

#![expect(clippy::unwrap_used, reason = "a test's helper ends the test by panicking")]

use std::collections::{BTreeMap, HashMap};

use chrono::TimeDelta;
use proptest::prelude::*;
use sqlx::Row;
use trapline::core::card::Act;
use trapline::core::feed::Draft;
use trapline::core::ids::{Action, Confidence, Period, RoundId};
use trapline::core::score::{Streak, period_key, points};
use trapline::core::trap::Role;
use trapline::ports::{ChatError, Target};

use crate::stage::{Fault, Shown, Stage, admin, draft, member, refused, tried};

const USERS: [&str; 3] = ["ann", "ben", "cat"];
const CHANNELS: [&str; 2] = ["c1", "c2"];

/// One thing that happens. Whatever falls due is done after each.
#[derive(Debug, Clone)]
enum Step {
    Wait(i64),
    ClockBack(i64),
    /// The clock runs so many days ahead for a moment.
    WrongClock(i64),
    Restart,
    Fault(Fault),
    Block(usize),
    Unblock(usize),
    Move(usize, usize),
    Time(usize, u32),
    Reveal(usize, i64),
    Pause(usize),
    Resume(usize),
    Remove(usize),
    Post(usize),
    RevealNow(usize),
    Answer(usize, bool, Confidence),
    Delete(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let user = 0..USERS.len();
    let channel = 0..CHANNELS.len();
    let feed = 0..3_usize;
    let confidence = prop::sample::select(Confidence::ALL.to_vec());
    let fault = prop_oneof![
        3 => Just(Fault::SentUnknown),
        3 => Just(Fault::LostUnknown),
        2 => Just(Fault::SentHang),
        2 => Just(Fault::LostHang),
        1 => Just(Fault::Error(ChatError::NotSent { reason: "busy".into(), retry_after: None })),
    ];
    prop_oneof![
        10 => (1..600_i64).prop_map(Step::Wait),
        1 => (1..300_i64).prop_map(Step::ClockBack),
        1 => (1..400_i64).prop_map(Step::WrongClock),
        2 => Just(Step::Restart),
        6 => fault.prop_map(Step::Fault),
        1 => channel.clone().prop_map(Step::Block),
        2 => channel.clone().prop_map(Step::Unblock),
        2 => (feed.clone(), channel).prop_map(|(feed, channel)| Step::Move(feed, channel)),
        1 => (feed.clone(), 0..24_u32).prop_map(|(feed, hour)| Step::Time(feed, hour)),
        1 => (feed.clone(), 0..12_i64).prop_map(|(feed, hours)| Step::Reveal(feed, hours)),
        1 => feed.clone().prop_map(Step::Pause),
        2 => feed.clone().prop_map(Step::Resume),
        1 => feed.clone().prop_map(Step::Remove),
        2 => feed.clone().prop_map(Step::Post),
        1 => feed.prop_map(Step::RevealNow),
        12 => (user.clone(), any::<bool>(), confidence).prop_map(|(user, right, sure)| Step::Answer(user, right, sure)),
        1 => user.prop_map(Step::Delete),
    ]
}

/// The last answer of each member in each round: right or not, and how sure.
type Said = BTreeMap<(RoundId, &'static str), (bool, Confidence)>;

struct History {
    stage: Stage,
    said: Said,
}

impl History {
    async fn new() -> Self {
        let stage = Stage::new().await;
        stage.feed().await;
        let other = Draft { time: Some("12:00".into()), reveal_after: Some(0), ..draft("c1") };
        stage.s().feed_add(&admin("g"), &other).await.unwrap();
        let often = Draft { cron: Some("0 */5 * * *".into()), reveal_after: Some(2), ..draft("c2") };
        stage.s().feed_add(&admin("g"), &often).await.unwrap();
        Self { stage, said: Said::new() }
    }

    async fn play(&mut self, step: &Step) {
        let boss = admin("g");
        let number = |feed: &usize| (feed + 1).to_string();
        let edit = |change: Draft, feed: String| {
            let s = self.stage.s().clone();
            let boss = admin("g");
            async move { drop(s.feed_edit(&boss, &feed, &change).await) }
        };
        match step {
            Step::Wait(minutes) => self.stage.clock.advance(TimeDelta::minutes(*minutes)),
            Step::ClockBack(minutes) => self.stage.clock.advance(TimeDelta::minutes(-minutes)),
            Step::WrongClock(days) => {
                self.stage.clock.advance(TimeDelta::days(*days));
                self.stage.run_or_die().await;
                self.stage.clock.advance(TimeDelta::days(-days));
            }
            Step::Restart => self.stage.restart().await,
            Step::Fault(fault) => self.stage.chat.fail_sends([fault.clone()]),
            Step::Block(channel) => self.stage.chat.block(CHANNELS[*channel]),
            Step::Unblock(channel) => self.stage.chat.unblock(CHANNELS[*channel]),
            Step::Move(feed, channel) => edit(draft(CHANNELS[*channel]), number(feed)).await,
            Step::Time(feed, hour) => {
                edit(Draft { time: Some(format!("{hour}:00")), ..Draft::default() }, number(feed)).await;
            }
            Step::Reveal(feed, hours) => {
                edit(Draft { reveal_after: Some(*hours), ..Draft::default() }, number(feed)).await;
            }
            Step::Pause(feed) => drop(self.stage.s().feed_pause(&boss, &number(feed)).await),
            Step::Resume(feed) => drop(self.stage.s().feed_resume(&boss, &number(feed)).await),
            Step::Remove(feed) => drop(self.stage.s().feed_remove(&boss, &number(feed)).await),
            Step::Post(feed) => drop(self.stage.s().feed_post(&boss, &number(feed)).await),
            Step::RevealNow(feed) => drop(self.stage.s().feed_reveal(&boss, &number(feed)).await),
            Step::Answer(user, right, sure) => self.answer(USERS[*user], *right, *sure).await,
            Step::Delete(user) => {
                self.stage.s().delete(&member("g", USERS[*user])).await.unwrap();
                self.said.retain(|(_, who), _| *who != USERS[*user]);
            }
        }
        self.stage.run_or_die().await;
    }

    /// Answers all that is open.
    async fn answer(&mut self, user: &'static str, right: bool, sure: Confidence) {
        let Ok(open) = self.stage.s().today(&member("g", user)).await else { return };
        for round in open.into_iter().map(|mine| mine.round.id) {
            let given = self.stage.position(user, round, if right { Role::Right } else { Role::Bait }).await;
            self.stage.s().answer(&member("g", user), round, &given).await.unwrap();
            self.stage.s().set_confidence(&member("g", user), round, sure).await.unwrap();
            self.said.insert((round, user), (right, sure));
        }
    }

    /// All troubles end, no slot follows, and what is owed is delivered.
    async fn end(&mut self) {
        for channel in CHANNELS {
            self.stage.chat.unblock(channel);
        }
        self.stage.chat.state().sends.clear();
        for feed in ["1", "2", "3"] {
            drop(self.stage.s().feed_remove(&admin("g"), feed).await);
        }
        // What a clock less than a day ahead has opened is revealed at the hour that it announced.
        for _ in 0..40 {
            self.stage.clock.advance(TimeDelta::minutes(80));
            self.stage.run_or_die().await;
        }
        assert_eq!(self.stage.s().owed().await.unwrap(), 0);
        refused(self.stage.s().today(&member("g", "ann")).await);
    }

    async fn check_points(&self) {
        let mut expected: BTreeMap<(String, &str), (i64, u32, u32)> = BTreeMap::new();
        let now = trapline::ports::Clock::now(&*self.stage.clock);
        for (&(round, user), &(right, sure)) in &self.said {
            let revealed = self.stage.s().revealed(&member("g", user), round).await.unwrap().round.revealed_at.unwrap();
            for period in Period::ALL {
                let sum = expected.entry((period_key(period, revealed, chrono_tz::UTC), user)).or_default();
                sum.0 += i64::from(points(right, sure));
                sum.1 += u32::from(right);
                sum.2 += 1;
            }
        }
        for period in Period::ALL {
            let key = period_key(period, now, chrono_tz::UTC);
            let board = self.stage.s().leaderboard(&member("g", "ann"), period, 0).await.unwrap();
            let stands: BTreeMap<_, _> = board
                .lines
                .iter()
                .map(|(_, line)| (line.name.clone(), (line.points, line.right, line.answers)))
                .collect();
            let counted: BTreeMap<_, _> = expected
                .iter()
                .filter(|((of, _), _)| *of == key)
                .map(|((_, user), sum)| ((*user).to_owned(), *sum))
                .collect();
            assert_eq!(stands, counted, "{key}");
            let sorted = board.lines.windows(2).all(|pair| trapline::core::score::rank(&pair[0].1, &pair[1].1).is_lt());
            assert!(sorted, "{key}");
        }
    }

    async fn check_streaks(&self) {
        let mut conn = crate::database::connect(self.stage.url().trim_start_matches("sqlite://")).await;
        let rows = sqlx::query(
            "SELECT r.id, f.number, r.message IS NOT NULL AS delivered, r.settled FROM rounds r JOIN feeds f ON f.id = r.feed
             WHERE r.extra = 0 ORDER BY r.id",
        )
        .fetch_all(&mut conn)
        .await
        .unwrap();
        for user in USERS {
            let mut streaks: BTreeMap<i64, Streak> = BTreeMap::new();
            for row in &rows {
                let (round, feed): (i64, i64) = (row.get(0), row.get(1));
                assert!(row.get::<bool, _>(3), "round {round} is settled");
                if self.said.contains_key(&(RoundId(round), user)) {
                    let streak = streaks.entry(feed).or_default();
                    *streak = streak.answered();
                } else if let Some(streak) = streaks.get_mut(&feed).filter(|_| row.get(2)) {
                    *streak = streak.missed();
                }
            }
            let stats = self.stage.s().stats(&member("g", user), None).await.unwrap();
            assert_eq!(stats.streaks, streaks.into_iter().collect::<Vec<_>>(), "{user}");
        }
    }
}

/// Each message once; of each round a post and a reveal, or neither and a record of why.
pub(crate) async fn check_messages(stage: &Stage, may_lose: MayLose) {
    let messages = stage.chat.state().messages.clone();
    let mut keys = HashMap::new();
    let mut seen: BTreeMap<i64, (u32, u32)> = BTreeMap::new();
    for message in &messages {
        if let Some(twice) = keys.insert(message.key.clone(), message.id.clone()) {
            panic!("{twice} and {} are the same message", message.id);
        }
        if let Some((round, is_reveal)) = round_of(message) {
            let (posts, reveals) = seen.entry(round.0).or_default();
            *if is_reveal { reveals } else { posts } += 1;
        }
    }
    let mut conn = crate::database::connect(stage.url().trim_start_matches("sqlite://")).await;
    let rounds = sqlx::query(
        "SELECT r.id, o.state, o.last_error, r.message IS NOT NULL FROM rounds r JOIN outbox o ON o.round = r.id AND o.kind = 'post'",
    );
    let rounds = rounds.fetch_all(&mut conn).await.unwrap();
    assert!(seen.len() <= rounds.len(), "no message is of a round that is not there");
    for row in rounds {
        let (round, state, is_known): (i64, &str, bool) = (row.get(0), row.get(1), row.get(3));
        let counts = seen.get(&round).copied().unwrap_or_default();
        if state == "done" && is_known {
            let is_whole = counts == (1, 1) || (may_lose.reveals && counts == (1, 0));
            assert!(is_whole, "round {round} has (posts, reveals) {counts:?}");
        } else {
            let why: &str = row.get(2);
            // Of a try whose outcome stayed unknown nobody could see whether it got there.
            let is_gone = counts == (0, 0) || (may_lose.reveals && counts == (1, 0));
            assert!(state == "dropped" && is_gone, "round {round} has (posts, reveals) {counts:?}, since: {why}");
            assert!(may_lose.posts, "the post of round {round} was dropped in fair weather, since: {why}");
        }
    }
}

/// What some troubles take with them for good.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MayLose {
    /// That waited for too long, or that nobody wants any more.
    pub(crate) posts: bool,
    /// Of posts that are there.
    pub(crate) reveals: bool,
}

/// The round of a post or a reveal, and whether it is the reveal.
pub(crate) fn round_of(message: &Shown) -> Option<(RoundId, bool)> {
    if !matches!(&message.target, Target::Channel(id) if CHANNELS.contains(&id.as_str())) {
        return None;
    }
    let round = message.card.buttons.iter().flatten().find_map(|button| match button.act {
        Act::Do(Action::Mine { round } | Action::Answer { round, .. }) => Some(round),
        _ => None,
    })?;
    Some((round, message.title().starts_with("Reveal:")))
}

proptest! {
    #![proptest_config(tried(24, "tests/service/histories.seeds"))]

    #[test]
    fn everything_happens_once_and_adds_up(steps in prop::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut history = History::new().await;
            for step in &steps {
                history.play(step).await;
            }
            history.end().await;
            let any = |test: fn(&Step) -> bool| steps.iter().any(test);
            // A channel that refuses, and that nobody will mend since its feed is gone, gets no reveal. Where the feed has moved, the
            // reveal follows, unless it may have been sent before.
            let gone = any(|step| matches!(step, Step::Remove(_)))
                || any(|step| matches!(step, Step::Move(..))) && any(|step| matches!(step, Step::Fault(_)));
            let may_lose = MayLose {
                posts: any(|step| matches!(step, Step::Block(_) | Step::Fault(_) | Step::Pause(_) | Step::Remove(_))),
                reveals: gone && any(|step| matches!(step, Step::Block(_))),
            };
            check_messages(&history.stage, may_lose).await;
            history.check_points().await;
            history.check_streaks().await;
            assert_eq!(history.stage.s().recount(false).await.unwrap(), []);
        });
    }
}
