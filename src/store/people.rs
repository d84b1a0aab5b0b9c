//! Places, communities, accounts and members.

use chrono_tz::Tz;

use super::{Conn, Result, StoreError};
use crate::core::calendar::zone_named;
use crate::core::ids::{CommunityId, MemberId, PlaceId, Platform};

/// A place and whom it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) id: PlaceId,
    pub(crate) community: CommunityId,
}

/// The time zone of a community's weeks and months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CommunityZone {
    pub(crate) zone: Tz,
    /// Nobody has named one yet.
    pub(crate) assumed: bool,
}

/// Someone on a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) id: i64,
    /// Where it is. Not always where it was asked for: a Discord user is one person in all servers of a community.
    pub(crate) place: PlaceId,
    pub(crate) member: MemberId,
    /// What the member goes by: the name of the account that spoke last.
    pub(crate) name: String,
    /// What this account goes by; None for one that has not spoken since names are kept.
    pub(crate) own_name: Option<String>,
}

impl Account {
    /// Whether the account or its member goes by this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.name == name || self.own_name.as_deref() == Some(name)
    }
}

/// An account, as its owner may know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owned {
    pub(crate) platform: String,
    /// The platform's id of the user.
    pub(crate) user: String,
    pub(crate) name: Option<String>,
}

pub(crate) async fn place(conn: &mut Conn, platform: Platform, external_id: &str) -> Result<Option<Place>> {
    let platform = platform.as_str();
    let row =
        sqlx::query!("SELECT id, community FROM places WHERE platform = ? AND external_id = ?", platform, external_id)
            .fetch_optional(conn)
            .await?;
    Ok(row.map(|row| Place { id: PlaceId(row.id), community: CommunityId(row.community) }))
}

/// The place, made with a community of its own where it is new.
pub(crate) async fn ensure_place(conn: &mut Conn, platform: Platform, external_id: &str) -> Result<Place> {
    if let Some(place) = place(conn, platform, external_id).await? {
        return Ok(place);
    }
    let community = sqlx::query!("INSERT INTO communities DEFAULT VALUES").execute(&mut *conn).await?;
    let (platform, community) = (platform.as_str(), community.last_insert_rowid());
    let place = sqlx::query!(
        "INSERT INTO places (platform, external_id, community) VALUES (?, ?, ?)",
        platform,
        external_id,
        community
    )
    .execute(conn)
    .await?;
    Ok(Place { id: PlaceId(place.last_insert_rowid()), community: CommunityId(community) })
}

