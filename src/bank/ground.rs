//! What a file meets that joins a bank: the ids and numbers that are taken, and the shared vocabulary of mistakes.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;

use super::examine::{Examined, examine, place};
use super::files::{Document, Files};
use super::report::{Finding, Sink};
use super::{embed, vocabulary};
use crate::core::ids::TrapId;

#[derive(Debug, Clone, Default)]
pub(super) struct Ground {
    /// The file that each trap came from, as messages name it.
    origins: HashMap<TrapId, String>,
    /// Who has which series and number.
    slots: HashMap<(String, u32), TrapId>,
    /// The false beliefs that wrong options name, by slug.
    misconceptions: BTreeMap<String, String>,
}

impl Ground {
    /// That of the built-in bank. Its traps are taken to be sound, which the project's tests see to: who only checks other
    /// files beside them needs no more of them than their places.
    pub(super) fn builtin() -> Self {
        let files = Files::embedded(&embed::QUESTIONS, embed::ROOT);
        let mut ground = Self::default();
        ground.learn(&files.vocabularies);
        for document in &files.traps {
            if let Some((id, slot)) = place(document) {
                ground.take(id, slot, &document.label);
            }
        }
        ground
    }

    /// The readable name of a misconception.
    pub(super) fn misconception(&self, id: &str) -> Option<&str> {
        self.misconceptions.get(id).map(String::as_str)
    }

    /// Reads files. Gives all that was found, and those whose trap is sound and has got its place, in the order of the files.
    pub(super) fn admit(&mut self, files: Files, today: Option<NaiveDate>) -> (Vec<Finding>, Vec<Examined>) {
        let mut findings = files.findings;
        findings.extend(self.learn(&files.vocabularies));
        let mut examined = examine(&files.traps, &self.misconceptions, today);
        examined.retain_mut(|file| {
            let admitted = self.settle(file);
            findings.append(&mut file.findings);
            admitted
        });
        (findings, examined)
    }

    fn learn(&mut self, vocabularies: &[Document]) -> Vec<Finding> {
        vocabularies.iter().flat_map(|document| vocabulary::read(document, &mut self.misconceptions)).collect()
    }

    /// Gives a file's trap its place, unless that is taken.
    fn settle(&mut self, file: &mut Examined) -> bool {
        let Some(trap) = file.variants.first() else { return false };
        let slot = (trap.series.clone(), trap.number);
        let mut sink = Sink::new(&file.label);
        if let Some(other) = self.origins.get(&trap.id) {
            let what = format!("the id '{}' is that of {other}", trap.id);
            sink.error(file.id_line, "P14", what, "choose another id");
        } else if let Some(other) = self.slots.get(&slot).and_then(|id| self.origins.get(id)) {
            let what = format!("number {} of '{}' is {other}", trap.number, trap.series);
            sink.error(file.number_line, "S10", what, "choose another number");
        }
        let free = !sink.has_errors();
        if free {
            self.take(trap.id.clone(), slot, &file.label);
        }
        file.findings.extend(sink.into_findings());
        free
    }

    fn take(&mut self, id: TrapId, slot: (String, u32), label: &str) {
        self.slots.insert(slot, id.clone());
        self.origins.insert(id, label.to_owned());
    }
}
