//! Answers to interactions: the first within three seconds, once; then edits and follow-ups while the token serves.

use serde_json::{Value, json};

use super::{Answer, messages};
use crate::world::discord::error::{self, ApiError, FormErrors};
use crate::world::discord::interaction::{Answered, Heard, Interaction, Kind};
use crate::world::discord::limits::commands::check_choices;
use crate::world::discord::limits::message::{Payload, Shape};
use crate::world::discord::limits::{list, modal, unknown_keys};
use crate::world::discord::rest::{Reply, Request};
use crate::world::discord::snowflake::Snowflake;
use crate::world::discord::state::{Message, State};
use crate::world::discord::wire;

pub(super) fn callback(state: &mut State, id: Snowflake, token: &str, request: &Request) -> Answer {
    let known = state.interactions.get(&id).filter(|interaction| interaction.token == token);
    let interaction = known.ok_or_else(error::unknown_interaction)?.clone();
    let after = interaction.sent.elapsed();
    if interaction.answered.is_some() {
        return Err(error::already_acknowledged());
    }
    if interaction.expired(state.now()) {
        return Err(error::unknown_interaction());
    }
    for key in unknown_keys(&request.body, &["type", "data"]) {
        state.violation(format!("unknown key `{key}` in an interaction's answer"));
    }
    let answered = request.body.get("type").and_then(Value::as_u64).and_then(Answered::from_number);
    let answered = answered.filter(|answered| answered.suits(interaction.kind, interaction.source.is_some()));
    let Some(answered) = answered else {
        return Err(error::bad_form("type", "INTERACTION_CALLBACK_TYPE_INVALID", "Not an answer to this interaction."));
    };
    let data = request.body.get("data").cloned().unwrap_or_else(|| json!({}));
    answer(state, &interaction, answered, &data, request)?;
    change(state, id, |interaction| interaction.answered = Some(answered));
    if let Some(listener) = &state.listener {
        // Who measures may have heard enough.
        let _ = listener.send(Heard { interaction: id, after });
    }
    Ok(callback_reply(state, id, answered, request))
}

fn answer(
    state: &mut State,
    interaction: &Interaction,
    answered: Answered,
    data: &Value,
    request: &Request,
) -> Result<(), ApiError> {
    let id = interaction.id;
    match answered {
        Answered::Message => {
            let (payload, doubts) = Payload::parse(data, &request.files, Shape::Callback)?;
            messages::note(state, request, doubts);
            let ephemeral = is_ephemeral(&payload);
            let message = show(state, interaction, &payload, ephemeral);
            change(state, id, |interaction| {
                interaction.original = Some(message.id);
                interaction.settled = true;
            });
        }
        Answered::Deferred => {
            let flags = data.get("flags").and_then(Value::as_u64).unwrap_or(0);
            change(state, id, |interaction| interaction.ephemeral = flags & Message::EPHEMERAL != 0);
        }
        Answered::DeferredUpdate => change(state, id, |interaction| interaction.original = interaction.source),
        Answered::Update => {
            let (payload, doubts) = Payload::parse(data, &request.files, Shape::CallbackUpdate)?;
            messages::note(state, request, doubts);
            let source = interaction.source.expect("an update suits only what began at a message");
            messages::change(state, source, &payload)?;
            change(state, id, |interaction| {
                interaction.original = Some(source);
                interaction.settled = true;
            });
        }
        Answered::Choices => {
            let mut errors = FormErrors::default();
            check_choices(list(data, "choices"), interaction.focused, "data.choices", &mut errors);
            errors.result()?;
            change(state, id, |interaction| {
                interaction.choices = list(data, "choices").to_vec();
                interaction.settled = true;
            });
        }
        Answered::Modal => {
            let doubts = modal::check(data)?;
            messages::note(state, request, doubts);
            change(state, id, |interaction| {
                interaction.modal = Some(data.clone());
                interaction.settled = true;
            });
        }
    }
    Ok(())
}

/// Nothing, unless the request asks for the resource.
fn callback_reply(state: &State, id: Snowflake, answered: Answered, request: &Request) -> Reply {
    if request.query.get("with_response").is_none_or(|wanted| wanted != "true") {
        return Reply::empty();
    }
    let interaction = &state.interactions[&id];
    let message = interaction.original.and_then(|id| state.messages.get(&id)).map(|m| wire::message(state, m));
    Reply::ok(json!({
        "interaction": {"id": id, "type": interaction.kind as u8, "response_message_id": interaction.original},
        "resource": {"type": answered as u8, "message": message},
    }))
}

