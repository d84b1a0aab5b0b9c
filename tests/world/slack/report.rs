//! What a failing test says about the world.

use super::interaction::Interaction;
use super::state::{Message, State};

/// How many calls a failing wait shows.
const SHOWN: usize = 15;

/// Everything that must not be there at the end of a scenario.
#[must_use]
pub fn complaints(state: &State) -> Vec<String> {
    let unexpected = state.unexpected.iter().map(|call| format!("unexpected call: {call}"));
    let violations = state.violations.iter().map(|violation| format!("violation: {violation}"));
    let unread = state.messages.values().filter(|message| message.author == state.bot && !message.read);
    let unread = unread.map(|message| format!("unread: {}", summary(state, message)));
    let unanswered = state.interactions.values().filter_map(unanswered);
    unexpected.chain(violations).chain(unread).chain(unanswered).collect()
}

fn unanswered(interaction: &Interaction) -> Option<String> {
    let label = &interaction.label;
    if !interaction.acknowledged {
        return Some(format!("no acknowledgement of {label}"));
    }
    (!interaction.settled()).then(|| format!("no answer at all to {label}"))
}

fn summary(state: &State, message: &Message) -> String {
    let text: String = message.text.chars().take(120).collect();
    let whom = message.only_for.as_ref().map(|_| " (to one person alone)").unwrap_or_default();
    format!("{}{whom}: {text}", place(state, &message.channel))
}

/// A channel in words.
#[must_use]
pub fn place(state: &State, channel: &str) -> String {
    match state.channels.get(channel) {
        Some(channel) if channel.recipient.is_some() => "a direct conversation".to_owned(),
        Some(channel) => format!("#{}", channel.name),
        None => format!("a deleted channel ({channel})"),
    }
}

/// The last calls and whatever is wrong: what a test that waits in vain should show.
#[must_use]
pub fn recent(state: &State) -> String {
    let mut lines = vec!["last calls:".to_owned()];
    let from = state.requests.len().saturating_sub(SHOWN);
    let calls = state.requests[from..].iter();
    lines.extend(calls.map(|call| {
        let error = call.error.as_deref().unwrap_or_default();
        format!("  {} {} {} {error}", call.status, call.method, call.channel)
    }));
    if !state.sockets.online() {
        lines.push("no program is on a socket".to_owned());
    }
    lines.extend(complaints(state));
    lines.join("\n")
}
