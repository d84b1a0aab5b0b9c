//! The bank that is part of the program: the project's `questions/` as it was when the program was built.

use include_dir::{Dir, include_dir};

/// How messages name the built-in bank.
pub(super) const ROOT: &str = "questions";

pub(super) static QUESTIONS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/questions");
