//! The Markdown of a trap file, cut into its sections with their lines.

use super::front::is_misconception;
use super::report::{Sink, nearest};
use super::table::At;
use super::words::lines;
use crate::core::trap::Role;

const SECTIONS: [&str; 6] = ["Scenario", "Ask", "Options", "Answer", "Explanation", "Follow-up"];

/// A piece of text as it stands in the file, without blank lines around it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Part<'a> {
    /// The line of its heading.
    pub(super) heading: usize,
    /// The line on which its text begins.
    pub(super) line: usize,
    pub(super) text: &'a str,
}

/// One option of a choice trap, or one value of a number trap.
#[derive(Debug)]
pub(super) struct Candidate<'a> {
    pub(super) role: Role,
    /// What stands in the heading behind the role.
    pub(super) head: At<&'a str>,
    pub(super) mistake: Option<At<&'a str>>,
    pub(super) why: Part<'a>,
}

/// All sections, of which each is there.
#[derive(Debug)]
pub(super) struct Body<'a> {
    pub(super) scenario: Part<'a>,
    pub(super) ask: Part<'a>,
    /// The line of `## Options` or `## Answer`.
    pub(super) heading: usize,
    pub(super) candidates: Vec<Candidate<'a>>,
    pub(super) explanation: Part<'a>,
    pub(super) question: Part<'a>,
    pub(super) outline: Part<'a>,
}

/// A heading with all that follows up to the next one of its depth.
struct Block<'a> {
    heading: At<&'a str>,
    /// The first line below the heading, and the text from there.
    line: usize,
    text: &'a str,
}

/// Reads the sections; `first` is the line of the file on which `text` begins. None where one is missing or can't be read.
pub(super) fn read<'a>(text: &'a str, first: usize, number: bool, sink: &mut Sink<'_>) -> Option<Body<'a>> {
    let (before, blocks) = cut(text, first, "## ");
    if let Some(line) = first_text(before, first) {
        sink.error(line, "P06", "text before the first section", "move it under a heading such as ## Scenario");
    }
    known_once(&blocks, sink);
    let found = |name: &str| blocks.iter().find(|b| b.heading.value == name);
    let wanted = if number { "Answer" } else { "Options" };
    let unwanted = if number { "Options" } else { "Answer" };
    if let Some(block) = found(unwanted) {
        let kind = if number { "number" } else { "choice" };
        let mend = format!("use ## {wanted}, or change the kind");
        sink.error(block.heading.line, "P06", format!("a trap of kind \"{kind}\" has no ## {unwanted}"), mend);
    }
    let end = || first + text.lines().count().saturating_sub(1);
    let section = |name: &str, sink: &mut Sink<'_>| {
        let block = found(name);
        if block.is_none() {
            sink.error(end(), "I01", format!("no section ## {name}"), format!("add ## {name}"));
        }
        block
    };
    let plain = |name: &str, sink: &mut Sink<'_>| section(name, sink).and_then(|block| whole(block, name, sink));
    let scenario = plain("Scenario", sink);
    let ask = plain("Ask", sink);
    let explanation = plain("Explanation", sink);
    let options = section(wanted, sink);
    let candidates = options.map(|block| (block.heading.line, candidates(block, sink)));
    let follow_up = section("Follow-up", sink).and_then(|block| follow_up(block, sink));
    let ((heading, candidates), (question, outline)) = (candidates?, follow_up?);
    Some(Body { scenario: scenario?, ask: ask?, heading, candidates, explanation: explanation?, question, outline })
}

/// Complains about unknown and repeated sections.
fn known_once(blocks: &[Block<'_>], sink: &mut Sink<'_>) {
    for (index, block) in blocks.iter().enumerate() {
        let At { line, value: name } = block.heading;
        if !SECTIONS.contains(&name) {
            sink.error(line, "P06", format!("there is no section '{name}'"), nearest(name, SECTIONS));
        } else if blocks[..index].iter().any(|b| b.heading.value == name) {
            sink.error(line, "P06", format!("a second section '{name}'"), "keep one of them");
        }
    }
}

/// A section without parts.
fn whole<'a>(block: &Block<'a>, name: &str, sink: &mut Sink<'_>) -> Option<Part<'a>> {
    let (_, parts) = cut(block.text, block.line, "### ");
    for part in &parts {
        let what = format!("## {name} has no parts");
        sink.error(part.heading.line, "P06", what, "leave the heading out; use a paragraph");
    }
    let part = trimmed(block.heading.line, block.text, block.line);
    if part.text.is_empty() {
        sink.error(part.heading, "I01", format!("## {name} is empty"), "write it");
        return None;
    }
    parts.is_empty().then_some(part)
}

fn follow_up<'a>(block: &Block<'a>, sink: &mut Sink<'_>) -> Option<(Part<'a>, Part<'a>)> {
    let (before, parts) = cut(block.text, block.line, "### ");
    let question = trimmed(block.heading.line, before, block.line);
    if question.text.is_empty() {
        sink.error(question.heading, "I01", "## Follow-up asks nothing", "write the question below the heading");
    }
    for part in parts.iter().filter(|p| p.heading.value != "Outline") {
        let what = format!("## Follow-up has no part '{}'", part.heading.value);
        sink.error(part.heading.line, "P06", what, nearest(part.heading.value, ["Outline"]));
    }
    let mut outlines = parts.iter().filter(|p| p.heading.value == "Outline");
    let outline = outlines.next().map(|p| trimmed(p.heading.line, p.text, p.line));
    if let Some(second) = outlines.next() {
        sink.error(second.heading.line, "P06", "a second ### Outline", "keep one of them");
    }
    match outline {
        Some(outline) if !outline.text.is_empty() => (!question.text.is_empty()).then_some((question, outline)),
        Some(outline) => {
            sink.error(outline.heading, "I01", "### Outline is empty", "sketch a good answer in two lines");
            None
        }
        None => {
            let mend = "add ### Outline with a good answer in two lines";
            sink.error(question.heading, "I01", "## Follow-up lacks its ### Outline", mend);
            None
        }
    }
}

