//! What comes of what people did: by an acknowledgement, an address, or a message of its own.

use serde_json::Value;

use super::error::Faulty;
use super::ids::Id;
use super::inputs::inputs;
use super::interaction::{Interaction, Kind, Outcome};
use super::limits::message::Payload;
use super::limits::objects::{self, Texts};
use super::limits::{list, text};
use super::methods::{self, chat};
use super::state::State;

/// The program has got an envelope, and may answer with the acknowledgement.
pub fn acknowledged(state: &mut State, frame: &Value) {
    let id = text(frame, "envelope_id").unwrap_or_default();
    let known = state.sockets.envelopes.get_mut(id);
    let Some(envelope) = known else { return state.violation(format!("an acknowledgement of {id}, which never was")) };
    if state.sockets.lost > 0 {
        state.sockets.lost -= 1;
        envelope.excused = true;
        return;
    }
    envelope.acknowledged = true;
    let (number, accepts) = (envelope.interaction, envelope.accepts_response);
    let Some(interaction) = state.interactions.get_mut(&number) else { return };
    let first = !std::mem::replace(&mut interaction.acknowledged, true);
    let payload = frame.get("payload").filter(|payload| payload.as_object().is_some_and(|object| !object.is_empty()));
    if !accepts {
        if payload.is_some() {
            let label = interaction.label.clone();
            state.violation(format!("an acknowledgement with a payload, which {label} does not take"));
        }
        return;
    }
    // A second acknowledgement of the same envelope changes nothing any more.
    if first {
        let kind = interaction.kind;
        match kind {
            Kind::Command => answered_command(state, number, payload),
            Kind::Submission => answered_submission(state, number, payload),
            _ => answered_suggestion(state, number, payload),
        }
    }
}

/// A command's acknowledgement may be its answer.
fn answered_command(state: &mut State, number: u64, payload: Option<&Value>) {
    let Some(args) = payload.and_then(Value::as_object) else { return };
    match Payload::parse(args) {
        Ok((payload, doubts)) if !payload.is_empty() => {
            methods::note(state, "an acknowledgement", doubts);
            let interaction = &state.interactions[&number];
            let (channel, user) = (interaction.channel.clone().unwrap_or_default(), interaction.user.clone());
            let in_channel = args.get("response_type").is_some_and(|kind| kind == "in_channel");
            let message =
                chat::keep(state, &channel, &payload, |message| message.only_for = Some(user).filter(|_| !in_channel));
            reaches_by(state, number, Outcome::Message(message.ts));
        }
        Ok(_) => {}
        Err(error) => state.violation(format!("an acknowledgement was refused: {}", error.body())),
    }
}

/// A modal's acknowledgement closes it, changes it, or says what is wrong.
fn answered_submission(state: &mut State, number: u64, payload: Option<&Value>) {
    let interaction = &state.interactions[&number];
    let (user, view) = (interaction.user.clone(), interaction.view.clone().unwrap_or_default());
    let answer = payload.cloned().unwrap_or_default();
    let outcome = match text(&answer, "response_action") {
        None => {
            close(state, &view);
            Outcome::Closed
        }
        Some("clear") => {
            state.views.values_mut().filter(|view| view.user == user && !view.home).for_each(|view| view.open = false);
            Outcome::Closed
        }
        Some("errors") => Outcome::Errors(errors(state, &view, &answer["errors"])),
        Some("update") => match methods::change_view(state, "a response action", &view, &answer["view"]) {
            Ok(()) => Outcome::View(view),
            Err(error) => return state.violation(format!("a response action was refused: {}", error.body())),
        },
        Some("push") => Outcome::View(methods::keep_view(state, &user, answer["view"].clone(), Some(view))),
        Some(other) => return state.violation(format!("there is no response action `{other}`")),
    };
    reaches_by(state, number, outcome);
}

fn close(state: &mut State, view: &Id) {
    if let Some(view) = state.views.get_mut(view) {
        view.open = false;
    }
}

/// What is wrong, by the labels of the inputs. Slack shows nothing at blocks that take no input.
fn errors(state: &mut State, view: &Id, errors: &Value) -> Vec<(String, String)> {
    let inputs = state.views.get(view).map(|view| inputs(&view.json)).unwrap_or_default();
    let mut shown = Vec::new();
    for (block, error) in errors.as_object().into_iter().flatten() {
        match inputs.iter().find(|input| input.block_id == *block) {
            Some(input) => shown.push((input.label.clone(), error.as_str().unwrap_or_default().to_owned())),
            None => state.violation(format!("an error at `{block}`, which is no input of the modal")),
        }
    }
    shown
}

fn answered_suggestion(state: &mut State, number: u64, payload: Option<&Value>) {
    let answer = payload.cloned().unwrap_or_default();
    let mut faulty = Faulty::default();
    let options = list(&answer, "options");
    if !options.is_empty() {
        objects::options(options, Texts::Plain, 100, "/options", &mut faulty);
    }
    if let Err(error) = faulty.result("invalid_options") {
        state.violation(format!("options were refused: {}", error.body()));
    }
    reaches_by(state, number, Outcome::Options(options.to_vec()));
}

/// Something comes of an interaction, by an address or an acknowledgement of its own; and of the modal that was opened
/// by it and sent since, if nothing else has come of that yet.
pub fn reaches_by(state: &mut State, number: u64, outcome: Outcome) {
    let Some(first) = state.interactions.get(&number).cloned() else { return };
    let opened = |interaction: &Interaction, view: &Id| interaction.outcomes.contains(&Outcome::View(view.clone()));
    let sent = state.interactions.values_mut().filter(|later| later.kind == Kind::Submission && later.number != number);
    for sent in sent.filter(|later| later.view.as_ref().is_some_and(|view| opened(&first, view))) {
        if waits(sent) {
            sent.outcomes.push(outcome.clone());
        }
    }
    if let Some(interaction) = state.interactions.get_mut(&number) {
        interaction.outcomes.push(outcome);
    }
}

/// Something comes to somebody: it is the answer to the last thing they did that has none.
pub fn reaches(state: &mut State, user: &Id, outcome: Outcome) {
    reaches_where(state, user, |_| true, outcome);
}

/// A view changes before somebody's eyes.
pub fn reaches_in_view(state: &mut State, user: &Id, view: &Id, outcome: Outcome) {
    let home = state.views.get(view).is_some_and(|view| view.home);
    let there =
        |interaction: &Interaction| interaction.view.as_ref() == Some(view) || (home && interaction.kind == Kind::Home);
    reaches_where(state, user, there, outcome);
}

fn reaches_where(state: &mut State, user: &Id, which: impl Fn(&Interaction) -> bool, outcome: Outcome) {
    let theirs = |interaction: &&mut Interaction| interaction.user == *user && waits(interaction) && which(interaction);
    if let Some(interaction) = state.interactions.values_mut().rev().find(theirs) {
        interaction.outcomes.push(outcome);
    }
}

fn waits(interaction: &Interaction) -> bool {
    interaction.kind != Kind::Notice && interaction.outcomes.iter().all(|outcome| *outcome == Outcome::Closed)
}
