//! Card → Discord payload, within every limit for any card.

mod columns;
mod markdown;
mod split;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use self::markdown::Piece;
use super::payload::{Button, Embed, Footer, Image, Mentions, Payload, Row, cut, limit, units};
use crate::core::card::{Act, Bar, Block, Button as CardButton, Card, Look, Tone};
use crate::core::figure::Figure;
use crate::core::ids::Action;

/// Kept free in each message for the footer of [`mark`].
const FOOTER_ROOM: usize = 64;
const ROOM: usize = limit::TOTAL - FOOTER_ROOM;

/// A card as one message: text that does not fit it is cut, at a word, as the very last resort.
pub(super) fn render(card: &Card) -> Payload {
    let mut payloads = render_many(card).into_iter();
    let Some(mut first) = payloads.next() else { return Payload::empty() };
    for next in payloads {
        for embed in next.embeds {
            squeeze(&mut first, embed);
        }
        first.components.extend(next.components);
    }
    first
}

/// Adds what fits of an embed, with `…` where something was lost.
fn squeeze(payload: &mut Payload, mut embed: Embed) {
    if payload.picture().is_some() {
        embed.image = None;
    }
    if embed.title.is_none() && embed.description.is_none() && embed.image.is_none() {
        return;
    }
    let room = ROOM.saturating_sub(payload.len());
    let lost = "\n…";
    if payload.embeds.len() < limit::EMBEDS && room > 200 {
        if embed.len() > room {
            let text = embed.description.take().unwrap_or_default();
            embed.description = Some(cut_markdown(&text, room));
        }
        payload.embeds.push(embed);
    } else if let Some(text) = payload.embeds.last_mut().and_then(|last| last.description.as_mut())
        && !text.ends_with('…')
    {
        *text = cut_markdown(text, limit::DESCRIPTION.min(units(text) + room) - lost.len()) + lost;
    }
}

/// Cuts Markdown, and closes a code block that the cut left open.
fn cut_markdown(text: &str, most: usize) -> String {
    let close = "\n```";
    let cut = cut(text, most - close.len());
    if cut.matches("```").count() % 2 == 1 { cut + close } else { cut }
}

/// A card as as many messages as it takes; buttons come with the last, the ping with the first.
pub(super) fn render_many(card: &Card) -> Vec<Payload> {
    let mut payloads: Vec<Payload> = Vec::new();
    for embed in embeds(card) {
        match payloads.last_mut() {
            Some(last) if last.takes(&embed) => last.embeds.push(embed),
            _ => payloads.push(Payload { embeds: vec![embed], ..Payload::empty() }),
        }
    }
    if let Some(last) = payloads.last_mut() {
        last.components = rows(&card.buttons);
    }
    if let (Some(first), Some(role)) = (payloads.first_mut(), card.ping.as_deref().filter(|role| is_id(role))) {
        first.content = Some(format!("<@&{role}>"));
        first.allowed_mentions.roles.push(role.to_owned());
    }
    payloads
}

/// Several cards in as few messages as they fit; never anything after a message's buttons.
pub(super) fn render_all(cards: &[Card]) -> Vec<Payload> {
    let mut all: Vec<Payload> = Vec::new();
    for payload in cards.iter().flat_map(render_many) {
        match all.last_mut() {
            Some(last) if last.joins(&payload) => {
                last.embeds.extend(payload.embeds);
                last.components = payload.components;
            }
            _ => all.push(payload),
        }
    }
    all
}

impl Payload {
    fn empty() -> Self {
        Self {
            content: None,
            embeds: Vec::new(),
            components: Vec::new(),
            allowed_mentions: Mentions::default(),
            attachments: None,
        }
    }

    fn takes(&self, embed: &Embed) -> bool {
        self.embeds.len() < limit::EMBEDS
            && self.len() + embed.len() <= ROOM
            && (self.picture().is_none() || embed.image.is_none())
    }

    fn joins(&self, next: &Self) -> bool {
        self.components.is_empty()
            && next.content.is_none()
            && self.embeds.len() + next.embeds.len() <= limit::EMBEDS
            && self.len() + next.len() <= ROOM
            && (self.picture().is_none() || next.picture().is_none())
    }

    /// Makes the message findable in a channel's history by its key.
    ///
    /// A post carries its round in the buttons, and is edited later; everything else gets a line of fine print, which
    /// also helps when somebody asks about a message. It says nothing but the number.
    pub(super) fn mark(&mut self, key: &str) {
        if self.has_answer_buttons() {
            return;
        }
        if let Some(last) = self.embeds.last_mut() {
            last.footer = Some(Footer { text: marker(key) });
        }
    }

    pub(super) fn has_answer_buttons(&self) -> bool {
        self.custom_ids()
            .filter_map(|id| Action::decode(id).ok())
            .any(|action| matches!(action, Action::Answer { .. } | Action::AnswerNumber { .. }))
    }
}

/// The fine print that carries a key.
pub(super) fn marker(key: &str) -> String {
    cut(&format!("Trapline · {key}"), FOOTER_ROOM.min(limit::FOOTER))
}

