//! The stage on which stories play: traps, a clock, a chat with state and faults, and a service that can be restarted.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use proptest::test_runner::{Config as ProptestConfig, FileFailurePersistence};
use trapline::bank::Bank;
use trapline::core::card::Card;
use trapline::core::feed::{Blocked, Draft, FeedView};
use trapline::core::ids::{Platform, RoundId, TrapId};
use trapline::core::refusal::Refusal;
use trapline::core::round::{Given, Receipt};
use trapline::core::trap::{Choice, FollowUp, Kind, Level, Number, NumberMistake, Role, Source, Trap};
use trapline::ports::{Chat, ChatError, Chats, Clock, Outgoing, Sent, Target};
use trapline::service::{Actor, Error, Service};
use trapline::store::Store;

pub(crate) struct Stage {
    dir: tempfile::TempDir,
    pub(crate) clock: Arc<HandClock>,
    bank: Arc<Bank>,
    pub(crate) chat: Arc<FakeChat>,
    store: Option<Store>,
    service: Option<Service>,
}

impl Stage {
    /// Monday 23 November 2026, 08:00 UTC, with five traps in the bank.
    pub(crate) async fn new() -> Self {
        Self::with(traps()).await
    }

    pub(crate) async fn with(traps: Vec<Trap>) -> Self {
        let clock = Arc::new(HandClock(Mutex::new(at("2026-11-23T08:00:00Z"))));
        let chat = Arc::new(FakeChat::new(Platform::Discord, clock.clone()));
        let dir = tempfile::tempdir().expect("a folder");
        let mut stage = Self { dir, clock, bank: Arc::new(Bank::from_traps(traps)), chat, store: None, service: None };
        stage.open().await;
        stage
    }

    pub(crate) fn url(&self) -> String {
        format!("sqlite://{}/t.db", self.dir.path().display())
    }

    pub(crate) async fn open(&mut self) {
        let store = Store::open(&self.url(), [7; 32]).await.expect("neither refused nor a fault");
        self.service = Some(Service::new(store.clone(), self.bank.clone(), self.clock.clone()));
        self.store = Some(store);
    }

    /// All that was in memory is lost.
    pub(crate) async fn restart(&mut self) {
        self.close().await;
        self.open().await;
    }

    pub(crate) fn s(&self) -> &Service {
        self.service.as_ref().expect("it is open")
    }

    pub(crate) fn store(&self) -> &Store {
        self.store.as_ref().expect("it is open")
    }

    /// The services over another database, such as a backup of this one.
    pub(crate) async fn service_over(&self, url: &str) -> (Store, Service) {
        let store = Store::open(url, [9; 32]).await.expect("neither refused nor a fault");
        (store.clone(), Service::new(store, self.bank.clone(), self.clock.clone()))
    }

    /// Ends the program: its database is in nobody's hands.
    pub(crate) async fn close(&mut self) {
        self.service = None;
        self.store.take().expect("it is open").close().await;
    }

    pub(crate) fn chats(&self) -> Chats {
        Chats::new(vec![self.chat.clone()])
    }

    /// Edits the posts whose live line is stale; returns how many were.
    pub(crate) async fn refresh(&self) -> u32 {
        self.s().refresh_live(self.chat.as_ref()).await.expect("neither refused nor a fault")
    }

    /// What the loops would do now.
    pub(crate) async fn run(&self) {
        self.s().tick().await.expect("neither refused nor a fault");
        self.s().deliver(self.chat.as_ref()).await.expect("neither refused nor a fault");
    }

    /// As [`Stage::run`]; should a send stand still, the program is killed there and starts again.
    pub(crate) async fn run_or_die(&mut self) {
        self.s().tick().await.expect("neither refused nor a fault");
        let hung = async {
            while self.chat.state().hung == 0 {
                tokio::task::yield_now().await;
            }
        };
        let killed = tokio::select! {
            done = self.s().deliver(self.chat.as_ref()) => { done.expect("neither refused nor a fault"); false }
            () = hung => true,
        };
        if killed {
            self.chat.state().hung = 0;
            self.restart().await;
        }
    }

