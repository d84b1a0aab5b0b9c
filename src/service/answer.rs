//! Members answer, change their mind, and look at what they said.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::library::refuse_open;
use super::people::{self, round_for};
use super::{Actor, Changed, Error, Result, Service};
use crate::core::ids::{Confidence, MemberId, RoundId};
use crate::core::refusal::Refusal;
use crate::core::round::{Answer, Given, Mine, Outcome, Receipt, Round, judge, verdict, why};
use crate::core::trap::Kind;
use crate::store::rounds::StoredRound;
use crate::store::{Common, Conn, StoreError, answers, feeds, rounds, standings};

/// A round that is open for so long still is open after any wait for the database.
const UNHURRIED: TimeDelta = TimeDelta::minutes(1);

/// What a look at one's own answer gives.
#[derive(Debug, Clone, PartialEq)]
pub enum MyRound {
    /// The round is open: nothing but what was chosen.
    Open(Box<Mine>),
    Revealed(Box<Outcome>),
}

/// A member's day.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Day {
    /// The open rounds of the place's feeds with the member's answers, newest first.
    pub open: Vec<Mine>,
    /// When the next trap comes, if one is scheduled.
    pub next: Option<DateTime<Utc>>,
}

impl Service {
    /// Records an answer: durable once this returns.
    ///
    /// # Errors
    /// A refusal of [`crate::core::round::judge`], [`Refusal::RoundUnknown`] for a round of another community,
    /// [`Refusal::NotSaved`] where the store takes no write just now, or a fault.
    #[tracing::instrument(name = "answer", level = "debug", skip_all, fields(%round, platform = actor.platform.as_str()))]
    pub async fn answer(&self, actor: &Actor, round: RoundId, given: &Given) -> Result<Receipt> {
        let given = given.clone();
        let decide = move |round: &Round, before: Option<Answer>, now: DateTime<Utc>| judge(round, &given, before, now);
        saved(self.put_answer(actor, round, decide).await)
    }

    /// Changes how sure the member is.
    ///
    /// # Errors
    /// `NotAnswered`, `RoundOver`, `RoundUnknown`, `NotSaved`, or a fault.
    #[tracing::instrument(name = "confidence", level = "debug", skip_all, fields(%round, platform = actor.platform.as_str()))]
    pub async fn set_confidence(&self, actor: &Actor, round: RoundId, confidence: Confidence) -> Result<Receipt> {
        let decide = move |round: &Round, before: Option<Answer>, now| {
            if round.is_over(now) {
                return Err(Refusal::RoundOver);
            }
            before.map(|answer| Answer { confidence, ..answer }).ok_or(Refusal::NotAnswered)
        };
        saved(self.put_answer(actor, round, decide).await)
    }

    /// One transaction from the look at the round to the commit, so that no reveal can come between.
    async fn put_answer(&self, actor: &Actor, round: RoundId, decide: impl Decide) -> Result<Receipt> {
        let (service, asked) = (self.clone(), Arc::new((actor.clone(), decide)));
        let receipt = self.store.write_together(move |common| {
            let (service, asked) = (service.clone(), Arc::clone(&asked));
            Box::pin(async move { refused(service.put(common, &asked.0, round, &asked.1).await) })
        });
        let receipt = receipt.await??;
        self.metrics().answered(actor.platform);
        self.hub.tell([Changed::Answered { round }]);
        Ok(receipt)
    }

