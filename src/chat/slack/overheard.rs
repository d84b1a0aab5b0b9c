//! What a frame of the socket is taken for, with nothing done about it: the door of the fuzz targets, for which a connection and a
//! database would be too slow. What is read here is read by the functions that the handlers read with.

use serde_json::Value;

use super::envelope::{Event, Frame, View};
use super::{commands, forms, inbox};
use crate::core::feed::Draft;
use crate::core::ids::{Action, ActionError};
use crate::core::refusal::Refusal;
use crate::core::round::parse_number;

/// What somebody did, as far as anything depends on it.
#[derive(Debug, Clone, PartialEq)]
pub enum Overheard {
    /// What `/trap` was understood as, in words for people who debug.
    Command(String),
    Click(Result<Action, ActionError>),
    /// A modal: which one, and what is in it.
    Submit {
        action: Result<Action, ActionError>,
        number: Result<f64, Refusal>,
        draft: Box<Result<Draft, Refusal>>,
        /// What is said under a field that can't be taken.
        errors: Vec<Value>,
    },
    Home,
}

/// Reads a frame: the acknowledgement, where the envelope asks for one, and what was done, where it can be told.
#[must_use]
pub fn overhear(frame: &str) -> Option<(Option<String>, Option<Overheard>)> {
    let frame: Frame = serde_json::from_str(frame).ok()?;
    let ack = frame.envelope_id.as_deref().map(|envelope| inbox::ack(envelope, &Value::Null));
    let what = frame.event().map(|(event, _)| match event {
        Event::Command { text, .. } => Overheard::Command(commands::understood(&text)),
        Event::Click { action, .. } => Overheard::Click(Action::decode(&action)),
        Event::Submit { view, .. } => submitted(&view),
        Event::Home { .. } => Overheard::Home,
    });
    Some((ack, what))
}

fn submitted(view: &View) -> Overheard {
    drop(forms::way(&view.metadata));
    let number = parse_number(view.values.get(forms::VALUE).map_or("", String::as_str));
    let draft = forms::draft(view);
    let refused = number.as_ref().err().map(|refusal| forms::errors(forms::VALUE, refusal));
    let unfit = draft.as_ref().err().and_then(|refusal| Some(forms::errors(forms::field_of(refusal)?, refusal)));
    Overheard::Submit {
        action: Action::decode(&view.callback),
        number,
        draft: Box::new(draft),
        errors: refused.into_iter().chain(unfit).collect(),
    }
}