    pub(crate) async fn run_at(&self, time: &str) {
        self.clock.set(at(time));
        self.run().await;
    }

    pub(crate) async fn run_after(&self, span: TimeDelta) {
        self.clock.advance(span);
        self.run().await;
    }

    /// A feed in the channel `c1` of the guild `g`, 09:00 UTC daily.
    pub(crate) async fn feed(&self) -> FeedView {
        self.s().feed_add(&admin("g"), &draft("c1")).await.expect("neither refused nor a fault")
    }

    /// The only open round of the guild.
    pub(crate) async fn open_round(&self) -> RoundId {
        let open = self.s().today(&member("g", "onlooker")).await.expect("neither refused nor a fault");
        assert_eq!(open.len(), 1, "one round is open");
        open[0].round.id
    }

    /// Answers with the right option, or with the bait.
    pub(crate) async fn answer(&self, user: &str, round: RoundId, right: bool) -> Receipt {
        let given = self.position(user, round, if right { Role::Right } else { Role::Bait }).await;
        self.s().answer(&member("g", user), round, &given).await.expect("neither refused nor a fault")
    }

    pub(crate) async fn position(&self, user: &str, round: RoundId, role: Role) -> Given {
        let mine = self.s().round(&member("g", user), round).await.expect("neither refused nor a fault");
        let option =
            mine.round.trap.options().iter().position(|option| option.role == role).expect("each role is there");
        Given::Position(u8::try_from(mine.round.position_of(option)).expect("few options"))
    }
}

/// How a random test is set up: it plays as many cases as `usual`, or as `PROPTEST_CASES` says, and what has failed once is tried first
/// ever after.
pub(crate) fn tried(usual: u32, seeds: &'static str) -> ProptestConfig {
    ProptestConfig {
        cases: std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(seeds))),
        max_shrink_iters: 300,
        ..ProptestConfig::default()
    }
}

pub(crate) fn at(time: &str) -> DateTime<Utc> {
    time.parse().expect("RFC 3339")
}

pub(crate) fn member(place: &str, user: &str) -> Actor {
    Actor { platform: Platform::Discord, place: place.into(), user: user.into(), name: user.into(), admin: false }
}

pub(crate) fn admin(place: &str) -> Actor {
    Actor { admin: true, ..member(place, "boss") }
}

pub(crate) fn draft(channel: &str) -> Draft {
    Draft { channel: Some(channel.into()), ..Draft::default() }
}

pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

/// Five choice traps in two series; topics alternate.
pub(crate) fn traps() -> Vec<Trap> {
    let of =
        |series: &str, number, topic: &str, level| trap(&format!("{series}-{number}"), series, number, topic, level);
    vec![
        of("alpha", 1, "memory", Level::Senior),
        of("alpha", 2, "data", Level::Senior),
        of("alpha", 3, "memory", Level::Mid),
        of("beta", 1, "data", Level::Staff),
        of("beta", 2, "serving", Level::Senior),
    ]
}

pub(crate) fn trap(id: &str, series: &str, number: u32, topic: &str, level: Level) -> Trap {
    let option = |text: &str, role, mistake: Option<&str>| Choice {
        text: format!("{text} of {id}"),
        role,
        why: format!("why {text}"),
        mistake: mistake.map(Into::into),
    };
    let options = vec![
        option("right", Role::Right, None),
        option("bait", Role::Bait, Some("takes-the-bait")),
        option("wrong", Role::Wrong, Some("goes-wrong")),
    ];
    Trap {
        id: TrapId::try_from(id.to_owned()).expect("a good id"),
        series: series.into(),
        number,
        title: format!("The Secret of {id}"),
        headline: format!("Headline {id}"),
        published: NaiveDate::from_ymd_opt(2026, 5, 8).expect("a date"),
        level,
        topics: vec![topic.into()],
        minutes: 2,
        kind: Kind::Choice { options },
        scenario: "A scenario.".into(),
        ask: "What now?".into(),
        explanation: "Because.".into(),
        follow_up: FollowUp { question: "And then?".into(), outline: "So.".into() },
        sources: vec![Source {
            title: "Paper".into(),
            by: "A. Author".into(),
            year: 2020,
            url: "https://example.org".into(),
        }],
        numbers: vec![("gb".into(), 14.0)],
        figure: None,
    }
}

