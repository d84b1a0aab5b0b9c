//! The picture of a message: drawn and uploaded when the message goes out, and not before.

use std::time::Duration;

use slack_morphism::prelude::SlackFileId;

use super::api::ApiError;
use super::{Shared, upload};
use crate::core::card::{Block, Card};
use crate::figure::{self, Theme};

/// Says nothing of what is to be seen.
const NAME: &str = "figure.png";
/// Slack looks a file over before a message may show it; it does not say when it is done.
pub(super) const LOOKED_OVER: Duration = Duration::from_secs(2);

/// The file of a card's picture, which nobody sees yet. None where there is no picture, or it can't be had: the message says the
/// same in words.
pub(super) async fn uploaded(shared: &Shared, card: &Card) -> Option<SlackFileId> {
    let figure = card.blocks.iter().find_map(|block| match block {
        Block::Picture(figure) => Some(figure.clone()),
        _ => None,
    })?;
    // Some milliseconds of computing, for which no other message should have to wait.
    let drawn = tokio::task::spawn_blocking(move || figure::png(&figure, Theme::Light)).await;
    let bytes = drawn.inspect_err(|error| tracing::error!(%error, "a picture can't be drawn")).ok()?;
    let uploaded = upload::unseen(shared, NAME, bytes).await;
    uploaded.inspect_err(|error| tracing::warn!(%error, "a picture can't be uploaded")).ok()
}

/// Whether Slack turned a message down for what is in its blocks, of which the picture is the only doubtful one.
pub(super) fn is_refused(error: &ApiError) -> bool {
    matches!(error.word(), Some("invalid_blocks" | "slack_file_not_found" | "file_not_found" | "invalid_arguments"))
}
