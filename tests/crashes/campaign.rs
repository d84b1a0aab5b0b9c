//! The course of a campaign: start, everyday work, trouble, death, and again.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use trapline::core::ids::{Confidence, RoundId};

use crate::dice::Dice;
use crate::ledger::Ledger;
use crate::points::{Outside, Point};
use crate::side::{Answering, Heard, Side, Underway as _};
use crate::verdict;
use crate::world::audit::hold_writes;
use crate::world::faults::{Fault, Planned};
use crate::world::hub::PATIENCE;
use crate::world::process::Process;

/// The numbers of the two feeds in their server.
const BY_HAND: i64 = 1;
const BY_CLOCK: i64 = 2;
const OWED: &str = "SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')";
const SENT: &str = "SELECT count(*) FROM outbox WHERE state = 'done' AND kind IN ('post', 'reveal')";
const OPEN_BY_HAND: &str =
    "SELECT count(*) FROM rounds r JOIN feeds f ON f.id = r.feed WHERE f.number = 1 AND revealed_at IS NULL";
const OPEN_BY_CLOCK: &str =
    "SELECT count(*) FROM rounds r JOIN feeds f ON f.id = r.feed WHERE f.number = 2 AND revealed_at IS NULL";

pub(crate) struct Campaign<S: Side> {
    side: S,
    folder: TempDir,
    outside: Outside,
    dice: Dice,
    ledger: Ledger,
    answering: Vec<Answering<S::Pending>>,
    orders: Vec<S::Pending>,
    /// Held until the program is dead, and then answered to nobody.
    fault: Option<Fault<S::State>>,
    kills: BTreeMap<Point, usize>,
    since: Instant,
}

