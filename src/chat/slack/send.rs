//! The port [`Chat`] on Slack: posts, edits, threads, and finding again what may have been sent.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::api::{ApiError, Call};
use super::limits::{POST, Urgency};
use super::payload::Message;
use super::render::{render, render_pictured};
use super::target::{Posted, Spot};
use super::{Shared, picture};
use crate::core::card::{Act, Card};
use crate::core::feed::Blocked;
use crate::core::ids::{Action, Platform};
use crate::ports::{Chat, ChatError, Outgoing, Sent, Target};

pub(super) struct SlackChat(pub(super) Arc<Shared>);

#[derive(Serialize)]
struct NewMessage<'a> {
    channel: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread_ts: Option<&'a str>,
    /// A reveal is news for the whole channel, though it stands in the thread.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reply_broadcast: bool,
    #[serde(flatten)]
    message: &'a Message,
    metadata: Metadata<'a>,
    unfurl_links: bool,
    unfurl_media: bool,
}

/// What makes a message findable. It says nothing but the key.
#[derive(Serialize)]
struct Metadata<'a> {
    event_type: &'static str,
    event_payload: Payload<'a>,
}

#[derive(Serialize)]
struct Payload<'a> {
    key: &'a str,
}

const EVENT: &str = "trapline_message";

#[derive(Deserialize)]
struct Made {
    channel: Option<String>,
    ts: String,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    messages: Vec<Past>,
    #[serde(default)]
    response_metadata: Option<Cursor>,
}

#[derive(Deserialize)]
struct Cursor {
    #[serde(default)]
    next_cursor: String,
}

/// What a channel's history says of a message, as far as it is needed to know one's own.
#[derive(Deserialize)]
struct Past {
    ts: String,
    #[serde(default)]
    bot_id: Option<String>,
    #[serde(default)]
    metadata: Option<Value>,
}

impl Past {
    fn is(&self, key: &str, me: Option<&str>) -> bool {
        let mine = match (me, self.bot_id.as_deref()) {
            (Some(me), Some(author)) => me == author,
            _ => true,
        };
        let carries = |metadata: &Value| metadata["event_type"] == EVENT && metadata["event_payload"]["key"] == key;
        mine && self.metadata.as_ref().is_some_and(carries)
    }
}

#[derive(Deserialize)]
struct Opened {
    channel: Id,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

/// How much of the history comes at once.
const PAGE: usize = 200;

#[async_trait]
impl Chat for SlackChat {
    fn platform(&self) -> Platform {
        Platform::Slack
    }

    async fn send(&self, message: &Outgoing) -> Result<Sent, ChatError> {
        let spot = self.spot(message).await?;
        let Some(picture) = picture::uploaded(&self.0, &message.card).await else {
            return self.put(message, spot, &render(&message.card)).await.map_err(chat_error);
        };
        let pictured = render_pictured(&message.card, Some(&picture));
        let mut settled = picture::patiently(|| self.put(message, spot.clone(), &pictured)).await;
        if settled.as_ref().is_err_and(picture::is_refused) {
            settled = self.put(message, spot, &render(&message.card)).await;
        }
        settled.map_err(chat_error)
    }

    async fn find(&self, message: &Outgoing, since: DateTime<Utc>) -> Result<Option<Sent>, ChatError> {
        let spot = self.spot(message).await?;
        if let Some(found) = self.look(&spot, &message.key, since).await? {
            return Ok(Some(found));
        }
        // What answers a post may stand beside its thread: the feed's setting may have changed, or the post may be gone.
        let beside = match (&spot.thread, &message.reply_to) {
            (Some(_), Some(_)) => Spot { thread: None, ..spot },
            (None, Some(post)) => Spot { thread: Some(post.clone()), ..spot },
            _ => return Ok(None),
        };
        self.look(&beside, &message.key, since).await
    }

    async fn edit(&self, sent: &Sent, card: &Card) -> Result<(), ChatError> {
        let message = render(card);
        let (channel, Posted { ts, .. }) = (Spot::parse(&sent.channel).channel, Posted::parse(&sent.message));
        // Metadata that is not named stays as it was.
        let body = json!({ "channel": channel, "ts": ts, "text": message.text, "blocks": message.blocks });
        let urgency = if is_open(card) { Urgency::Whenever } else { Urgency::Soon };
        self.0.api.done(Call::json("chat.update", body).urgency(urgency)).await.map_err(chat_error)
    }

