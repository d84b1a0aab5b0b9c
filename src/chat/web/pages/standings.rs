//! Who stands where.

use axum::response::Response;
use maud::{Markup, html};

use super::{Page, Tab};
use crate::chat::web::app::Cx;
use crate::chat::web::failure::Failure;
use crate::chat::web::forms::Asked;
use crate::core::ids::Period;
use crate::core::score::{Leaderboard, Standing};
use crate::core::text;

pub(in crate::chat::web) async fn show(cx: Cx, asked: Asked) -> Result<Response, Failure> {
    let period = asked.filled("period").and_then(Period::from_name).unwrap_or(Period::Week);
    let board = cx.service().leaderboard(&cx.actor(), period, asked.page()).await?;
    let main = html! {
        h1 { "Standings" }
        nav.periods aria-label="Period" {
            ul {
                @for one in Period::ALL {
                    li {
                        a href=(format!("/standings?period={}", one.as_str()))
                            aria-current=[(one == period).then_some("page")] { (capital(text::period(one))) }
                    }
                }
            }
        }
        (table(&board))
        (pager(&board))
    };
    let state = format!("{:?}", board.lines.iter().map(|(_, line)| (line.member.0, line.points)).collect::<Vec<_>>());
    Ok(Page::new("Standings", Tab::Standings, main).live(state).show(&cx))
}

/// The top of the week, beside the channel.
pub(super) fn aside(board: &Leaderboard) -> Markup {
    html! {
        h2 { "Standings" }
        (table(board))
        p { a href="/standings" { "All standings" } }
    }
}

fn table(board: &Leaderboard) -> Markup {
    if board.lines.is_empty() {
        return html! { p { "Nobody has points in this period yet. They come with the first reveal." } p.small { (board.label) } };
    }
    let own = board.me.as_ref().map(|(_, me)| me.member);
    let is_beyond = board.me.as_ref().filter(|(_, me)| !board.lines.iter().any(|(_, line)| line.member == me.member));
    html! {
        div.scroll role="region" aria-label="Standings" tabindex="0" {
            table.standings {
                caption { (capital(text::period(board.period))) " · " (board.label) }
                thead {
                    tr { th scope="col" { abbr title="Rank" { "#" } } th scope="col" { "Name" } th.amount scope="col" { "Points" } th.amount scope="col" { "Right" } }
                }
                tbody {
                    @for (rank, line) in &board.lines { (row(*rank, line, own == Some(line.member))) }
                    @if let Some((rank, me)) = is_beyond { (row(*rank, me, true)) }
                }
            }
        }
    }
}

fn row(rank: u32, line: &Standing, is_own: bool) -> Markup {
    html! {
        tr.own[is_own] {
            td { (rank) }
            th scope="row" { (line.name) @if is_own { " (you)" } }
            td.amount { (line.points.to_string().replace('-', "−")) }
            td.amount { (line.right) "/" (line.answers) }
        }
    }
}

fn pager(board: &Leaderboard) -> Markup {
    let path = |page: u32| format!("/standings?period={}&page={page}", board.period.as_str());
    html! {
        @if board.pages > 1 {
            nav.pager aria-label="Pages of the standings" {
                @if board.page > 0 { a.button href=(path(board.page)) rel="prev" { "Back" } }
                span { "Page " (board.page + 1) " of " (board.pages) }
                @if board.page + 1 < board.pages { a.button href=(path(board.page + 2)) rel="next" { "Next" } }
            }
        }
    }
}

pub(super) fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
