//! CommonMark → Slack's mrkdwn, in pieces that can be parted.
//!
//! Slack escapes only `&`, `<` and `>`; there is no way to say "a plain asterisk". A sign that would begin or end markup is
//! replaced by one that looks like it.

use crate::core::markup::{self, Block, Inline, Link, plain_inlines};
use crate::core::table;

/// What may stand on its own in a message.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece {
    /// Lines of mrkdwn. `tight`: no empty line before it.
    Prose { text: String, tight: bool },
    /// The text of a code block, escaped.
    Fence(String),
}

impl Piece {
    pub(super) fn prose(text: impl Into<String>) -> Self {
        Self::Prose { text: text.into(), tight: false }
    }

    /// Plain text in a code block.
    pub(super) fn fence(text: &str) -> Self {
        Self::Fence(in_code(text.trim_end()).replace("```", "ˋˋˋ"))
    }

    /// Lets it follow what stands before it without an empty line.
    pub(super) fn tighten(&mut self) {
        if let Self::Prose { tight, .. } = self {
            *tight = true;
        }
    }
}

/// Commands that sentences name, which are subcommands of `/trap` here.
const COMMANDS: [&str; 9] =
    ["today", "leaderboard", "stats", "library", "privacy", "help", "doctor", "community", "account"];

/// What a command is called on Slack: `/privacy delete` is `/trap privacy delete`.
fn command(text: &str) -> Option<String> {
    let (name, rest) =
        text.strip_prefix('/')?.split_once(' ').map_or((&text[1..], None), |(name, rest)| (name, Some(rest)));
    match (name, rest) {
        // Buttons do the rest there.
        ("feed", _) => Some("/trap feed".to_owned()),
        (name, None) if COMMANDS.contains(&name) => Some(format!("/trap {name}")),
        (name, Some(rest)) if COMMANDS.contains(&name) => Some(format!("/trap {name} {rest}")),
        _ => None,
    }
}

/// The text's tree, with commands and the place called what they are called here.
fn parsed(source: &str) -> Vec<Block> {
    let mut blocks = markup::parse(source);
    blocks.iter_mut().for_each(|block| change(block, spell_inline));
    blocks
}

/// Changes whatever stands in a line.
fn change(block: &mut Block, with: fn(&mut Inline)) {
    match block {
        Block::Paragraph(inlines) | Block::Heading(inlines) => inlines.iter_mut().for_each(with),
        Block::List { items, .. } => items.iter_mut().flatten().for_each(|block| change(block, with)),
        Block::Quote(blocks) => blocks.iter_mut().for_each(|block| change(block, with)),
        Block::Table { head, rows } => {
            head.iter_mut().chain(rows.iter_mut().flatten()).flatten().for_each(with);
        }
        Block::Code { .. } | Block::Rule => {}
    }
}

fn spell_inline(inline: &mut Inline) {
    match inline {
        Inline::Code(text) => {
            if let Some(here) = command(text) {
                *text = here;
            }
        }
        Inline::Strong(inner) | Inline::Emphasis(inner) => inner.iter_mut().for_each(spell_inline),
        Inline::Link { to: Link::Place, label } => *label = vec![Inline::Text("workspace".to_owned())],
        Inline::Text(_) | Inline::Link { .. } | Inline::Break => {}
    }
}

/// The text without its markup.
pub(in crate::chat::slack) fn plain(source: &str) -> String {
    markup::plain(&parsed(source))
}

/// The text without its markup, escaped; a channel stays a reference, which Slack shows by its name.
pub(super) fn spoken(source: &str) -> String {
    let mut blocks = parsed(&source.replace([OPENS, CLOSES], ""));
    blocks.iter_mut().for_each(|block| change(block, mark_channel));
    escaped(&markup::plain(&blocks)).replace(OPENS, "<#").replace(CLOSES, ">")
}

/// Signs without a meaning, around a channel's id while its text is escaped.
const OPENS: char = '\u{e000}';
const CLOSES: char = '\u{e001}';

fn mark_channel(inline: &mut Inline) {
    match inline {
        Inline::Link { to: Link::Channel(id), .. } if is_id(id) => {
            *inline = Inline::Text(format!("{OPENS}{id}{CLOSES}"));
        }
        Inline::Strong(inner) | Inline::Emphasis(inner) => inner.iter_mut().for_each(mark_channel),
        Inline::Link { label, .. } => label.iter_mut().for_each(mark_channel),
        // An entity may stand for one of the signs.
        Inline::Text(text) => text.retain(|c| c != OPENS && c != CLOSES),
        Inline::Code(_) | Inline::Break => {}
    }
}

