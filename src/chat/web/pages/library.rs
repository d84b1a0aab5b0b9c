//! The bank to read, without what is open.

use axum::extract::Path;
use axum::response::Response;
use maud::html;

use super::{Page, Tab, question, reveal};
use crate::chat::web::app::Cx;
use crate::chat::web::failure::Failure;
use crate::chat::web::forms::Asked;
use crate::chat::web::render::inline;
use crate::core::text;

/// Traps on the list.
const SHOWN: usize = 100;

pub(in crate::chat::web) async fn search(cx: Cx, asked: Asked) -> Result<Response, Failure> {
    let typed = asked.filled("search").unwrap_or_default();
    let found = cx.service().library_search(&cx.actor(), typed, SHOWN).await?;
    let main = html! {
        h1 { "Library" }
        p.lead { "Every trap but those that are open just now. Titles often name the trap." }
        form.row.search method="get" action="/library" role="search" {
            label.hidden for="search" { "Search the library" }
            input id="search" name="search" type="search" value=(typed) placeholder="Title, series or topic";
            button type="submit" { "Search" }
        }
        @if found.is_empty() {
            p { @if typed.is_empty() { "Nothing is left to read: every trap is open just now." } @else { "No trap matches “" (typed) "”." } }
        }
        ul.list { @for (id, line) in &found { li { a href=(format!("/library/{id}")) { (line) } } } }
    };
    Ok(Page::new("Library", Tab::Library, main).show(&cx))
}

pub(in crate::chat::web) async fn read(cx: Cx, Path(id): Path<String>) -> Result<Response, Failure> {
    let trap = cx.service().library_read(&cx.actor(), &id).await?;
    let main = html! {
        article.reveal {
            p.kicker { (inline(&text::full_label(&trap))) }
            h1 { (trap.title) }
            (question::statement(&trap))
            (reveal::answers(&trap, &(0..trap.options().len()).collect::<Vec<_>>()))
            (reveal::lesson(&trap, 2))
        }
    };
    Ok(Page::new(trap.title.clone(), Tab::Library, main).show(&cx))
}
