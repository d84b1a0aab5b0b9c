//! Messages as they leave, and the limits that no card breaks.

use proptest::prelude::*;
use serde_json::Value;

use super::super::preview;
use super::*;
use crate::core::card::Tone;
use crate::core::ids::{Confidence, RoundId};
use crate::core::trap::Role;

fn answers() -> Vec<Button> {
    let button = |position: u8| {
        Button::new(char::from(b'A' + position).to_string(), Action::Answer { round: RoundId(7), position })
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
fn read(messages: &[Message]) -> String {
    let mut lines = Vec::new();
    for message in messages {
        lines.push(format!("┌ {}", message.text));
        for block in &message.blocks {
            lines.extend(read_block(&serde_json::to_value(block).unwrap()));
        }
    }
    lines.join("\n")
}

fn read_block(block: &Value) -> Vec<String> {
    let text = |value: &Value| value["text"].as_str().unwrap_or_default().to_owned();
    let indented = |text: String| text.lines().map(|line| format!("│ {line}")).collect::<Vec<_>>();
    match block["type"].as_str().unwrap() {
        "header" => vec![format!("│ # {}", text(&block["text"]))],
        "section" if block["fields"].is_array() => {
            block["fields"].as_array().unwrap().iter().flat_map(|field| indented(text(field))).collect()
        }
        "section" => indented(text(&block["text"])),
        "context" => {
            block["elements"].as_array().unwrap().iter().flat_map(|one| indented(format!("({})", text(one)))).collect()
        }
        "actions" => vec![block["elements"].as_array().unwrap().iter().map(read_button).collect::<Vec<_>>().join(" ")],
        other => vec![format!("│ {other}")],
    }
}

fn read_button(button: &Value) -> String {
    let style = button["style"].as_str().unwrap_or("plain");
    let confirm = if button["confirm"].is_object() { " asks" } else { "" };
    let id = button["value"].as_str().or(button["url"].as_str()).unwrap();
    format!("[{style} {}{confirm} {id}]", button["text"]["text"].as_str().unwrap())
}

#[test]
fn a_post() {
    let mut card = Card::new("A 7B model on one 80 GB card")
        .tone(Tone::Open)
        .text("You fine-tune *all* of a 7B model with Adam in `bf16`.\nSoft breaks join.\n\n- 80 GB card\n- batch < 1 & more")
        .text("**How much memory do the states need?**")
        .block(choice('A', "84 GB: just too much"))
        .block(choice('B', "112 GB: it does **not** fit"))
        .block(choice('C', "28 GB: it fits with room"))
        .small("LLM system design · senior · about 3 min  \nReveal [on Tue 24 Nov](time:1795550400:R).")
        .row(answers());
    card.ping = Some("S77".into());
    insta::assert_snapshot!(read(&[render(&card)]));
    insta::assert_json_snapshot!("a_post_as_json", preview(&[card]));
}

#[test]
fn what_can_not_be_taken_back_is_asked_once_more() {
    let asked = FeedStep::ALL.into_iter().filter(|step| confirm(&Action::Feed { number: 1, step: *step }).is_some());
    assert_eq!(asked.collect::<Vec<_>>(), [FeedStep::Remove, FeedStep::Post, FeedStep::Reveal]);
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
        .row(vec![Button::new("How did I do?", Action::Mine { round: RoundId(7) })]);
    insta::assert_snapshot!(read(&[render(&card)]));
}

#[test]
fn a_receipt_a_leaderboard_a_list_of_facts_and_a_feed() {
    let sure = Action::Confidence { round: RoundId(7), confidence: Confidence::Sure };
    let receipt = Card::new("Locked in: B, sure")
        .tone(Tone::Good)
        .text("112 GB: it does not fit")
        .row(vec![Button::new("Sure +8/−4", sure).look(Look::Chosen)]);
    let row = |rank: &str, name: &str, points: &str| vec![rank.into(), name.into(), points.into(), "7/9".into()];
    let table = Block::Table {
        head: ["#", "Name", "Points", "Right"].map(str::to_owned).to_vec(),
        rows: vec![row("1", "Ann *the* <great> & terrible", "112"), row("2", "李小龍", "−4")],
    };
    let next = Action::Leaderboard { period: crate::core::ids::Period::Week, page: 1 };
    let board = Card::new("Leaderboard, this week")
        .block(table)
        .small("16–22 November 2026 · page 1 of 2")
        .row(vec![Button::new("Back", next.clone()).disabled(true), Button::new("Next", next)]);
    let facts = [("Where", "[the channel](channel:C42)"), ("Pings", "[the role](role:S77)"), ("When", "09:00, a_b")];
    let facts = facts.map(|(label, value)| (label.to_owned(), value.to_owned())).to_vec();
    let remove = Action::Feed { number: 1, step: FeedStep::Remove };
    let feed = Card::new("Feed *1* is set")
        .tone(Tone::Warning)
        .block(Block::Facts(facts))
        .heading("Next")
        .text("- now\n- `/feed edit` or `/doctor` in the [server](place:)")
        .block(Block::Divider)
        .row(vec![Button::new("Remove", remove).look(Look::Danger)]);
    insta::assert_snapshot!(read(&render_all(&[receipt, board, feed])));
}

#[test]
fn long_text_flows_on_and_the_buttons_come_last() {
    let card = Card::new("Why").text("A sentence of some length. ".repeat(1000)).row(answers());
    let messages = render_all(std::slice::from_ref(&card));
    let (last, before) = messages.split_last().unwrap();
    assert!(before.len() >= 2);
    let kinds = |message: &Message| {
        let blocks = serde_json::to_value(&message.blocks).unwrap();
        blocks.as_array().unwrap().iter().map(|block| block["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(before.iter().all(|message| !kinds(message).contains(&"actions".to_owned())));
    assert_eq!(kinds(last).last().unwrap(), "actions");
    let one = render(&card);
    assert_eq!(kinds(&one).last().unwrap(), "actions");
    assert!(read(&[one]).contains("│ …"));
}

#[test]
fn an_empty_card_is_still_a_message() {
    let message = render(&Card::default());
    assert!(!message.text.is_empty() && !message.blocks.is_empty());
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zA-Z0-9 .,*_`~|<>@#\\[\\]()!:/&;\\\\\n-]{0,60}",
        2 => "\\PC{0,60}",
        1 => (".{1,30}", 1_usize..300).prop_map(|(part, times)| part.repeat(times)),
        1 => Just("```\ncode without an end\n".to_owned()),
        1 => Just("[a link](https://e.org/?a=1&b=<2>) ".repeat(120)),
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
        prop::collection::vec((text(), text()), 0..12).prop_map(Block::Facts),
        (prop::collection::vec(text(), 0..4), prop::collection::vec(prop::collection::vec(text(), 0..5), 0..6))
            .prop_map(|(head, rows)| Block::Table { head, rows }),
        text().prop_map(Block::Small),
        Just(Block::Divider),
    ]
}

fn any_button() -> impl Strategy<Value = Button> {
    let act = prop_oneof![
        any::<u8>().prop_map(|position| Act::Do(Action::Answer { round: RoundId(1), position })),
        (any::<i64>(), prop::sample::select(FeedStep::ALL.to_vec()))
            .prop_map(|(number, step)| Act::Do(Action::Feed { number, step })),
        text().prop_map(Act::Open),
        Just(Act::Open("https://e.org".into())),
    ];
    (text(), act, any::<bool>()).prop_map(|(label, act, disabled)| Button { label, act, look: Look::Quiet, disabled })
}

fn any_card() -> impl Strategy<Value = Card> {
    let buttons = prop::collection::vec(prop::collection::vec(any_button(), 0..8), 0..12);
    let ping = prop::option::of("[0-9a<]{0,30}");
    (prop::option::of(text()), prop::collection::vec(block(), 0..70), buttons, ping)
        .prop_map(|(title, blocks, buttons, ping)| Card { title, tone: Tone::Plain, blocks, buttons, ping })
}

/// The first limit of Slack's that a message breaks: numbers from its reference, not from the adapter.
fn broken(message: &Message) -> Option<String> {
    let blocks = serde_json::to_value(&message.blocks).unwrap();
    let blocks = blocks.as_array().unwrap();
    if blocks.is_empty() || blocks.len() > 50 {
        return Some(format!("{} blocks", blocks.len()));
    }
    if message.text.trim().is_empty() || units(&message.text) > 40_000 {
        return Some("the text beside the blocks".to_owned());
    }
    blocks.iter().find_map(broken_block)
}

fn broken_block(block: &Value) -> Option<String> {
    let within = |value: &Value, most: usize| {
        let text = value["text"].as_str().unwrap_or_default();
        !text.trim().is_empty() && units(text) <= most && (value["type"] != "mrkdwn" || whole_markup(text))
    };
    let all = |list: &Value, most: usize, each: &dyn Fn(&Value) -> bool| {
        let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
        (1..=most).contains(&list.len()) && list.iter().all(each)
    };
    let kept = match block["type"].as_str().unwrap() {
        "header" => within(&block["text"], 150) && block["text"]["type"] == "plain_text",
        "section" if block["fields"].is_array() => all(&block["fields"], 10, &|field| within(field, 2000)),
        "section" => within(&block["text"], 3000),
        "context" => all(&block["elements"], 10, &|element| within(element, 2000)),
        "actions" => {
            let ids: Vec<&Value> = block["elements"].as_array().unwrap().iter().map(|b| &b["action_id"]).collect();
            let once = ids.iter().enumerate().all(|(at, id)| !ids[..at].contains(id));
            once && all(&block["elements"], 25, &|button| {
                let short = |name: &str, most: usize| button[name].as_str().is_none_or(|text| units(text) <= most);
                let confirm = button["confirm"].is_null()
                    || (within(&button["confirm"]["title"], 100)
                        && within(&button["confirm"]["text"], 300)
                        && within(&button["confirm"]["confirm"], 30)
                        && within(&button["confirm"]["deny"], 30));
                within(&button["text"], 75)
                    && short("action_id", 255)
                    && short("value", 2000)
                    && short("url", 3000)
                    && confirm
            })
        }
        "divider" => true,
        _ => false,
    };
    (!kept).then(|| block.to_string())
}

/// No link and no escape is cut in two.
fn whole_markup(text: &str) -> bool {
    let after = text.rfind('<').map_or("", |at| &text[at..]);
    after.is_empty() || after.contains('>') || !after[1..].starts_with(['@', '#', '!', 'h'])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_card_breaks_a_limit(cards in prop::collection::vec(any_card(), 1..4)) {
        for message in cards.iter().map(render).chain(render_all(&cards)) {
            prop_assert_eq!(broken(&message), None);
        }
        let view = view_blocks(&cards);
        prop_assert!(view.len() <= 100);
        for block in &view {
            prop_assert_eq!(broken_block(&serde_json::to_value(block).unwrap()), None);
        }
    }
}
