//! `misconceptions.toml`: the false beliefs that wrong options name, so that they add up across traps.

use std::collections::BTreeMap;

use super::files::Document;
use super::front::is_misconception;
use super::report::{Finding, Sink};
use super::table::{NotToml, Table, Tree, line};

/// The longest sentence of a belief, in characters.
const MAX_SENTENCE: usize = 200;

/// Adds a file's beliefs to those that are known already. One that is known keeps its sentence.
pub(super) fn read(document: &Document, known: &mut BTreeMap<String, String>) -> Vec<Finding> {
    let mut sink = Sink::new(&document.label);
    match document.text() {
        Ok(text) => add(&text, known, &mut sink),
        Err(why) => sink.error(0, "P02", format!("the file can't be read: {why}"), "save it as UTF-8 text"),
    }
    sink.into_findings()
}

fn add(text: &str, known: &mut BTreeMap<String, String>, sink: &mut Sink<'_>) {
    let tree = match Tree::read(text, 1) {
        Ok(tree) => tree,
        Err(NotToml { line, why }) => {
            sink.error(line, "P03", format!("the file is not TOML: {why}"), "correct the TOML on this line");
            return;
        }
    };
    for (key, value) in Table::new(&tree, 1, "the vocabulary").entries() {
        let Some(sentence) = line(value, MAX_SENTENCE).filter(|_| is_misconception(key.value)) else {
            let mend = "write slug = \"One sentence of the false belief\"";
            sink.error(key.line, "P05", format!("'{}' is not a slug with one sentence", key.value), mend);
            continue;
        };
        match known.get(key.value) {
            Some(other) if *other != sentence => {
                let what = format!("'{}' means something else already: {other}", key.value);
                sink.error(key.line, "P13", what, "choose another slug, or use the same sentence");
            }
            Some(_) => {}
            None => {
                known.insert(key.value.to_owned(), sentence);
            }
        }
    }
}
