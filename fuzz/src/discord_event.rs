//! A frame of Discord's gateway, of whatever version Discord speaks by then.

use trapline::chat::discord::overheard::{Overheard, Reading, overhear};
use trapline::core::ids::Action;
use trapline::core::round::parse_number;

use super::fits;

/// # Panics
/// Where the two ways to read a command take it for different things.
pub fn discord_event(input: &[u8]) {
    let frame = String::from_utf8_lossy(input);
    match overhear(&frame) {
        Some(Reading::Click(click)) => {
            if let Ok(action) = Action::decode(&click.name) {
                assert_eq!(action.encode(), click.name, "one action has one spelling");
            }
            if let Some(Err(refusal)) = click.typed.as_deref().map(parse_number) {
                fits::refusal(&refusal);
            }
            somebody(&click);
        }
        Some(Reading::Command { strict, reduced }) => {
            if let (Some(strict), Some(reduced)) = (&strict, &reduced) {
                agree(strict, reduced);
            }
            [strict, reduced].iter().flatten().for_each(somebody);
        }
        None => {}
    }
}

fn somebody(read: &Overheard) {
    if let Some(actor) = &read.actor {
        assert!(actor.place.parse::<u64>().is_ok_and(|id| id > 0), "{} is no server", actor.place);
        assert!(actor.user.parse::<u64>().is_ok_and(|id| id > 0), "{} is no user", actor.user);
    }
}

/// What serenity knows, the reduced command says as well; it may say more, since it is sought in more places.
fn agree(strict: &Overheard, reduced: &Overheard) {
    assert_eq!(reduced.name, strict.name, "another command");
    if strict.actor.is_some() {
        assert_eq!(reduced.actor, strict.actor, "somebody else's");
    }
}
