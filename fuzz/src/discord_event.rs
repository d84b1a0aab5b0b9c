//! A frame of Discord's gateway, of whatever version Discord speaks by then.

use trapline::chat::discord::overheard::{Overheard, overhear};
use trapline::core::ids::Action;
use trapline::core::round::parse_number;

use super::fits;

/// # Panics
/// Where the two ways to read an interaction take it for different things.
pub fn discord_event(input: &[u8]) {
    let frame = String::from_utf8_lossy(input);
    let Some(readings) = overhear(&frame) else { return };
    if let (Some(strict), Some(reduced)) = (&readings.strict, &readings.reduced) {
        agree(strict, reduced);
    }
    for read in [readings.strict, readings.reduced].into_iter().flatten() {
        if let Ok(action) = Action::decode(&read.name) {
            assert_eq!(action.encode(), read.name, "one action has one spelling");
        }
        if let Some(Err(refusal)) = read.typed.as_deref().map(parse_number) {
            fits::refusal(&refusal);
        }
        if let Some(actor) = read.actor {
            assert!(actor.place.parse::<u64>().is_ok_and(|id| id > 0), "{} is no server", actor.place);
            assert!(actor.user.parse::<u64>().is_ok_and(|id| id > 0), "{} is no user", actor.user);
        }
    }
}

/// What serenity knows, the reduced event says as well; it may say more, since it is sought in more places.
fn agree(strict: &Overheard, reduced: &Overheard) {
    assert_eq!((&reduced.name, reduced.private), (&strict.name, strict.private), "something else was done");
    if strict.actor.is_some() {
        assert_eq!(reduced.actor, strict.actor, "somebody else did it");
    }
    if strict.typed.as_ref().is_some_and(|typed| !typed.is_empty()) {
        assert_eq!(reduced.typed, strict.typed, "something else was typed");
    }
}
