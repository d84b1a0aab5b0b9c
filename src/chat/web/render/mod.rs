//! Cards and CommonMark as HTML. All text is escaped by `maud`; the only markup of its own making is a
//! picture's, whose texts are escaped where it is drawn.

mod card;
mod markup;
#[cfg(test)]
mod tests;

pub(super) use card::{bar, card, picture, role, token};
pub(super) use markup::{blocks, heading, inline};
