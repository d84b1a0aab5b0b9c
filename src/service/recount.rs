//! Standings, counted anew from the answers.

use crate::core::ids::{CommunityId, MemberId};
use crate::core::score::sums;
use crate::store::{Conn, StoreError, answers, people, standings};

/// Puts the sums of a member's judged answers in the place of what stands there, by the zone that the community has now.
pub(super) async fn recount_member(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
) -> Result<(), StoreError> {
    let zone = people::zone(conn, community).await?.zone;
    let sums = sums(&answers::official(conn, member).await?, zone);
    standings::replace(conn, community, member, &sums).await
}
