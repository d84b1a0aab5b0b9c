//! CommonMark → Discord's Markdown, in pieces that can be parted.

use crate::core::markup::{self, Block, Inline, Link};
use crate::core::table;

/// What may stand on its own in a message.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece {
    /// Lines of Markdown. `tight`: no empty line before it.
    Prose { text: String, tight: bool },
    /// A code block.
    Fence { language: String, text: String },
}

impl Piece {
    pub(super) fn prose(text: impl Into<String>) -> Self {
        Self::Prose { text: text.into(), tight: false }
    }

    pub(super) fn tight(text: impl Into<String>) -> Self {
        Self::Prose { text: text.into(), tight: true }
    }

    /// Lets it follow what stands before it without an empty line.
    pub(super) fn tighten(&mut self) {
        if let Self::Prose { tight, .. } = self {
            *tight = true;
        }
    }

    pub(super) fn fence(text: impl Into<String>) -> Self {
        Self::Fence { language: String::new(), text: text.into() }
    }
}

/// The blocks of a text.
pub(super) fn pieces(source: &str) -> Vec<Piece> {
    let mut all: Vec<Piece> = Vec::new();
    for parsed in &markup::parse(source) {
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
pub(super) fn line(source: &str) -> String {
    let parts = markup::parse(source);
    let parts: Vec<String> = parts.iter().flat_map(block).map(|piece| flat(&piece)).collect();
    parts.join(" ")
}

fn flat(piece: &Piece) -> String {
    match piece {
        Piece::Prose { text, .. } => text.clone(),
        Piece::Fence { text, .. } => code(&text.replace('\n', " ")),
    }
}

fn block(block: &Block) -> Vec<Piece> {
    let piece = match block {
        Block::Paragraph(inlines) => Piece::prose(run(inlines)),
        Block::Heading(inlines) => Piece::prose(bold(&run(inlines))),
        Block::List { start, items } => Piece::prose(list(*start, items, 0)),
        Block::Code { language, text } => Piece::Fence { language: language_tag(language), text: text.clone() },
        Block::Quote(blocks) => Piece::prose(quote(blocks)),
        Block::Table { head, rows } => return self::block(&table::drawn(head, rows)),
        Block::Rule => Piece::prose("──────"),
    };
    match &piece {
        Piece::Prose { text, .. } if text.trim().is_empty() => Vec::new(),
        _ => vec![piece],
    }
}

fn language_tag(language: &str) -> String {
    language.chars().take_while(char::is_ascii_alphanumeric).take(16).collect()
}

/// Deeper lists are drawn at this depth: a phone has no room for more.
const DEEPEST: usize = 4;

fn list(start: Option<u64>, items: &[Vec<Block>], depth: usize) -> String {
    let indent = "  ".repeat(depth.min(DEEPEST));
    let mut lines = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let mark = match start {
            Some(first) => format!("{}.", first.saturating_add(index as u64)),
            None => "-".to_owned(),
        };
        let mut text = item.iter().map(|block| in_item(block, depth)).collect::<Vec<_>>().join("\n");
        if text.trim().is_empty() {
            text = "\u{200b}".to_owned();
        }
        // What follows the first line of an item brings its own indentation where it is a list.
        lines.push(format!("{indent}{mark} {text}"));
    }
    lines.join("\n")
}

fn in_item(block: &Block, depth: usize) -> String {
    let hang = "  ".repeat((depth + 1).min(DEEPEST));
    match block {
        Block::List { start, items } => list(*start, items, depth + 1),
        Block::Code { text, .. } => fenced("", text),
        Block::Table { head, rows } => in_item(&table::drawn(head, rows), depth),
        other => self::block(other).iter().map(flat).collect::<Vec<_>>().join(" ").replace('\n', &format!("\n{hang}")),
    }
}

fn quote(blocks: &[Block]) -> String {
    let inner: Vec<String> = blocks.iter().flat_map(block).map(|piece| flat(&piece)).collect();
    let text = inner.join("\n");
    text.lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n")
}

/// A code block with its fences; what is in it can't close it.
pub(super) fn fenced(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```", text.trim_end().replace("```", "``\u{200b}`"))
}

fn run(inlines: &[Inline]) -> String {
    let mut out = String::new();
    for inline in inlines {
        write(&mut out, inline);
    }
    out
}

fn write(out: &mut String, inline: &Inline) {
    match inline {
        Inline::Text(text) => escape_into(out, text),
        Inline::Code(text) => out.push_str(&code(text)),
        Inline::Strong(inner) => out.push_str(&bold(&run(inner))),
        Inline::Emphasis(inner) => {
            let inner = run(inner);
            out.push_str(&if inner.trim().is_empty() { inner } else { format!("*{inner}*") });
        }
        Inline::Link { to, label } => out.push_str(&link(to, label)),
        Inline::Break => out.push('\n'),
    }
}

/// Bold within bold would end it.
pub(super) fn bold(text: &str) -> String {
    if text.trim().is_empty() || text.contains("**") { text.to_owned() } else { format!("**{text}**") }
}

fn code(text: &str) -> String {
    let text = text.replace('\n', " ");
    if text.trim().is_empty() {
        String::new()
    } else if text.contains('`') {
        format!("`` {} ``", text.replace("``", "`\u{200b}`"))
    } else {
        format!("`{text}`")
    }
}

