//! What is wrong with a file of the bank: where, by which rule, and how to mend it.

use std::fmt;

use serde::Serialize;

/// Every rule that a finding may name. Each has a section of that name in `docs/authors.md`.
///
/// `P..` are about the format, `N..` about numbers, `I..` and `S..` about the quality of one item and of a set.
pub const RULES: [&str; 54] = [
    "P01", "P02", "P03", "P04", "P05", "P06", "P07", "P08", "P09", "P10", "P11", "P12", "P13", "P14", "P15", "P16",
    "N01", "I01", "I02", "I03", "I04", "I05", "I06", "I07", "I08", "I09", "I10", "I11", "I12", "I13", "I14", "I15",
    "I16", "I17", "I18", "I19", "I20", "I21", "I22", "I23", "I24", "I25", "I26", "I27", "S01", "S02", "S03", "S04",
    "S05", "S07", "S08", "S09", "S10", "S11",
];

/// Where the rules are explained, relative to the project.
const PAGE: &str = "docs/authors.md";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file is refused.
    Error,
    /// Worth a look; a waiver in the file silences it until a date.
    Warning,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// As the author would type it; a folder for what concerns a whole bank.
    pub file: String,
    /// Counted from 1; 0 where the finding has no line.
    pub line: usize,
    /// One of [`RULES`].
    pub rule: &'static str,
    pub severity: Severity,
    /// What it is, without the full stop.
    pub what: String,
    /// What to do about it, without the full stop.
    pub mend: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let Self { rule, what, mend, .. } = self;
        write!(f, ": {severity}[{rule}]: {what}. Mend: {mend} ({PAGE}#{})", rule.to_ascii_lowercase())
    }
}

/// All findings of a check, sorted by file and line.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    pub findings: Vec<Finding>,
    /// How many files of traps a check has looked at.
    pub traps: usize,
}

impl Report {
    #[must_use]
    pub fn new(mut findings: Vec<Finding>) -> Self {
        findings.sort_by(|a, b| (&a.file, a.line, a.rule, &a.what).cmp(&(&b.file, b.line, b.rule, &b.what)));
        Self { findings, traps: 0 }
    }

    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(|f| f.severity == Severity::Error)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// Without the warnings.
    #[must_use]
    pub fn errors_only(mut self) -> Self {
        self.findings.retain(|f| f.severity == Severity::Error);
        self
    }

    /// Both reports in one.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.findings.extend(other.findings);
        Self { traps: self.traps + other.traps, ..Self::new(self.findings) }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.findings.iter().try_for_each(|finding| writeln!(f, "{finding}"))
    }
}

/// Collects the findings of one file.
#[derive(Debug)]
pub(super) struct Sink<'a> {
    file: &'a str,
    findings: Vec<Finding>,
}

impl<'a> Sink<'a> {
    pub(super) fn new(file: &'a str) -> Self {
        Self { file, findings: Vec::new() }
    }

    pub(super) fn error(&mut self, line: usize, rule: &'static str, what: impl Into<String>, mend: impl Into<String>) {
        self.add(Severity::Error, line, rule, what.into(), mend.into());
    }

    pub(super) fn warn(&mut self, line: usize, rule: &'static str, what: impl Into<String>, mend: impl Into<String>) {
        self.add(Severity::Warning, line, rule, what.into(), mend.into());
    }

    pub(super) fn add(&mut self, severity: Severity, line: usize, rule: &'static str, what: String, mend: String) {
        debug_assert!(RULES.contains(&rule), "{rule} is not listed");
        self.findings.push(Finding { file: self.file.to_owned(), line, rule, severity, what, mend });
    }

    pub(super) fn has_errors(&self) -> bool {
        self.findings.iter().any(|f| f.severity == Severity::Error)
    }

    pub(super) fn len(&self) -> usize {
        self.findings.len()
    }

    /// Whether this line already has a finding by this rule.
    pub(super) fn has(&self, line: usize, rule: &str) -> bool {
        self.findings.iter().any(|f| f.line == line && f.rule == rule)
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}

/// `; did you mean 'x'?` for the nearest of the known words, or a list of them when none is near.
pub(super) fn nearest<'k>(given: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let best = known
        .iter()
        .map(|word| (strsim::jaro_winkler(given, word), *word))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(score, _)| *score >= 0.75);
    match best {
        None if known.is_empty() => "there is none yet".to_owned(),
        Some((_, word)) => format!("did you mean '{word}'?"),
        None if known.len() > 30 => "none is near it".to_owned(),
        None => format!("use one of: {}", known.join(", ")),
    }
}
