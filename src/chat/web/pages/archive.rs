//! Rounds that are over.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};

use super::channel::round_id;
use super::{Page, Tab, local_date, reveal};
use crate::chat::web::app::Cx;
use crate::chat::web::failure::Failure;
use crate::chat::web::forms::Asked;
use crate::chat::web::gate::to;
use crate::chat::web::render::card;
use crate::core::ids::RoundId;
use crate::core::round::Reveal;
use crate::core::text;
use crate::service::answer::MyRound;

/// Rounds on one page.
const PAGE: u32 = 20;

pub(in crate::chat::web) async fn show(cx: Cx, asked: Asked) -> Result<Response, Failure> {
    let page = asked.page();
    let mut reveals = cx.service().archive(&cx.actor(), page.saturating_mul(PAGE), PAGE + 1).await?;
    let has_more = reveals.len() > PAGE as usize;
    reveals.truncate(PAGE as usize);
    let main = html! {
        h1 { "Archive" }
        @if reveals.is_empty() {
            p { "Nothing has been revealed " @if page == 0 { "yet." } @else { "before that." } }
        }
        ul.list { @for one in &reveals { (entry(one)) } }
        nav.pager aria-label="Pages of the archive" {
            @if page > 0 { a.button href=(format!("/archive?page={page}")) rel="prev" { "Newer" } }
            @if has_more { a.button href=(format!("/archive?page={}", page + 2)) rel="next" { "Older" } }
        }
    };
    Ok(Page::new("Archive", Tab::Archive, main).show(&cx))
}

fn entry(reveal: &Reveal) -> Markup {
    let round = &reveal.round;
    let answers: u32 = reveal.tally.counts.iter().map(|count| count.answers).sum();
    html! {
        li {
            a href=(format!("/round/{}", round.id)) { (round.trap.title) }
            span.small {
                (local_date(round.posted_at, round.zone)) " · "
                @match answers { 0 => "nobody answered", 1 => "1 answer", n => { (n) " answers" } }
            }
        }
    }
}

/// One round: to answer in the channel while it is open, to read afterwards.
pub(in crate::chat::web) async fn round(cx: Cx, Path(id): Path<String>) -> Result<Response, Failure> {
    let id = round_id(&id)?;
    let mine = cx.service().round(&cx.actor(), id).await?;
    if mine.round.revealed_at.is_none() {
        return Ok(to(&format!("/#round-{id}")));
    }
    let reveal = cx.service().revealed(&cx.actor(), id).await?;
    let own = own_outcome(&cx, id, 2).await?;
    let title = reveal.round.trap.title.clone();
    let main = reveal::article(&reveal, own.as_ref(), 1);
    Ok(Page::new(title, Tab::Archive, main).show(&cx))
}

/// How a revealed round went for who asks; none for who never picked a name. `level`: of its heading.
pub(super) async fn own_outcome(cx: &Cx, round: RoundId, level: u8) -> Result<Option<Markup>, Failure> {
    if cx.visitor.name.is_none() {
        return Ok(None);
    }
    match cx.service().my_round(&cx.actor(), round).await? {
        MyRound::Revealed(outcome) => Ok(Some(card(&text::mine_revealed(&outcome), &cx.csrf(), level))),
        MyRound::Open(_) => Ok(None),
    }
}
