//! Files → traps: parse, compute the numbers, lint with file and line.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use crate::core::ids::TrapId;
use crate::core::trap::Trap;

mod arithmetic;
mod check;
mod compile;
mod embed;
mod examine;
mod export;
mod figure;
mod files;
mod front;
mod ground;
mod hashed;
mod lint;
mod make;
mod numbers;
mod plain;
mod prose;
mod report;
mod scope;
mod sections;
mod table;
mod vocabulary;
mod words;

pub use check::check;
use files::Files;
use ground::Ground;
pub use prose::fill;
pub use report::{Finding, RULES, Report, Severity};

/// All traps that are on offer.
#[derive(Debug, Clone, Default)]
pub struct Bank {
    entries: Vec<Entry>,
    /// Where each trap stands in `entries`.
    places: HashMap<TrapId, usize>,
    ground: Ground,
}

/// A trap with its variants.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The first is the canonical one.
    pub variants: Vec<Trap>,
}

impl Entry {
    #[must_use]
    pub fn trap(&self) -> &Trap {
        &self.variants[0]
    }
}

impl Bank {
    /// The traps that are part of the program.
    ///
    /// # Errors
    /// A report with the errors of its files, where there is one.
    pub fn builtin() -> Result<Self, Report> {
        let (bank, report) = Self::builtin_in_part();
        if report.has_errors() { Err(report) } else { Ok(bank) }
    }

    /// The built-in traps and those of the folders. What has errors is reported and left out; warnings are left to [`check`].
    #[must_use]
    pub fn load(folders: &[PathBuf]) -> (Self, Report) {
        let (bank, builtin) = Self::builtin_in_part();
        let (bank, report) = bank.with_folders(folders);
        (bank, builtin.and(report))
    }

    /// Adds the traps of the folders, one folder after another. A trap whose id, or whose series and number, is taken
    /// is an error that names both files, and is left out like any other file with an error.
    #[must_use]
    pub fn with_folders(mut self, folders: &[PathBuf]) -> (Self, Report) {
        let findings = folders.iter().flat_map(|folder| self.add(Files::folder(folder))).collect();
        (self, Report::new(findings).errors_only())
    }

    /// A bank of files by path and content, such as `memory/007-training-memory.md`, and all that is to be said of them. Nothing
    /// is read from a disk, which would be most of the work of who tries thousands of texts: the fuzz targets.
    #[doc(hidden)]
    #[must_use]
    pub fn of_files(files: &[(&str, &[u8])]) -> (Self, Report) {
        let mut bank = Self::default();
        let findings = bank.add(Files::given(files));
        (bank, Report::new(findings))
    }

    /// A bank of these traps as they are, unchecked, each with its one variant.
    #[must_use]
    pub fn from_traps(traps: Vec<Trap>) -> Self {
        let mut bank =
            Self { entries: traps.into_iter().map(|t| Entry { variants: vec![t] }).collect(), ..Self::default() };
        bank.arrange();
        bank
    }

    /// Sorted by series and number.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    #[must_use]
    pub fn get(&self, id: &TrapId) -> Option<&Entry> {
        self.places.get(id).map(|place| &self.entries[*place])
    }

    /// The readable name of a misconception (`counts-weights-only` → "Counts the weights only").
    #[must_use]
    pub fn misconception(&self, id: &str) -> Option<&str> {
        self.ground.misconception(id)
    }

    /// Every series that has a trap, sorted.
    #[must_use]
    pub fn series(&self) -> Vec<String> {
        let series: BTreeSet<&String> = self.entries.iter().map(|e| &e.trap().series).collect();
        series.into_iter().cloned().collect()
    }

    /// Every topic that a trap has, sorted.
    #[must_use]
    pub fn topics(&self) -> Vec<String> {
        let topics: BTreeSet<&String> = self.entries.iter().flat_map(|e| &e.trap().topics).collect();
        topics.into_iter().cloned().collect()
    }

    /// An array of objects, sorted by series and number, with the canonical variant filled in. Texts are Markdown.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        self.entries.iter().map(export::entry).collect()
    }

    fn builtin_in_part() -> (Self, Report) {
        let mut bank = Self::default();
        let findings = bank.add(Files::embedded(&embed::QUESTIONS, embed::ROOT));
        (bank, Report::new(findings).errors_only())
    }

    /// Adds what is sound; gives all that was found.
    fn add(&mut self, files: Files) -> Vec<Finding> {
        let (findings, admitted) = self.ground.admit(files, None);
        self.entries.extend(admitted.into_iter().map(|file| Entry { variants: file.variants }));
        self.arrange();
        findings
    }

    fn arrange(&mut self) {
        self.entries.sort_by(|a, b| {
            let (a, b) = (a.trap(), b.trap());
            (&a.series, a.number, &a.id).cmp(&(&b.series, b.number, &b.id))
        });
        self.places = self.entries.iter().enumerate().map(|(i, e)| (e.trap().id.clone(), i)).collect();
    }
}
