//! A message's payload, in each of the shapes in which it may come.

use serde_json::{Map, Value};

use super::{characters, components, embeds, list, text, unknown_keys};
use crate::world::discord::error::{ApiError, FormErrors, empty_message};
use crate::world::discord::snowflake::Snowflake;
use crate::world::discord::upload::File;

/// Which call brings the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `POST /channels/{id}/messages`
    Create,
    /// `PATCH /channels/{id}/messages/{id}`
    Edit,
    /// The data of an interaction's first response.
    Callback,
    /// The data of a first response that edits the message with the button.
    CallbackUpdate,
    /// `POST /webhooks/{id}/{token}`
    FollowUp,
    /// `PATCH /webhooks/{id}/{token}/messages/{id}`
    WebhookEdit,
}

impl Shape {
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Create => &[
                "content",
                "nonce",
                "tts",
                "embeds",
                "allowed_mentions",
                "message_reference",
                "components",
                "sticker_ids",
                "attachments",
                "flags",
                "enforce_nonce",
                "poll",
            ],
            Self::Edit => &["content", "embeds", "flags", "allowed_mentions", "components", "attachments"],
            Self::Callback | Self::CallbackUpdate => {
                &["tts", "content", "embeds", "allowed_mentions", "flags", "components", "attachments", "poll"]
            }
            Self::FollowUp => &[
                "content",
                "username",
                "avatar_url",
                "tts",
                "embeds",
                "allowed_mentions",
                "components",
                "attachments",
                "flags",
                "thread_name",
                "applied_tags",
                "poll",
            ],
            Self::WebhookEdit => {
                &["content", "embeds", "flags", "allowed_mentions", "components", "attachments", "poll"]
            }
        }
    }

    /// The payload changes a message; what it leaves out stays.
    #[must_use]
    pub fn is_edit(self) -> bool {
        matches!(self, Self::Edit | Self::CallbackUpdate | Self::WebhookEdit)
    }
}

/// A payload that keeps all limits. `None` is what it left out.
#[derive(Debug, Clone, Default)]
pub struct Payload {
    pub content: Option<String>,
    pub embeds: Option<Vec<Value>>,
    pub components: Option<Vec<Value>>,
    pub files: Vec<File>,
    /// It names the files that the message has from now on; without this, those that are there stay.
    pub names_files: bool,
    pub flags: Option<u64>,
    pub mentions: Mentions,
    pub nonce: Option<String>,
    pub enforce_nonce: bool,
    pub reply_to: Option<Reply>,
}

/// Who may be pinged.
#[derive(Debug, Clone, Default)]
pub struct Mentions {
    pub everyone: bool,
    pub all_roles: bool,
    pub all_users: bool,
    pub roles: Vec<Snowflake>,
    pub users: Vec<Snowflake>,
}

#[derive(Debug, Clone, Copy)]
pub struct Reply {
    pub message: Snowflake,
    pub must_exist: bool,
}

impl Payload {
    /// Reads a payload and checks everything that can be checked without the channel.
    /// The second part names what is allowed by Discord, yet no good payload of this project has.
    ///
    /// # Errors
    /// What Discord answers.
    pub fn parse(body: &Value, files: &[File], shape: Shape) -> Result<(Self, Vec<String>), ApiError> {
        let mut errors = FormErrors::default();
        let mut doubts: Vec<String> =
            unknown_keys(body, shape.keys()).iter().map(|key| format!("unknown key `{key}` in a message")).collect();
        doubts.extend(attachments_by_number(body));
        doubts.extend(unlike_its_files(body, files));
        check_types(body, &mut errors);
        let payload = Self {
            content: text(body, "content").map(str::to_owned),
            embeds: present_list(body, "embeds"),
            components: present_list(body, "components"),
            files: described(body, files),
            names_files: body.get("attachments").is_some_and(Value::is_array),
            flags: body.get("flags").and_then(Value::as_u64),
            mentions: mentions(body, &mut errors, &mut doubts),
            nonce: nonce(body, &mut errors),
            enforce_nonce: body.get("enforce_nonce").and_then(Value::as_bool).unwrap_or(false),
            reply_to: reply(body, &mut errors),
        };
        payload.check_lengths(&mut errors);
        check_attachments(body, files.len(), &mut errors);
        if payload.flags.is_some_and(|flags| flags & (1 << 15) != 0) {
            errors.add("flags", "UNKNOWN_TO_THE_FAKE", "components of the second kind are not supported by this fake");
        }
        errors.result()?;
        if !shape.is_edit() && payload.is_empty() {
            return Err(empty_message());
        }
        Ok((payload, doubts))
    }

