//! Groups that come together, and people with more than one account.

use super::words::{count, distance, list};
use crate::core::card::{Block, Card, Tone};
use crate::core::ids::Platform;
use crate::core::invite::{Community, Invitation, Place};

/// The code by which another place joins, and where to type it.
#[must_use]
pub fn community_code(invitation: &Invitation) -> Card {
    Card::new("Join another group to this one")
        .text(
            "Both will share one leaderboard, and feeds with the same filter and time post the same trap. \
             In the other server or workspace, an admin types this:",
        )
        .block(where_to_type("community", invitation))
        .small(good_for(invitation))
}

/// The code by which another account becomes the same member, and where to type it.
#[must_use]
pub fn account_code(invitation: &Invitation) -> Card {
    Card::new("Link your other account")
        .text("You will have one line on the leaderboard, and one answer a trap. From your other account, in a group that is joined with this one, type this:")
        .block(where_to_type("account", invitation))
        .small(format!("{} Do not show it to anybody.", good_for(invitation)))
}

/// Each platform spells its commands in its own way, and the code may be for either. In bold, as a code span would be spelt anew.
fn where_to_type(command: &str, invitation: &Invitation) -> Block {
    let code = &invitation.code;
    Block::Facts(vec![
        ("On Discord".to_owned(), format!("**/{command} link code:{code}**")),
        ("On Slack".to_owned(), format!("**/trap {command} link {code}**")),
        ("To copy".to_owned(), format!("`{code}`")),
    ])
}

fn good_for(invitation: &Invitation) -> String {
    format!("It works once and ends {}.", distance(invitation.expires_at, chrono_tz::UTC))
}

/// The places have come together.
#[must_use]
pub fn community_joined(community: &Community) -> Card {
    places(Card::new("Joined").tone(Tone::Good), community)
        .text("One leaderboard from now on, with all that was earned before. A Discord account is one member in all joined servers; \
                members link any other account of theirs with `/account link`.")
}

/// The place stands alone again.
#[must_use]
pub fn community_left(community: &Community) -> Card {
    places(Card::new("Parted").tone(Tone::Good), community)
        .text("Each side keeps its history: points, answers and streaks of its own members.")
}

/// Who belongs together.
#[must_use]
pub fn community(community: &Community) -> Card {
    let card = places(Card::new("This community"), community);
    if community.places.len() > 1 {
        card.small("`/community unlink` takes this place out of it.")
    } else {
        card.small("`/community link` gives a code by which another server or workspace joins.")
    }
}

fn places(card: Card, community: &Community) -> Card {
    let lines: Vec<String> = community.places.iter().map(place).collect();
    let members = count(u64::from(community.members), "member", "members");
    card.text(format!("{members} in {}.", list(&lines, "and")))
}

fn place(place: &Place) -> String {
    let name = match place.platform {
        Platform::Discord => "a Discord server",
        Platform::Slack => "a Slack workspace",
        Platform::Web => "a web channel",
    };
    if place.here { format!("{name} (this one)") } else { name.to_owned() }
}

/// The accounts are one member.
#[must_use]
pub fn account_linked(accounts: usize) -> Card {
    let accounts = count(accounts as u64, "account", "accounts");
    Card::new("Linked").tone(Tone::Good).text(format!(
        "You are one member with {accounts}. Where both had answered the same trap, the later answer stays."
    ))
}

/// The account is a member of its own.
#[must_use]
pub fn account_left() -> Card {
    Card::new("Unlinked")
        .tone(Tone::Good)
        .text("This account starts afresh. What you have said and earned so far stays with your other account.")
}