fn is_ephemeral(payload: &Payload) -> bool {
    payload.flags.unwrap_or(0) & Message::EPHEMERAL != 0
}

/// A message that answers an interaction: for all, or for the one who asked.
fn show(state: &mut State, interaction: &Interaction, payload: &Payload, ephemeral: bool) -> Message {
    messages::keep_message(state, interaction.channel, payload, |message| {
        message.interaction = Some(interaction.id);
        message.only_for = ephemeral.then_some(interaction.user);
        message.flags = if ephemeral { message.flags | Message::EPHEMERAL } else { message.flags };
    })
}

fn change(state: &mut State, id: Snowflake, change: impl FnOnce(&mut Interaction)) {
    if let Some(interaction) = state.interactions.get_mut(&id) {
        change(interaction);
    }
}

/// The interaction that a webhook's token stands for, once it has its first answer.
fn acknowledged(state: &State, app: Snowflake, token: &str) -> Result<Interaction, ApiError> {
    let found = state.interactions.values().find(|interaction| interaction.token == token && app == state.bot);
    let interaction = found.ok_or_else(error::unknown_webhook)?;
    if interaction.answered.is_none() || interaction.kind == Kind::Autocomplete {
        return Err(error::unknown_webhook());
    }
    if interaction.expired(state.now()) {
        return Err(error::bad_webhook_token());
    }
    Ok(interaction.clone())
}

/// `@original`, or a follow-up by its id.
fn target(interaction: &Interaction, message: &str) -> Result<Snowflake, ApiError> {
    if message == "@original" {
        return interaction.original.ok_or_else(error::unknown_message);
    }
    let id = super::id(message)?;
    let own = interaction.follow_ups.contains(&id) || interaction.original == Some(id);
    if own { Ok(id) } else { Err(error::unknown_message()) }
}

/// The first follow-up after "thinking" takes its place, and its visibility with it.
pub(super) fn follow_up(state: &mut State, app: Snowflake, token: &str, request: &Request) -> Answer {
    let interaction = acknowledged(state, app, token)?;
    let (payload, doubts) = Payload::parse(&request.body, &request.files, Shape::FollowUp)?;
    messages::note(state, request, doubts);
    let first = is_thinking(&interaction);
    let ephemeral = if first { interaction.ephemeral } else { is_ephemeral(&payload) };
    let message = show(state, &interaction, &payload, ephemeral);
    change(state, interaction.id, |interaction| {
        interaction.settled = true;
        if first {
            interaction.original = Some(message.id);
        } else {
            interaction.follow_ups.push(message.id);
        }
    });
    Ok(Reply::ok(wire::message(state, &message)))
}

fn is_thinking(interaction: &Interaction) -> bool {
    interaction.answered == Some(Answered::Deferred) && interaction.original.is_none()
}

pub(super) fn get(state: &State, app: Snowflake, token: &str, message: &str) -> Answer {
    let id = target(&acknowledged(state, app, token)?, message)?;
    let message = state.messages.get(&id).ok_or_else(error::unknown_message)?;
    Ok(Reply::ok(wire::message(state, message)))
}

pub(super) fn edit(state: &mut State, app: Snowflake, token: &str, message: &str, request: &Request) -> Answer {
    let interaction = acknowledged(state, app, token)?;
    let (payload, doubts) = Payload::parse(&request.body, &request.files, Shape::WebhookEdit)?;
    messages::note(state, request, doubts);
    if message == "@original" && is_thinking(&interaction) {
        if payload.is_empty() {
            return Err(error::empty_message());
        }
        let message = show(state, &interaction, &payload, interaction.ephemeral);
        change(state, interaction.id, |interaction| {
            interaction.original = Some(message.id);
            interaction.settled = true;
        });
        return Ok(Reply::ok(wire::message(state, &message)));
    }
    let id = target(&interaction, message)?;
    messages::change(state, id, &payload)?;
    change(state, interaction.id, |interaction| interaction.settled = true);
    Ok(Reply::ok(wire::message(state, &state.messages[&id])))
}

pub(super) fn delete(state: &mut State, app: Snowflake, token: &str, message: &str) -> Answer {
    let id = target(&acknowledged(state, app, token)?, message)?;
    state.messages.remove(&id).ok_or_else(error::unknown_message)?;
    Ok(Reply::empty())
}