    async fn put(&self, common: &mut Common, actor: &Actor, round: RoundId, decide: &impl Decide) -> Result<Receipt> {
        if let Some(receipt) = self.put_first(common, actor, round, decide).await? {
            return Ok(receipt);
        }
        let asking = answers::asking(common, (actor.platform, &actor.place), &actor.user, round).await?;
        let asking = asking.ok_or(Refusal::RoundUnknown)?;
        // Not before: the transaction may have had to wait for its beginning, and the round's time may have come.
        let now = self.clock.now();
        let conn = common.conn().await?;
        let stored = self.store.answered_round(conn, round).await?;
        let stored = stored.filter(|stored| stored.community == asking.place.community).ok_or(Refusal::RoundUnknown)?;
        let before = asking.before(&stored.round.trap)?;
        let answer = decide(&stored.round, before, now)?;
        let account = people::keep(conn, actor, asking.place, asking.account).await?;
        answers::put(common, stored.answers(), account.member, answer, now).await?;
        Ok(receipt(&stored.round, answer, before))
    }

    /// The usual case in a single statement, where all else takes two: somebody who is known answers an open round for the first time.
    /// None where it may be anything else, and then nothing has happened.
    async fn put_first(
        &self,
        common: &mut Common,
        actor: &Actor,
        round: RoundId,
        decide: &impl Decide,
    ) -> Result<Option<Receipt>> {
        let Some(stored) = self.store.remembered_round(round) else { return Ok(None) };
        let now = self.clock.now();
        // The statement may have to wait for the database, and nobody looks at the clock after that.
        if stored.round.reveal_at.is_some_and(|at| at - now < UNHURRIED) {
            return Ok(None);
        }
        let Ok(answer) = decide(&stored.round, None, now) else { return Ok(None) };
        let name = people::name_of(actor);
        let (place, user) = ((actor.platform, &*actor.place), (&*actor.user, name.as_deref()));
        let is_first =
            answers::put_first(common, place, user, (stored.answers(), stored.community), answer, now).await?;
        Ok(is_first.then(|| receipt(&stored.round, answer, None)))
    }

    /// What the member said in a round, and after the reveal how it went.
    ///
    /// # Errors
    /// `RoundUnknown`, `TrapOpen` where the round is revealed but its trap is open again, or a fault.
    pub async fn my_round(&self, actor: &Actor, round: RoundId) -> Result<MyRound> {
        let mut conn = self.store.read().await?;
        let (stored, account) = round_for(&mut conn, actor, round).await?;
        let member = account.map(|account| account.member);
        if stored.round.revealed_at.is_some() {
            refuse_open(&mut conn, &stored).await?;
            Ok(MyRound::Revealed(Box::new(outcome(&mut conn, &stored, member).await?)))
        } else {
            Ok(MyRound::Open(Box::new(mine(&mut conn, stored, member).await?)))
        }
    }

    /// What a number is asked for in: the headline of an open round of the actor's community, and the unit.
    ///
    /// # Errors
    /// `RoundUnknown`, `RoundOver`, `OptionUnknown` where no number is asked for, or a fault.
    pub async fn number_asked(&self, actor: &Actor, round: RoundId) -> Result<(String, String)> {
        let mut conn = self.store.read().await?;
        let (StoredRound { round, .. }, _) = round_for(&mut conn, actor, round).await?;
        if round.is_over(self.clock.now()) {
            return Err(Refusal::RoundOver.into());
        }
        match round.trap.kind {
            Kind::Number(number) => Ok((round.trap.headline, number.unit)),
            Kind::Choice { .. } => Err(Refusal::OptionUnknown.into()),
        }
    }

    /// The open rounds of the place's feeds with the member's answers, newest first.
    ///
    /// # Errors
    /// `NothingOpen` with the time of the next post, or a fault.
    pub async fn today(&self, actor: &Actor) -> Result<Vec<Mine>> {
        let Day { open, next } = self.day(actor).await?;
        if open.is_empty() { Err(Refusal::NothingOpen { next }.into()) } else { Ok(open) }
    }

