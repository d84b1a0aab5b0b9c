//! Whether what is said fits where it is said: the limits that Discord and Slack document, counted as they count.

use serde_json::Value;
use trapline::chat::{discord as on_discord, slack as on_slack, web as on_web};
use trapline::core::card::{Block, Card};
use trapline::core::refusal::Refusal;
use trapline::core::text;

/// A refusal is a sentence or two, however long the text is that it is about.
///
/// # Panics
/// Where it says nothing, or goes on and on.
pub fn refusal(refusal: &Refusal) {
    let card = text::refusal(refusal);
    let [Block::Text(said)] = card.blocks.as_slice() else { panic!("{refusal:?} is no sentence: {card:?}") };
    assert!((10..1_000).contains(&said.chars().count()), "{refusal:?} is no clear message: {said}");
}

/// # Panics
/// Where a message is one that Discord would refuse.
pub fn discord(cards: &[Card]) {
    for message in list(&on_discord::preview(cards)) {
        let embeds = list(&message["embeds"]);
        let total: usize =
            embeds.iter().map(|e| length(e, "title") + length(e, "description") + length(&e["footer"], "text")).sum();
        assert!(embeds.len() <= 10 && total <= 6_000, "{} embeds of {total} characters", embeds.len());
        assert!(length(message, "content") <= 2_000, "too much content: {message}");
        for embed in embeds {
            assert!(length(embed, "title") <= 256 && length(embed, "description") <= 4_096, "too long: {embed}");
        }
        let rows = list(&message["components"]);
        assert!(rows.len() <= 5, "{} rows of buttons", rows.len());
        for row in rows {
            let buttons = list(&row["components"]);
            assert!((1..=5).contains(&buttons.len()), "{} buttons in a row", buttons.len());
            for button in buttons {
                assert!((1..=80).contains(&length(button, "label")), "no label: {button}");
                assert!(length(button, "custom_id") <= 100 && length(button, "url") <= 512, "too long: {button}");
            }
        }
    }
}

/// # Panics
/// Where a message is one that Slack would refuse.
pub fn slack(cards: &[Card]) {
    for message in list(&on_slack::preview(cards)) {
        let blocks = list(&message["blocks"]);
        assert!((1..=50).contains(&blocks.len()), "{} blocks", blocks.len());
        assert!(length(message, "text") <= 40_000, "too much text beside the blocks");
        for block in blocks {
            match block["type"].as_str().unwrap_or_default() {
                "header" => assert!((1..=150).contains(&length(&block["text"], "text")), "no header: {block}"),
                "section" => section(block),
                "context" => {
                    let texts = list(&block["elements"]);
                    assert!((1..=10).contains(&texts.len()), "no context: {block}");
                    assert!(texts.iter().all(|text| (1..=2_000).contains(&length(text, "text"))), "no text: {block}");
                }
                "actions" => actions(block),
                "image" => assert!((1..=2_000).contains(&length(block, "alt_text")), "no alt text: {block}"),
                "divider" => {}
                other => panic!("a block of the unknown type {other}"),
            }
        }
    }
}

fn section(block: &Value) {
    let fields = list(&block["fields"]);
    let text = length(&block["text"], "text");
    assert!((1..=3_000).contains(&text) || (text == 0 && !fields.is_empty()), "no section: {block}");
    assert!(
        fields.len() <= 10 && fields.iter().all(|f| (1..=2_000).contains(&length(f, "text"))),
        "no fields: {block}"
    );
}

fn actions(block: &Value) {
    let buttons = list(&block["elements"]);
    assert!((1..=25).contains(&buttons.len()), "{} buttons", buttons.len());
    for button in buttons {
        assert!((1..=75).contains(&length(&button["text"], "text")), "no label: {button}");
        assert!(length(button, "value") <= 2_000 && length(button, "action_id") <= 255, "too long: {button}");
        assert!(length(button, "url") <= 3_000, "too long: {button}");
    }
}

/// # Panics
/// Where a page holds something that a browser would run.
pub fn web(cards: &[Card]) {
    let found = alive(&on_web::preview(cards));
    assert!(found.is_none(), "a browser would run {found:?}");
}

/// The first thing in a page that a browser would run; text that only looks like it is none.
fn alive(page: &str) -> Option<String> {
    let mut rest = page;
    while let Some((_, tag)) = rest.split_once('<') {
        let mut at = tag.find([' ', '\n', '>']).unwrap_or(tag.len());
        if tag[..at].eq_ignore_ascii_case("script") {
            return Some("<script".to_owned());
        }
        while let Some((name, value, end)) = attribute(tag, at) {
            let value = value.trim_start().to_ascii_lowercase();
            if name.to_ascii_lowercase().starts_with("on") || value.starts_with("javascript:") {
                return Some(format!("{name}={value}"));
            }
            at = end;
        }
        rest = &tag[at..];
    }
    None
}

/// The next attribute of a tag from a place on, with its value, and where it ends; none at the tag's end.
fn attribute(tag: &str, from: usize) -> Option<(&str, &str, usize)> {
    let start = from + tag[from..].find(|c: char| !c.is_ascii_whitespace() && c != '/')?;
    let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '<' | '>' | '=');
    let end = start + tag[start..].find(ends).unwrap_or(tag.len() - start);
    if end == start {
        return None;
    }
    let name = &tag[start..end];
    let Some(value) = tag[end..].strip_prefix('=') else { return Some((name, "", end)) };
    let value_at = end + 1;
    match value.strip_prefix('"') {
        Some(quoted) => {
            let length = quoted.find('"')?;
            Some((name, &quoted[..length], value_at + length + 2))
        }
        None => {
            let length = value.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(value.len());
            Some((name, &value[..length], value_at + length))
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// In UTF-16 units, which are never fewer than characters.
fn length(object: &Value, key: &str) -> usize {
    object[key].as_str().map_or(0, |text| text.encode_utf16().count())
}

#[cfg(test)]
mod tests {
    use super::alive;

    #[test]
    fn what_a_browser_would_run_is_told_from_what_only_looks_like_it() {
        for page in [
            "<p>1 < 2<script>x</script>",
            "<img alt=\"a\" onerror=\"x\"/>",
            "<a class=c href=\" JavaScript:x\">",
            "<br/><p hidden onclick=x>",
        ] {
            assert!(alive(page).is_some(), "{page}");
        }
        for page in [
            "<!DOCTYPE html><svg aria-label=\"px.javascript:alert(1)\" role=\"img\"></svg>",
            "<p title=\"a > b onclick=x\">javascript:x onclick=x &lt;script</p>",
            "<a href=\"https://example.org/?q=javascript:x\">",
        ] {
            assert_eq!(alive(page), None, "{page}");
        }
    }
}