pub(crate) fn number_trap() -> Trap {
    let known = NumberMistake { value: 28.0, mistake: "counts-weights-only".into(), why: "weights only".into() };
    let number =
        Number { value: 112.0, unit: "GB".into(), tolerance: 0.02, why: "all of it".into(), mistakes: vec![known] };
    Trap { kind: Kind::Number(number), ..trap("gamma-1", "gamma", 1, "memory", Level::Senior) }
}

pub(crate) struct HandClock(Mutex<DateTime<Utc>>);

impl HandClock {
    pub(crate) fn set(&self, time: DateTime<Utc>) {
        *self.0.lock().expect("nothing panics while it holds this") = time;
    }

    pub(crate) fn advance(&self, span: TimeDelta) {
        *self.0.lock().expect("nothing panics while it holds this") += span;
    }
}

impl Clock for HandClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().expect("nothing panics while it holds this")
    }
}

/// What goes wrong with one call.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// It is carried out, but the answer never comes.
    SentUnknown,
    /// It is not carried out, and the answer never comes.
    LostUnknown,
    /// It is carried out, and then the program stands still.
    SentHang,
    /// The program stands still before it is carried out.
    LostHang,
    /// It takes a while, but works.
    Slow,
    Error(ChatError),
}

/// A message as the channel shows it now.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) id: String,
    pub(crate) target: Target,
    pub(crate) key: String,
    pub(crate) card: Card,
    pub(crate) reply_to: Option<String>,
    pub(crate) at: DateTime<Utc>,
    pub(crate) edits: u32,
}

impl Shown {
    pub(crate) fn title(&self) -> &str {
        self.card.title.as_deref().unwrap_or_default()
    }
}

#[derive(Default)]
pub(crate) struct ChatState {
    pub(crate) messages: Vec<Shown>,
    pub(crate) threads: Vec<(String, String)>,
    /// Faults of the next sends, in order.
    pub(crate) sends: VecDeque<Fault>,
    /// Faults of the next edits, in order.
    pub(crate) edits: VecDeque<Fault>,
    /// How many edits were begun.
    pub(crate) edit_tries: u32,
    /// Faults of the next threads, in order.
    pub(crate) thread_faults: VecDeque<ChatError>,
    pub(crate) blocked: HashMap<String, Blocked>,
    pub(crate) looks: u32,
    pub(crate) tries: u32,
    /// How many sends and edits stand still.
    pub(crate) hung: u32,
}

pub(crate) struct FakeChat {
    platform: Platform,
    clock: Arc<HandClock>,
    state: Mutex<ChatState>,
}