    /// What is open at the actor's place, and what comes.
    ///
    /// # Errors
    /// A fault.
    pub async fn day(&self, actor: &Actor) -> Result<Day> {
        let now = self.clock.now();
        let mut conn = self.store.read().await?;
        let Some((place, account)) = people::known(&mut conn, actor).await? else { return Ok(Day::default()) };
        let member = account.map(|account| account.member);
        let mut open = Vec::new();
        for stored in rounds::open_in(&mut conn, place.id, now).await? {
            open.push(mine(&mut conn, stored, member).await?);
        }
        Ok(Day { open, next: feeds::next_post(&mut conn, place.id).await? })
    }

    /// A round of the actor's community, whatever its state.
    ///
    /// # Errors
    /// `RoundUnknown`, or a fault.
    pub async fn round(&self, actor: &Actor, round: RoundId) -> Result<Mine> {
        let mut conn = self.store.read().await?;
        let (stored, account) = round_for(&mut conn, actor, round).await?;
        mine(&mut conn, stored, account.map(|account| account.member)).await
    }
}

/// From a round and what was said in it before to what is said now.
trait Decide: Fn(&Round, Option<Answer>, DateTime<Utc>) -> Result<Answer, Refusal> + Send + Sync + 'static {}

impl<F> Decide for F where
    F: Fn(&Round, Option<Answer>, DateTime<Utc>) -> Result<Answer, Refusal> + Send + Sync + 'static
{
}

/// A refusal is no fault of the transaction: it has written nothing, and others in it go on.
fn refused<T>(result: Result<T>) -> Result<Result<T, Refusal>, StoreError> {
    match result {
        Ok(done) => Ok(Ok(done)),
        Err(Error::Refused(refusal)) => Ok(Err(refusal)),
        Err(Error::Fault(fault)) => Err(fault),
    }
}

/// A store that takes no write just now is the member's business: they are told that nothing was saved. The log gets the cause.
fn saved<T>(result: Result<T>) -> Result<T> {
    match result {
        Err(Error::Fault(fault)) if fault.is_unavailable() => {
            tracing::error!(error = %fault, "an answer could not be saved");
            Err(Refusal::NotSaved.into())
        }
        other => other,
    }
}

fn receipt(round: &Round, answer: Answer, before: Option<Answer>) -> Receipt {
    Receipt {
        round: round.id,
        headline: round.trap.headline.clone(),
        said: round.show(answer.said),
        confidence: answer.confidence,
        before: before.filter(|before| before.said != answer.said).map(|before| round.show(before.said)),
        reveal_at: round.reveal_at,
        zone: round.zone,
    }
}

async fn answer_of(conn: &mut Conn, stored: &StoredRound, member: Option<MemberId>) -> Result<Option<Answer>> {
    match member {
        Some(member) => Ok(answers::get(conn, stored.answers(), &stored.round.trap, member).await?),
        None => Ok(None),
    }
}

async fn mine(conn: &mut Conn, stored: StoredRound, member: Option<MemberId>) -> Result<Mine> {
    let answer = answer_of(conn, &stored, member).await?;
    let answered = answers::count_of(conn, stored.answers()).await?;
    let (channel, message) = match stored.post {
        Some(post) => (post.channel, Some(post.message)),
        None => (stored.feed_channel, None),
    };
    let said = answer.map(|answer| (stored.round.show(answer.said), answer.confidence));
    Ok(Mine { round: stored.round, answered, said, channel, message })
}

async fn outcome(conn: &mut Conn, stored: &StoredRound, member: Option<MemberId>) -> Result<Outcome> {
    let round = &stored.round;
    let answer = answer_of(conn, stored, member).await?;
    let streak = match member {
        Some(member) => standings::streak(conn, round.feed, member).await?,
        None => crate::core::score::Streak::default(),
    };
    let judged = |a: Answer| (round.show(a.said), a.confidence, verdict(&round.trap, a.said, a.confidence));
    Ok(Outcome {
        round: round.id,
        title: round.trap.title.clone(),
        said: answer.map(judged),
        right: round.right(),
        why: answer.and_then(|answer| why(&round.trap, answer.said)).map(ToOwned::to_owned),
        streak,
    })
}
