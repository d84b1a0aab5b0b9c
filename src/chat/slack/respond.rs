//! Says what came of something, to the one who did it: in a new private message, or in the private one that was clicked.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use serde_json::{Value, json};

use super::api::{ApiError, Call, Posted};
use super::envelope::{Way, Who};
use super::payload::Message;
use super::render::render_all;
use super::{Shared, home, upload};
use crate::core::card::Card;
use crate::core::text;
use crate::service::Error;

/// What is said.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Say {
    pub(super) cards: Vec<Card>,
    pub(super) file: Option<File>,
}

/// A file that goes with it, into the private conversation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct File {
    pub(super) name: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// Where it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a new message that only the asker sees.
    New,
    /// In the message that was clicked, if it is the asker's own; else in a new one.
    Here,
}

pub(super) type Outcome = Result<Say, Error>;

impl From<Card> for Say {
    fn from(card: Card) -> Self {
        Self { cards: vec![card], file: None }
    }
}

impl From<Vec<Card>> for Say {
    fn from(cards: Vec<Card>) -> Self {
        Self { cards, file: None }
    }
}

/// Before another try, where Slack names no pause.
const MOMENT: Duration = Duration::from_millis(300);
/// A longer pause than this is not waited for: whoever asked would have given up, and their address for answers dies.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// An address for answers takes five messages in half an hour.
const MESSAGES: usize = 4;

pub(super) async fn finish(shared: &Shared, who: &Who, way: &Way, place: Place, outcome: Outcome) {
    let went_well = outcome.is_ok();
    let say = outcome.unwrap_or_else(|error| Say::from(card_of(error, who, way)));
    if way.home {
        // There is no message to answer: the page says it. An answer that was taken is to be seen there anyway.
        let notice = if went_well && place == Place::Here { Vec::new() } else { say.cards };
        return home::publish(shared, who, notice).await;
    }
    if let Some(file) = say.file
        && let Err(error) = upload::to_user(shared, &who.user, file).await
    {
        tracing::warn!(%error, "a file could not be sent");
        return say_all(shared, who, way, false, &[text::fault("upload")]).await;
    }
    // What went wrong never replaces what the reader has: it is said beside it.
    let here = place == Place::Here && way.private && went_well;
    say_all(shared, who, way, here, &say.cards).await;
}

async fn say_all(shared: &Shared, who: &Who, way: &Way, here: bool, cards: &[Card]) {
    for (index, message) in render_all(cards).into_iter().take(MESSAGES).enumerate() {
        if let Err(error) = say(shared, who, way, here && index == 0, &message).await {
            // The end of the line: the reader presses again.
            tracing::warn!(%error, "a private answer was not taken");
            return;
        }
    }
}

async fn say(shared: &Shared, who: &Who, way: &Way, here: bool, message: &Message) -> Result<(), ApiError> {
    let Some(url) = &way.response_url else { return beside(shared, who, way, message).await };
    let body = json!({
        "response_type": "ephemeral",
        "replace_original": here,
        "text": message.text,
        "blocks": message.blocks,
    });
    match patient(shared, url, &body).await {
        // The address is used up, too old, closed for too long, or does not answer: its reader alone may see it twice.
        Err(_) if way.channel.is_some() => beside(shared, who, way, message).await,
        settled => settled,
    }
}

/// Posts, again where Slack names a pause or does not answer: somebody waits, and nobody else sees it twice.
async fn patient(shared: &Shared, url: &str, body: &Value) -> Result<(), ApiError> {
    for _ in 0..2 {
        match shared.api.post_to(url, Posted::Json(body)).await {
            Err(ApiError::Limited(pause)) if pause <= LONGEST_PAUSE => tokio::time::sleep(pause).await,
            Err(ApiError::NotSent(_) | ApiError::Unknown(_)) => tokio::time::sleep(MOMENT).await,
            settled => return settled,
        }
    }
    shared.api.post_to(url, Posted::Json(body)).await
}

/// A private message in the channel, where there is no address for an answer.
async fn beside(shared: &Shared, who: &Who, way: &Way, message: &Message) -> Result<(), ApiError> {
    let Some(channel) = &way.channel else { return Err(ApiError::NotSent("there is nowhere to answer".to_owned())) };
    let body = json!({ "channel": channel, "user": who.user, "text": message.text, "blocks": message.blocks });
    shared.api.done(Call::json("chat.postEphemeral", body)).await
}

pub(super) fn card_of(error: Error, who: &Who, way: &Way) -> Card {
    match error {
        Error::Refused(refusal) => text::refusal(&refusal),
        Error::Fault(fault) => {
            let id = short(who, way);
            tracing::error!(id, error = &fault as &dyn std::error::Error, "a use case failed");
            text::fault(&id)
        }
    }
}

/// Six letters: enough to find a line in the log.
fn short(who: &Who, way: &Way) -> String {
    const LETTERS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut hasher = DefaultHasher::new();
    (&who.user, &way.trigger, &way.response_url).hash(&mut hasher);
    let mut rest = hasher.finish();
    let mut text = String::new();
    for _ in 0..6 {
        text.push(char::from(LETTERS[usize::try_from(rest % 36).unwrap_or(0)]));
        rest /= 36;
    }
    text
}
