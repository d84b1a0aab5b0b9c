//! The picture of a message: drawn and uploaded when the message goes out, and not before.

use std::future::Future;
use std::time::Duration;

use slack_morphism::prelude::SlackFileId;

use super::api::ApiError;
use super::{Shared, upload};
use crate::core::card::{Block, Card};
use crate::figure::{self, Theme};

/// Says nothing of what is to be seen.
const NAME: &str = "figure.png";
/// Slack looks a file over before a message may show it, and does not say when it is done: pauses between tries.
const LOOKED_OVER: [Duration; 4] =
    [Duration::from_secs(2), Duration::from_secs(3), Duration::from_secs(4), Duration::from_secs(6)];

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

/// Tries again for as long as Slack may still be looking the picture over.
///
/// # Errors
/// What the last try met.
pub(super) async fn patiently<T, F>(mut show: impl FnMut() -> F) -> Result<T, ApiError>
where
    F: Future<Output = Result<T, ApiError>>,
{
    let mut settled = show().await;
    for pause in LOOKED_OVER {
        if !settled.as_ref().is_err_and(is_refused) {
            break;
        }
        tokio::time::sleep(pause).await;
        settled = show().await;
    }
    settled
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    fn refused(error: &str) -> ApiError {
        ApiError::Refused { error: error.to_owned(), needed: None }
    }

    /// Shows a picture that Slack takes after so many seconds; how often it was tried.
    async fn taken_after(seconds: u64) -> (Result<(), ApiError>, u32) {
        let (start, mut tries) = (Instant::now(), 0);
        let settled = patiently(|| {
            tries += 1;
            let ready = start.elapsed() >= Duration::from_secs(seconds);
            async move { if ready { Ok(()) } else { Err(refused("invalid_blocks")) } }
        });
        (settled.await, tries)
    }

    #[tokio::test(start_paused = true)]
    async fn a_picture_that_slack_takes_late_is_waited_for() {
        assert_eq!(taken_after(0).await, (Ok(()), 1));
        assert_eq!(taken_after(4).await, (Ok(()), 3));
        assert_eq!(taken_after(15).await, (Ok(()), 5));
        assert_eq!(taken_after(60).await, (Err(refused("invalid_blocks")), 5));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_about_the_picture_is_not_tried_again() {
        let mut tries = 0;
        let settled = patiently(|| {
            tries += 1;
            async { Err::<(), _>(refused("not_in_channel")) }
        });
        assert_eq!(settled.await, Err(refused("not_in_channel")));
        assert_eq!(tries, 1);
    }
}
