//! The pure heart: what a trap, a round, a point and a slot are. No clock, no I/O, no unseeded randomness.

pub mod calendar;
pub mod card;
pub mod columns;
pub mod feed;
pub mod figure;
pub mod ids;
pub mod invite;
pub mod markup;
pub mod names;
pub mod number;
pub mod pick;
pub mod recount;
pub mod refusal;
pub mod round;
pub mod score;
pub mod table;
pub mod text;
pub mod trap;
