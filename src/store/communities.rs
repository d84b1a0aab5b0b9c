//! Which places are one community, which accounts one member, and the codes by which they come together.

use chrono::{DateTime, Utc};

use super::people::{Account, Place, name_by_accounts};
use super::{Conn, Result, StoreError, instant, ms};
use crate::core::ids::{CommunityId, MemberId, PlaceId, Platform};

/// What a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// To join a place's community.
    Community,
    /// To be one member with an account.
    Member,
}

/// A code that is still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Invitation {
    pub(crate) place: Place,
    /// Who made it, and who they are.
    pub(crate) account: i64,
    pub(crate) member: MemberId,
    pub(crate) expires_at: DateTime<Utc>,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Community => "community",
            Self::Member => "member",
        }
    }
}

/// Keeps a code, in the place of the one that the account had for this before. Old ones go.
pub(crate) async fn invite(
    conn: &mut Conn,
    kind: Kind,
    code: &str,
    (place, account): (PlaceId, i64),
    (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<()> {
    let (kind, now, expires_at) = (kind.name(), ms(now), ms(expires_at));
    sqlx::query!("DELETE FROM invitations WHERE expires_at <= ?", now).execute(&mut *conn).await?;
    sqlx::query!(
        "INSERT INTO invitations (code, kind, place, account, expires_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (kind, account) DO UPDATE SET
            code = excluded.code, place = excluded.place, expires_at = excluded.expires_at",
        code,
        kind,
        place.0,
        account,
        expires_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) async fn invitation(conn: &mut Conn, kind: Kind, code: &str) -> Result<Option<Invitation>> {
    let kind = kind.name();
    let row = sqlx::query!(
        "SELECT i.place, p.community, i.account, a.member, i.expires_at
         FROM invitations i JOIN places p ON p.id = i.place JOIN accounts a ON a.id = i.account
         WHERE i.kind = ? AND i.code = ?",
        kind,
        code
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(Invitation {
            place: Place { id: PlaceId(row.place), community: CommunityId(row.community) },
            account: row.account,
            member: MemberId(row.member),
            expires_at: instant(row.expires_at)?,
        })
    })
    .transpose()
}

/// A code is good once.
pub(crate) async fn use_up(conn: &mut Conn, code: &str) -> Result<()> {
    sqlx::query!("DELETE FROM invitations WHERE code = ?", code).execute(conn).await?;
    Ok(())
}

/// The places of a community in the order in which they came to be, each with its platform and how many accounts it has.
pub(crate) async fn places(conn: &mut Conn, community: CommunityId) -> Result<Vec<(PlaceId, Platform, i64)>> {
    let rows = sqlx::query!(
        "SELECT id, platform, (SELECT count(*) FROM accounts a WHERE a.place = places.id) AS accounts
         FROM places WHERE community = ? ORDER BY id",
        community.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let platform = Platform::from_name(&row.platform);
            let platform = platform.ok_or_else(|| StoreError::Corrupt(format!("platform {}", row.platform)))?;
            Ok((PlaceId(row.id), platform, row.accounts))
        })
        .collect()
}

pub(crate) async fn all(conn: &mut Conn) -> Result<Vec<CommunityId>> {
    let ids = sqlx::query_scalar!("SELECT id FROM communities ORDER BY id").fetch_all(conn).await?;
    Ok(ids.into_iter().map(CommunityId).collect())
}

pub(crate) async fn members(conn: &mut Conn, community: CommunityId) -> Result<Vec<MemberId>> {
    // By their accounts, of which each has one: members have no index by community.
    let ids = sqlx::query_scalar!(
        "SELECT DISTINCT a.member FROM places p CROSS JOIN accounts a ON a.place = p.id WHERE p.community = ?",
        community.0
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(MemberId).collect())
}

/// All places and members of one community become another's; a zone that somebody named wins over one that nobody did.
pub(crate) async fn merge(conn: &mut Conn, from: CommunityId, into: CommunityId) -> Result<()> {
    sqlx::query!(
        "UPDATE members SET community = ?1 WHERE id IN
           (SELECT a.member FROM places p CROSS JOIN accounts a ON a.place = p.id WHERE p.community = ?2)",
        into.0,
        from.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("UPDATE places SET community = ? WHERE community = ?", into.0, from.0).execute(&mut *conn).await?;
    sqlx::query!(
        "UPDATE communities SET zone = other.zone, zone_assumed = other.zone_assumed
         FROM (SELECT zone, zone_assumed FROM communities WHERE id = ?2) AS other
         WHERE id = ?1 AND communities.zone_assumed = 1",
        into.0,
        from.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives a place a community of its own, with the zone of the one it leaves.
pub(crate) async fn part(conn: &mut Conn, place: Place) -> Result<Place> {
    let own = sqlx::query!(
        "INSERT INTO communities (zone, zone_assumed) SELECT zone, zone_assumed FROM communities WHERE id = ?",
        place.community.0
    )
    .execute(&mut *conn)
    .await?
    .last_insert_rowid();
    sqlx::query!("UPDATE places SET community = ? WHERE id = ?", own, place.id.0).execute(conn).await?;
    Ok(Place { id: place.id, community: CommunityId(own) })
}

/// The members with an account in a place, and whether they have one elsewhere too.
pub(crate) async fn members_in(conn: &mut Conn, place: PlaceId) -> Result<Vec<(MemberId, bool)>> {
    let rows = sqlx::query!(
        r#"SELECT DISTINCT a.member,
           EXISTS (SELECT 1 FROM accounts o WHERE o.member = a.member AND o.place <> a.place) AS "elsewhere!: bool"
           FROM accounts a WHERE a.place = ?"#,
        place.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (MemberId(row.member), row.elsewhere)).collect())
}

pub(crate) async fn move_member(conn: &mut Conn, member: MemberId, into: CommunityId) -> Result<()> {
    sqlx::query!("UPDATE members SET community = ? WHERE id = ?", into.0, member.0).execute(conn).await?;
    Ok(())
}

/// A second member with all that the first one said and practised, who has the first one's accounts in one place from now on. Each goes
/// by a name of its own accounts. Standings and streaks of both are left to be counted anew.
pub(crate) async fn split_member(conn: &mut Conn, member: MemberId, place: Place) -> Result<MemberId> {
    let (id, place, community) = (member.0, place.id.0, place.community.0);
    let own =
        sqlx::query!("INSERT INTO members (community, name) SELECT ?, name FROM members WHERE id = ?", community, id)
            .execute(&mut *conn)
            .await?
            .last_insert_rowid();
    sqlx::query!(
        "INSERT INTO answers (round, member, said, confidence, first_at, at, points, verdict, mistake)
         SELECT round, ?, said, confidence, first_at, at, points, verdict, mistake FROM answers WHERE member = ?",
        own,
        id
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO practice (member, trap, times, correct, last_at)
         SELECT ?, trap, times, correct, last_at FROM practice WHERE member = ?",
        own,
        id
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("UPDATE accounts SET member = ? WHERE member = ? AND place = ?", own, id, place)
        .execute(&mut *conn)
        .await?;
    for one in [member, MemberId(own)] {
        name_by_accounts(conn, one, None).await?;
    }
    Ok(MemberId(own))
}

/// Everything of one member becomes another's. Of two answers to one round the later one stays. What both practised in the same instant is
/// one thing, which each has since they parted. Standings and streaks are left to be counted anew.
pub(crate) async fn merge_members(conn: &mut Conn, from: MemberId, into: MemberId) -> Result<()> {
    let (from, into) = (from.0, into.0);
    sqlx::query!(
        "DELETE FROM answers WHERE member = ?1 AND EXISTS
           (SELECT 1 FROM answers o WHERE o.round = answers.round AND o.member = ?2 AND o.at >= answers.at)",
        from,
        into
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "DELETE FROM answers WHERE member = ?2 AND EXISTS
           (SELECT 1 FROM answers o WHERE o.round = answers.round AND o.member = ?1)",
        from,
        into
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("UPDATE answers SET member = ? WHERE member = ?", into, from).execute(&mut *conn).await?;
    sqlx::query!(
        "INSERT INTO practice (member, trap, times, correct, last_at)
         SELECT ?, trap, times, correct, last_at FROM practice WHERE member = ?
         ON CONFLICT (member, trap) DO UPDATE SET
            times = iif(last_at = excluded.last_at, max(times, excluded.times), times + excluded.times),
            correct = iif(last_at = excluded.last_at, max(correct, excluded.correct), correct + excluded.correct),
            last_at = max(last_at, excluded.last_at)",
        into,
        from
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("UPDATE accounts SET member = ? WHERE member = ?", into, from).execute(&mut *conn).await?;
    sqlx::query!("DELETE FROM practice WHERE member = ?", from).execute(&mut *conn).await?;
    sqlx::query!("DELETE FROM streaks WHERE member = ?", from).execute(&mut *conn).await?;
    sqlx::query!("DELETE FROM standings WHERE member = ?", from).execute(&mut *conn).await?;
    sqlx::query!("DELETE FROM members WHERE id = ?", from).execute(conn).await?;
    Ok(())
}

/// The accounts of an account's member that are the same user: with itself, those that a Discord user has in other servers.
pub(crate) async fn same_user(conn: &mut Conn, account: &Account) -> Result<Vec<i64>> {
    let ids = sqlx::query_scalar!(
        r#"SELECT s.id AS "id!" FROM accounts a CROSS JOIN accounts s ON s.member = a.member
           WHERE a.id = ? AND (s.id = a.id OR s.external_id = a.external_id AND 2 =
             (SELECT count(*) FROM places p WHERE p.id IN (a.place, s.place) AND p.platform = 'discord'))"#,
        account.id
    )
    .fetch_all(conn)
    .await?;
    Ok(ids)
}

/// Accounts in the servers of a community whose Discord user is another member elsewhere in it: the user and the member, in the order of
/// both.
pub(crate) async fn doubles(conn: &mut Conn, community: CommunityId) -> Result<Vec<(String, MemberId)>> {
    let rows = sqlx::query!(
        "SELECT a.external_id, a.member FROM places p CROSS JOIN accounts a ON a.place = p.id
         WHERE p.community = ?1 AND p.platform = 'discord' AND EXISTS
           (SELECT 1 FROM places there CROSS JOIN accounts o ON o.place = there.id AND o.external_id = a.external_id
            WHERE there.community = ?1 AND there.platform = 'discord' AND o.member <> a.member)
         ORDER BY a.external_id, a.member",
        community.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.external_id, MemberId(row.member))).collect())
}

/// Communities with more than one Discord server.
pub(crate) async fn of_servers(conn: &mut Conn) -> Result<Vec<CommunityId>> {
    let ids = sqlx::query_scalar!(
        "SELECT id FROM communities WHERE 1 <
           (SELECT count(*) FROM places p WHERE p.community = communities.id AND p.platform = 'discord') ORDER BY id"
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(CommunityId).collect())
}

/// Gives accounts of a member another member of their own, who has said nothing yet. Each goes by a name of its own accounts; `unnamed`
/// where the other has none that is known. Standings and streaks of the other are left to be counted anew.
pub(crate) async fn detach(conn: &mut Conn, member: MemberId, accounts: &[i64], unnamed: &str) -> Result<()> {
    let own = sqlx::query!(
        "INSERT INTO members (community, name) SELECT community, name FROM members WHERE id = ?",
        member.0
    )
    .execute(&mut *conn)
    .await?
    .last_insert_rowid();
    for id in accounts {
        sqlx::query!("UPDATE accounts SET member = ? WHERE id = ?", own, id).execute(&mut *conn).await?;
    }
    name_by_accounts(conn, MemberId(own), None).await?;
    name_by_accounts(conn, member, Some(unnamed)).await
}
