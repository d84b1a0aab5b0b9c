//! Every sentence that a user reads, as pure functions from data to [`Card`](super::card::Card).
//!
//! All text of a card is CommonMark except where its type says plain; what a person typed goes through
//! [`super::markup::escape`] here and nowhere else.

mod communities;
mod feeds;
pub mod guide;
mod members;
mod refusals;
mod reveals;
mod rounds;
#[cfg(test)]
mod tests;
mod words;

pub use communities::{
    account_code, account_left, account_linked, community, community_code, community_joined, community_left,
};
pub use feeds::{
    blocked, doctor, feed_added, feed_added_here, feed_board, feed_edited, feed_edited_here, feed_gone, feed_list,
    feed_paused, feed_posted, feed_preview, feed_removed, feed_resumed, feed_resumed_here, feed_revealed,
    scopes_missing, token_refused,
};
pub use members::{
    help, help_alone, help_pressed, leaderboard, library, library_found, misconception, practice, practice_done,
    practice_judged, privacy, privacy_confirm, privacy_deleted, privacy_export, privacy_export_sent, stats,
};
pub use refusals::{fault, form_unopened, not_admin_here, nothing_changed_here, old_admin_link, refusal};
pub use reveals::{bait_line, bars, mine_revealed, post_revealed, reveal, reveal_details, thread_name};
pub use rounds::{answer_form, home, mine_open, post, receipt, receipt_here, today};
pub use words::{confidence, full_label, label, name, pays, period, series, shown, signed, zone};
