//! Practice: a trap on demand, judged at once, for nobody else to see.

use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use super::channel::given;
use super::question::{self, Problem};
use super::select::{self, Choice, Select};
use super::{Page, Tab, reveal};
use crate::chat::web::app::Cx;
use crate::chat::web::failure::Failure;
use crate::chat::web::forms::{Asked, Posted};
use crate::chat::web::render::{card, heading, inline, token};
use crate::core::ids::{RoundId, TrapId};
use crate::core::refusal::Refusal;
use crate::core::text;
use crate::core::trap::Kind;
use crate::service::Error;
use crate::service::practice::{Exercise, Judged};

/// What to practise, as typed.
#[derive(Default)]
struct Filter {
    series: Option<String>,
    topic: Option<String>,
    level: Option<String>,
}

impl Filter {
    /// What is not chosen comes as `any`.
    fn of(value: impl Fn(&str) -> Option<String>) -> Self {
        let chosen = |name| value(name).filter(|word| word != "any");
        Self { series: chosen("series"), topic: chosen("topic"), level: chosen("level") }
    }

    fn fields(&self) -> [(&'static str, Option<&str>); 3] {
        [("series", self.series.as_deref()), ("topic", self.topic.as_deref()), ("level", self.level.as_deref())]
    }
}

pub(in crate::chat::web) async fn show(cx: Cx, asked: Asked) -> Result<Response, Failure> {
    let filter = Filter::of(|name| asked.filled(name).map(ToOwned::to_owned));
    let (series, topic, level) = (filter.series.as_deref(), filter.topic.as_deref(), filter.level.as_deref());
    match cx.service().practise(&cx.actor(), series, topic, level).await {
        Ok(exercise) => Ok(page(&cx, &filter, &question(&cx, &filter, &exercise, None), StatusCode::OK)),
        Err(Error::Refused(refusal)) => {
            let said = card(&text::refusal(&refusal), &cx.csrf(), 2);
            Ok(page(&cx, &filter, &said, StatusCode::UNPROCESSABLE_ENTITY))
        }
        Err(fault) => Err(fault.into()),
    }
}

pub(in crate::chat::web) async fn answer(cx: Cx, posted: Posted) -> Result<Response, Failure> {
    let filter = Filter::of(|name| posted.filled(name));
    let trap = TrapId::try_from(posted.get("trap").to_owned()).map_err(|_| Failure::Unreadable)?;
    let (Some(variant), Some(seed)) = (posted.parse("variant"), posted.parse("seed")) else {
        return Err(Failure::Unreadable);
    };
    match cx.service().practise_answer(&cx.actor(), &trap, variant, seed, &given(&posted)).await {
        Ok(judged) => Ok(page(&cx, &filter, &verdict(&cx, &filter, &judged), StatusCode::OK)),
        Err(Error::Refused(refusal @ (Refusal::BadNumber { .. } | Refusal::OtherUnit { .. }))) => {
            let exercise = cx.service().exercise(&cx.actor(), &trap, variant, seed).await?;
            let message = card(&text::refusal(&refusal), &cx.csrf(), 3);
            let problem = Problem { round: RoundId(0), given: posted.get("value").to_owned(), message };
            let again = question(&cx, &filter, &exercise, Some(&problem));
            Ok(page(&cx, &filter, &again, StatusCode::UNPROCESSABLE_ENTITY))
        }
        Err(error) => Err(error.into()),
    }
}

fn page(cx: &Cx, filter: &Filter, content: &Markup, status: StatusCode) -> Response {
    let main = html! {
        h1 { "Practice" }
        p.lead { "Only you see it, and it pays no points." }
        (filters(cx, filter))
        (content)
    };
    Page::new("Practice", Tab::Practice, main).status(status).show(cx)
}

fn filters(cx: &Cx, filter: &Filter) -> Markup {
    let select = |name: &str, label: &str, choices: &[Choice], chosen: Option<&str>| {
        Select { id: name, name, label, choices, chosen, any: true, is_wrong: false }.show()
    };
    html! {
        form.filters method="get" action="/practice" {
            (select("series", "Series", &select::series(cx), filter.series.as_deref()))
            (select("topic", "Topic", &select::topics(cx), filter.topic.as_deref()))
            (select("level", "Level", &select::levels(), filter.level.as_deref()))
            button type="submit" { "Show one" }
        }
    }
}

fn question(cx: &Cx, filter: &Filter, exercise: &Exercise, problem: Option<&Problem>) -> Markup {
    let trap = &exercise.trap;
    html! {
        article.trap #exercise {
            p.kicker { (inline(&text::label(trap))) }
            (heading(2, &html! { (trap.headline) }))
            (question::statement(trap))
            form method="post" action="/practice" data-enhance {
                (token(&cx.csrf()))
                input type="hidden" name="trap" value=(trap.id);
                input type="hidden" name="variant" value=(exercise.variant);
                input type="hidden" name="seed" value=(exercise.seed);
                @for (name, value) in filter.fields() {
                    @if let Some(value) = value { input type="hidden" name=(name) value=(value); }
                }
                @match &trap.kind {
                    Kind::Number(number) => (question::number_input("practice", &number.unit, None, problem)),
                    _ => (question::options(trap, &exercise.order, None, "Choose one; the verdict comes at once", "practice")),
                }
            }
        }
    }
}

/// The verdict in the words of every platform, then the reasons and the trap's lesson.
fn verdict(cx: &Cx, filter: &Filter, judged: &Judged) -> Markup {
    let Exercise { trap, order, .. } = &judged.exercise;
    let (why, belief) = (judged.why.as_deref(), judged.belief.as_deref());
    let cards = text::practice_judged(trap, order, &judged.said, &judged.right, &judged.verdict, why, belief);
    let csrf = cx.csrf();
    html! {
        @if let Some(said) = cards.first() { div.receipt { (card(said, &csrf, 2)) } }
        (question::fold(trap, false))
        h2 { "The options" }
        (reveal::answers(trap, order))
        form.again method="get" action="/practice" {
            @for (name, value) in filter.fields() {
                @if let Some(value) = value { input type="hidden" name=(name) value=(value); }
            }
            button.primary type="submit" { "Another trap" }
        }
        (reveal::lesson(trap, 2))
    }
}
