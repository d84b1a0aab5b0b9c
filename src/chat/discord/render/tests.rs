//! Messages as they leave, and the limits that no card breaks.

use proptest::prelude::*;

use super::super::preview;
use super::*;
use crate::core::figure::{Bar as FigureBar, Bars, Chart, Scale};
use crate::core::ids::{Confidence, RoundId};
use crate::core::trap::Role;

fn answers() -> Vec<CardButton> {
    let button = |position: u8| {
        CardButton::new(char::from(b'A' + position).to_string(), Action::Answer { round: RoundId(7), position })
    };
    (0..4).map(button).collect()
}

fn bar(label: &str, role: Role, count: u32, confident: u32) -> Block {
    Block::Bar(Bar { label: label.into(), role, count, confident, total: 10 })
}

fn choice(letter: char, text: &str) -> Block {
    Block::Choice { letter, text: text.into() }
}

/// What somebody reads, one message after the other.
fn read(payloads: &[Payload]) -> String {
    let mut lines = Vec::new();
    for payload in payloads {
        lines.extend(payload.content.clone());
        for embed in &payload.embeds {
            lines.push(format!("┌ #{:06x} {}", embed.color, embed.title.as_deref().unwrap_or_default()));
            lines.extend(embed.description.iter().flat_map(|text| text.lines()).map(|line| format!("│ {line}")));
            lines.extend(embed.footer.iter().map(|footer| format!("└ {}", footer.text)));
        }
        for row in &payload.components {
            let button = |b: &Button| {
                let off = if b.disabled { " off" } else { "" };
                format!("[{} {}{off} {}]", b.style, b.label, b.custom_id.as_ref().or(b.url.as_ref()).unwrap())
            };
            lines.push(row.components.iter().map(button).collect::<Vec<_>>().join(" "));
        }
    }
    lines.join("\n")
}

#[test]
fn a_post() {
    let mut card = Card::new("A 7B model on one 80 GB card")
        .tone(Tone::Open)
        .text("You fine-tune *all* of a 7B model with Adam in `bf16`.\nSoft breaks join.\n\n- 80 GB card\n- batch 1")
        .text("**How much memory do the states need?**")
        .block(choice('A', "84 GB: just too much"))
        .block(choice('B', "112 GB: it does **not** fit"))
        .block(choice('C', "28 GB: it fits with room"))
        .small("LLM system design · senior · about 3 min  \nReveal [on Tue 24 Nov](time:1795550400:R).")
        .row(answers());
    card.ping = Some("77".into());
    insta::assert_snapshot!(read(&[render(&card)]));
    insta::assert_json_snapshot!("a_post_as_json", preview(&[card]));
}

#[test]
fn a_reveal() {
    let card = Card::new("Reveal: The FP32 Hidden Tax")
        .tone(Tone::Good)
        .text("Right: **B** · 112 GB")
        .block(bar("A", Role::Wrong, 1, 0))
        .block(bar("B", Role::Right, 5, 3))
        .block(bar("C", Role::Bait, 4, 1))
        .text("**4 of 10** took the bait, **C**, 1 of them sure or certain.")
        .text("✅ **B** Sixteen bytes a parameter.")
        .row(vec![CardButton::new("How did I do?", Action::Mine { round: RoundId(7) })]);
    let mut payload = render(&card);
    payload.mark("d12");
    insta::assert_snapshot!(read(&[payload]));
}

#[test]
fn a_receipt_a_leaderboard_and_a_list_of_facts() {
    let sure = Action::Confidence { round: RoundId(7), confidence: Confidence::Sure };
    let receipt = Card::new("Locked in: B, sure")
        .tone(Tone::Good)
        .text("112 GB: it does not fit")
        .row(vec![CardButton::new("Sure +8/−4", sure).look(Look::Chosen)]);
    let row = |rank: &str, name: &str, points: &str| vec![rank.into(), name.into(), points.into(), "7/9".into()];
    let table = Block::Table {
        head: ["#", "Name", "Points", "Right"].map(str::to_owned).to_vec(),
        rows: vec![row("1", "Ann *the* great and terrible", "112"), row("2", "李小龍", "−4")],
    };
    let board = Card::new("Leaderboard, this week").block(table).small("16–22 November 2026 · page 1 of 1");
    let facts = [("Where", "[the channel](channel:42)"), ("Pings", "[the role](role:77)"), ("When", "09:00, a_b")];
    let facts = facts.map(|(label, value)| (label.to_owned(), value.to_owned())).to_vec();
    let feed =
        Card::new("Feed *1* is set").tone(Tone::Warning).block(Block::Facts(facts)).heading("Next").text("- now");
    insta::assert_snapshot!(read(&render_all(&[receipt, board, feed])));
}

#[test]
fn long_text_flows_on_and_the_buttons_come_last() {
    let card = Card::new("Why").text("A sentence of some length. ".repeat(500)).row(answers());
    let payloads = render_many(&card);
    assert_eq!(payloads.len(), 3);
    assert!(payloads[..2].iter().all(|p| p.components.is_empty()));
    assert_eq!(payloads[2].components.len(), 1);
    let whole: usize = payloads.iter().flat_map(|p| &p.embeds).map(|e| e.description.as_ref().unwrap().len()).sum();
    assert!(whole + 10 > "A sentence of some length. ".len() * 500);
    let one = render(&card);
    assert_eq!(one.components.len(), 1);
    assert!(one.embeds.last().unwrap().description.as_ref().unwrap().ends_with('…'));
}

