//! Answers an interaction: at once where the work is quick, else deferred and finished later; acknowledged once.
//!
//! Discord waits three seconds for the first response, then its token lives for fifteen minutes.

use std::future::Future;
use std::time::Duration;

use serde::Serialize;
use serde_json::json;
use serenity::all::{ApplicationId, CommandInteraction, GuildId, InteractionId, Member, Permissions, User};
use serenity::http::Route;

use super::Shared;
use super::interaction::EPHEMERAL;
use super::payload::Payload;
use super::picture;
use super::render::render_all;
use super::rest::{Call, File, RestError};
use crate::core::card::Card;
use crate::core::ids::Platform;
use crate::core::refusal::Refusal;
use crate::core::text;
use crate::service::{Actor, Error};

/// Work that takes longer is deferred. Half of Discord's three seconds: the rest is for the way there and back.
const PATIENCE: Duration = Duration::from_millis(1500);

/// An interaction that waits for its response.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Asked {
    pub(super) id: InteractionId,
    pub(super) application: ApplicationId,
    pub(super) token: String,
    /// None in private messages.
    pub(super) actor: Option<Actor>,
    /// The message that was clicked is the reader's own, so that it can be replaced.
    pub(super) private: bool,
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Say {
    cards: Vec<Card>,
    file: Option<File>,
}

/// Where it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a new message that only the asker sees.
    New,
    /// In the message that was clicked, if it is the asker's own; else in a new one.
    Here,
}

/// How long the work may take before it is deferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    Quick,
    /// Known to take long: deferred at once.
    Slow,
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

impl Say {
    pub(super) fn with_file(self, file: File) -> Self {
        Self { file: Some(file), ..self }
    }
}

impl From<&CommandInteraction> for Asked {
    fn from(asked: &CommandInteraction) -> Self {
        Self {
            id: asked.id,
            application: asked.application_id,
            token: asked.token.clone(),
            actor: actor(asked.guild_id, asked.member.as_deref(), &asked.user),
            private: false,
        }
    }
}

/// In private messages there is nobody who acts.
fn actor(guild: Option<GuildId>, member: Option<&Member>, user: &User) -> Option<Actor> {
    let (guild, member) = (guild?, member?);
    Some(somebody(guild.get(), user.id.get(), member.display_name().to_owned(), member.permissions.unwrap_or_default()))
}

/// The permissions are Discord's own sum for this member in this channel; no command definition is trusted for them.
pub(super) fn somebody(guild: u64, user: u64, name: String, may: Permissions) -> Actor {
    Actor {
        platform: Platform::Discord,
        place: guild.to_string(),
        user: user.to_string(),
        name,
        admin: may.manage_guild() || may.administrator(),
    }
}

/// Does the work for whoever asked, and says what came of it.
pub(super) async fn respond<F, W>(shared: &Shared, asked: &Asked, place: Place, pace: Pace, work: F)
where
    F: FnOnce(Actor) -> W,
    W: Future<Output = Outcome> + Send,
{
    let Some(actor) = asked.actor.clone() else {
        return finish(shared, asked, place, None, Err(Refusal::NotInPlace.into())).await;
    };
    let mut work = std::pin::pin!(async {
        let _in_hand = shared.gather.take_in_hand();
        work(actor).await
    });
    let patience = if pace == Pace::Quick { PATIENCE } else { Duration::ZERO };
    match tokio::time::timeout(patience, &mut work).await {
        Ok(outcome) => finish(shared, asked, place, None, outcome).await,
        Err(_) => {
            let here = asked.in_place(place);
            // The work goes on whether or not anybody hears of it: an answer may be half written.
            let (deferred, outcome) = tokio::join!(asked.defer(shared, here), work);
            if deferred {
                finish(shared, asked, place, Some(Deferred { here }), outcome).await;
            }
        }
    }
}

/// Refuses without any work.
pub(super) async fn refuse(shared: &Shared, asked: &Asked, refusal: Refusal) {
    finish(shared, asked, Place::New, None, Err(refusal.into())).await;
}

/// Opens a modal, which can only be a first response.
pub(super) async fn open_modal(shared: &Shared, asked: &Asked, modal: &serde_json::Value) {
    let result = asked.callback(shared, &json!({ "type": response::MODAL, "data": modal }), None).await;
    log(asked, result);
}

/// Ends the wait for suggestions where there are none.
pub(super) async fn suggest_nothing(shared: &Shared, asked: &Asked) {
    let none = json!({ "type": response::CHOICES, "data": { "choices": [] } });
    log(asked, asked.callback(shared, &none, None).await);
}

struct Deferred {
    here: bool,
}

async fn finish(shared: &Shared, asked: &Asked, place: Place, deferred: Option<Deferred>, outcome: Outcome) {
    // What went wrong never replaces what the reader has: it is said beside it.
    let here = asked.in_place(place) && outcome.is_ok();
    let say = outcome.unwrap_or_else(|error| Say::from(card_of(error, asked.id)));
    let mut payloads = render_all(&say.cards).into_iter();
    let Some(first) = payloads.next() else { return };
    let edits = here || matches!(deferred, Some(Deferred { here: true }));
    let (first, file) = picture::with_files(first, say.file, edits).await;
    let result = match deferred {
        None => asked.first(shared, here, first, file).await,
        Some(Deferred { here: true }) if !here => asked.follow_up(shared, first, file).await,
        Some(_) => asked.edit_original(shared, first, file).await,
    };
    let delivered = result.is_ok();
    log(asked, result);
    for payload in payloads {
        if delivered {
            let (payload, file) = picture::with_files(payload, None, false).await;
            log(asked, asked.follow_up(shared, payload, file).await);
        }
    }
}

