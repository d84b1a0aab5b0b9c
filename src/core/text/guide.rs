//! The words of the study book around its questions and answers.

use super::words::{count, spelt};
use crate::core::trap::{Level, Role, Trap};

/// The chapter of what fits nowhere else.
pub const FURTHER: &str = "Further traps";
/// Who the book is by.
pub const AUTHORS: &str = "The Trapline contributors";
pub const HOW_TO: &str = "How to use this book";
pub const CHAPTERS: &str = "Chapters";
pub const QUESTIONS: &str = "Questions";
pub const INDEX: &str = "Index";
pub const SOURCES: &str = "Sources";
pub const PROBLEM: &str = "Problem";
pub const CHOICE: &str = "Choice";
pub const PRICE: &str = "Price";
pub const WHY: &str = "Why";
pub const FOLLOW_UP: &str = "The interviewer goes on";
pub const OUTLINE: &str = "A good answer says";
pub const READ_ON: &str = "Read on";
pub const IN_QUESTIONS: &str = "In the questions";
pub const TOPICS: &str = "Topics";
pub const MISCONCEPTIONS: &str = "Misconceptions";
/// Where the index has what begins with no letter.
pub const NUMBERS: &str = "0–9";
pub const TITLES: &str = "Titles";
pub const INDEX_NOTE: &str =
    "Topics lead to questions; misconceptions and titles lead to answers, so they are for afterwards.";
pub const SOURCES_NOTE: &str = "All works that answers and chapters draw on, by author. Numbers lead back.";
pub const AS_EPUB: &str = "This book for e-readers (EPUB)";
pub const TABLE: [&str; 4] = ["Chapter", "Questions", "Levels", "Minutes"];

/// `senior · about 4 min · NLP, fine-tuning` (plain)
#[must_use]
pub fn meta(trap: &Trap) -> String {
    let topics: Vec<String> = trap.topics.iter().map(|topic| spelt(topic)).collect();
    format!("{} · about {} min · {}", trap.level.as_str(), trap.minutes, topics.join(", "))
}

/// `2 junior, 1 staff`, of these.
#[must_use]
pub fn levels(levels: &[Level]) -> String {
    let of = |level: Level| (levels.iter().filter(|one| **one == level).count(), level);
    let all = Level::ALL.into_iter().map(of).filter(|(n, _)| *n > 0);
    all.map(|(n, level)| format!("{n} {}", level.as_str())).collect::<Vec<_>>().join(", ")
}

/// What the whole book holds.
#[must_use]
pub fn extent(traps: usize, chapters: usize, minutes: u32) -> String {
    let time = match (f64::from(minutes) / 60.0).round() {
        hours if hours > 1.0 => format!("{hours} hours"),
        _ => count(u64::from(minutes), "minute", "minutes"),
    };
    let (traps, chapters) =
        (count(traps as u64, "question", "questions"), count(chapters as u64, "chapter", "chapters"));
    format!("{traps} in {chapters}; about {time} of answering, and more of reading.")
}

/// The link below a question.
#[must_use]
pub fn to_answer(label: &str) -> String {
    format!("Answer to {label}")
}

/// The link above an answer.
#[must_use]
pub fn to_question(label: &str) -> String {
    format!("Question {label}")
}

/// The title of a chapter's second page.
#[must_use]
pub fn answers_to(chapter: &str) -> String {
    format!("Answers: {chapter}")
}

/// In words, so that colour alone says nothing.
#[must_use]
pub fn tag(role: Role) -> Option<&'static str> {
    match role {
        Role::Right => Some("Right"),
        Role::Bait => Some("The bait"),
        Role::Wrong => None,
    }
}

/// The false belief behind an option.
#[must_use]
pub fn belief(sentence: &str) -> String {
    format!("The belief behind it: {sentence}")
}

/// How exact a typed answer has to be. `tolerance`: relative.
#[must_use]
pub fn tolerance(tolerance: f64) -> Option<String> {
    (tolerance > 0.0).then(|| format!("Counted as right within {}.", crate::core::number::percent(tolerance, 1)))
}