#[test]
fn a_cut_never_leaves_a_code_block_open() {
    let card = Card::default().text(format!("```\n{}```", "line of code\n".repeat(900)));
    for embed in render(&card).embeds {
        assert_eq!(embed.description.unwrap().matches("```").count(), 2);
    }
}

#[test]
fn an_empty_card_is_still_a_message() {
    assert!(render(&Card::default()).embeds[0].description.is_some());
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zA-Z0-9 .,*_`~|<>@#\\[\\]()!:/\\\\\n-]{0,60}",
        2 => "\\PC{0,60}",
        1 => (".{1,30}", 1_usize..300).prop_map(|(part, times)| part.repeat(times)),
        1 => Just("```\ncode without an end\n".to_owned()),
        1 => Just("| a | b |\n|---|---|\n| c | d |\n".to_owned()),
    ]
}

fn block() -> impl Strategy<Value = Block> {
    let role = prop::sample::select(vec![Role::Right, Role::Bait, Role::Wrong]);
    prop_oneof![
        text().prop_map(Block::Text),
        text().prop_map(Block::Heading),
        (prop::char::range('A', 'E'), text()).prop_map(|(letter, text)| Block::Choice { letter, text }),
        (text(), role, any::<[u32; 3]>()).prop_map(|(label, role, [count, confident, total])| {
            Block::Bar(Bar { label, role, count, confident, total })
        }),
        prop::collection::vec((text(), text()), 0..4).prop_map(Block::Facts),
        (prop::collection::vec(text(), 0..4), prop::collection::vec(prop::collection::vec(text(), 0..5), 0..6))
            .prop_map(|(head, rows)| Block::Table { head, rows }),
        text().prop_map(Block::Small),
        Just(Block::Divider),
        text().prop_map(|alt| Block::Picture(Box::new(figure(alt)))),
    ]
}

fn figure(alt: String) -> Figure {
    let bar = FigureBar { label: "a".into(), value: 1.0, mark: None };
    let bars = Bars { scale: Scale::Linear, bars: vec![bar], limits: Vec::new() };
    Figure { title: "t".into(), alt, unit: String::new(), chart: Chart::Bars(bars) }
}

fn any_button() -> impl Strategy<Value = CardButton> {
    let act = prop_oneof![
        any::<u8>().prop_map(|position| Act::Do(Action::Answer { round: RoundId(1), position })),
        text().prop_map(Act::Open),
        Just(Act::Open("https://e.org".into())),
    ];
    (text(), act, any::<bool>()).prop_map(|(label, act, disabled)| CardButton {
        label,
        act,
        look: Look::Quiet,
        disabled,
    })
}

fn any_card() -> impl Strategy<Value = Card> {
    let buttons = prop::collection::vec(prop::collection::vec(any_button(), 0..8), 0..8);
    let ping = prop::option::of("[0-9a]{0,22}");
    (prop::option::of(text()), prop::collection::vec(block(), 0..12), buttons, ping)
        .prop_map(|(title, blocks, buttons, ping)| Card { title, tone: Tone::Plain, blocks, buttons, ping })
}

/// The first limit of Discord's that a message breaks.
fn broken(payload: &Payload) -> Option<String> {
    let mut ids: Vec<&str> = payload.custom_ids().collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    let buttons = || payload.components.iter().flat_map(|row| &row.components);
    let within = |text: &Option<String>, most: usize| {
        text.as_deref().is_none_or(|text| !text.trim().is_empty() && units(text) <= most)
    };
    let rules = [
        ("an embed at least", !payload.embeds.is_empty()),
        ("ten embeds", payload.embeds.len() <= limit::EMBEDS),
        ("6000 in all", payload.len() + FOOTER_ROOM <= limit::TOTAL),
        ("titles", payload.embeds.iter().all(|e| within(&e.title, limit::TITLE))),
        ("descriptions", payload.embeds.iter().all(|e| within(&e.description, limit::DESCRIPTION))),
        (
            "no empty embed",
            payload.embeds.iter().all(|e| e.title.is_some() || e.description.is_some() || e.image.is_some()),
        ),
        ("one picture", payload.embeds.iter().filter(|e| e.image.is_some()).count() <= 1),
        ("five rows", payload.components.len() <= limit::ROWS),
        ("one to five buttons", payload.components.iter().all(|r| (1..=limit::BUTTONS).contains(&r.components.len()))),
        ("labels", buttons().all(|b| !b.label.trim().is_empty() && units(&b.label) <= limit::LABEL)),
        ("an id or an address", buttons().all(|b| b.custom_id.is_some() != b.url.is_some())),
        ("ids once", ids.len() == count),
        ("short ids", ids.iter().all(|id| id.len() <= 100)),
        ("content is a ping", payload.content.is_some() == (payload.allowed_mentions.roles.len() == 1)),
    ];
    rules.into_iter().find(|(_, kept)| !kept).map(|(rule, _)| rule.to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_card_breaks_a_limit(cards in prop::collection::vec(any_card(), 1..4)) {
        for payload in cards.iter().map(render).chain(render_all(&cards)) {
            prop_assert_eq!(broken(&payload), None);
        }
        for card in &cards {
            let ids = |payloads: &[Payload]| payloads.iter().map(|p| p.components.len()).sum::<usize>();
            prop_assert_eq!(ids(&render_many(card)), ids(&[render(card)]));
        }
    }
}
