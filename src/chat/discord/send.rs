//! The port [`Chat`] on Discord: posts, edits, threads, and finding again what may have been sent.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serenity::all::{ChannelId, MessageId, UserId};
use serenity::http::Route;

use super::Shared;
use super::payload::{Payload, cut, limit};
use super::permissions::{self, Standing, Wants};
use super::picture::with_files;
use super::render::{marker, render};
use super::rest::{Call, RestError};
use crate::core::card::Card;
use crate::core::feed::Blocked;
use crate::core::ids::Platform;
use crate::ports::{Chat, ChatError, Outgoing, Sent, Target};

pub(super) struct DiscordChat(pub(super) Arc<Shared>);

#[derive(Serialize)]
struct NewMessage<'a> {
    #[serde(flatten)]
    payload: Payload,
    nonce: &'a str,
    enforce_nonce: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_reference: Option<Reference<'a>>,
}

#[derive(Serialize)]
struct Reference<'a> {
    message_id: &'a str,
    fail_if_not_exists: bool,
}

#[derive(Deserialize)]
struct Made {
    id: MessageId,
}

/// What a channel's history says of a message, as far as it is needed to know one's own.
#[derive(Deserialize)]
struct Past {
    id: MessageId,
    author: Option<Author>,
    nonce: Option<serde_json::Value>,
    embeds: Option<Vec<PastEmbed>>,
    components: Option<Vec<serde_json::Value>>,
}

#[derive(Deserialize)]
struct Author {
    id: UserId,
}

#[derive(Deserialize)]
struct PastEmbed {
    footer: Option<PastFooter>,
}

#[derive(Deserialize)]
struct PastFooter {
    text: String,
}

#[derive(Deserialize)]
struct Conversation {
    id: ChannelId,
}

#[async_trait]
impl Chat for DiscordChat {
    fn platform(&self) -> Platform {
        Platform::Discord
    }

    async fn send(&self, message: &Outgoing) -> Result<Sent, ChatError> {
        let channel = self.open(&message.target).await?;
        match self.create(channel, message).await {
            Ok(made) => Ok(Sent { channel: channel.to_string(), message: made.id.to_string() }),
            Err(error) => Err(self.named(channel, chat_error(error)).await),
        }
    }

    async fn find(&self, message: &Outgoing, since: DateTime<Utc>) -> Result<Option<Sent>, ChatError> {
        let channel = self.open(&message.target).await?;
        let wanted = Wanted::of(message, self.0.me());
        let mut after = snowflake(since - chrono::TimeDelta::minutes(1));
        // To the end, however much was said since: what is not seen would be sent a second time.
        loop {
            let page = self.page(channel, after).await?;
            if let Some(found) = page.iter().find(|past| wanted.is(past)) {
                return Ok(Some(Sent { channel: channel.to_string(), message: found.id.to_string() }));
            }
            match page.iter().map(|past| past.id).max() {
                Some(newest) if page.len() == PAGE && newest.get() > after => after = newest.get(),
                _ => return Ok(None),
            }
        }
    }

    async fn edit(&self, sent: &Sent, card: &Card) -> Result<(), ChatError> {
        let route = Route::ChannelMessage { channel_id: channel_id(&sent.channel)?, message_id: message_id(sent)? };
        // An edit does not ping, and leaves the line that did as it is where the card has none.
        let (payload, file) = with_files(render(card), None, true).await;
        self.0.rest.done(Call::patch(route, &payload).file(file)).await.map_err(chat_error)
    }

