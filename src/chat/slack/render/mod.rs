//! Card → Block Kit, within every limit for any card.

pub(super) mod mrkdwn;
mod split;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use slack_morphism::prelude::{
    SlackActionBlockElement, SlackActionsBlock, SlackBlock, SlackBlockButtonElement, SlackBlockButtonStyle,
    SlackBlockConfirmItem, SlackContextBlock, SlackContextBlockElement, SlackDividerBlock, SlackFileId,
    SlackHeaderBlock, SlackImageBlock, SlackImageUrlOrFile, SlackSectionBlock,
};

use self::mrkdwn::Piece;
use super::payload::{Message, cut, limit, mrkdwn as md, mrkdwn_text, plain, split_at_units, units};
use crate::core::card::{Act, Bar, Block, Button, Card, Look};
use crate::core::columns;
use crate::core::ids::{Action, FeedStep};
use crate::core::markup::escape;

/// A block, and how much text is in it.
#[derive(Debug, Clone, PartialEq)]
struct Measured {
    block: SlackBlock,
    units: usize,
}

/// A card as one message: what does not fit it is left out, with `…`, as the very last resort. A picture is said in words.
pub(super) fn render(card: &Card) -> Message {
    render_pictured(card, None)
}

/// A card as one message that shows its picture, which has been uploaded before.
pub(super) fn render_pictured(card: &Card, picture: Option<&SlackFileId>) -> Message {
    let rows = rows(&card.buttons);
    let mut kept: Vec<Measured> = Vec::new();
    let all = content(card, picture);
    let room = limit::BLOCKS - rows.len() - 1;
    let whole = all.len() <= room && total(&all) <= limit::TOTAL;
    for block in all {
        if kept.len() < room && total(&kept) + block.units <= limit::TOTAL {
            kept.push(block);
        } else {
            break;
        }
    }
    if !whole {
        kept.push(section("…".to_owned()));
    }
    message(kept, rows, fallback(std::slice::from_ref(card)))
}

/// Several cards in as few messages as they fit; a card's buttons stand right under it.
pub(super) fn render_all(cards: &[Card]) -> Vec<Message> {
    let mut all: Vec<Vec<Measured>> = vec![Vec::new()];
    for card in cards {
        let buttons = rows(&card.buttons).into_iter().map(|block| Measured { block, units: 0 });
        for block in content(card, None).into_iter().chain(buttons) {
            match all.last_mut() {
                Some(last) if last.len() < limit::BLOCKS && total(last) + block.units <= limit::TOTAL => {
                    last.push(block);
                }
                _ => all.push(vec![block]),
            }
        }
    }
    let text = fallback(cards);
    all.into_iter()
        .filter(|blocks| !blocks.is_empty())
        .map(|blocks| message(blocks, Vec::new(), text.clone()))
        .collect()
}

/// Cards as the blocks of a view.
pub(super) fn view_blocks(cards: &[Card]) -> Vec<SlackBlock> {
    let mut blocks: Vec<SlackBlock> = Vec::new();
    for card in cards {
        let buttons = rows(&card.buttons);
        let content = content(card, None).into_iter().map(|measured| measured.block);
        if blocks.len() + buttons.len() + 1 > limit::VIEW_BLOCKS {
            break;
        }
        let room = limit::VIEW_BLOCKS - blocks.len() - buttons.len();
        blocks.extend(content.take(room));
        blocks.extend(buttons);
    }
    blocks
}

fn message(kept: Vec<Measured>, rows: Vec<SlackBlock>, text: String) -> Message {
    Message { text, blocks: kept.into_iter().map(|measured| measured.block).chain(rows).collect() }
}

fn total(blocks: &[Measured]) -> usize {
    blocks.iter().map(|measured| measured.units).sum()
}

/// What notifications and screen readers get: the whole text, without its markup.
fn fallback(cards: &[Card]) -> String {
    let lines: Vec<String> = cards.iter().flat_map(lines).filter(|line| !line.trim().is_empty()).collect();
    match lines.join(" · ").trim() {
        "" => "…".to_owned(),
        text if units(text) <= limit::FALLBACK => text.to_owned(),
        text => {
            let head = split_at_units(text, limit::FALLBACK - 1).0;
            format!("{}…", &head[..split::boundary(head)])
        }
    }
}