fn is_id(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// The card's text, in embeds that each fit; at least one.
fn embeds(card: &Card) -> Vec<Embed> {
    let color = colour(card.tone);
    let title = card.title.as_deref().map(|title| cut(&markdown::escaped(title), limit::TITLE));
    let title = title.filter(|title| !title.trim().is_empty());
    let mut embeds: Vec<Embed> = Vec::new();
    for part in card.blocks.split_inclusive(|block| matches!(block, Block::Picture(_))) {
        let descriptions = split::descriptions(&pieces(part), limit::DESCRIPTION);
        embeds.extend(descriptions.into_iter().map(|text| Embed {
            description: Some(text),
            color,
            ..Embed::default()
        }));
        if let Some(Block::Picture(figure)) = part.last() {
            show(&mut embeds, figure, color);
        }
    }
    match embeds.first_mut() {
        Some(first) => first.title = title,
        None => {
            // Discord refuses a message with nothing in it.
            let description = title.is_none().then(|| "…".to_owned());
            embeds.push(Embed { title, description, color, ..Embed::default() });
        }
    }
    embeds
}

/// A picture stands below the text before it.
fn show(embeds: &mut Vec<Embed>, figure: &Figure, color: u32) {
    if embeds.last().is_none_or(|last| last.image.is_some()) {
        embeds.push(Embed { color, ..Embed::default() });
    }
    if let Some(last) = embeds.last_mut() {
        last.image = Some(Image::new(figure));
    }
}

fn colour(tone: Tone) -> u32 {
    match tone {
        Tone::Plain => 0x5f_6b_7a,
        Tone::Open => 0x3b_82_f6,
        Tone::Good => 0x2f_9e_5b,
        Tone::Bad => 0xd6_45_45,
        Tone::Warning => 0xe0_a1_00,
    }
}

fn pieces(blocks: &[Block]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut bars: Vec<Bar> = Vec::new();
    let mut before: Option<&Block> = None;
    for block in blocks {
        if let Block::Bar(bar) = block {
            bars.push(bar.clone());
            continue;
        }
        flush(&mut bars, &mut pieces);
        let mut drawn = draw(block);
        let joined = matches!(
            (before, block),
            (Some(Block::Heading(_)), _) | (Some(Block::Choice { .. }), Block::Choice { .. })
        );
        if let (true, Some(first)) = (joined, drawn.first_mut()) {
            first.tighten();
        }
        pieces.extend(drawn);
        before = Some(block);
    }
    flush(&mut bars, &mut pieces);
    pieces
}

/// Bars that follow each other are drawn together, so that they line up.
fn flush(bars: &mut Vec<Bar>, pieces: &mut Vec<Piece>) {
    if !bars.is_empty() {
        pieces.push(Piece::fence(columns::bars(&std::mem::take(bars))));
    }
}

fn draw(block: &Block) -> Vec<Piece> {
    match block {
        Block::Text(text) => markdown::pieces(text),
        Block::Heading(text) => vec![Piece::prose(markdown::bold(&markdown::escaped(text)))],
        Block::Facts(facts) => facts.iter().enumerate().map(fact).collect(),
        Block::Table { head, rows } => vec![Piece::fence(columns::table(head, rows, columns::PHONE))],
        Block::Small(text) => small(text),
        // It is no text: the embed shows it.
        Block::Picture(_) => Vec::new(),
        Block::Divider => vec![Piece::prose("──────")],
        Block::Choice { letter, text } => vec![Piece::prose(format!("**{letter}** · {}", markdown::line(text)))],
        Block::Bar(bar) => vec![Piece::fence(columns::bars(std::slice::from_ref(bar)))],
    }
}

fn fact((index, (label, value)): (usize, &(String, String))) -> Piece {
    let line = format!("{}: {}", markdown::bold(&markdown::line(label)), markdown::line(value));
    if index == 0 { Piece::prose(line) } else { Piece::tight(line) }
}

fn small(text: &str) -> Vec<Piece> {
    let text = markdown::line(text);
    let lines = text.lines().filter(|line| !line.trim().is_empty()).map(|line| format!("-# {line}"));
    lines.enumerate().map(|(index, line)| if index == 0 { Piece::prose(line) } else { Piece::tight(line) }).collect()
}

/// At most five rows of five; a `custom_id` twice in one message is refused by Discord, so the first one wins.
fn rows(rows: &[Vec<CardButton>]) -> Vec<Row> {
    let mut seen = HashSet::new();
    let mut fresh = |button: &Button| button.custom_id.as_ref().is_none_or(|id| seen.insert(id.clone()));
    let buttons: Vec<Vec<Button>> =
        rows.iter().map(|row| row.iter().filter_map(button).filter(&mut fresh).collect()).collect();
    buttons
        .iter()
        .flat_map(|row| row.chunks(limit::BUTTONS))
        .take(limit::ROWS)
        .map(|chunk| Row::new(chunk.to_vec()))
        .collect()
}

fn button(button: &CardButton) -> Option<Button> {
    let label = match button.label.trim() {
        "" => "…".to_owned(),
        label => cut(label, limit::LABEL),
    };
    let mut made = match &button.act {
        Act::Do(action) => Button::new(style(button.look), label, Some(action.encode()), None),
        Act::Open(url) if is_web(url) => Button::new(LINK, label, None, Some(url.clone())),
        Act::Open(_) => return None,
    };
    made.disabled = button.disabled;
    Some(made)
}

const LINK: u8 = 5;

fn style(look: Look) -> u8 {
    match look {
        Look::Primary => 1,
        Look::Quiet => 2,
        Look::Chosen => 3,
        Look::Danger => 4,
    }
}

fn is_web(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://")) && units(url) <= limit::URL
}