    fn check_lengths(&self, errors: &mut FormErrors) {
        if let Some(content) = &self.content {
            errors.length("content", characters(content), 0, 2000);
        }
        if let Some(embeds) = &self.embeds {
            embeds::check(embeds, errors);
        }
        if let Some(rows) = &self.components {
            components::check(rows, errors);
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        let blank = self.content.as_deref().is_none_or(|content| content.trim().is_empty());
        let none = |list: &Option<Vec<Value>>| list.as_ref().is_none_or(Vec::is_empty);
        blank && self.files.is_empty() && none(&self.embeds) && none(&self.components)
    }
}

fn check_types(body: &Value, errors: &mut FormErrors) {
    if !body.is_object() {
        errors.add("", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType");
    }
    let present = |key: &str| body.get(key).filter(|value| !value.is_null());
    if present("content").is_some_and(|content| !content.is_string()) {
        errors.add("content", "STRING_TYPE_CONVERT", "Could not interpret value as string.");
    }
    for key in ["embeds", "components"] {
        if present(key).is_some_and(|value| !value.is_array()) {
            errors.add(key, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
        }
    }
}

/// At most ten files, and what is said of one must be said of one that came.
fn check_attachments(body: &Value, files: usize, errors: &mut FormErrors) {
    errors.length("attachments", files, 0, 10);
    for (at, attachment) in list(body, "attachments").iter().enumerate() {
        let id = attachment.get("id").and_then(|id| id.as_u64().or_else(|| id.as_str()?.parse().ok()));
        if id.is_none_or(|id| id >= files as u64) {
            errors.add(&format!("attachments.{at}.id"), "ATTACHMENT_NOT_FOUND", "The attachment was not found.");
        }
        if let Some(description) = text(attachment, "description") {
            errors.length(&format!("attachments.{at}.description"), characters(description), 0, 1024);
        }
    }
}

/// The files with what the payload says of them.
fn described(body: &Value, files: &[File]) -> Vec<File> {
    let said = |at: usize| {
        list(body, "attachments").iter().find(|one| text(one, "id").and_then(|id| id.parse().ok()) == Some(at))
    };
    let each = files.iter().enumerate().map(|(at, file)| File {
        description: said(at).and_then(|one| text(one, "description")).map(str::to_owned),
        ..file.clone()
    });
    each.collect()
}

/// What Discord lets pass: a file of another name than its part has, a picture without words, an embed that shows
/// what did not come.
fn unlike_its_files(body: &Value, files: &[File]) -> Vec<String> {
    let mut doubts = Vec::new();
    for (file, said) in files.iter().zip(list(body, "attachments")) {
        if text(said, "filename").is_some_and(|name| name != file.name) {
            doubts.push(format!("the file {} has another name in `attachments`", file.name));
        }
        if file.name.ends_with(".png") && text(said, "description").is_none_or(str::is_empty) {
            doubts.push(format!("the picture {} has no description", file.name));
        }
    }
    let images = list(body, "embeds").iter().filter_map(|embed| text(embed.get("image")?, "url"));
    for name in images.filter_map(|url| url.strip_prefix("attachment://")) {
        if !files.iter().any(|file| file.name == name) {
            doubts.push(format!("an embed shows the file {name}, which did not come"));
        }
    }
    doubts
}

/// Discord takes numbers as well; its published schema has ids, which are text.
fn attachments_by_number(body: &Value) -> Option<String> {
    let by_number = list(body, "attachments").iter().any(|attachment| attachment["id"].is_number());
    by_number.then(|| "the id of an attachment is no text".to_owned())
}

fn present_list(body: &Value, key: &str) -> Option<Vec<Value>> {
    body.get(key).and_then(Value::as_array).cloned()
}

fn nonce(body: &Value, errors: &mut FormErrors) -> Option<String> {
    let nonce = match body.get("nonce")? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    errors.length("nonce", characters(&nonce), 0, 25);
    Some(nonce)
}

fn reply(body: &Value, errors: &mut FormErrors) -> Option<Reply> {
    let reference = body.get("message_reference").filter(|reference| !reference.is_null())?;
    let Some(message) = reference.get("message_id").and_then(Snowflake::from_json) else {
        errors.required("message_reference.message_id");
        return None;
    };
    let must_exist = reference.get("fail_if_not_exists").and_then(Value::as_bool).unwrap_or(true);
    Some(Reply { message, must_exist })
}

/// Reads `allowed_mentions`, whose absence lets anybody be pinged by a text that slipped through.
fn mentions(body: &Value, errors: &mut FormErrors, doubts: &mut Vec<String>) -> Mentions {
    let Some(object) = body.get("allowed_mentions").and_then(Value::as_object) else {
        doubts.push("a message without `allowed_mentions`".to_owned());
        return Mentions { everyone: true, all_roles: true, all_users: true, ..Mentions::default() };
    };
    let parse = strings(object, "parse");
    let ids = |key: &str| strings(object, key).iter().filter_map(|id| id.parse().ok()).collect::<Vec<Snowflake>>();
    let mentions = Mentions {
        everyone: parse.contains(&"everyone"),
        all_roles: parse.contains(&"roles"),
        all_users: parse.contains(&"users"),
        roles: ids("roles"),
        users: ids("users"),
    };
    if let Some(other) = parse.iter().find(|word| !["everyone", "roles", "users"].contains(word)) {
        errors.choices("allowed_mentions.parse", &format!("'everyone', 'roles', 'users'; not '{other}'"));
    }
    for (key, all, ids) in
        [("roles", mentions.all_roles, &mentions.roles), ("users", mentions.all_users, &mentions.users)]
    {
        if all && !ids.is_empty() {
            let message = format!("parse:[\"{key}\"] and {key}: [ids...] are mutually exclusive.");
            errors.add("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message);
        }
        if ids.len() > 100 {
            errors.length(&format!("allowed_mentions.{key}"), ids.len(), 0, 100);
        }
    }
    if mentions.everyone || mentions.all_roles || mentions.all_users {
        doubts.push(format!("`allowed_mentions` lets a text ping at will: parse {parse:?}"));
    }
    mentions
}

fn strings<'a>(object: &'a Map<String, Value>, key: &str) -> Vec<&'a str> {
    object.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}