/// A card's texts, escaped.
fn lines(card: &Card) -> Vec<String> {
    use mrkdwn::{escaped, spoken};
    let mut lines: Vec<String> = card.title.iter().map(|title| escaped(title)).collect();
    for block in &card.blocks {
        match block {
            Block::Text(text) | Block::Small(text) => lines.push(spoken(text)),
            Block::Heading(text) => lines.push(escaped(text)),
            Block::Choice { letter, text } => lines.push(format!("{letter}: {}", spoken(text))),
            Block::Bar(bar) => lines.push(format!("{}: {} of {}", escaped(&bar.label), bar.count, bar.total)),
            Block::Facts(facts) => {
                lines.extend(facts.iter().map(|(label, value)| format!("{}: {}", spoken(label), spoken(value))));
            }
            Block::Table { head, rows } => {
                lines.extend(std::iter::once(head).chain(rows).map(|row| escaped(&row.join(" "))));
            }
            Block::Picture(figure) => lines.push(escaped(&figure.alt)),
            Block::Divider => {}
        }
    }
    lines
}

/// All of a card but its buttons; at least one block.
fn content(card: &Card, picture: Option<&SlackFileId>) -> Vec<Measured> {
    let mut out = Blocks { picture: picture.cloned(), ..Blocks::default() };
    if let Some(role) = card.ping.as_deref().filter(|id| id.bytes().all(|b| b.is_ascii_alphanumeric())) {
        out.blocks.push(section(format!("<!subteam^{}>", cut(role, 24))));
    }
    if let Some(title) = card.title.as_deref().filter(|title| !title.trim().is_empty()) {
        let title = plain(title, limit::HEADER);
        out.blocks.push(Measured { block: SlackHeaderBlock::new(title).into(), units: limit::HEADER });
    }
    for block in &card.blocks {
        out.take(block);
    }
    out.flush();
    if out.blocks.is_empty() {
        // Slack refuses a message with nothing in it.
        out.blocks.push(section("…".to_owned()));
    }
    out.blocks
}

/// Blocks so far, with text that may still be joined by more.
#[derive(Default)]
struct Blocks {
    blocks: Vec<Measured>,
    text: Vec<Piece>,
    bars: Vec<Bar>,
    /// The file of the card's picture, where it is to be shown.
    picture: Option<SlackFileId>,
    /// The last was a heading or a choice: what follows stands close to it.
    heading: bool,
    choice: bool,
}

impl Blocks {
    fn take(&mut self, block: &Block) {
        if let Block::Bar(bar) = block {
            self.bars.push(bar.clone());
            return;
        }
        self.flush_bars();
        let close = self.heading || (self.choice && matches!(block, Block::Choice { .. }));
        self.heading = matches!(block, Block::Heading(_));
        self.choice = matches!(block, Block::Choice { .. });
        match block {
            Block::Text(text) => self.pieces(mrkdwn::pieces(text), close),
            Block::Heading(text) => {
                self.pieces(vec![Piece::prose(mrkdwn::wrapped('*', &mrkdwn::escaped(text)))], close);
            }
            Block::Choice { letter, text } => {
                self.pieces(vec![Piece::prose(format!("*{letter}* · {}", mrkdwn::line(text)))], close);
            }
            Block::Table { head, rows } => {
                self.pieces(vec![Piece::fence(&columns::table(head, rows, columns::PHONE))], close);
            }
            Block::Facts(facts) => {
                self.flush();
                self.blocks.extend(facts.chunks(limit::FIELDS).map(fields));
            }
            Block::Small(text) => {
                self.flush();
                self.blocks.extend(context(text));
            }
            Block::Picture(figure) => {
                self.flush();
                match self.picture.take() {
                    Some(file) => self.blocks.push(image(file, &figure.alt)),
                    None => self.blocks.extend(context(&escape(&figure.alt))),
                }
            }
            Block::Divider => {
                self.flush();
                self.blocks.push(Measured { block: SlackDividerBlock::new().into(), units: 0 });
            }
            Block::Bar(_) => {}
        }
    }

    fn pieces(&mut self, mut pieces: Vec<Piece>, close: bool) {
        if let (true, Some(first)) = (close, pieces.first_mut()) {
            first.tighten();
        }
        self.text.extend(pieces.into_iter().filter(|piece| match piece {
            Piece::Prose { text, .. } | Piece::Fence(text) => !text.trim().is_empty(),
        }));
    }

    /// Bars that follow each other are drawn together, so that they line up.
    fn flush_bars(&mut self) {
        if !self.bars.is_empty() {
            self.text.push(Piece::fence(&columns::bars(&std::mem::take(&mut self.bars))));
        }
    }

    fn flush(&mut self) {
        self.flush_bars();
        let pieces = std::mem::take(&mut self.text);
        self.blocks.extend(split::sections(&pieces, limit::SECTION).into_iter().map(section));
    }
}

fn section(text: String) -> Measured {
    let units = units(&text);
    Measured { block: SlackSectionBlock::new().with_text(mrkdwn_text(text)).into(), units }
}

