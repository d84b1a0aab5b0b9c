//! What a failing test says about the world.

use super::interaction::{Answered, Interaction};
use super::snowflake::Snowflake;
use super::state::{Message, State};

/// How many requests a failing wait shows.
const SHOWN: usize = 15;

/// Everything that must not be there at the end of a scenario.
#[must_use]
pub fn complaints(state: &State) -> Vec<String> {
    let unexpected = state.unexpected.iter().map(|request| format!("unexpected request: {request}"));
    let violations = state.violations.iter().map(|violation| format!("violation: {violation}"));
    let unread = state.messages.values().filter(|message| message.author == state.bot && !message.read);
    let unread = unread.map(|message| format!("unread: {}", summary(state, message)));
    let unanswered = state.interactions.values().filter_map(unanswered);
    unexpected.chain(violations).chain(unread).chain(unanswered).collect()
}

fn unanswered(interaction: &Interaction) -> Option<String> {
    let label = &interaction.label;
    match interaction.answered {
        None => Some(format!("no answer at all to {label}")),
        Some(Answered::Deferred) if !interaction.settled => Some(format!("still thinking about {label}")),
        Some(_) => None,
    }
}

fn summary(state: &State, message: &Message) -> String {
    let title = message.embeds.iter().find_map(|embed| embed.get("title")?.as_str());
    let text = if message.content.is_empty() { title.unwrap_or("(no title)") } else { &message.content };
    format!("{}: {}", place(state, message.channel), text.chars().take(120).collect::<String>())
}

/// A channel in words.
#[must_use]
pub fn place(state: &State, channel: Snowflake) -> String {
    match state.channels.get(&channel) {
        Some(channel) if channel.recipient.is_some() => "a direct conversation".to_owned(),
        Some(channel) => format!("#{}", channel.name),
        None => format!("a deleted channel ({channel})"),
    }
}

/// The last requests and whatever is wrong: what a test that waits in vain should show.
#[must_use]
pub fn recent(state: &State) -> String {
    let mut lines = vec!["last requests:".to_owned()];
    let from = state.requests.len().saturating_sub(SHOWN);
    let requests = state.requests[from..].iter();
    lines.extend(requests.map(|request| format!("  {} {} {}", request.status, request.method, request.path)));
    if !state.sessions.online() {
        lines.push("no program is connected to the gateway".to_owned());
    }
    lines.extend(complaints(state));
    lines.join("\n")
}
