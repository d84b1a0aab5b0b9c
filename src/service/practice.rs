//! On-demand traps for one member: private, judged at once, never on the leaderboard.

use std::collections::HashMap;

use super::library::open_traps;
use super::people::{self, known};
use super::words::{FilterWords, none_left, pool};
use super::{Actor, Result, Service};
use crate::core::feed::Filter;
use crate::core::ids::{Confidence, TrapId};
use crate::core::pick;
use crate::core::refusal::Refusal;
use crate::core::round::{Given, Said, Shown, Verdict, Verdicted, parse_in, right, show, verdict, why};
use crate::core::trap::{Kind, Level, Trap};
use crate::store::practice::{self, Practised};

/// A practice trap, ready to show.
#[derive(Debug, Clone, PartialEq)]
pub struct Exercise {
    pub trap: Trap,
    /// 0 is the canonical variant.
    pub variant: u16,
    pub seed: u32,
    /// Shown position → index of the option, from `seed`.
    pub order: Vec<usize>,
    /// What it was chosen by; empty where it was not chosen here.
    pub filter: Filter,
}

/// A practice answer, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    pub exercise: Exercise,
    pub said: Shown,
    pub right: Shown,
    pub verdict: Verdict,
    /// Why what was said is right, or tempts and fails; absent for a number that no known mistake leads to.
    pub why: Option<String>,
    /// The false belief behind what was said, as a sentence, where it is known.
    pub belief: Option<String>,
}

impl Service {
    /// Picks a trap that matches the filter and is not open here; those this member practised longest ago come first.
    /// Words are checked like a feed's (`UnknownSeries` …); all three may be absent.
    ///
    /// # Errors
    /// `UnknownSeries`, `UnknownTopic`, `UnknownLevel`, `EmptyFilter`, `AllOpen`, or a fault.
    pub async fn practise(
        &self,
        actor: &Actor,
        series: Option<&str>,
        topic: Option<&str>,
        level: Option<&str>,
    ) -> Result<Exercise> {
        let filter = FilterWords { series, topic, level }.apply(&self.bank, &Filter::default())?;
        let mut conn = self.store.read().await?;
        let open = open_traps(&mut conn, actor).await?;
        let practised = match known(&mut conn, actor).await? {
            Some((_, Some(account))) => practice::of_member(&mut conn, account.member).await?,
            _ => Vec::new(),
        };
        drop(conn);
        let practised: HashMap<&TrapId, &Practised> = practised.iter().map(|p| (&p.trap, p)).collect();
        let seed = self.practice_seed(actor);
        let lot = |trap: &Trap| pick::seed(&[&seed.to_le_bytes(), trap.id.as_str().as_bytes()]);
        let trap = pool(&self.bank, &filter)
            .into_iter()
            .filter(|trap| !open.contains(&trap.id))
            .min_by_key(|trap| (practised.get(&trap.id).map(|p| p.last_at), lot(trap)))
            .ok_or_else(|| none_left(&self.bank, &filter))?;
        let times = practised.get(&trap.id).map_or(0, |p| p.times);
        Ok(Exercise { filter, ..self.variant_after(&trap.id, times, seed)? })
    }

    /// As [`Service::practise`], by the filter that a button stands for.
    ///
    /// # Errors
    /// As there.
    pub async fn practise_by(&self, actor: &Actor, filter: &Filter) -> Result<Exercise> {
        let level = filter.level.map(Level::as_str);
        self.practise(actor, filter.series.as_deref(), filter.topic.as_deref(), level).await
    }

    /// The exercise that a button's trap, variant and seed stand for.
    ///
    /// # Errors
    /// `UnknownTrap` where the bank no longer has it, `TrapOpen`, or a fault.
    pub async fn exercise(&self, actor: &Actor, trap: &TrapId, variant: u16, seed: u32) -> Result<Exercise> {
        if open_traps(&mut *self.store.read().await?, actor).await?.contains(trap) {
            return Err(Refusal::TrapOpen.into());
        }
        self.rebuild(trap, variant, seed)
    }

    /// Judges an answer and remembers that it was practised.
    ///
    /// # Errors
    /// As [`Service::exercise`], and `OptionUnknown`, `BadNumber` or `OtherUnit`.
    pub async fn practise_answer(
        &self,
        actor: &Actor,
        trap: &TrapId,
        variant: u16,
        seed: u32,
        given: &Given,
    ) -> Result<Judged> {
        let exercise = self.exercise(actor, trap, variant, seed).await?;
        let said = said(&exercise, given)?;
        let verdict = verdict(&exercise.trap, said, Confidence::Guess);
        let mut tx = self.store.write().await?;
        let (_, account) = people::ensure(&mut tx, actor).await?;
        let is_right = verdict.role == Verdicted::Right;
        practice::record(&mut tx, account.member, trap, is_right, self.clock.now()).await?;
        tx.commit().await?;
        Ok(Judged {
            said: show(&exercise.trap, &exercise.order, said),
            right: right(&exercise.trap, &exercise.order),
            why: why(&exercise.trap, said).map(ToOwned::to_owned),
            belief: verdict.mistake.as_deref().map(|slug| self.misconception(slug)),
            verdict,
            exercise,
        })
    }

    /// A new one for each request, and no other secret's business.
    #[expect(clippy::cast_possible_truncation, reason = "the low half of a hash is a hash")]
    fn practice_seed(&self, actor: &Actor) -> u32 {
        let now = self.clock.now().timestamp_millis().to_le_bytes();
        pick::seed(&[self.store.secret(), actor.user.as_bytes(), &now]) as u32
    }

    /// The variants take turns, the canonical one first.
    fn variant_after(&self, trap: &TrapId, times: u32, seed: u32) -> Result<Exercise> {
        let variants = self.bank.get(trap).map_or(1, |entry| entry.variants.len().max(1));
        let variant = u16::try_from(times as usize % variants).unwrap_or(0);
        self.rebuild(trap, variant, seed)
    }

    fn rebuild(&self, id: &TrapId, variant: u16, seed: u32) -> Result<Exercise> {
        let known = self.bank.get(id).and_then(|entry| entry.variants.get(usize::from(variant)));
        let unknown = || Refusal::UnknownTrap { given: id.to_string(), near: Vec::new() };
        let trap = known.ok_or_else(unknown)?.clone();
        let order = pick::shuffle(trap.options().len(), u64::from(seed));
        Ok(Exercise { trap, variant, seed, order, filter: Filter::default() })
    }
}

fn said(exercise: &Exercise, given: &Given) -> Result<Said, Refusal> {
    match (given, &exercise.trap.kind) {
        (Given::Position(position), Kind::Choice { .. }) => {
            exercise.order.get(usize::from(*position)).copied().map(Said::Option).ok_or(Refusal::OptionUnknown)
        }
        (Given::Typed(text), Kind::Number(number)) => Ok(Said::Value(parse_in(text, &number.unit)?)),
        _ => Err(Refusal::OptionUnknown),
    }
}
