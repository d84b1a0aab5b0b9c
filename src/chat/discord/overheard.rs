//! What a frame of the gateway is taken for, with nothing done about it: the door of the fuzz targets.
//!
//! What is read here is read by the functions that the gateway's handler reads with.

use serde_json::Value;
use serenity::all::Interaction as Command;

use super::events::{self, Heard};
use super::interaction::{Deed, Interaction};
use super::respond::Asked;
use super::salvage;
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
}

/// One event: a click or a modal, or a command, which is read in two ways.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    Click(Overheard),
    Command {
        /// None where serenity can't read it.
        strict: Option<Overheard>,
        /// None where it can't be read even when reduced to what matters.
        reduced: Option<Overheard>,
    },
}

/// Reads a frame that tells of an interaction; none for other frames, which are read all the same where the bot reads them.
#[must_use]
pub fn overhear(frame: &str) -> Option<Reading> {
    match events::read(frame.to_owned(), None)? {
        Heard::Interaction(Interaction { asked, deed }) => {
            let (name, typed) = match deed {
                Deed::Click { custom_id } => (custom_id, None),
                Deed::Submit { custom_id, typed } => (custom_id, Some(typed)),
            };
            Some(Reading::Click(Overheard { actor: asked.actor, name, typed }))
        }
        Heard::Command(frame) => {
            let payload = serde_json::from_str::<Value>(&frame).ok()?["d"].take();
            let read = |command: Result<Command, _>| command.ok().as_ref().and_then(command_of);
            let strict = read(salvage::strict(&payload));
            Some(Reading::Command { strict, reduced: read(salvage::reduced(&payload, None)) })
        }
        _ => None,
    }
}

fn command_of(interaction: &Command) -> Option<Overheard> {
    let (Command::Command(command) | Command::Autocomplete(command)) = interaction else { return None };
    // As poise does before any of our code runs.
    drop((command.data.options(), command.data.autocomplete()));
    Some(Overheard { actor: Asked::from(command).actor, name: command.data.name.clone(), typed: None })
}