impl FakeChat {
    pub(crate) fn new(platform: Platform, clock: Arc<HandClock>) -> Self {
        Self { platform, clock, state: Mutex::default() }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, ChatState> {
        self.state.lock().expect("nothing panics while it holds this")
    }

    /// What a channel holds, oldest first.
    pub(crate) fn channel(&self, id: &str) -> Vec<Shown> {
        let target = Target::Channel(id.into());
        self.state().messages.iter().filter(|m| m.target == target).cloned().collect()
    }

    /// What users were told in private.
    pub(crate) fn told(&self) -> Vec<(String, String)> {
        let state = self.state();
        let private = state.messages.iter().filter_map(|m| match &m.target {
            Target::User(user) => Some((user.clone(), m.title().to_owned())),
            Target::Channel(_) => None,
        });
        private.collect()
    }

    /// How often it was looked for a message, and how often one was to be sent.
    pub(crate) fn calls(&self) -> (u32, u32) {
        let state = self.state();
        (state.looks, state.tries)
    }

    pub(crate) fn fail_sends(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state().sends.extend(faults);
    }

    pub(crate) fn fail_edits(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state().edits.extend(faults);
    }

    pub(crate) fn block(&self, channel: &str) {
        let reason = Blocked::Permission { missing: vec!["Send Messages".into()] };
        self.state().blocked.insert(channel.into(), reason);
    }

    pub(crate) fn unblock(&self, channel: &str) {
        self.state().blocked.remove(channel);
    }

    fn put(&self, message: &Outgoing) -> Sent {
        assert!(message.key.len() <= 25 && message.key.is_ascii(), "a key that fits: {}", message.key);
        let mut state = self.state();
        let id = format!("m{}", state.messages.len() + 1);
        state.messages.push(Shown {
            id: id.clone(),
            target: message.target.clone(),
            key: message.key.clone(),
            card: message.card.clone(),
            reply_to: message.reply_to.clone(),
            at: self.clock.now(),
            edits: 0,
        });
        Sent { channel: name(&message.target).to_owned(), message: id }
    }

    fn change(&self, sent: &Sent, card: &Card) -> Result<(), ChatError> {
        let mut state = self.state();
        let message = state.messages.iter_mut().find(|m| m.id == sent.message).ok_or(ChatError::Gone)?;
        message.card = card.clone();
        message.edits += 1;
        Ok(())
    }

    /// Carries a call out as far as its fault lets it.
    async fn meet<T>(&self, fault: Option<Fault>, act: impl FnOnce() -> Result<T, ChatError>) -> Result<T, ChatError> {
        match fault {
            None => act(),
            Some(Fault::SentUnknown) => act().and(Err(ChatError::Unknown("timed out".into()))),
            Some(Fault::LostUnknown) => Err(ChatError::Unknown("timed out".into())),
            Some(Fault::SentHang) => {
                act()?;
                self.hang().await
            }
            Some(Fault::LostHang) => self.hang().await,
            Some(Fault::Slow) => {
                for _ in 0..100 {
                    tokio::task::yield_now().await;
                }
                act()
            }
            Some(Fault::Error(error)) => Err(error),
        }
    }

    async fn hang<T>(&self) -> T {
        self.state().hung += 1;
        std::future::pending().await
    }

    fn refusal(&self, channel: &str) -> Result<(), ChatError> {
        match self.state().blocked.get(channel) {
            Some(reason) => Err(ChatError::Blocked(reason.clone())),
            None => Ok(()),
        }
    }
}

fn name(target: &Target) -> &str {
    match target {
        Target::Channel(id) | Target::User(id) => id,
    }
}

#[async_trait]
impl Chat for FakeChat {
    fn platform(&self) -> Platform {
        self.platform
    }

    async fn send(&self, message: &Outgoing) -> Result<Sent, ChatError> {
        self.state().tries += 1;
        self.refusal(name(&message.target))?;
        let fault = self.state().sends.pop_front();
        self.meet(fault, || Ok(self.put(message))).await
    }

    async fn find(&self, message: &Outgoing, since: DateTime<Utc>) -> Result<Option<Sent>, ChatError> {
        self.state().looks += 1;
        self.refusal(name(&message.target))?;
        let state = self.state();
        let found = state.messages.iter().find(|m| m.key == message.key && m.target == message.target && m.at >= since);
        Ok(found.map(|m| Sent { channel: name(&m.target).to_owned(), message: m.id.clone() }))
    }

    async fn edit(&self, sent: &Sent, card: &Card) -> Result<(), ChatError> {
        self.state().edit_tries += 1;
        let fault = self.state().edits.pop_front();
        self.meet(fault, || self.change(sent, card)).await
    }

    async fn thread(&self, sent: &Sent, title: &str) -> Result<String, ChatError> {
        let mut state = self.state();
        if let Some(error) = state.thread_faults.pop_front() {
            return Err(error);
        }
        let id = format!("t-{}", sent.message);
        if !state.threads.iter().any(|(known, _)| *known == id) {
            state.threads.push((id.clone(), title.to_owned()));
        }
        Ok(id)
    }
}