    async fn thread(&self, sent: &Sent, name: &str) -> Result<String, ChatError> {
        let route =
            Route::ChannelMessageThreads { channel_id: channel_id(&sent.channel)?, message_id: message_id(sent)? };
        let name = match cut(name.trim(), limit::THREAD_NAME) {
            name if name.is_empty() => "Trapline".to_owned(),
            name => name,
        };
        let body = serde_json::json!({ "name": name, "auto_archive_duration": ONE_DAY });
        match self.0.rest.json::<Conversation>(Call::post(route, &body)).await {
            Ok(thread) => Ok(thread.id.to_string()),
            // A message's thread has the message's id.
            Err(RestError::Refused { code: code::HAS_THREAD, .. }) => Ok(sent.message.clone()),
            Err(error) => Err(self.named(channel_id(&sent.channel)?, chat_error(error)).await),
        }
    }
}

/// How much of the history comes at once.
const PAGE: usize = 100;
/// Minutes without a message until a thread is put away.
const ONE_DAY: u16 = 1440;

/// Discord's own codes ("JSON error codes" in its reference).
mod code {
    pub(super) const UNKNOWN_CHANNEL: i64 = 10003;
    pub(super) const UNKNOWN_GUILD: i64 = 10004;
    pub(super) const UNKNOWN_MESSAGE: i64 = 10008;
    pub(super) const MISSING_ACCESS: i64 = 50001;
    pub(super) const NOT_MY_MESSAGE: i64 = 50005;
    pub(super) const MISSING_PERMISSIONS: i64 = 50013;
    /// A reply takes the permission to read the history.
    pub(super) const NO_REPLY_WITHOUT_HISTORY: i64 = 160_002;
    pub(super) const HAS_THREAD: i64 = 160_004;
}

impl DiscordChat {
    /// The channel to send in; a private conversation is opened first, which is idempotent.
    async fn open(&self, target: &Target) -> Result<ChannelId, ChatError> {
        match target {
            Target::Channel(id) => channel_id(id),
            Target::User(user) => {
                let body = serde_json::json!({ "recipient_id": user });
                let opened = self.0.rest.json::<Conversation>(Call::post(Route::UserMeDmChannels, &body)).await;
                opened.map(|conversation| conversation.id).map_err(|error| match chat_error(error) {
                    // Opening says nothing, so whatever happened nothing was sent.
                    ChatError::Unknown(reason) => ChatError::NotSent { reason, retry_after: None },
                    other => other,
                })
            }
        }
    }

    /// Sends a message, with its picture where the channel takes files.
    async fn create(&self, channel: ChannelId, message: &Outgoing) -> Result<Made, RestError> {
        let route = Route::ChannelMessages { channel_id: channel };
        let (payload, file) = with_files(render(&message.card), None, false).await;
        let pictured = file.is_some();
        let made = self.0.rest.json(Call::post(route, &new_message(message, payload)).file(file)).await;
        match made {
            // No permission for files is no reason not to say it: Discord has made nothing yet.
            Err(RestError::Refused { code: code::MISSING_PERMISSIONS, .. }) if pictured => {
                let mut bare = render(&message.card);
                bare.drop_picture();
                self.0.rest.json(Call::post(route, &new_message(message, bare))).await
            }
            made => made,
        }
    }

    async fn page(&self, channel: ChannelId, after: u64) -> Result<Vec<Past>, ChatError> {
        let query = vec![("after", after), ("limit", PAGE as u64)];
        let call = Call::get(Route::ChannelMessages { channel_id: channel }).query(query);
        self.0.rest.json(call).await.map_err(chat_error)
    }

    /// Names the permissions that a refusal is about, where that can be found out.
    async fn named(&self, channel: ChannelId, error: ChatError) -> ChatError {
        match error {
            ChatError::Blocked(Blocked::Permission { .. }) => {
                ChatError::Blocked(Blocked::Permission { missing: self.missing(channel).await.unwrap_or_default() })
            }
            other => other,
        }
    }

    async fn missing(&self, id: ChannelId) -> Option<Vec<String>> {
        let rest = &self.0.rest;
        let channel = match permissions::channel(rest, id).await {
            Ok(channel) => channel,
            Err(permissions::Trouble::Refused(_)) => return Some(vec!["View Channel".to_owned()]),
            Err(permissions::Trouble::Unchecked(_)) => return None,
        };
        let standing = Standing::of(rest, channel.guild_id?, self.0.me()?).await.ok()?;
        Some(standing.missing(&channel, Wants { thread: true, role: None }))
    }
}