pub(crate) async fn zone(conn: &mut Conn, community: CommunityId) -> Result<CommunityZone> {
    let row =
        sqlx::query!(r#"SELECT zone, zone_assumed AS "assumed: bool" FROM communities WHERE id = ?"#, community.0)
            .fetch_one(conn)
            .await?;
    let zone = zone_named(&row.zone).map_err(|_| StoreError::Corrupt(format!("zone {}", row.zone)))?;
    Ok(CommunityZone { zone, assumed: row.assumed })
}

/// Names the zone of a community that has none yet; otherwise changes nothing. Returns whether it did.
pub(crate) async fn name_zone(conn: &mut Conn, community: CommunityId, zone: Tz) -> Result<bool> {
    let zone = zone.name();
    let done = sqlx::query!(
        "UPDATE communities SET zone = ?, zone_assumed = 0 WHERE id = ? AND zone_assumed = 1",
        zone,
        community.0
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The account of a user in a place; of a Discord user who has none there, the first in another server of its community.
pub(crate) async fn account(conn: &mut Conn, place: PlaceId, user: &str) -> Result<Option<Account>> {
    let row = sqlx::query!(
        r#"SELECT a.id AS "id!", a.place AS "place!", a.member AS "member!", m.name AS "name!", a.name AS "own_name?"
         FROM places here CROSS JOIN accounts a ON a.id = coalesce(
           (SELECT own.id FROM accounts own WHERE own.place = here.id AND own.external_id = ?2),
           (SELECT o.id FROM places p CROSS JOIN accounts o ON o.place = p.id AND o.external_id = ?2
            WHERE p.community = here.community AND p.platform = 'discord' AND here.platform = 'discord'
            ORDER BY o.id LIMIT 1))
         CROSS JOIN members m ON m.id = a.member
         WHERE here.id = ?1"#,
        place.0,
        user
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Account {
        id: row.id,
        place: PlaceId(row.place),
        member: MemberId(row.member),
        name: row.name,
        own_name: row.own_name,
    }))
}

/// A new account with a member of its own.
pub(crate) async fn make_account(conn: &mut Conn, place: Place, user: &str, name: &str) -> Result<Account> {
    let member = sqlx::query!("INSERT INTO members (community, name) VALUES (?, ?)", place.community.0, name)
        .execute(&mut *conn)
        .await?
        .last_insert_rowid();
    add_account(conn, place.id, user, MemberId(member), name).await
}

/// A new account of a member that there is.
pub(crate) async fn add_account(
    conn: &mut Conn,
    place: PlaceId,
    user: &str,
    member: MemberId,
    name: &str,
) -> Result<Account> {
    let id = sqlx::query!(
        "INSERT INTO accounts (place, external_id, member, name) VALUES (?, ?, ?, ?)",
        place.0,
        user,
        member.0,
        name
    )
    .execute(conn)
    .await?
    .last_insert_rowid();
    Ok(Account { id, place, member, name: name.to_owned(), own_name: Some(name.to_owned()) })
}

/// What the members of a place go by there and elsewhere, but for this one.
pub(crate) async fn names_of_others(conn: &mut Conn, place: PlaceId, member: Option<MemberId>) -> Result<Vec<String>> {
    let member = member.map_or(-1, |member| member.0);
    let names = sqlx::query_scalar!(
        r#"SELECT a.name AS "name!" FROM accounts a WHERE a.place = ?1 AND a.member <> ?2 AND a.name IS NOT NULL
         UNION
         SELECT m.name AS "name!" FROM accounts a JOIN members m ON m.id = a.member WHERE a.place = ?1 AND a.member <> ?2"#,
        place.0,
        member
    )
    .fetch_all(conn)
    .await?;
    Ok(names)
}

/// The account goes by this name from now on, and so does its member.
pub(crate) async fn rename(conn: &mut Conn, account: &Account, name: &str) -> Result<()> {
    sqlx::query!("UPDATE accounts SET name = ? WHERE id = ?", name, account.id).execute(&mut *conn).await?;
    sqlx::query!("UPDATE members SET name = ? WHERE id = ?", name, account.member.0).execute(conn).await?;
    Ok(())
}

/// A member who has lost accounts goes by the name of one that they still have: by the same as before, where one has it. `unknown` is
/// for whoever's accounts have not spoken since names are kept; without it they keep the name that they had.
pub(crate) async fn name_by_accounts(conn: &mut Conn, member: MemberId, unknown: Option<&str>) -> Result<()> {
    sqlx::query!(
        "UPDATE members SET name = coalesce(
           (SELECT a.name FROM accounts a JOIN members m ON m.id = a.member WHERE a.member = ?1 AND a.name IS NOT NULL
            ORDER BY a.name <> m.name, a.id LIMIT 1), ?2, name)
         WHERE id = ?1",
        member.0,
        unknown
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The accounts of a member.
pub(crate) async fn accounts_of(conn: &mut Conn, member: MemberId) -> Result<Vec<Owned>> {
    let rows = sqlx::query_as!(
        Owned,
        "SELECT p.platform, a.external_id AS user, a.name
         FROM accounts a JOIN places p ON p.id = a.place WHERE a.member = ? ORDER BY a.id",
        member.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// The platform's id of the user behind an account.
pub(crate) async fn user_of(conn: &mut Conn, account: i64) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!("SELECT external_id FROM accounts WHERE id = ?", account).fetch_optional(conn).await?)
}

/// Deletes all that is known about a member; returns how many answers went. Frozen tallies hold no names and stay.
pub(crate) async fn delete_member(conn: &mut Conn, member: MemberId) -> Result<u64> {
    let answers = sqlx::query!("DELETE FROM answers WHERE member = ?", member.0).execute(&mut *conn).await?;
    sqlx::query!("DELETE FROM standings WHERE member = ?", member.0).execute(&mut *conn).await?;
    sqlx::query!("DELETE FROM streaks WHERE member = ?", member.0).execute(&mut *conn).await?;
    sqlx::query!("DELETE FROM practice WHERE member = ?", member.0).execute(&mut *conn).await?;
    sqlx::query!("DELETE FROM accounts WHERE member = ?", member.0).execute(&mut *conn).await?;
    sqlx::query!("DELETE FROM members WHERE id = ?", member.0).execute(conn).await?;
    Ok(answers.rows_affected())
}
