//! From who asks to whom the store knows.

use std::collections::HashSet;

use super::recount::recount_streaks;
use super::{Actor, Result};
use crate::core::ids::{MemberId, Platform, RoundId};
use crate::core::names;
use crate::core::refusal::Refusal;
use crate::store::people::{self, Account, Place};
use crate::store::rounds::{self, StoredRound};
use crate::store::{Conn, StoreError};

/// The longest name that a member can pick, in characters.
pub(super) const LONGEST_PICKED: usize = 32;
/// The longest name that is kept, in characters.
const LONGEST_NAME: usize = 80;
/// Whoever has no name that could be shown.
pub(super) const UNNAMED: &str = "somebody";

/// The actor's place and account, as far as they are known: of a Discord user who has none there, that in another server of the
/// community. Reading makes no rows.
pub(super) async fn known(conn: &mut Conn, actor: &Actor) -> Result<Option<(Place, Option<Account>)>, StoreError> {
    let Some(place) = people::place(conn, actor.platform, &actor.place).await? else { return Ok(None) };
    let account = people::account(conn, place.id, &actor.user).await?;
    Ok(Some((place, account)))
}

/// The actor's account, made where it is new.
pub(super) async fn ensure(conn: &mut Conn, actor: &Actor) -> Result<(Place, Account), StoreError> {
    let place = people::ensure_place(conn, actor.platform, &actor.place).await?;
    let known = people::account(conn, place.id, &actor.user).await?;
    Ok((place, keep(conn, actor, place, known).await?))
}

/// The actor's account in the place, made where there is none, under the name that they go by now: on the web that of nobody else, so
/// that a new member may get a number behind it, and a known one keeps the name they had. `known`: theirs there or, of a
/// Discord user, in another server of the community, whose member they are then here too.
pub(super) async fn keep(
    conn: &mut Conn,
    actor: &Actor,
    place: Place,
    known: Option<Account>,
) -> Result<Account, StoreError> {
    let Some(account) = known else {
        let name = match name_of(actor) {
            Some(name) => taken_unvouched(conn, actor, place, None, &name).await?.unwrap_or(name),
            None => UNNAMED.to_owned(),
        };
        return people::make_account(conn, place, &actor.user, &name).await;
    };
    let account = if account.place == place.id { account } else { also_here(conn, actor, place, &account).await? };
    match name_of(actor) {
        Some(name)
            if !account.has(&name)
                && taken_unvouched(conn, actor, place, Some(account.member), &name).await?.is_some() =>
        {
            Ok(account)
        }
        Some(name) if account.name != name || account.own_name.as_ref() != Some(&name) => {
            people::rename(conn, &account, &name).await?;
            Ok(Account { own_name: Some(name.clone()), name, ..account })
        }
        _ => Ok(account),
    }
}

/// As [`taken`], where nobody vouches for the name: platforms do for those of their users, but a browser's may have been written
/// there by hand.
async fn taken_unvouched(
    conn: &mut Conn,
    actor: &Actor,
    place: Place,
    member: Option<MemberId>,
    name: &str,
) -> Result<Option<String>, StoreError> {
    if actor.platform == Platform::Web { taken(conn, place, member, name).await } else { Ok(None) }
}

/// Whether another member of the place goes by a name that looks like this one: then one that nobody there has. Within the transaction
/// that gives the name it stays true, since there is one that writes at a time.
pub(super) async fn taken(
    conn: &mut Conn,
    place: Place,
    member: Option<MemberId>,
    name: &str,
) -> Result<Option<String>, StoreError> {
    let others = people::names_of_others(conn, place.id, member).await?;
    let looks: HashSet<String> = others.iter().map(|other| names::look(other)).collect();
    Ok(looks.contains(&names::look(name)).then(|| names::numbered(name, &looks, LONGEST_PICKED)))
}

/// What was answered from elsewhere may be a streak in this place's feeds.
async fn also_here(conn: &mut Conn, actor: &Actor, place: Place, known: &Account) -> Result<Account, StoreError> {
    let here = people::add_account(conn, place.id, &actor.user, known.member, &known.name).await?;
    recount_streaks(conn, here.member).await?;
    Ok(here)
}

/// What the actor goes by. None: they come without a name, and keep the one they had.
pub(super) fn name_of(actor: &Actor) -> Option<String> {
    (!actor.name.trim().is_empty()).then(|| clean_name(&actor.name))
}

/// A round of the actor's community, and their account if they have one.
///
/// # Errors
/// `RoundUnknown`, or a fault.
pub(super) async fn round_for(
    conn: &mut Conn,
    actor: &Actor,
    round: RoundId,
) -> Result<(StoredRound, Option<Account>)> {
    let (place, account) = known(conn, actor).await?.ok_or(Refusal::RoundUnknown)?;
    Ok((round_in(conn, place, round).await?, account))
}

/// A round of the community that a place belongs to.
///
/// # Errors
/// `RoundUnknown`, or a fault.
pub(super) async fn round_in(conn: &mut Conn, place: Place, round: RoundId) -> Result<StoredRound> {
    let stored = rounds::get(conn, round).await?.filter(|stored| stored.community == place.community);
    Ok(stored.ok_or(Refusal::RoundUnknown)?)
}

/// A name without marks that are not seen or turn what follows, of a length that fits a line; never empty.
pub(super) fn clean_name(name: &str) -> String {
    let clean = names::clean(name).unwrap_or_else(|| UNNAMED.to_owned());
    clean.chars().take(LONGEST_NAME).collect()
}

/// The local web channel is one place.
pub(super) const LOCAL: (Platform, &str) = (Platform::Web, "local");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_short_line() {
        assert_eq!(clean_name(" Ann\n\u{7}a "), "Anna");
        assert_eq!(clean_name("\t"), "somebody");
        assert_eq!(clean_name("\u{200b}\u{200d}"), "somebody");
        assert_eq!(clean_name("\u{202e}99 +\u{2069}"), "99 +");
        assert_eq!(clean_name(&"é".repeat(200)).chars().count(), LONGEST_NAME);
    }
}
