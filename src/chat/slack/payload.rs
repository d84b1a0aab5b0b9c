//! Messages and views as Slack's Web API takes them, made of slack-morphism's Block Kit, and the limits they have to keep.

use serde::Serialize;
use slack_morphism::prelude::{
    SlackBlock, SlackBlockMarkDownText, SlackBlockPlainText, SlackBlockPlainTextOnly, SlackBlockText,
};

/// Lengths are counted in UTF-16 units: never fewer than the characters that Slack counts.
/// From Slack's reference of blocks, block elements, composition objects and views.
pub(super) mod limit {
    /// Of a message.
    pub(in crate::chat::slack) const BLOCKS: usize = 50;
    /// Of a modal or an App Home.
    pub(in crate::chat::slack) const VIEW_BLOCKS: usize = 100;
    /// All text of one message's blocks together. Slack names no number, but refuses some ten thousand (`msg_blocks_too_long`).
    pub(in crate::chat::slack) const TOTAL: usize = 9000;
    /// Of the text beside the blocks. Slack cuts it at 40,000; notifications and screen readers need no more than this.
    pub(in crate::chat::slack) const FALLBACK: usize = 3000;
    pub(in crate::chat::slack) const SECTION: usize = 3000;
    pub(in crate::chat::slack) const FIELDS: usize = 10;
    pub(in crate::chat::slack) const FIELD: usize = 2000;
    pub(in crate::chat::slack) const HEADER: usize = 150;
    /// Of one text in a context block.
    pub(in crate::chat::slack) const CONTEXT: usize = 2000;
    /// Of what an image says to somebody who can't see it.
    pub(in crate::chat::slack) const ALT: usize = 2000;
    /// In one actions block.
    pub(in crate::chat::slack) const BUTTONS: usize = 25;
    /// Actions blocks of one card.
    pub(in crate::chat::slack) const ROWS: usize = 10;
    pub(in crate::chat::slack) const LABEL: usize = 75;
    /// Of a dialog that asks once more: its title, and its buttons.
    pub(in crate::chat::slack) const CONFIRM: usize = 100;
    pub(in crate::chat::slack) const CONFIRM_BUTTON: usize = 30;
    pub(in crate::chat::slack) const URL: usize = 3000;
    pub(in crate::chat::slack) const MODAL_TITLE: usize = 24;
    pub(in crate::chat::slack) const PLACEHOLDER: usize = 150;
    /// Of a menu, or of one group of it.
    pub(in crate::chat::slack) const OPTIONS: usize = 100;
    /// Of a menu.
    pub(in crate::chat::slack) const GROUPS: usize = 100;
    /// Of the text of an option, or of a group.
    pub(in crate::chat::slack) const OPTION: usize = 75;
    /// Of an error in a modal: no limit is documented, and a line is enough.
    pub(in crate::chat::slack) const ERROR: usize = 300;
}

/// What is said in a channel or to one member.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Message {
    /// For notifications and screen readers; escaped.
    pub(super) text: String,
    pub(super) blocks: Vec<SlackBlock>,
}

/// mrkdwn that is taken as it is: nothing in it becomes a link by itself.
pub(super) fn mrkdwn(text: impl Into<String>) -> SlackBlockMarkDownText {
    SlackBlockMarkDownText::new(text.into()).with_verbatim(true)
}

pub(super) fn mrkdwn_text(text: impl Into<String>) -> SlackBlockText {
    SlackBlockText::MarkDown(mrkdwn(text))
}

/// Plain text, cut to fit, and never empty: Slack refuses that.
pub(super) fn plain(text: &str, most: usize) -> SlackBlockPlainTextOnly {
    let text = match text.trim() {
        "" => "…".to_owned(),
        text => cut(text, most),
    };
    SlackBlockPlainTextOnly::from(SlackBlockPlainText::new(text).with_emoji(false))
}

/// The length of a text in UTF-16 units.
pub(super) fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Cuts text to a number of units, at a word where there is one near the end, with `…` in place of the rest.
pub(super) fn cut(text: &str, most: usize) -> String {
    if units(text) <= most {
        return text.to_owned();
    }
    let (head, _) = split_at_units(text, most.saturating_sub(1));
    let word = head.rfind(char::is_whitespace).filter(|at| *at * 4 >= head.len() * 3);
    let kept = word.map_or(head, |at| &head[..at]).trim_end();
    if most == 0 { String::new() } else { format!("{kept}…") }
}

/// Splits text so that the first part has at most that many units.
pub(super) fn split_at_units(text: &str, most: usize) -> (&str, &str) {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.len_utf16();
        if used > most {
            return text.split_at(at);
        }
    }
    (text, "")
}
