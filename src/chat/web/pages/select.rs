//! A choice among words of the bank, as a form's field.

use maud::{Markup, html};

use crate::chat::web::app::Cx;
use crate::core::feed::Order;
use crate::core::text;
use crate::core::trap::Level;

/// What is sent, and what is read in its place.
pub(super) type Choice = (String, String);

/// A field of a form. `id`: on the page; `name`: under which it is sent.
pub(super) struct Select<'a> {
    pub(super) id: &'a str,
    pub(super) name: &'a str,
    pub(super) label: &'a str,
    pub(super) choices: &'a [Choice],
    /// One that is none of the choices stays visible.
    pub(super) chosen: Option<&'a str>,
    /// Whether none may be chosen, which is sent as `any`.
    pub(super) any: bool,
    /// What was chosen can't be; why is said under the id with `-error` behind it.
    pub(super) is_wrong: bool,
}

impl Select<'_> {
    pub(super) fn show(&self) -> Markup {
        let chosen = self.chosen;
        let unknown = chosen.filter(|chosen| !self.choices.iter().any(|(word, _)| word == chosen));
        html! {
            div.field {
                label for=(self.id) { (self.label) }
                select id=(self.id) name=(self.name) autofocus[self.is_wrong] aria-invalid=[self.is_wrong.then_some("true")]
                    aria-describedby=[self.is_wrong.then(|| format!("{}-error", self.id))] {
                    @if self.any { option value="any" selected[chosen.is_none()] { "Any" } }
                    @if let Some(word) = unknown { option value=(word) selected { (word) } }
                    @for (word, shown) in self.choices { option value=(word) selected[chosen == Some(word)] { (shown) } }
                }
            }
        }
    }
}

pub(super) fn series(cx: &Cx) -> Vec<Choice> {
    cx.service().vocabulary().0.into_iter().map(named).collect()
}

/// Each with the number of its traps, by name.
pub(super) fn topics(cx: &Cx) -> Vec<Choice> {
    let counted = |(slug, traps): (String, usize)| {
        let name = format!("{} ({traps})", text::name(&slug));
        (slug, name)
    };
    let mut choices: Vec<Choice> = cx.service().topics().into_iter().map(counted).collect();
    choices.sort_by_key(|(_, name)| name.to_lowercase());
    choices
}

pub(super) fn levels() -> Vec<Choice> {
    Level::ALL.iter().map(|level| named(level.as_str().to_owned())).collect()
}

pub(super) fn orders() -> Vec<Choice> {
    Order::ALL.iter().map(|order| named(order.as_str().to_owned())).collect()
}

fn named(slug: String) -> Choice {
    let name = text::name(&slug);
    (slug, name)
}