fn is_id(id: &str) -> bool {
    (1..=24).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// The blocks of a text.
pub(super) fn pieces(source: &str) -> Vec<Piece> {
    let mut all: Vec<Piece> = Vec::new();
    for parsed in &parsed(source) {
        let mut drawn = block(parsed);
        // A list stands close to the paragraph that leads to it.
        if let (Block::List { .. } | Block::Table { .. }, false, Some(first)) =
            (parsed, all.is_empty(), drawn.first_mut())
        {
            first.tighten();
        }
        all.extend(drawn);
    }
    all
}

/// The whole text as one run on as few lines as it has hard breaks and blocks.
pub(in crate::chat::slack) fn line(source: &str) -> String {
    let parts: Vec<String> = parsed(source).iter().flat_map(block).map(|piece| flat(&piece)).collect();
    parts.join(" ")
}

fn flat(piece: &Piece) -> String {
    match piece {
        Piece::Prose { text, .. } => text.clone(),
        Piece::Fence(text) => format!("`{}`", text.replace('\n', " ").replace('`', "ˋ")),
    }
}

fn block(block: &Block) -> Vec<Piece> {
    let piece = match block {
        Block::Paragraph(inlines) => Piece::prose(run(inlines)),
        Block::Heading(inlines) => Piece::prose(wrapped('*', &run(inlines))),
        Block::List { start, items } => Piece::prose(list(*start, items, 0)),
        Block::Code { text, .. } => Piece::fence(text),
        Block::Quote(blocks) => Piece::prose(quote(blocks)),
        Block::Table { head, rows } => return self::block(&table::drawn(head, rows)),
        Block::Rule => Piece::prose("──────"),
    };
    match &piece {
        Piece::Prose { text, .. } | Piece::Fence(text) if text.trim().is_empty() => Vec::new(),
        _ => vec![piece],
    }
}

/// Deeper lists are drawn at this depth: a phone has no room for more.
const DEEPEST: usize = 4;

fn list(start: Option<u64>, items: &[Vec<Block>], depth: usize) -> String {
    let indent = "    ".repeat(depth.min(DEEPEST));
    let mut lines = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let mark = match start {
            Some(first) => format!("{}.", first.saturating_add(index as u64)),
            None if depth == 0 => "•".to_owned(),
            None => "◦".to_owned(),
        };
        let text = item.iter().map(|block| in_item(block, depth)).collect::<Vec<_>>().join("\n");
        lines.push(format!("{indent}{mark} {text}").trim_end().to_owned());
    }
    lines.join("\n")
}

fn in_item(block: &Block, depth: usize) -> String {
    let hang = "    ".repeat((depth + 1).min(DEEPEST));
    match block {
        Block::List { start, items } => list(*start, items, depth + 1),
        Block::Code { text, .. } => fenced_piece(&Piece::fence(text)),
        Block::Table { head, rows } => in_item(&table::drawn(head, rows), depth),
        other => self::block(other).iter().map(flat).collect::<Vec<_>>().join(" ").replace('\n', &format!("\n{hang}")),
    }
}

fn fenced_piece(piece: &Piece) -> String {
    match piece {
        Piece::Fence(text) => fenced(text),
        Piece::Prose { text, .. } => text.clone(),
    }
}

fn quote(blocks: &[Block]) -> String {
    let inner: Vec<String> = blocks.iter().flat_map(block).map(|piece| flat(&piece)).collect();
    inner.join("\n").lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n")
}

/// A code block with its fences; the text is escaped already.
pub(super) fn fenced(text: &str) -> String {
    format!("```\n{text}\n```")
}

fn run(inlines: &[Inline]) -> String {
    let mut out = String::new();
    for (index, inline) in inlines.iter().enumerate() {
        let next = inlines.get(index + 1).and_then(first_char);
        write(&mut out, inline, next);
    }
    out
}

fn first_char(inline: &Inline) -> Option<char> {
    match inline {
        Inline::Text(text) => text.chars().next(),
        _ => None,
    }
}

fn write(out: &mut String, inline: &Inline, next: Option<char>) {
    let marked = match inline {
        Inline::Text(text) => return escape_into(out, text),
        Inline::Break => return out.push('\n'),
        Inline::Link { to, label } => return out.push_str(&link(to, label)),
        Inline::Code(text) => code(text),
        Inline::Strong(inner) => wrapped('*', &run(inner)),
        Inline::Emphasis(inner) => wrapped('_', &run(inner)),
    };
    // Within a word Slack takes no markup, unless something without a width parts it off.
    if out.ends_with(char::is_alphanumeric) {
        out.push('\u{200b}');
    }
    out.push_str(&marked);
    if next.is_some_and(char::is_alphanumeric) {
        out.push('\u{200b}');
    }
}