fn candidates<'a>(block: &Block<'a>, sink: &mut Sink<'_>) -> Vec<Candidate<'a>> {
    let (before, parts) = cut(block.text, block.line, "### ");
    if let Some(line) = first_text(before, block.line) {
        sink.error(line, "P06", "text before the first option", "move it below a heading such as ### right: …");
    }
    parts.iter().filter_map(|part| candidate(part, sink)).collect()
}

fn candidate<'a>(part: &Block<'a>, sink: &mut Sink<'_>) -> Option<Candidate<'a>> {
    let At { line, value: heading } = part.heading;
    let (word, head) = heading.split_once(':').map_or((heading, ""), |(word, head)| (word.trim(), head.trim()));
    let role = match word {
        "right" => Role::Right,
        "bait" => Role::Bait,
        "wrong" => Role::Wrong,
        _ => {
            let mend = "begin the heading with 'right:', 'bait:' or 'wrong:'";
            sink.error(line, "P07", format!("'{}' is no role of an option", short(word)), mend);
            return None;
        }
    };
    if head.is_empty() {
        sink.error(line, "P07", format!("nothing behind '{word}:'"), "write the option on the line of its heading");
    }
    let (mistake, rest, rest_line) = mistake(part, sink);
    let why = trimmed(line, rest, rest_line);
    if why.text.is_empty() {
        let mend = if role == Role::Right { "say why it is right" } else { "say why it tempts and why it fails" };
        sink.error(line, "I01", "an option without its reason", mend);
    }
    match (&mistake, role) {
        (Some(At { line, .. }), Role::Right) => {
            sink.error(*line, "P07", "the right option names a mistake", "leave the line out");
        }
        (None, Role::Bait | Role::Wrong) => {
            let mend = "add mistake = \"…\" below the heading, a slug of misconceptions.toml";
            sink.error(line, "I01", "an option that names no misconception", mend);
        }
        _ => {}
    }
    Some(Candidate { role, head: At { line, value: head }, mistake, why })
}

/// Takes the line `mistake = "slug"` off the front, if there is one; the rest comes with its line.
fn mistake<'a>(part: &Block<'a>, sink: &mut Sink<'_>) -> (Option<At<&'a str>>, &'a str, usize) {
    let trimmed = trimmed(part.heading.line, part.text, part.line);
    let (first, rest) = trimmed.text.split_once('\n').unwrap_or((trimmed.text, ""));
    let Some(value) = first.strip_prefix("mistake").and_then(|r| r.trim_start().strip_prefix('=')) else {
        return (None, trimmed.text, trimmed.line);
    };
    let line = trimmed.line;
    let slug = value.trim().strip_prefix('"').and_then(|v| v.strip_suffix('"')).filter(|s| is_misconception(s));
    if slug.is_none() {
        let mend = "write mistake = \"slug-of-the-misconception\"";
        sink.error(line, "P07", "a mistake that can't be read", mend);
    }
    // An unreadable one is reported already: it still counts as named.
    (Some(At { line, value: slug.unwrap_or("") }), rest, line + 1)
}

/// Cuts a text at the lines that begin with `mark`, outside code fences. What stands before the first comes apart.
fn cut<'a>(text: &'a str, first: usize, mark: &str) -> (&'a str, Vec<Block<'a>>) {
    let mut starts: Vec<(usize, usize, usize)> = Vec::new();
    let (mut offset, mut fence) = (0, None);
    for (index, line) in lines(text).enumerate() {
        fence = fenced(fence, line);
        if fence.is_none() && line.starts_with(mark) {
            starts.push((index, offset, offset + line.len()));
        }
        offset += line.len();
    }
    let ends = starts.iter().skip(1).map(|s| s.1).chain([text.len()]).collect::<Vec<_>>();
    let blocks = starts
        .iter()
        .zip(ends)
        .map(|(&(index, start, below), end)| Block {
            heading: At { line: first + index, value: text[start + mark.len()..below].trim() },
            line: first + index + 1,
            text: &text[below..end],
        })
        .collect();
    (&text[..starts.first().map_or(text.len(), |s| s.1)], blocks)
}

/// The open code fence after this line: its character and length.
fn fenced(open: Option<(char, usize)>, line: &str) -> Option<(char, usize)> {
    let line = line.trim_start();
    if open.is_none() && !line.starts_with(['`', '~']) {
        return None;
    }
    let line = line.trim_end();
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'));
    let length = mark.map_or(0, |m| line.chars().take_while(|c| *c == m).count());
    match (open, mark) {
        (None, Some(m)) if length >= 3 && !(m == '`' && line[length..].contains('`')) => Some((m, length)),
        (Some((o, l)), Some(m)) if m == o && length >= l && line.len() == length => None,
        (open, _) => open,
    }
}

fn first_text(text: &str, first: usize) -> Option<usize> {
    lines(text).position(|line| !line.trim().is_empty()).map(|index| first + index)
}

/// Without the blank lines around it.
fn trimmed(heading: usize, text: &str, first: usize) -> Part<'_> {
    let skipped = first_text(text, first).map_or(0, |line| line - first);
    let start: usize = lines(text).take(skipped).map(str::len).sum();
    Part { heading, line: first + skipped, text: text[start..].trim_end() }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}
