//! CommonMark → HTML, with the commands that sentences name as links to their pages.

use maud::Markup;

use crate::html;
pub(in crate::chat::web) use crate::html::heading;

/// Where the commands that sentences name are found on the web, and what the page is called.
const COMMANDS: [(&str, &str, &str); 9] = [
    ("/today", "/", "Today"),
    ("/trap", "/practice", "Practice"),
    ("/leaderboard", "/standings", "Standings"),
    ("/stats", "/me", "Me"),
    ("/library", "/library", "Library"),
    ("/privacy", "/me#privacy", "Your data"),
    ("/feed", "/feed", "Feed settings"),
    ("/feed add", "/feed", "Feed settings"),
    ("/doctor", "/feed", "Feed settings"),
];

/// Text as blocks. `level`: of the headings within it, 2 to 6.
pub(in crate::chat::web) fn blocks(text: &str, level: u8) -> Markup {
    html::blocks(text, level, &COMMANDS)
}

/// Text as one run, for places that take no blocks: inside a button, a heading or a cell.
pub(in crate::chat::web) fn inline(text: &str) -> Markup {
    html::inline(text, &COMMANDS)
}