/// Marks each line, since Slack's markup ends with the line; marks within the same marks would end them.
pub(super) fn wrapped(mark: char, text: &str) -> String {
    if text.contains(mark) {
        return text.to_owned();
    }
    let line = |line: &str| {
        let inner = line.trim();
        if inner.is_empty() { String::new() } else { line.replacen(inner, &format!("{mark}{inner}{mark}"), 1) }
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn code(text: &str) -> String {
    let text = text.replace('\n', " ");
    if text.trim().is_empty() { String::new() } else { format!("`{}`", in_code(&text).replace('`', "ˋ")) }
}

fn link(to: &Link, label: &[Inline]) -> String {
    let named = escaped(&plain_inlines(label));
    match to {
        Link::Time { unix, .. } => {
            format!("<!date^{unix}^{{date_short_pretty}} at {{time}}|{}>", named.replace(['|', '^'], " "))
        }
        Link::Channel(id) if is_id(id) => format!("<#{id}>"),
        Link::Role(id) if is_id(id) => format!("<!subteam^{id}>"),
        Link::Channel(_) | Link::Role(_) | Link::Place => named,
        Link::Web(url) if named.trim().is_empty() => format!("<{}>", address(url)),
        Link::Web(url) => format!("<{}|{}>", address(url), named.replace('|', "¦")),
    }
}

fn address(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for c in url.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '|' => out.push_str("%7C"),
            c if c.is_whitespace() => out.push_str("%20"),
            c => out.push(c),
        }
    }
    out
}

/// Only what Slack's parser wants escaped: for code, where nothing else is markup.
fn in_code(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Plain text on one line, so that it reads as it stands.
pub(in crate::chat::slack) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    escape_into(&mut out, &text.replace(['\n', '\r'], " "));
    out
}

/// Appends text so that Slack reads none of it as markup or as a mention.
fn escape_into(out: &mut String, text: &str) {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let free = |side: Option<char>| side.is_none_or(char::is_whitespace);
        let (before, after) = (out.chars().next_back(), chars.peek().copied());
        let lone = free(before) && free(after);
        let in_word = before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric);
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' if before.is_none_or(|c| c == '\n') => out.push_str("\u{200b}&gt;"),
            '>' => out.push_str("&gt;"),
            '`' => out.push('ˋ'),
            '*' if !lone && !in_word => out.push('∗'),
            '_' if !lone && !in_word => out.push('ˍ'),
            '~' if !lone && !in_word => out.push('∼'),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(source: &str) -> String {
        pieces(source).iter().map(fenced_piece).collect::<Vec<_>>().join("\n\n")
    }

    #[test]
    fn what_slack_would_interpret_stays_text() {
        for (given, expected) in [
            ("a \\*b\\* and snake\\_case \\_x\\_", "a ∗b∗ and snake_case ˍxˍ"),
            ("2 \\* 3 \\~ 4", "2 * 3 ~ 4"),
            ("\\> not a quote > 4 & 5", "\u{200b}&gt; not a quote &gt; 4 &amp; 5"),
            ("\\<\\!channel\\> \\<@U1\\>", "&lt;!channel&gt; &lt;@U1&gt;"),
            ("\\`no code\\`", "ˋno codeˋ"),
        ] {
            assert_eq!(text(given), expected, "{given}");
        }
    }

    #[test]
    fn what_is_spoken_names_channels_and_has_no_marks() {
        for (given, expected) in [
            ("In [the channel](channel:C77): **gone** & [far](https://e.org)", "In <#C77>: gone &amp; far"),
            ("**[the channel](channel:C77)**", "<#C77>"),
            ("[the channel](channel:C7-7) <b>", "the channel &lt;b&gt;"),
            ("\u{e000}C7\u{e001} &#xe000;C8&#xe001;", "C7 C8"),
        ] {
            assert_eq!(spoken(given), expected, "{given}");
        }
    }

    #[test]
    fn markup_becomes_slacks() {
        for (given, expected) in [
            ("one\ntwo  \nthree", "one two\nthree"),
            ("# Head", "*Head*"),
            ("**strong** *soft* `a < b`", "*strong* _soft_ `a &lt; b`"),
            ("within**out**side", "within\u{200b}*out*\u{200b}side"),
            ("**two  \nlines**", "*two*\n*lines*"),
            ("[a | paper](https://e.org/x?a=1&b=2)", "<https://e.org/x?a=1&amp;b=2|a ¦ paper>"),
            (
                "[on Tue](time:12:R) [c](channel:C77) [r](role:S78) [server](place:)",
                "<!date^12^{date_short_pretty} at {time}|on Tue> <#C77> <!subteam^S78> workspace",
            ),
            ("> a\n> b", "> a b"),
            ("- one\n- two\n  1. deep", "• one\n• two\n    1. deep"),
            ("| a | b |\n|---|---|\n| x | 22 |\n| yy | 3 |", "```\na    b\nx   22\nyy   3\n```"),
            ("```python\nprint('```' < 1)\n```", "```\nprint('ˋˋˋ' &lt; 1)\n```"),
            (
                "`/today`, `/feed add`, `/trap`, `/privacy delete`, `/x`",
                "`/trap today`, `/trap feed`, `/trap`, `/trap privacy delete`, `/x`",
            ),
        ] {
            assert_eq!(text(given), expected, "{given}");
        }
    }
}