fn new_message(message: &Outgoing, mut payload: Payload) -> NewMessage<'_> {
    payload.mark(&message.key);
    let message_reference =
        message.reply_to.as_deref().map(|message_id| Reference { message_id, fail_if_not_exists: false });
    NewMessage { payload, nonce: &message.key, enforce_nonce: true, message_reference }
}

/// How a message that was sent earlier is known again.
struct Wanted<'a> {
    key: &'a str,
    marker: String,
    /// The buttons of a post, which name its round; empty for anything else.
    buttons: Vec<String>,
    me: Option<UserId>,
}

impl<'a> Wanted<'a> {
    fn of(message: &'a Outgoing, me: Option<UserId>) -> Self {
        let payload = render(&message.card);
        let buttons = if payload.has_answer_buttons() {
            payload.custom_ids().map(ToOwned::to_owned).collect()
        } else {
            Vec::new()
        };
        Self { key: &message.key, marker: marker(&message.key), buttons, me }
    }

    fn is(&self, past: &Past) -> bool {
        if let (Some(me), Some(author)) = (self.me, &past.author)
            && me != author.id
        {
            return false;
        }
        let by_nonce = past.nonce.as_ref().and_then(|nonce| nonce.as_str()) == Some(self.key);
        let mut footers = past.embeds.iter().flatten().filter_map(|embed| embed.footer.as_ref());
        let by_buttons = !self.buttons.is_empty() && self.buttons == past.custom_ids();
        by_nonce || by_buttons || footers.any(|footer| footer.text == self.marker)
    }
}

impl Past {
    fn custom_ids(&self) -> Vec<String> {
        let buttons = self.components.iter().flatten().filter_map(|row| row["components"].as_array()).flatten();
        buttons.filter_map(|button| button["custom_id"].as_str().map(ToOwned::to_owned)).collect()
    }
}

/// The least id of anything made at an instant or later: milliseconds since 2015, shifted over 22 bits of counters.
fn snowflake(at: DateTime<Utc>) -> u64 {
    const EPOCH_MS: i64 = 1_420_070_400_000;
    u64::try_from(at.timestamp_millis() - EPOCH_MS).unwrap_or(0) << 22
}

fn channel_id(id: &str) -> Result<ChannelId, ChatError> {
    id.parse::<u64>().ok().filter(|id| *id > 0).map(ChannelId::new).ok_or(ChatError::Blocked(Blocked::ChannelGone))
}

fn message_id(sent: &Sent) -> Result<MessageId, ChatError> {
    sent.message.parse::<u64>().ok().filter(|id| *id > 0).map(MessageId::new).ok_or(ChatError::Gone)
}

