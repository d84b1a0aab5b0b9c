//! What the tests say their sentences about: a trap, a round, a feed; and how a card is written down.

use super::*;

pub(super) fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 24, 12, 0, 0).unwrap()
}

fn choice(text: &str, role: Role, why: &str) -> Choice {
    let mistake = (role != Role::Right).then(|| "counts-weights-only".to_owned());
    Choice { text: text.into(), role, why: why.into(), mistake }
}

pub(super) fn trap() -> Trap {
    Trap {
        id: TrapId::try_from("fp32-hidden-tax".to_owned()).unwrap(),
        series: "llm-system-design".into(),
        number: 45,
        title: "The FP32 Hidden Tax".into(),
        headline: "A 7B model on one 80 GB card".into(),
        published: NaiveDate::from_ymd_opt(2026, 5, 8).unwrap(),
        level: Level::Senior,
        topics: vec!["memory".into()],
        minutes: 3,
        kind: Kind::Choice {
            options: vec![
                choice("112 GB: it does not fit", Role::Right, "Sixteen bytes a parameter."),
                choice(
                    "28 GB: it fits with room",
                    Role::Bait,
                    "Tempts: weights and gradients. Fails: no optimizer state.",
                ),
                choice("84 GB: just too much", Role::Wrong, "Forgets the master copy."),
            ],
        },
        scenario: "You fine-tune all of a 7B model with Adam in BF16.".into(),
        ask: "How much memory do the states need?".into(),
        explanation: "Adam keeps `m` and `v` in FP32.".into(),
        follow_up: FollowUp { question: "And with ZeRO-1 on 8 cards?".into(), outline: "Shard the 12 bytes.".into() },
        sources: vec![Source {
            title: "ZeRO".into(),
            by: "Rajbhandari et al.".into(),
            year: 2020,
            url: "https://arxiv.org/abs/1910.02054".into(),
        }],
        numbers: vec![("total_gb".into(), 112.0)],
        figure: Some(figure::figure()),
    }
}

pub(super) fn number_trap() -> Trap {
    let known =
        |value, mistake: &str| NumberMistake { value, mistake: mistake.into(), why: format!("Because of {mistake}.") };
    Trap {
        kind: Kind::Number(Number {
            value: 112.0,
            unit: "GB".into(),
            tolerance: 0.02,
            why: "Sixteen bytes a parameter.".into(),
            mistakes: vec![known(28.0, "counts-weights-only"), known(84.0, "forgets-master-copy")],
        }),
        ..trap()
    }
}

pub(super) fn round(trap: Trap) -> Round {
    Round {
        id: RoundId(7),
        feed: FeedId(1),
        order: if trap.options().is_empty() { vec![] } else { vec![2, 0, 1] },
        trap,
        late: false,
        extra: false,
        posted_at: noon(),
        reveal_at: Some(noon() + chrono::TimeDelta::hours(8)),
        revealed_at: None,
        zone: Berlin,
    }
}

pub(super) fn count(answers: u32, confident: u32) -> Count {
    Count { answers, confident }
}

pub(super) fn revealed(trap: Trap, counts: Vec<Count>) -> Reveal {
    let gains = vec![("Ann *the* great".to_owned(), 10), ("Bob".to_owned(), 4)];
    Reveal { round: Round { revealed_at: Some(noon()), ..round(trap) }, tally: Tally { counts }, gains }
}

pub(super) fn b() -> Shown {
    Shown::Option { letter: 'B', text: "112 GB: it does not fit".into() }
}

pub(super) fn feed_view(state: State) -> FeedView {
    let schedule = Schedule::from_stored("daily 09:00", "Europe/Berlin").unwrap();
    let next = schedule.upcoming(noon(), 3);
    FeedView {
        feed: Feed {
            id: FeedId(1),
            place: PlaceId(1),
            community: CommunityId(1),
            platform: Platform::Discord,
            number: 1,
            settings: Settings {
                channel: "42".into(),
                schedule,
                filter: Filter { series: Some("llm-system-design".into()), topic: None, level: Some(Level::Senior) },
                order: Order::Mixed,
                reveal: RevealAfter::Hours(8),
                role: Some("77".into()),
                thread: true,
            },
            state,
            since: noon(),
            created_at: noon(),
        },
        next,
        pool: 24,
        zone_assumed: false,
        open: None,
        last_skipped: None,
        waiting: None,
    }
}

/// The card as lines of text, markup left in, so that the snapshot reads like the message.
pub(super) fn dump(card: &Card) -> String {
    let mut lines = vec![format!("[{:?}] {}", card.tone, card.title.as_deref().unwrap_or("(no title)"))];
    lines.extend(card.ping.iter().map(|role| format!("ping {role}")));
    for block in &card.blocks {
        lines.push(match block {
            Block::Text(text) => text.clone(),
            Block::Heading(text) => format!("## {text}"),
            Block::Choice { letter, text } => format!("({letter}) {text}"),
            Block::Bar(bar) => {
                format!("|{}| {:?} {} of {} ({} confident)", bar.label, bar.role, bar.count, bar.total, bar.confident)
            }
            Block::Facts(facts) => facts.iter().map(|(k, v)| format!("{k}: {v}")).collect::<Vec<_>>().join("\n"),
            Block::Table { head, rows } => {
                std::iter::once(head).chain(rows).map(|r| r.join(" | ")).collect::<Vec<_>>().join("\n")
            }
            Block::Small(text) => format!("(small) {text}"),
            Block::Divider => "---".into(),
            Block::Picture(figure) => format!("[picture: {}]", figure.alt),
        });
    }
    for row in &card.buttons {
        let labels: Vec<String> = row
            .iter()
            .map(|button| {
                let act = match &button.act {
                    Act::Do(action) => action.encode(),
                    Act::Open(url) => url.clone(),
                };
                format!("[{} {:?}{} → {act}]", button.label, button.look, if button.disabled { " off" } else { "" })
            })
            .collect();
        lines.push(labels.join(" "));
    }
    lines.join("\n")
}

pub(super) fn dump_all(cards: &[Card]) -> String {
    cards.iter().map(dump).collect::<Vec<_>>().join("\n\n")
}
