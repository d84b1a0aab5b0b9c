//! What comes of what people do, as they see it.

use std::sync::Arc;

use serde_json::Value;

use super::Hub;
use super::interaction::{Interaction, Outcome};
use super::message::Message;
use super::state::State;
use super::view::View;

/// An interaction under way.
pub struct Pending {
    hub: Arc<Hub>,
    pub number: u64,
}

impl Pending {
    #[must_use]
    pub fn new(hub: &Arc<Hub>, number: u64) -> Self {
        Self { hub: hub.clone(), number }
    }

    fn look(&self) -> Interaction {
        self.hub.look(|state| state.interactions[&self.number].clone())
    }

    /// Waits until something has come of it.
    pub async fn answer(&self) -> Response {
        let label = self.look().label;
        let settled = |state: &State| state.interactions.get(&self.number).filter(|i| i.settled()).cloned();
        let interaction = self.hub.wait(&format!("the answer to {label}"), settled).await;
        Response::read(&self.hub, interaction)
    }

    /// Waits until the program has acknowledged it.
    pub async fn acknowledged(&self) {
        let label = self.look().label;
        let acknowledged = |state: &State| state.interactions.get(&self.number).filter(|i| i.acknowledged).map(drop);
        self.hub.wait(&format!("an acknowledgement of {label}"), acknowledged).await;
    }

    /// The answer, if it has come.
    #[must_use]
    pub fn settled(&self) -> Option<Response> {
        let interaction = self.look();
        interaction.settled().then(|| Response::read(&self.hub, interaction))
    }

    #[must_use]
    pub fn is_acknowledged(&self) -> bool {
        self.look().acknowledged
    }

    /// What has come of it so far.
    #[must_use]
    pub fn outcomes(&self) -> Vec<Outcome> {
        self.look().outcomes
    }

    /// The test expects no answer: the scenario's end does not ask for one.
    pub fn forget(self) {
        self.hub.change(|state| state.interactions.remove(&self.number));
    }
}

/// What came of an interaction.
#[derive(Clone)]
pub struct Response {
    pub hub: Arc<Hub>,
    pub interaction: Interaction,
    outcome: Outcome,
    message: Option<Message>,
}

impl Response {
    /// Reads what is there of the answer.
    #[must_use]
    pub fn read(hub: &Arc<Hub>, interaction: Interaction) -> Self {
        // A modal's close may be heard of after what is said of it.
        let said = interaction.outcomes.iter().rfind(|outcome| **outcome != Outcome::Closed);
        let outcome = said.cloned().unwrap_or(Outcome::Closed);
        // What was whispered before the last word is read with it.
        for outcome in &interaction.outcomes {
            if let Outcome::Message(ts) | Outcome::Edited(ts) = outcome
                && hub.look(|state| state.messages.contains_key(ts))
            {
                let _ = Message::read(hub, *ts);
            }
        }
        let message = match outcome {
            Outcome::Message(ts) | Outcome::Edited(ts) => Some(Message::read(hub, ts)),
            _ => None,
        };
        Self { hub: hub.clone(), interaction, outcome, message }
    }

    /// The message that answers: a new one, or the one with the button as it is now.
    ///
    /// # Panics
    /// Where the answer is something else.
    #[must_use]
    #[track_caller]
    pub fn message(&self) -> &Message {
        let Self { interaction, outcome, .. } = self;
        self.message
            .as_ref()
            .unwrap_or_else(|| panic!("{} was not answered by a message: {outcome:?}", interaction.label))
    }

    /// What the person reads: a message, a view, or what a modal says is wrong.
    #[must_use]
    #[track_caller]
    pub fn text(&self) -> String {
        match &self.outcome {
            Outcome::View(id) => View::look(&self.hub, id).text(),
            Outcome::Errors(errors) => {
                errors.iter().map(|(label, error)| format!("{label}: {error}")).collect::<Vec<_>>().join("\n")
            }
            _ => self.message().text(),
        }
    }

    /// Only the person who asked sees it.
    #[must_use]
    #[track_caller]
    pub fn is_private(&self) -> bool {
        match self.outcome {
            Outcome::View(_) | Outcome::Errors(_) => true,
            _ => self.message().is_ephemeral(),
        }
    }

    /// The modal that opened, or that is still open and says what is wrong.
    #[must_use]
    #[track_caller]
    pub fn modal(&self) -> View {
        let id = match &self.outcome {
            Outcome::Errors(_) => self.interaction.view.as_ref(),
            Outcome::View(id) => Some(id),
            _ => None,
        };
        let id = id.unwrap_or_else(|| panic!("{} opened no modal: {:?}", self.interaction.label, self.outcome));
        View::look(&self.hub, id)
    }

    /// The view that answers.
    #[must_use]
    #[track_caller]
    pub fn view(&self) -> View {
        self.modal()
    }

    /// What a modal says is wrong: the labels of its inputs, and the errors at them.
    #[must_use]
    pub fn errors(&self) -> Vec<(String, String)> {
        match &self.outcome {
            Outcome::Errors(errors) => errors.clone(),
            _ => Vec::new(),
        }
    }

    /// What was offered.
    #[must_use]
    pub fn options(&self) -> Vec<Value> {
        match &self.outcome {
            Outcome::Options(options) => options.clone(),
            _ => Vec::new(),
        }
    }
}