fn chat_error(error: RestError) -> ChatError {
    let no_names = || ChatError::Blocked(Blocked::Permission { missing: Vec::new() });
    match error {
        RestError::Limited(wait) => {
            ChatError::NotSent { reason: "Discord's rate limit".to_owned(), retry_after: Some(wait) }
        }
        RestError::NotSent(reason) => ChatError::NotSent { reason, retry_after: None },
        RestError::Unknown(reason) => ChatError::Unknown(reason),
        RestError::Refused { status, code, message } => match (status, code) {
            (401, _) | (_, code::UNKNOWN_GUILD) => ChatError::Blocked(Blocked::NotInPlace),
            (_, code::UNKNOWN_CHANNEL) => ChatError::Blocked(Blocked::ChannelGone),
            (_, code::MISSING_ACCESS | code::MISSING_PERMISSIONS | code::NO_REPLY_WITHOUT_HISTORY) => no_names(),
            (_, code::UNKNOWN_MESSAGE | code::NOT_MY_MESSAGE) | (404, _) => ChatError::Gone,
            (403, _) => ChatError::Blocked(Blocked::Other { said: message }),
            _ => ChatError::Rejected(format!("{status} (code {code}): {message}")),
        },
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;
    use crate::core::card::Button;
    use crate::core::ids::{Action, RoundId};

    fn outgoing(card: Card) -> Outgoing {
        Outgoing {
            target: Target::Channel("42".into()),
            key: "d7".into(),
            card,
            reply_to: Some("99".into()),
            threaded: true,
        }
    }

    fn post() -> Card {
        let answer = |position| Button::new("A", Action::Answer { round: RoundId(7), position });
        Card::new("Headline").text("Ask").row(vec![answer(0), answer(1)])
    }

    /// As Discord gives a message back.
    fn past(message: &Outgoing, author: u64) -> Past {
        let mut sent = serde_json::to_value(new_message(message, render(&message.card))).unwrap();
        let extra = sent.as_object_mut().unwrap();
        extra.remove("nonce");
        extra.insert("id".into(), "5".into());
        extra.insert("author".into(), serde_json::json!({ "id": author.to_string() }));
        serde_json::from_value(sent).unwrap()
    }

    #[test]
    fn a_message_is_known_again_without_its_nonce() {
        let me = Some(UserId::new(50));
        for card in [post(), Card::new("Reveal").text("Right is B"), Card::default()] {
            let message = outgoing(card);
            assert!(Wanted::of(&message, me).is(&past(&message, 50)));
            assert!(!Wanted::of(&message, me).is(&past(&message, 51)), "somebody else's");
        }
        let other = Outgoing { key: "d8".into(), ..outgoing(Card::new("Reveal").text("Right is B")) };
        assert!(!Wanted::of(&other, me).is(&past(&outgoing(Card::new("Reveal").text("Right is B")), 50)));
    }

    #[test]
    fn a_post_has_no_fine_print_so_that_an_edit_takes_nothing_away() {
        let text = {
            let message = outgoing(post());
            serde_json::to_string(&new_message(&message, render(&message.card)))
        }
        .unwrap();
        assert!(!text.contains("footer"));
        assert!(text.contains(
            r#""nonce":"d7","enforce_nonce":true,"message_reference":{"message_id":"99","fail_if_not_exists":false}"#
        ));
    }

    #[test]
    fn ids_begin_at_discords_epoch() {
        let at = Utc.with_ymd_and_hms(2016, 4, 30, 11, 18, 25).unwrap() + chrono::TimeDelta::milliseconds(796);
        // The example of Discord's reference.
        assert_eq!(snowflake(at), 175_928_847_299_117_063 >> 22 << 22);
        assert_eq!(snowflake(Utc.with_ymd_and_hms(2000, 1, 1, 0, 0, 0).unwrap()), 0);
    }

    #[test]
    fn refusals_say_what_to_do_about_them() {
        let refused = |status, code| chat_error(RestError::Refused { status, code, message: "no".into() });
        assert_eq!(refused(404, 10003), ChatError::Blocked(Blocked::ChannelGone));
        assert_eq!(refused(404, 10008), ChatError::Gone);
        assert_eq!(refused(403, 50001), ChatError::Blocked(Blocked::Permission { missing: vec![] }));
        assert_eq!(refused(403, 50013), ChatError::Blocked(Blocked::Permission { missing: vec![] }));
        assert_eq!(refused(400, 160_002), ChatError::Blocked(Blocked::Permission { missing: vec![] }));
        assert_eq!(refused(403, 50007), ChatError::Blocked(Blocked::Other { said: "no".into() }));
        assert_eq!(refused(401, 0), ChatError::Blocked(Blocked::NotInPlace));
        assert!(matches!(refused(400, 50035), ChatError::Rejected(_)));
        assert!(matches!(chat_error(RestError::Unknown("cut".into())), ChatError::Unknown(_)));
    }
}
