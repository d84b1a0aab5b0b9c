//! Cards and CommonMark as HTML. All text is escaped by `maud`; nothing here writes markup of its own making.

mod card;
mod markup;
#[cfg(test)]
mod tests;

pub(super) use card::{bar, card, role, token};
pub(super) use markup::{blocks, heading, inline};
