//! An open round: the trap, its answers as buttons, the private receipt. The same for whoever looks, whichever option is right.

use maud::{Markup, html};

use super::{countdown, field_error, locked_in};
use crate::chat::web::app::Cx;
use crate::chat::web::render::{blocks, card, heading, inline, token};
use crate::core::round::{Mine, Receipt, Round, Shown, letter};
use crate::core::text;
use crate::core::trap::{Kind, Trap};

/// What was typed and could not be taken, with the reason.
pub(super) struct Problem {
    pub(super) round: crate::core::ids::RoundId,
    pub(super) given: String,
    pub(super) message: Markup,
}

/// An open round as the member sees it.
pub(super) fn article(cx: &Cx, mine: &Mine, problem: Option<&Problem>) -> Markup {
    let round = &mine.round;
    let problem = problem.filter(|problem| problem.round == round.id);
    html! {
        article.trap id=(format!("round-{}", round.id)) {
            p.kicker { (inline(&text::label(&round.trap))) @if round.late { " · posted late" } }
            (heading(2, &html! { (round.trap.headline) }))
            (statement(&round.trap))
            @if cx.visitor.name.is_some() {
                (answers(cx, mine, problem))
                (receipt(cx, mine))
            } @else {
                (options_to_read(round))
            }
            p.state {
                // Its text alone changes, so that it is read out.
                span.count data-count=(round.id) aria-live="polite" { (locked_in(mine.answered)) }
                span { (reveal_time(cx, round)) }
            }
        }
    }
}

/// The same without a server: what is pressed leads nowhere.
pub(super) fn preview(round: &Round) -> Markup {
    html! {
        article.trap {
            p.kicker { (inline(&text::label(&round.trap))) }
            (heading(2, &html! { (round.trap.headline) }))
            (statement(&round.trap))
            (inputs(round, None, None))
            p.state { span.count { (locked_in(0)) } }
        }
    }
}

fn reveal_time(cx: &Cx, round: &Round) -> Markup {
    html! {
        @match round.reveal_at {
            Some(at) => { "Reveal " (countdown(at, cx.now(), round.zone)) },
            None => "The reveal comes with the next trap",
        }
    }
}

/// Scenario and ask.
pub(super) fn statement(trap: &Trap) -> Markup {
    html! {
        div.prose { (blocks(&trap.scenario, 3)) }
        div.ask { (blocks(&trap.ask, 3)) }
    }
}

/// The same for afterwards.
pub(super) fn fold(trap: &Trap, open: bool) -> Markup {
    html! { details.question open[open] { summary { "The question" } (statement(trap)) } }
}

fn answers(cx: &Cx, mine: &Mine, problem: Option<&Problem>) -> Markup {
    html! {
        form method="post" action=(format!("/round/{}/answer", mine.round.id)) data-enhance {
            (token(&cx.csrf()))
            (inputs(&mine.round, mine.said.as_ref().map(|(said, _)| said), problem))
        }
    }
}

/// What is pressed or typed to answer. `said`: the answer so far.
fn inputs(round: &Round, said: Option<&Shown>, problem: Option<&Problem>) -> Markup {
    match &round.trap.kind {
        Kind::Number(number) => {
            let said = said.and_then(|said| if let Shown::Value { value, .. } = said { Some(*value) } else { None });
            number_input(&format!("round-{}", round.id), &number.unit, said, problem)
        }
        _ => {
            let chosen =
                said.and_then(|said| if let Shown::Option { letter, .. } = said { Some(*letter) } else { None });
            let legend = match said {
                Some(_) => "Your answer, until the reveal",
                None => "Choose in private; you can change it until the reveal",
            };
            options(&round.trap, &round.order, chosen, legend, &format!("o-{}", round.id))
        }
    }
}

/// The options as one button each; `chosen`: the letter that was said before. `id`: what the buttons' ids begin with.
pub(super) fn options(trap: &Trap, order: &[usize], chosen: Option<char>, legend: &str, id: &str) -> Markup {
    html! {
        fieldset.options data-options {
            legend { (legend) }
            @for (position, option) in shown(trap, order) {
                @let is_chosen = chosen == Some(letter(position));
                button.option type="submit" name="position" value=(position) id=(format!("{id}-{position}"))
                    aria-pressed=(is_chosen) {
                    span.letter { (letter(position)) }
                    span { (inline(option)) }
                }
            }
        }
    }
}

/// The options for who can't answer yet, and what it takes.
fn options_to_read(round: &Round) -> Markup {
    html! {
        p.first { a href="#name" { "Give your name first to answer" } }
        @for (position, option) in shown(&round.trap, &round.order) {
            p.choice { span.letter { (letter(position)) } span { (inline(option)) } }
        }
    }
}

/// Position and text, in the order of the round.
fn shown<'a>(trap: &'a Trap, order: &'a [usize]) -> impl Iterator<Item = (usize, &'a str)> {
    order
        .iter()
        .enumerate()
        .filter_map(|(position, &index)| trap.options().get(index).map(|option| (position, option.text.as_str())))
}

/// An input for a number. `id`: what the ids of its parts begin with.
pub(super) fn number_input(id: &str, unit: &str, said: Option<f64>, problem: Option<&Problem>) -> Markup {
    let input = format!("{id}-value");
    let value = problem.map(|p| p.given.clone()).or(said.map(|value| value.to_string()));
    html! {
        div.number {
            label for=(input) { "Your answer" @if !unit.is_empty() { ", in " (unit) } }
            div.row {
                input id=(input) name="value" inputmode="decimal" autocomplete="off" required maxlength="40" value=[value]
                    autofocus[problem.is_some()] aria-invalid=[problem.map(|_| "true")]
                    aria-describedby=[problem.map(|_| format!("{input}-error"))];
                button.primary type="submit" { "Lock in" }
            }
            (field_error(&input, problem.map(|p| &p.message)))
        }
    }
}

/// What the member said, and how sure; only they see it.
fn receipt(cx: &Cx, mine: &Mine) -> Markup {
    let Some((said, confidence)) = &mine.said else { return html! {} };
    let round = &mine.round;
    let receipt = Receipt {
        round: round.id,
        headline: round.trap.headline.clone(),
        said: said.clone(),
        confidence: *confidence,
        before: None,
        reveal_at: round.reveal_at,
        zone: round.zone,
    };
    html! { div.receipt id=(format!("receipt-{}", round.id)) { (card(&text::receipt(&receipt), &cx.csrf(), 3)) } }
}
