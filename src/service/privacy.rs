//! A member's own data: to take along, or to have deleted.

use serde_json::{Value, json};

use super::people::{LONGEST_PICKED, ensure, known, taken};
use super::rounds::GAINS;
use super::{Actor, Changed, Result, Service};
use crate::core::names;
use crate::core::refusal::Refusal;
use crate::core::round::Said;
use crate::core::score::Streak;
use crate::store::answers::Kept;
use crate::store::people::Account;
use crate::store::{Conn, StoreError, answers, outbox, people, practice, standings};

/// What went with a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deleted {
    pub answers: u64,
    /// How many reveals in the channels name them still, for a moment.
    pub reveals: u64,
}

impl Service {
    /// All that is kept about the actor in this community, as a JSON document.
    ///
    /// # Errors
    /// A fault.
    pub async fn export(&self, actor: &Actor) -> Result<Value> {
        let mut conn = self.store.read().await?;
        match known(&mut conn, actor).await? {
            Some((_, Some(account))) => Ok(document(&mut conn, &account).await?),
            _ => Ok(json!({ "accounts": [], "answers": [], "standings": [], "streaks": [], "practice": [] })),
        }
    }

    /// Deletes the actor's answers, points, streaks and name in this community. Counts of revealed rounds stay, without names;
    /// reveals in the channels that name them are edited soon.
    ///
    /// # Errors
    /// A fault.
    pub async fn delete(&self, actor: &Actor) -> Result<Deleted> {
        let mut tx = self.store.write().await?;
        let Some((_, Some(account))) = known(&mut tx, actor).await? else { return Ok(Deleted::default()) };
        let open = answers::open_of_member(&mut tx, account.member).await?;
        let reveals = outbox::owe_forgetting(&mut tx, account.member, GAINS, self.clock.now()).await?;
        let answers = people::delete_member(&mut tx, account.member).await?;
        tx.commit().await?;
        self.hub.tell(open.into_iter().map(|round| Changed::Answered { round }));
        self.hub.wake();
        Ok(Deleted { answers, reveals })
    }

    /// Renames the actor (the web channel, where members pick a name: 1 to 32 characters, some of which are seen, and no control
    /// characters). Returns the name that is kept. Whoever has the name of another member already, from before that was refused, keeps it.
    ///
    /// # Errors
    /// `BadName`, `NameTaken`, or a fault.
    pub async fn rename(&self, actor: &Actor, name: &str) -> Result<String> {
        let one_line = !name.trim().chars().any(char::is_control);
        let picked = names::clean(name).filter(|picked| one_line && picked.chars().count() <= LONGEST_PICKED);
        let Some(picked) = picked else { return Err(Refusal::BadName { given: name.to_owned() }.into()) };
        let mut tx = self.store.write().await?;
        let (place, account) = ensure(&mut tx, &Actor { name: picked.clone(), ..actor.clone() }).await?;
        // Whoever was given another name than they picked is told so, and nothing of it is committed.
        if !account.has(&picked)
            && let Some(free) = taken(&mut tx, place, Some(account.member), &picked).await?
        {
            return Err(Refusal::NameTaken { given: picked, free }.into());
        }
        tx.commit().await?;
        Ok(picked)
    }
}

async fn document(conn: &mut Conn, account: &Account) -> Result<Value, StoreError> {
    let member = account.member;
    let accounts = people::accounts_of(conn, member).await?;
    let answers = answers::of_member(conn, member).await?;
    let standings = standings::all_of(conn, member).await?;
    let streaks = standings::streaks_of(conn, member).await?;
    let practised = practice::of_member(conn, member).await?;
    Ok(json!({
        "name": account.name,
        "accounts": accounts.iter().map(|a| json!({ "platform": a.platform, "id": a.user, "name": a.name })).collect::<Vec<_>>(),
        "answers": answers.iter().map(answer).collect::<Vec<_>>(),
        "standings": standings.iter().map(|(period, s)| json!({
            "period": period, "points": s.points, "right": s.right, "answers": s.answers, "reached_at": s.reached_at,
        })).collect::<Vec<_>>(),
        "streaks": streaks.iter().map(|(platform, feed, s)| streak(platform, *feed, s)).collect::<Vec<_>>(),
        "practice": practised.iter().map(|p| json!({
            "trap": p.trap, "times": p.times, "right": p.right, "last_at": p.last_at,
        })).collect::<Vec<_>>(),
    }))
}

/// While its round is open, an answer goes by the trap's headline: the title and the id may name the trap.
fn answer(kept: &Kept) -> Value {
    let said = match kept.answer.said {
        Said::Option(index) => json!(kept.trap.options().get(index).map(|option| &option.text)),
        Said::Value(value) => json!(value),
    };
    let title = if kept.revealed { &kept.trap.title } else { &kept.trap.headline };
    json!({
        "round": kept.round,
        "trap": title,
        "said": said,
        "confidence": kept.answer.confidence,
        "first_at": kept.first_at,
        "at": kept.at,
        "points": kept.points,
    })
}

fn streak(platform: &str, feed: i64, streak: &Streak) -> Value {
    json!({
        "platform": platform,
        "feed": feed,
        "current": streak.current,
        "best": streak.best,
        "freezes": streak.freezes,
        "toward_next_freeze": streak.toward,
    })
}
