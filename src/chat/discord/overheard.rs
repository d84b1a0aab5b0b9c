//! What a frame of the gateway is taken for, with nothing done about it: the door of the fuzz targets.
//!
//! A click comes to its handler with a context that serenity makes within a connection only, and a connection is much too slow
//! for all that they send. What is read here is read by the functions that the handler reads with.

use serde_json::Value;
use serenity::all::{Event, GatewayEvent, Interaction};

use super::respond::Asked;
use super::{receive, salvage};
use crate::service::Actor;

/// What somebody did, as far as anything depends on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Overheard {
    /// None in private messages.
    pub actor: Option<Actor>,
    /// Of a command its name, else the `custom_id`.
    pub name: String,
    /// What stands in a modal's field.
    pub typed: Option<String>,
    /// What was clicked is seen by the clicker alone.
    pub private: bool,
}

/// One event, read in both ways.
#[derive(Debug, Clone, PartialEq)]
pub struct Readings {
    /// None where serenity can't read it.
    pub strict: Option<Overheard>,
    /// None where it can't be read even when reduced to what matters.
    pub reduced: Option<Overheard>,
}

/// Reads a frame that tells of an interaction; none for other frames, which are read all the same where the bot reads them.
#[must_use]
pub fn overhear(frame: &str) -> Option<Readings> {
    let event = match serde_json::from_str(frame) {
        Ok(GatewayEvent::Dispatch(_, event)) => event,
        Ok(_) | Err(_) => return None,
    };
    let mut whole: Value = serde_json::from_str(frame).ok()?;
    let payload = whole["d"].take();
    match whole["t"].as_str()? {
        "READY" => drop(salvage::ready(&payload, None)),
        "GUILD_CREATE" => drop(salvage::guild(&payload)),
        "INTERACTION_CREATE" => {
            let strict = match event {
                Event::InteractionCreate(event) => read(&event.interaction),
                _ => None,
            };
            let reduced = salvage::interaction(&payload, None).ok().as_ref().and_then(read);
            return Some(Readings { strict, reduced });
        }
        _ => {}
    }
    None
}

fn read(interaction: &Interaction) -> Option<Overheard> {
    let (asked, name, typed) = match interaction {
        Interaction::Command(command) | Interaction::Autocomplete(command) => {
            // As poise does before any of our code runs.
            drop((command.data.options(), command.data.autocomplete()));
            (Asked::from(command), &command.data.name, None)
        }
        Interaction::Component(click) => (Asked::from(click), &click.data.custom_id, None),
        Interaction::Modal(submit) => (Asked::from(submit), &submit.data.custom_id, Some(receive::typed(submit))),
        _ => return None,
    };
    Some(Overheard { private: asked.private, actor: asked.actor, name: name.clone(), typed })
}
