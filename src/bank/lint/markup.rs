//! Markup that not every platform can show, or that could do more than show.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag};

use crate::bank::make::Draft;
use crate::bank::report::Sink;
use crate::bank::table::Lines;
use crate::bank::words::{any_byte, lines};
use crate::core::trap::Trap;

pub(super) fn check(draft: &Draft<'_>, trap: &Trap, sink: &mut Sink<'_>) {
    let body = &draft.body;
    text(&trap.scenario, body.scenario.line, sink);
    text(&trap.ask, body.ask.line, sink);
    text(&trap.explanation, body.explanation.line, sink);
    text(&trap.follow_up.question, body.question.line, sink);
    text(&trap.follow_up.outline, body.outline.line, sink);
    for (candidate, option) in body.candidates.iter().zip(trap.options()) {
        option_text(&option.text, candidate.head.line, sink);
    }
    // The reasons of a number trap stand in another order than in the file: their sources do as well here.
    for candidate in &body.candidates {
        text(candidate.why.text, candidate.why.line, sink);
    }
}

fn text(text: &str, first: usize, sink: &mut Sink<'_>) {
    if !may_have(text) {
        return;
    }
    let mut lines = None;
    for (event, span) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        if let Some((what, mend)) = trouble(&event) {
            let line = lines.get_or_insert_with(|| Lines::new(text, first)).of(span.start);
            if !sink.has(line, "P10") {
                sink.error(line, "P10", what, mend);
            }
        }
    }
}

/// Whether a text has any of the signs that begin what [`trouble`] is about; a line of - or = makes the line above a heading.
fn may_have(text: &str) -> bool {
    let rule = |line: &str| line.starts_with(['-', '=']) && line.trim_end().bytes().all(|b| matches!(b, b'-' | b'='));
    any_byte(text, |b| matches!(b, b'<' | b'[' | b'#')) || lines(text).any(|line| rule(line.trim_start()))
}

fn trouble(event: &Event<'_>) -> Option<(&'static str, &'static str)> {
    match event {
        Event::Html(_) | Event::InlineHtml(_) => Some(("HTML in the text", "use Markdown, or put it into `code`")),
        Event::Start(Tag::Image { .. }) => Some(("an image in the text", "say it in words")),
        Event::Start(Tag::Heading { .. }) => Some(("a heading within a section", "use a paragraph or **bold**")),
        Event::Start(Tag::Link { dest_url, .. }) if !web(dest_url) => {
            Some(("a link that does not lead to the web", "begin its address with https://"))
        }
        _ => None,
    }
}

fn web(address: &CowStr<'_>) -> bool {
    address.starts_with("https://") || address.starts_with("http://")
}

/// An option is one line: only inline markup may stand in it.
fn option_text(option: &str, line: usize, sink: &mut Sink<'_>) {
    text(option, line, sink);
    if option.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return;
    }
    let block = Parser::new_ext(option, Options::ENABLE_TABLES).next();
    if !matches!(block, None | Some(Event::Start(Tag::Paragraph | Tag::Heading { .. } | Tag::HtmlBlock))) {
        let mend = "begin it with a word; escape a leading sign with \\";
        sink.error(line, "P10", "an option that Markdown reads as a list, a quote or a rule", mend);
    }
}
