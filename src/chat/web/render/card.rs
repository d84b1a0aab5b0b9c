//! Card → HTML, with its buttons as forms and links.

use maud::{Markup, PreEscaped, html};

use super::markup::{blocks, heading, inline};
use crate::chat::web::forms::TOKEN;
use crate::core::card::{Act, Bar, Block, Button, Card, Look, Tone};
use crate::core::figure::Figure;
use crate::core::ids::Action;
use crate::core::trap::Role;
use crate::figure::{self, Theme};

/// A card as a section. `token`: the visitor's, for its forms. `level`: of its title, 1 to 5.
pub(in crate::chat::web) fn card(card: &Card, token: &str, level: u8) -> Markup {
    html! {
        section.card.(tone(card.tone)) {
            @if let Some(title) = &card.title { (heading(level, &html! { (title) })) }
            @for part in &card.blocks { (block(part, level + 1)) }
            @for row in &card.buttons {
                div.buttons { @for one in row { (button(one, token)) } }
            }
        }
    }
}

/// The hidden input that says that a form was made for this visitor.
pub(in crate::chat::web) fn token(value: &str) -> Markup {
    html! { input type="hidden" name=(TOKEN) value=(value); }
}

fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Open => "open",
        Tone::Good => "good",
        Tone::Bad => "bad",
        Tone::Warning => "warning",
    }
}

fn block(part: &Block, level: u8) -> Markup {
    html! {
        @match part {
            Block::Text(text) => (blocks(text, level)),
            Block::Heading(text) => (heading(level, &html! { (text) })),
            Block::Choice { letter, text } => p.choice { span.letter { (letter) } span { (inline(text)) } },
            Block::Bar(one) => (bar(one)),
            Block::Facts(facts) => dl.facts {
                @for (label, value) in facts { div { dt { (inline(label)) } dd { (inline(value)) } } }
            },
            Block::Table { head, rows } => (table(head, rows)),
            Block::Small(text) => div.small { (blocks(text, level)) },
            Block::Divider => hr;,
            Block::Picture(figure) => (picture(figure)),
        }
    }
}

/// A trap's picture, in the colours of the page.
pub(in crate::chat::web) fn picture(figure: &Figure) -> Markup {
    html! { div.picture { (PreEscaped(figure::svg(figure, Theme::Page))) } }
}

fn table(head: &[String], rows: &[Vec<String>]) -> Markup {
    html! {
        table {
            thead { tr { @for cell in head { th scope="col" { (cell) } } } }
            tbody { @for row in rows { tr { @for cell in row { td { (cell) } } } } }
        }
    }
}

/// One option's share: a picture for the eye, and the same in words.
pub(in crate::chat::web) fn bar(bar: &Bar) -> Markup {
    let share = |part: u32| f64::from(part) * 100.0 / f64::from(bar.total.max(1));
    html! {
        div.bar.(role(bar.role)) {
            // Attributes, not style: the page's policy allows no inline style.
            svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                rect.track width="100" height="10" {}
                rect.all width=(format!("{:.1}", share(bar.count))) height="10" {}
                rect.confident width=(format!("{:.1}", share(bar.confident))) height="10" {}
            }
            p.share { (share_in_words(bar, share(bar.count))) }
        }
    }
}

fn share_in_words(bar: &Bar, percent: f64) -> String {
    let sure = match bar.confident {
        0 => String::new(),
        n => format!(", {n} sure or certain"),
    };
    format!("{} of {} ({percent:.0}%){sure}", bar.count, bar.total)
}

pub(in crate::chat::web) fn role(role: Role) -> &'static str {
    match role {
        Role::Right => "right",
        Role::Bait => "bait",
        Role::Wrong => "wrong",
    }
}

fn button(button: &Button, token: &str) -> Markup {
    match &button.act {
        Act::Open(url) => html! { a.button href=(url) rel="noopener noreferrer nofollow" { (button.label) } },
        Act::Do(action) => match target(action) {
            Target::Page(path) if button.disabled => {
                html! { span.button aria-disabled="true" data-for=(path) { (button.label) } }
            }
            Target::Page(path) => html! { a.button.(look(button.look)) href=(path) { (button.label) } },
            Target::Form(path, fields) => form(button, action, &path, &fields, token),
        },
    }
}

fn form(button: &Button, action: &Action, path: &str, fields: &[(&'static str, String)], csrf: &str) -> Markup {
    let pressed = matches!(button.look, Look::Chosen);
    html! {
        form.inline method="post" action=(path) data-enhance {
            (token(csrf))
            @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
            button.(look(button.look)) type="submit" id=(action.encode()) disabled[button.disabled]
                aria-pressed=[matches!(action, Action::Confidence { .. }).then_some(pressed)] { (button.label) }
        }
    }
}

fn look(look: Look) -> &'static str {
    match look {
        Look::Quiet => "quiet",
        Look::Primary => "primary",
        Look::Chosen => "chosen",
        Look::Danger => "danger",
    }
}

/// What a button of a card leads to on the web.
enum Target {
    Page(String),
    Form(String, Vec<(&'static str, String)>),
}

fn target(action: &Action) -> Target {
    match action {
        Action::Answer { round, position } => {
            Target::Form(format!("/round/{round}/answer"), vec![("position", position.to_string())])
        }
        Action::Confidence { round, confidence } => {
            Target::Form(format!("/round/{round}/confidence"), vec![("confidence", confidence.as_str().to_owned())])
        }
        Action::AnswerNumber { round } | Action::Mine { round } => Target::Page(format!("/round/{round}")),
        Action::Practice { trap, variant, seed, position, .. } => Target::Form(
            "/practice".to_owned(),
            vec![
                ("trap", trap.to_string()),
                ("variant", variant.to_string()),
                ("seed", seed.to_string()),
                ("position", position.to_string()),
            ],
        ),
        Action::PracticeNumber { .. } | Action::PracticeMore { .. } => Target::Page("/practice".to_owned()),
        Action::Leaderboard { period, page } => {
            Target::Page(format!("/standings?period={}&page={}", period.as_str(), page.saturating_add(1)))
        }
        Action::PrivacyDelete => Target::Form("/me/delete".to_owned(), Vec::new()),
        Action::Read { .. } => Target::Page("/library".to_owned()),
        Action::FeedAdd | Action::Feed { .. } => Target::Page("/feed".to_owned()),
    }
}
