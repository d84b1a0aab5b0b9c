//! Files: an address for the bytes, the bytes, and the word that they are complete. A file appears only with the last step.

use serde::Deserialize;
use serde_json::json;
use slack_morphism::prelude::SlackFileId;

use super::Shared;
use super::api::{ApiError, Call, Posted};
use super::respond::File;
use super::target::Spot;

#[derive(Deserialize)]
struct Address {
    upload_url: String,
    file_id: String,
}

#[derive(Deserialize)]
struct Opened {
    channel: Id,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

/// Sends a file into the private conversation with a user.
///
/// # Errors
/// The first call that failed.
pub(super) async fn to_user(shared: &Shared, user: &str, file: File) -> Result<(), ApiError> {
    let opened: Opened = shared.api.call(Call::json("conversations.open", json!({ "users": user }))).await?;
    to_spot(shared, &Spot { channel: opened.channel.id, thread: None }, file).await
}

/// Sends a file into a channel, or into a thread of it: whatever a message's blocks can't hold goes beside it this way.
///
/// # Errors
/// The first call that failed.
async fn to_spot(shared: &Shared, spot: &Spot, file: File) -> Result<(), ApiError> {
    let (id, title) = (put(shared, file.name, file.bytes).await?, file.name);
    let mut body = json!({ "files": [{ "id": id, "title": title }], "channel_id": spot.channel });
    if let Some(ts) = &spot.thread {
        body["thread_ts"] = json!(ts);
    }
    shared.api.done(Call::json("files.completeUploadExternal", body)).await
}

/// Uploads a file that nobody sees until a message shows it; gives the id by which one can.
///
/// # Errors
/// The first call that failed.
pub(super) async fn unseen(shared: &Shared, name: &str, bytes: Vec<u8>) -> Result<SlackFileId, ApiError> {
    let id = put(shared, name, bytes).await?;
    let body = json!({ "files": [{ "id": id, "title": name }] });
    shared.api.done(Call::json("files.completeUploadExternal", body)).await?;
    Ok(id.into())
}

/// The first two steps; gives the file's id.
async fn put(shared: &Shared, name: &str, bytes: Vec<u8>) -> Result<String, ApiError> {
    let fields = vec![("filename", name.to_owned()), ("length", bytes.len().to_string())];
    let address: Address = shared.api.call(Call::form("files.getUploadURLExternal", fields)).await?;
    shared.api.post_to(&address.upload_url, Posted::Bytes(bytes)).await?;
    Ok(address.file_id)
}
