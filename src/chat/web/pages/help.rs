//! How it works.

use axum::response::Response;
use maud::html;

use super::{Page, Tab};
use crate::chat::web::app::Cx;
use crate::chat::web::render::card;
use crate::core::text;

pub(in crate::chat::web) async fn show(cx: Cx) -> Response {
    let main = html! {
        h1 { "Help" }
        (card(&text::help_alone(), &cx.csrf(), 2))
        section {
            h2 { "On this page" }
            ul.plainlist {
                li { "The page follows along by itself: the count, the reveal and the next trap appear without a reload." }
                li { "With the options in focus, the keys " kbd { "A" } " to " kbd { "E" } " or " kbd { "1" } " to " kbd { "5" } " choose." }
                li { "It all works without the script too; reload to see what is new." }
            }
        }
        section {
            h2 { "For the admin" }
            @if cx.visitor.admin {
                p { "You are the admin of this page: " a href="/feed" { "Feed settings" } " say when a trap comes, which ones, and when it is revealed." }
            } @else {
                p { "Whoever opens the link that the program printed at its start sets the time, the filter and the reveal." }
            }
        }
    };
    Page::new("Help", Tab::Help, main).show(&cx)
}