fn fields(facts: &[(String, String)]) -> Measured {
    let texts: Vec<String> = facts
        .iter()
        .map(|(label, value)| format!("{}\n{}", mrkdwn::wrapped('*', &mrkdwn::line(label)), mrkdwn::line(value)))
        .map(|text| short(&text, limit::FIELD))
        .collect();
    let units = texts.iter().map(|text| self::units(text)).sum();
    let fields = texts.into_iter().map(mrkdwn_text).collect();
    Measured { block: SlackSectionBlock::new().with_fields(fields).into(), units }
}

fn image(file: SlackFileId, alt: &str) -> Measured {
    let alt = cut(alt, limit::ALT);
    let units = units(&alt);
    let shown = SlackImageUrlOrFile::SlackFile { slack_file: file.into() };
    Measured { block: SlackImageBlock::new(shown, alt).into(), units }
}

/// Fine print, in as many texts as it has to be.
fn context(text: &str) -> Option<Measured> {
    let text = short(&mrkdwn::line(text), limit::CONTEXT);
    let units = units(&text);
    let elements = vec![SlackContextBlockElement::MarkDown(md(text.clone()))];
    (!text.trim().is_empty()).then(|| Measured { block: SlackContextBlock::new(elements).into(), units })
}

/// Cuts mrkdwn, never within a link or an escape.
fn short(text: &str, most: usize) -> String {
    if units(text) <= most {
        return if text.trim().is_empty() { "…".to_owned() } else { text.to_owned() };
    }
    let head = split_at_units(text, most - 1).0;
    format!("{}…", head[..split::boundary(head)].trim_end())
}

/// At most five rows of five; Slack has no disabled buttons, so those are left out, and what is named twice comes once.
fn rows(rows: &[Vec<Button>]) -> Vec<SlackBlock> {
    let mut seen = HashSet::new();
    let mut drawn = Vec::new();
    for row in rows {
        let buttons: Vec<SlackActionBlockElement> = row
            .iter()
            .filter(|one| !one.disabled)
            .filter_map(|one| button(one, drawn.len()))
            .filter(|button| seen.insert(button.action_id.clone()))
            .map(SlackActionBlockElement::Button)
            .collect();
        drawn.extend(buttons.chunks(limit::BUTTONS).map(|chunk| SlackActionsBlock::new(chunk.to_vec()).into()));
    }
    drawn.truncate(limit::ROWS);
    drawn
}

/// A click on a link reaches the bot too; this is by what it is known.
pub(super) const OPEN: &str = "open:";

fn button(button: &Button, row: usize) -> Option<SlackBlockButtonElement> {
    let label = plain(&button.label, limit::LABEL);
    let made = match &button.act {
        Act::Do(action) => {
            let id = action.encode();
            let made = SlackBlockButtonElement::new(label).with_action_id(id.clone().into()).with_value(id);
            match confirm(action) {
                Some(confirm) => made.with_confirm(confirm),
                None => made,
            }
        }
        Act::Open(url) => {
            let parsed = url.parse().ok().filter(|_| is_web(url))?;
            let id = format!("{OPEN}{row}:{}", cut(url, 200));
            SlackBlockButtonElement::new(label).with_action_id(id.into()).with_url(parsed)
        }
    };
    Some(match button.look {
        Look::Quiet => made,
        Look::Primary | Look::Chosen => made.with_style(SlackBlockButtonStyle::Primary),
        Look::Danger => made.with_style(SlackBlockButtonStyle::Danger),
    })
}

fn is_web(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://")) && units(url) <= limit::URL
}

/// What is asked once more before it is done.
fn confirm(action: &Action) -> Option<SlackBlockConfirmItem> {
    let Action::Feed { number, step } = action else { return None };
    let (title, text, yes, no, style) = match step {
        FeedStep::Post => (
            format!("Post a trap of feed {number} now?"),
            "It comes beside those that are scheduled, and pays points as usual.",
            "Post now",
            "Not yet",
            "primary",
        ),
        FeedStep::Reveal => (
            format!("Reveal feed {number}'s trap now?"),
            "All see what is right, and nobody can answer it any more.",
            "Reveal now",
            "Not yet",
            "primary",
        ),
        FeedStep::Remove => (
            format!("Remove feed {number}?"),
            "Nothing is posted any more. Its history and its points stay, and an open round is still revealed.",
            "Remove",
            "Keep it",
            "danger",
        ),
        FeedStep::Edit | FeedStep::Pause | FeedStep::Resume | FeedStep::Preview => return None,
    };
    Some(SlackBlockConfirmItem {
        title: plain(&title, limit::CONFIRM),
        text: mrkdwn_text(text),
        confirm: plain(yes, limit::CONFIRM_BUTTON),
        deny: plain(no, limit::CONFIRM_BUTTON),
        style: Some(style.to_owned()),
    })
}