    async fn thread(&self, sent: &Sent, _name: &str) -> Result<String, ChatError> {
        let Posted { ts, thread } = Posted::parse(&sent.message);
        // A message of a thread has none of its own: what follows it goes where it is.
        Ok(Spot { channel: Spot::parse(&sent.channel).channel, thread: thread.or(Some(ts)) }.id())
    }
}

impl SlackChat {
    /// Where a message goes; a private conversation is opened first, which is idempotent.
    async fn spot(&self, message: &Outgoing) -> Result<Spot, ChatError> {
        let spot = match &message.target {
            Target::Channel(id) => Spot::parse(id),
            Target::User(user) => {
                let body = json!({ "users": user });
                let opened = self.0.api.call::<Opened>(Call::json("conversations.open", body)).await;
                let channel = opened.map_err(|error| match chat_error(error) {
                    // Opening says nothing, so whatever happened nothing was sent.
                    ChatError::Unknown(reason) => ChatError::NotSent { reason, retry_after: None },
                    other => other,
                })?;
                Spot { channel: channel.channel.id, thread: None }
            }
        };
        let thread = if message.threaded { message.reply_to.clone() } else { None };
        Ok(Spot { thread: spot.thread.or(thread), channel: spot.channel })
    }

    async fn put(&self, message: &Outgoing, spot: Spot, payload: &Message) -> Result<Sent, ApiError> {
        match self.post(&spot, payload, &message.key, message.reply_to.is_some()).await {
            // The post that it was to hang on is gone: it stands for itself.
            Err(error) if message.reply_to.is_some() && is_parent_gone(&error) => {
                let channel = Spot { thread: None, ..spot };
                self.post(&channel, payload, &message.key, false).await
            }
            settled => settled,
        }
    }

    async fn post(&self, spot: &Spot, message: &Message, key: &str, broadcast: bool) -> Result<Sent, ApiError> {
        let body = NewMessage {
            channel: &spot.channel,
            thread_ts: spot.thread.as_deref(),
            reply_broadcast: broadcast && spot.thread.is_some(),
            message,
            metadata: Metadata { event_type: EVENT, event_payload: Payload { key } },
            unfurl_links: false,
            unfurl_media: false,
        };
        let body = serde_json::to_value(&body).expect("payloads have text keys and finite numbers");
        let made: Made = self.0.api.call(Call::json(POST, body).in_channel(&spot.channel)).await?;
        let channel = made.channel.unwrap_or_else(|| spot.channel.clone());
        Ok(Posted { ts: made.ts, thread: spot.thread.clone() }.sent(channel))
    }

    async fn look(&self, spot: &Spot, key: &str, since: DateTime<Utc>) -> Result<Option<Sent>, ChatError> {
        let me = self.0.me().and_then(|me| me.bot);
        let mut cursor = String::new();
        // To the end, however much was said since: what is not seen would be sent a second time.
        loop {
            let page = match self.page(spot, since, &cursor).await {
                Err(ApiError::Refused { error, .. }) if error == "thread_not_found" => return Ok(None),
                page => page.map_err(chat_error)?,
            };
            if let Some(found) = page.messages.iter().find(|past| past.is(key, me.as_deref())) {
                let posted = Posted { ts: found.ts.clone(), thread: spot.thread.clone() };
                return Ok(Some(posted.sent(spot.channel.clone())));
            }
            let next = page.response_metadata.map(|next| next.next_cursor).unwrap_or_default();
            if next.is_empty() {
                return Ok(None);
            }
            if next == cursor {
                return Err(ChatError::Unknown("the channel's history goes round in circles".to_owned()));
            }
            cursor = next;
        }
    }