fn card_of(error: Error, id: InteractionId) -> Card {
    match error {
        Error::Refused(refusal) => text::refusal(&refusal),
        Error::Fault(fault) => {
            let id = short(id.get());
            tracing::error!(id, error = &fault as &dyn std::error::Error, "a use case failed");
            text::fault(&id)
        }
    }
}

/// The last six letters of a number in base 36: enough to find a line in the log.
fn short(mut id: u64) -> String {
    const LETTERS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut text = String::new();
    // The lowest bits of an id made by Discord are counters that seldom differ: all bits take part.
    id ^= id >> 22;
    for _ in 0..6 {
        text.push(char::from(LETTERS[usize::try_from(id % 36).unwrap_or(0)]));
        id /= 36;
    }
    text
}

/// A response that failed is the end of the line: the reader sees Discord's own words for it.
fn log(asked: &Asked, result: Result<(), RestError>) {
    if let Err(error) = result {
        tracing::warn!(interaction = asked.id.get(), %error, "a response to an interaction was not taken");
    }
}

/// Types of a first response ("Interaction callback type").
mod response {
    pub(super) const NEW: u8 = 4;
    pub(super) const DEFER_NEW: u8 = 5;
    pub(super) const DEFER_HERE: u8 = 6;
    pub(super) const HERE: u8 = 7;
    pub(super) const CHOICES: u8 = 8;
    pub(super) const MODAL: u8 = 9;
}

/// Discord's code for an interaction that has had its first response.
const ACKNOWLEDGED: i64 = 40060;

/// A first response.
#[derive(Serialize)]
struct Callback {
    #[serde(rename = "type")]
    kind: u8,
    data: Message,
}

#[derive(Serialize)]
struct Message {
    #[serde(flatten)]
    payload: Payload,
    #[serde(skip_serializing_if = "Option::is_none")]
    flags: Option<u64>,
}

impl Message {
    fn new(payload: Payload, private: bool) -> Self {
        Self { payload, flags: private.then_some(EPHEMERAL) }
    }
}

impl Asked {
    fn in_place(&self, place: Place) -> bool {
        place == Place::Here && self.private
    }

    async fn first(&self, shared: &Shared, here: bool, payload: Payload, file: Option<File>) -> Result<(), RestError> {
        let kind = if here { response::HERE } else { response::NEW };
        let data = Message::new(payload, !here);
        self.callback(shared, &Callback { kind, data }, file).await
    }

    /// Whether there is something to finish later.
    async fn defer(&self, shared: &Shared, here: bool) -> bool {
        let body = if here {
            json!({ "type": response::DEFER_HERE })
        } else {
            json!({ "type": response::DEFER_NEW, "data": { "flags": EPHEMERAL } })
        };
        let result = self.callback(shared, &body, None).await;
        // Where the outcome is not known it may have worked; a follow-up will tell.
        let alive = matches!(result, Ok(()) | Err(RestError::Unknown(_)));
        log(self, result);
        alive
    }

    async fn callback(&self, shared: &Shared, body: &impl Serialize, file: Option<File>) -> Result<(), RestError> {
        let route = Route::InteractionResponse { interaction_id: self.id, token: &self.token };
        let call = || Call::post(route, body).file(file.clone()).unpaced();
        match shared.rest.done(call()).await {
            Err(RestError::Unknown(_) | RestError::NotSent(_)) => {}
            Err(RestError::Limited(pause)) if pause <= PATIENCE => tokio::time::sleep(pause).await,
            settled => return settled,
        }
        // Once more, since somebody waits: if the first try did work, Discord says that it is acknowledged.
        match shared.rest.done(call()).await {
            Err(RestError::Refused { code: ACKNOWLEDGED, .. }) => Ok(()),
            settled => settled,
        }
    }

    async fn edit_original(&self, shared: &Shared, payload: Payload, file: Option<File>) -> Result<(), RestError> {
        let route = Route::WebhookOriginalInteractionResponse { application_id: self.application, token: &self.token };
        let body = Message::new(payload, false);
        patient(shared, || Call::patch(route, &body).file(file.clone()).unpaced()).await
    }

    async fn follow_up(&self, shared: &Shared, payload: Payload, file: Option<File>) -> Result<(), RestError> {
        let route = Route::WebhookFollowupMessages { application_id: self.application, token: &self.token };
        let body = Message::new(payload, true);
        patient(shared, || Call::post(route, &body).file(file.clone()).unpaced()).await
    }
}

/// Makes a call, again where Discord names a pause.
async fn patient<'a>(shared: &Shared, call: impl Fn() -> Call<'a>) -> Result<(), RestError> {
    for _ in 0..3 {
        match shared.rest.done(call()).await {
            Err(RestError::Limited(pause)) => tokio::time::sleep(pause).await,
            settled => return settled,
        }
    }
    shared.rest.done(call()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_has_a_short_name() {
        assert_eq!(short(0), "000000");
        assert_ne!(short(1_312_345_678_901_234_567), short(1_312_345_678_901_234_568));
    }
}