fn link(to: &Link, label: &[Inline]) -> String {
    let named = run(label);
    let is_id = |id: &str| !id.is_empty() && id.len() <= 20 && id.bytes().all(|b| b.is_ascii_digit());
    match to {
        Link::Time { unix, relative: true } => format!("<t:{unix}:R>"),
        Link::Time { unix, relative: false } => format!("<t:{unix}:f>"),
        Link::Channel(id) if is_id(id) => format!("<#{id}>"),
        Link::Role(id) if is_id(id) => format!("<@&{id}>"),
        Link::Channel(_) | Link::Role(_) | Link::Place => named,
        // Discord draws no link over a label that is itself an address.
        Link::Web(url) if named.contains("://") || named.trim().is_empty() => address(url),
        Link::Web(url) => format!("[{named}]({})", address(url)),
    }
}

fn address(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for c in url.chars() {
        match c {
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            c if c.is_whitespace() => out.push_str("%20"),
            c => out.push(c),
        }
    }
    out
}

/// Plain text on one line, so that it reads as it stands.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    escape_into(&mut out, &text.replace(['\n', '\r'], " "));
    out
}

/// Appends text so that Discord reads none of it as markup or as a mention. Web addresses stay whole.
fn escape_into(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let web = if c == 'h' { web_address(rest) } else { "" };
        if !web.is_empty() {
            out.push_str(web);
            rest = &rest[web.len()..];
            continue;
        }
        match c {
            '\\' | '*' | '_' | '~' | '`' | '|' | '[' | ']' | '<' => out.push('\\'),
            '#' | '>' | '-' if line_so_far(out).is_empty() => out.push('\\'),
            '.' | ')' if is_number(line_so_far(out)) => out.push('\\'),
            _ => {}
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
        if c == '@' && (rest.starts_with("everyone") || rest.starts_with("here")) {
            out.push('\u{200b}');
        }
    }
}

/// What stands on the line yet. After nothing a sign would begin a heading, list or quote, and after a number a list.
fn line_so_far(out: &str) -> &str {
    out.rsplit('\n').next().unwrap_or_default().trim_start()
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn web_address(text: &str) -> &str {
    if !text.starts_with("https://") && !text.starts_with("http://") {
        return "";
    }
    let end = text.find(|c: char| c.is_whitespace() || c == '<' || c == '`').unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(source: &str) -> String {
        let parts: Vec<String> = pieces(source)
            .iter()
            .map(|piece| match piece {
                Piece::Prose { text, .. } => text.clone(),
                Piece::Fence { language, text } => fenced(language, text),
            })
            .collect();
        parts.join("\n\n")
    }

    #[test]
    fn what_discord_would_interpret_stays_text() {
        for (given, expected) in [
            ("a\\*b\\* and snake\\_case", "a\\*b\\* and snake\\_case"),
            ("\\# not a heading", "\\# not a heading"),
            ("\\> not a quote", "\\> not a quote"),
            ("\\- not a list", "\\- not a list"),
            ("2026\\. A year", "2026\\. A year"),
            ("one - two > three # four 2. five", "one - two > three # four 2. five"),
            ("\\~\\~gone\\~\\~ \\|\\|hidden\\|\\|", "\\~\\~gone\\~\\~ \\|\\|hidden\\|\\|"),
            ("@everyone @here @ann", "@\u{200b}everyone @\u{200b}here @ann"),
            ("\\<@123> \\<#4> \\<t:1:R>", "\\<@123> \\<#4> \\<t:1:R>"),
            ("see https://e.org/a_b_c now", "see https://e.org/a_b_c now"),
        ] {
            assert_eq!(text(given), expected, "{given}");
        }
    }

    #[test]
    fn markup_becomes_discords() {
        for (given, expected) in [
            ("one\ntwo  \nthree", "one two\nthree"),
            ("# Head", "**Head**"),
            ("**strong** *soft* `code`", "**strong** *soft* `code`"),
            ("`` a`b ``", "`` a`b ``"),
            ("[paper](https://e.org/x_(y))", "[paper](https://e.org/x_%28y%29)"),
            ("[https://e.org](https://e.org)", "https://e.org"),
            ("[soon](time:12:R) [then](time:12) [c](channel:77) [r](role:78)", "<t:12:R> <t:12:f> <#77> <@&78>"),
            ("> a\n> b", "> a b"),
            ("- one\n- two\n  1. deep\n  2. deeper", "- one\n- two\n  1. deep\n  2. deeper"),
            ("| a | b |\n|---|---|\n| x | 22 |\n| yy | 3 |", "```\na    b\nx   22\nyy   3\n```"),
            ("```python\nprint('```')\n```", "```python\nprint('``\u{200b}`')\n```"),
        ] {
            assert_eq!(text(given), expected, "{given}");
        }
    }
}
