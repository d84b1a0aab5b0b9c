use super::*;
use crate::core::card::{Bar, Block, Button, Card, Look};
use crate::core::ids::{Action, Confidence, RoundId};
use crate::core::trap::Role;

#[test]
fn text_of_any_origin_stays_text() {
    let evil = r#"<script>alert(1)</script> [x](javascript:alert(1)) **b** "q""#;
    let html = blocks(evil, 2).into_string();
    assert!(!html.contains("<script") && !html.contains("href"), "{html}");
    let card = card(&Card::new("<img src=x>").block(Block::Facts(vec![("a<".into(), "b<i>".into())])), "t", 2);
    let html = card.into_string();
    assert!(!html.contains("<img") && !html.contains("<i>"), "{html}");
}

#[test]
fn links_leave_without_a_trace() {
    let html = blocks("[paper](https://example.org/a?b=1&c=2)", 2).into_string();
    assert_eq!(
        html,
        r#"<p><a href="https://example.org/a?b=1&amp;c=2" rel="noopener noreferrer nofollow">paper</a></p>"#
    );
}

#[test]
fn commands_name_pages_and_other_code_stays_code() {
    let html = blocks("`/today` shows `x = 1`", 2).into_string();
    assert_eq!(html, r#"<p><a href="/">Today</a> shows <code>x = 1</code></p>"#);
}

#[test]
fn what_stands_in_a_button_has_no_block_and_no_link() {
    let html = inline("a `b` [c](https://example.org)\n\n- d").into_string();
    assert_eq!(html, "a <code>b</code> c d");
}

#[test]
fn instants_carry_their_label_for_readers_without_the_script() {
    let html = blocks("Reveal [at nine](time:0:R).", 2).into_string();
    assert_eq!(
        html,
        r#"<p>Reveal <time datetime="1970-01-01T00:00:00+00:00" data-time="relative">at nine</time>.</p>"#
    );
}

#[test]
fn buttons_become_forms_with_the_visitors_token() {
    let action = Action::Confidence { round: RoundId(7), confidence: Confidence::Sure };
    let html = card(&Card::default().row(vec![Button::new("Sure", action).look(Look::Chosen)]), "tok", 2).into_string();
    assert!(html.contains(r#"action="/round/7/confidence""#), "{html}");
    assert!(html.contains(r#"name="csrf" value="tok""#) && html.contains(r#"aria-pressed="true""#), "{html}");
}

#[test]
fn a_bar_says_in_words_what_it_shows() {
    let html = bar(&Bar { label: "B".into(), role: Role::Bait, count: 3, confident: 1, total: 4 }).into_string();
    assert!(html.contains("3 of 4 (75%), 1 sure or certain") && html.contains(r#"width="75.0""#), "{html}");
    let html = bar(&Bar { label: "B".into(), role: Role::Bait, count: 0, confident: 0, total: 0 }).into_string();
    assert!(html.contains("0 of 0 (0%)"), "{html}");
}