    async fn page(&self, spot: &Spot, since: DateTime<Utc>, cursor: &str) -> Result<Page, ApiError> {
        let mut fields = vec![
            ("channel", spot.channel.clone()),
            ("oldest", format!("{}.000000", since.timestamp())),
            ("limit", PAGE.to_string()),
            ("include_all_metadata", "true".to_owned()),
        ];
        if !cursor.is_empty() {
            fields.push(("cursor", cursor.to_owned()));
        }
        let method = match &spot.thread {
            Some(ts) => {
                fields.push(("ts", ts.clone()));
                "conversations.replies"
            }
            None => "conversations.history",
        };
        self.0.api.call(Call::form(method, fields)).await
    }
}

/// An open post's edit brings a count up to date; a reveal's closes the post, and goes first.
fn is_open(card: &Card) -> bool {
    let answers = |act: &Act| matches!(act, Act::Do(Action::Answer { .. } | Action::AnswerNumber { .. }));
    card.buttons.iter().flatten().any(|button| answers(&button.act))
}

fn is_parent_gone(error: &ApiError) -> bool {
    matches!(error.word(), Some("thread_not_found" | "message_not_found" | "cannot_reply_to_message"))
}

/// What Slack's words mean for a message, and for its feed.
pub(super) fn chat_error(error: ApiError) -> ChatError {
    let about_token = error.is_about_token();
    let (error, needed) = match error {
        ApiError::Limited(wait) => {
            return ChatError::NotSent { reason: "Slack's rate limit".to_owned(), retry_after: Some(wait) };
        }
        ApiError::NotSent(reason) => return ChatError::NotSent { reason, retry_after: None },
        ApiError::Unknown(reason) => return ChatError::Unknown(reason),
        ApiError::Refused { error, needed } => (error, needed),
    };
    let blocked = match error.as_str() {
        _ if about_token => Blocked::NotInPlace,
        // A private channel that the bot is not in looks like none.
        "channel_not_found" => Blocked::ChannelUnseen,
        "is_archived" => Blocked::ChannelArchived,
        "not_in_channel" => Blocked::NotInChannel,
        "missing_scope" | "no_permission" | "not_allowed_token_type" => {
            Blocked::Permission { missing: needed.into_iter().collect() }
        }
        word if word.starts_with("restricted_action") => Blocked::Permission { missing: Vec::new() },
        "message_not_found" | "thread_not_found" | "cant_update_message" | "edit_window_closed" => {
            return ChatError::Gone;
        }
        // About this very payload.
        "msg_too_long"
        | "msg_blocks_too_long"
        | "no_text"
        | "too_many_attachments"
        | "metadata_too_large"
        | "http_413" => return ChatError::Rejected(error),
        word if word.starts_with("invalid_") => return ChatError::Rejected(error),
        _ => Blocked::Other { said: error },
    };
    ChatError::Blocked(blocked)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::core::card::Button;
    use crate::core::ids::RoundId;

    #[test]
    fn refusals_say_what_to_do_about_them() {
        let refused = |error: &str| chat_error(ApiError::Refused { error: error.into(), needed: Some("x:y".into()) });
        assert_eq!(refused("channel_not_found"), ChatError::Blocked(Blocked::ChannelUnseen));
        assert_eq!(refused("is_archived"), ChatError::Blocked(Blocked::ChannelArchived));
        assert_eq!(refused("not_in_channel"), ChatError::Blocked(Blocked::NotInChannel));
        assert_eq!(refused("missing_scope"), ChatError::Blocked(Blocked::Permission { missing: vec!["x:y".into()] }));
        for word in ["restricted_action", "restricted_action_read_only_channel"] {
            assert_eq!(refused(word), ChatError::Blocked(Blocked::Permission { missing: vec![] }));
        }
        for word in ["token_revoked", "account_inactive", "invalid_auth"] {
            assert_eq!(refused(word), ChatError::Blocked(Blocked::NotInPlace));
        }
        assert_eq!(refused("message_not_found"), ChatError::Gone);
        for word in ["msg_too_long", "invalid_blocks", "invalid_arguments"] {
            assert_eq!(refused(word), ChatError::Rejected(word.into()));
        }
        assert_eq!(refused("unheard_of"), ChatError::Blocked(Blocked::Other { said: "unheard_of".into() }));
    }

    #[test]
    fn an_edit_that_closes_a_post_goes_before_one_that_counts() {
        let button = |action| Card::new("A trap").row(vec![Button::new("A", action)]);
        assert!(is_open(&button(Action::Answer { round: RoundId(7), position: 0 })));
        assert!(is_open(&button(Action::AnswerNumber { round: RoundId(7) })));
        assert!(!is_open(&button(Action::Mine { round: RoundId(7) })));
        assert!(!is_open(&Card::new("A trap")));
    }

    #[test]
    fn what_can_not_be_known_is_looked_up() {
        assert!(matches!(chat_error(ApiError::Unknown("cut".into())), ChatError::Unknown(_)));
        let limited = chat_error(ApiError::Limited(Duration::from_secs(3)));
        assert!(matches!(limited, ChatError::NotSent { retry_after: Some(_), .. }), "{limited:?}");
    }

    #[test]
    fn a_message_is_known_again_by_its_key() {
        let past = |key: &str, bot: Option<&str>| Past {
            ts: "1.2".into(),
            bot_id: bot.map(ToOwned::to_owned),
            metadata: Some(json!({ "event_type": EVENT, "event_payload": { "key": key } })),
        };
        assert!(past("d7", Some("B1")).is("d7", Some("B1")));
        assert!(past("d7", None).is("d7", Some("B1")));
        assert!(!past("d7", Some("B2")).is("d7", Some("B1")), "somebody else's");
        assert!(!past("d8", Some("B1")).is("d7", Some("B1")));
        assert!(!Past { metadata: None, ..past("d7", None) }.is("d7", None));
    }
}
