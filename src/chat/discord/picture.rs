//! The files of a message: a picture is drawn when the message goes out, and not before.

use super::payload::{Attachment, PICTURE, Payload, cut, limit};
use super::rest::File;
use crate::figure::{self, Theme};

/// The payload with its file: the one that is given, else its picture. `edits`: it replaces a message, whose files go.
///
/// A message has one file at most: what comes with a file of its own has no picture.
pub(super) async fn with_files(mut payload: Payload, file: Option<File>, edits: bool) -> (Payload, Option<File>) {
    let file = match file {
        Some(file) => {
            payload.drop_picture();
            payload.attachments = Some(vec![Attachment::new(file.name, None)]);
            Some(file)
        }
        None => drawn(&mut payload).await,
    };
    if edits && file.is_none() {
        payload.attachments = Some(Vec::new());
    }
    (payload, file)
}

/// The picture as a file. One that can't be drawn is left out: the message says the same in words.
async fn drawn(payload: &mut Payload) -> Option<File> {
    let figure = payload.picture()?.clone();
    let alt = cut(&figure.alt, limit::ALT);
    // Some milliseconds of computing, for which no other message should have to wait.
    match tokio::task::spawn_blocking(move || figure::png(&figure, Theme::Dark)).await {
        Ok(bytes) => {
            payload.attachments = Some(vec![Attachment::new(PICTURE, Some(alt))]);
            Some(File { name: PICTURE, mime: "image/png", bytes })
        }
        Err(error) => {
            tracing::error!(%error, "a picture can't be drawn");
            payload.drop_picture();
            None
        }
    }
}
