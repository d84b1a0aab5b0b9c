//! Files: an address to upload to, the upload, and the message that shows it.

use serde_json::{Value, json};

use super::chat::{self, spoken_in};
use super::{Answer, note};
use crate::world::slack::error::ApiError;
use crate::world::slack::forms::Call;
use crate::world::slack::limits::message::Payload;
use crate::world::slack::limits::text;
use crate::world::slack::mrkdwn;
use crate::world::slack::state::{State, Upload};
use crate::world::upload::File;

pub(super) fn begin(state: &mut State, call: &Call) -> Answer {
    let name = call.text("filename").filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| ApiError::new("invalid_arguments"))?;
    let length = call.number("length").filter(|length| *length > 0);
    let length = length.ok_or_else(|| ApiError::new("invalid_arguments"))?;
    let id = state.next_id('F');
    state.uploads.insert(id.clone(), Upload { name, length, bytes: None, done: false });
    Ok(json!({"ok": true, "upload_url": format!("{}/upload/v1/{id}", state.http_url), "file_id": id}))
}

/// The content comes, outside of the Web API.
///
/// # Errors
/// What Slack answers.
pub fn upload(state: &mut State, file: &str, bytes: &[u8]) -> Answer {
    let upload = state.uploads.get_mut(file).filter(|upload| !upload.done);
    let upload = upload.ok_or_else(|| ApiError::new("file_not_found"))?;
    if upload.length == bytes.len() {
        upload.bytes = Some(bytes.to_vec());
        return Ok(json!(format!("OK - {}", bytes.len())));
    }
    let doubt = format!("{} bytes come where {} were announced", bytes.len(), upload.length);
    note(state, "upload", vec![doubt]);
    Err(ApiError::new("malformed_upload"))
}

pub(super) fn complete(state: &mut State, call: &Call) -> Answer {
    let listed = call.args["files"].as_array().cloned().unwrap_or_default();
    let mut files = Vec::new();
    for listed in &listed {
        let upload = text(listed, "id").and_then(|id| state.uploads.get_mut(id)).filter(|upload| !upload.done);
        let upload = upload.ok_or_else(|| ApiError::new("file_not_found"))?;
        let bytes = upload.bytes.clone().ok_or_else(|| ApiError::new("file_not_found"))?;
        upload.done = true;
        files.push(File { name: upload.name.clone(), bytes, description: None });
    }
    if files.is_empty() {
        return Err(ApiError::new("invalid_arguments"));
    }
    let named: Vec<Value> = listed.iter().map(|file| json!({"id": file["id"], "title": file["title"]})).collect();
    let channel = call.channel();
    if !channel.is_empty() {
        spoken_in(state, &channel)?;
        let comment = call.text("initial_comment");
        let doubts = comment.iter().flat_map(|text| mrkdwn::doubts(text, true)).collect();
        note(state, "files.completeUploadExternal", doubts);
        let thread = call.ts("thread_ts");
        let payload = Payload { text: comment, ..Payload::default() };
        chat::keep(state, &channel, &payload, |message| {
            message.files = files;
            message.thread = thread;
        });
    }
    Ok(json!({"ok": true, "files": named}))
}