impl<S: Side> Campaign<S> {
    pub(crate) async fn begin(seed: u64) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let outside = Outside::new(&folder.path().join("trapline.db"));
        let mut campaign = Self {
            side: S::new().await,
            folder,
            outside,
            dice: Dice::new(seed),
            ledger: Ledger::default(),
            answering: Vec::new(),
            orders: Vec::new(),
            fault: None,
            kills: BTreeMap::new(),
            since: Instant::now(),
        };
        let program = campaign.start().await;
        campaign.side.set_up().await;
        assert!(program.stop().await.success());
        campaign.side.offline().await;
        // As if it had been away for some minutes: so there is a slot to make up for, however short the campaign is.
        let away = "UPDATE feeds SET since = since - 300000, next_at = since - 240000 WHERE number = 2";
        campaign.outside.execute(away.to_owned()).await;
        campaign
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("trapline.db")
    }

    /// So many points, in an order that hangs on the seed: each named one as often as the others, and to two of them one moment that
    /// nobody chose.
    pub(crate) fn course(&mut self, kills: usize) -> Vec<Point> {
        let pairs = Point::NAMED.chunks(2).cycle();
        let mut course: Vec<Point> =
            pairs.flat_map(|pair| pair.iter().copied().chain([Point::Anywhere])).take(kills).collect();
        self.dice.shuffle(&mut course);
        course
    }

    pub(crate) async fn kill_at(&mut self, point: Point) {
        if point == Point::Anywhere && self.dice.below(3) == 0 {
            let program = Process::start(self.side.world(), S::PLATFORM, &self.database());
            self.a_moment(400).await;
            self.die(program).await;
        } else {
            let program = self.start().await;
            self.everyday().await;
            self.bring_to(point).await;
            self.die(program).await;
        }
        *self.kills.entry(point).or_default() += 1;
    }

    async fn die(&mut self, program: Process) {
        program.kill().await;
        self.side.offline().await;
        if let Some(fault) = self.fault.take() {
            fault.lift();
        }
        self.outside.go_on().await;
    }

    /// Starts the program, and hears what the one before may still have said.
    async fn start(&mut self) -> Process {
        for answering in &mut self.answering {
            answering.again |= answering.pending.comes_again();
        }
        let given = self.answering.iter().map(|answering| &answering.pending).chain(&self.orders);
        let again: Vec<&S::Pending> = given.filter(|pending| pending.comes_again()).collect();
        let program = Process::start(self.side.world(), S::PLATFORM, &self.database());
        self.side.online().await;
        for pending in again {
            pending.answered().await;
        }
        self.hear();
        for order in self.orders.drain(..).filter(|order| order.told().is_none()) {
            order.forget();
        }
        program
    }

    fn hear(&mut self) {
        for answering in self.answering.drain(..) {
            let heard = answering.heard();
            let Answering { member, round, act, again, pending } = answering;
            match heard {
                // It may have been done by a program that could not say so, and that this is the second time.
                Heard::Refusal if again => self.ledger.doubt(&member, round, act),
                Heard::Receipt => self.ledger.acknowledge(&member, round, act),
                Heard::Refusal => {}
                Heard::Nothing => {
                    self.ledger.doubt(&member, round, act);
                    pending.forget();
                }
            }
        }
    }

    /// What is owed comes, a round is open, and some answer it and see their receipts.
    async fn everyday(&mut self) {
        self.until("what is owed to be delivered", OWED, 0).await;
        if self.side.open().is_empty() {
            self.side.ordered("feed post", BY_HAND).await;
            self.until("what is owed to be delivered", OWED, 0).await;
        }
        let round = self.newest();
        for _ in 0..3 {
            let member = self.side.members()[self.dice.below(self.side.members().len())].clone();
            let nth = self.dice.below(5);
            self.answering.push(self.side.answer(&member, &round, nth).await);
            self.all_heard().await;
            let sure = self.dice.one_of(&Confidence::ALL);
            self.answering.push(self.side.be_sure(&member, &round, sure).await);
            self.all_heard().await;
        }
    }

    async fn all_heard(&mut self) {
        for answering in &self.answering {
            answering.pending.answered().await;
        }
        self.hear();
    }

    fn newest(&self) -> (RoundId, S::Post) {
        self.side.open().pop().expect("a round is open, and its trap one of options")
    }

    /// Has the program come to a point, where it stands or is about to pass.
    async fn bring_to(&mut self, point: Point) {
        let stop = point.stop(&mut self.dice);
        if let Some(stop) = &stop {
            self.outside.stop_at(stop.statement).await;
        }
        let order = stop.and_then(|stop| stop.order).unwrap_or_else(|| self.any_order());
        match point {
            Point::Making | Point::Claiming | Point::Recording | Point::Revealing => {
                self.give(order).await;
                self.outside.stands().await;
            }
            // A request that is held before it does anything dies with its program.
            Point::Claimed => drop(self.send_into(order, Planned::hold).await),
            Point::Sent => self.fault = Some(self.send_into(order, Planned::hold_answer).await),
            Point::Recorded => {
                let before = self.outside.number(SENT).await;
                self.give(order).await;
                self.outside.more_than(before, SENT).await;
            }
            Point::Answering => {
                let lock = hold_writes(&self.database()).await;
                self.all_answer().await;
                self.a_moment(200).await;
                drop(lock);
                self.outside.stands().await;
            }
            Point::Anywhere => {
                self.all_answer().await;
                self.give(order).await;
                self.a_moment(500).await;
            }
        }
    }

    async fn send_into(
        &mut self,
        order: &'static str,
        fault: impl FnOnce(Planned<S::State>) -> Fault<S::State>,
    ) -> Fault<S::State> {
        let fault = fault(self.side.next_message());
        self.give(order).await;
        fault.hit(1).await;
        fault
    }

    async fn give(&mut self, order: &'static str) {
        self.orders.push(self.side.order(order, BY_HAND).await);
    }

    /// Some rounds are open at once, and not too many.
    fn any_order(&mut self) -> &'static str {
        match self.side.open().len() {
            0 | 1 => "feed post",
            2 | 3 => self.dice.one_of(&["feed post", "feed reveal"]),
            _ => "feed reveal",
        }
    }

    async fn all_answer(&mut self) {
        let round = self.newest();
        for member in self.side.members().to_vec() {
            let nth = self.dice.below(5);
            self.answering.push(self.side.answer(&member, &round, nth).await);
        }
    }

    async fn a_moment(&mut self, milliseconds: usize) {
        tokio::time::sleep(Duration::from_millis(self.dice.below(milliseconds) as u64)).await;
    }

    async fn until(&self, what: &str, query: &'static str, wanted: i64) {
        let there = async {
            while self.outside.number(query).await != wanted {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let waited = tokio::time::timeout(2 * PATIENCE, there).await;
        assert!(waited.is_ok(), "waited in vain for {what}, after {:?}", self.kills);
    }

    /// Lets everything come to its end, and looks at what there is. Returns the figures.
    pub(crate) async fn end(mut self) -> String {
        let program = self.start().await;
        self.until("what is owed to be delivered", OWED, 0).await;
        self.side.ordered("feed pause", BY_CLOCK).await;
        for (feed, open) in [(BY_HAND, OPEN_BY_HAND), (BY_CLOCK, OPEN_BY_CLOCK)] {
            while self.outside.number(open).await > 0 {
                self.side.ordered("feed reveal", feed).await;
                self.until("what is owed to be delivered", OWED, 0).await;
            }
        }
        assert!(program.stop().await.success(), "SIGTERM ends it in order");
        let found = verdict::check(&self.database(), &self.side, &self.ledger).await;
        self.side.finish();
        format!(
            "kills: {} {:?}; {found}; receipts: {}, answers without: {}; seconds: {}",
            self.kills.values().sum::<usize>(),
            self.kills,
            self.ledger.acknowledged,
            self.ledger.unknown,
            self.since.elapsed().as_secs()
        )
    }
}
