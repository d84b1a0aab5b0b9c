//! The bank from outside: good files load, bad ones are reported by file, line and rule.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use proptest::prelude::*;
use tempfile::TempDir;
use trapline::bank::{Bank, RULES, Report, check};
use trapline::core::ids::TrapId;
use trapline::core::trap::{Kind, Role, Trap};

#[path = "bank/bad.rs"]
mod bad;
#[path = "bank/hostile.rs"]
mod hostile;
#[path = "bank/sets.rs"]
mod sets;

const NUMBER: &str = include_str!("fixtures/bank/good/memory/007-training-memory.md");
const CHOICE: &str = include_str!("fixtures/bank/good/memory/012-queue-or-capacity.md");
const VOCABULARY: &str = include_str!("fixtures/bank/good/misconceptions.toml");

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 24).expect("a day of the calendar")
}

fn good() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/bank/good")
}

fn id(text: &str) -> TrapId {
    TrapId::try_from(text.to_owned()).expect("a sound id")
}

/// A folder with these files and the vocabulary of the good one.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let dir = tempfile::tempdir().expect("a scratch folder");
    fs::write(dir.path().join("misconceptions.toml"), VOCABULARY).expect("a scratch file");
    for (name, content) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().expect("within the folder")).expect("a scratch folder");
        fs::write(path, content).expect("a scratch file");
    }
    dir
}

/// The report, with the folder's own path taken off.
fn said(report: &Report, dir: &Path) -> String {
    report.to_string().replace(&format!("{}/", dir.display()), "")
}

/// The report on a file that differs from a good one in one place.
fn changed(base: &str, from: &str, to: &str) -> String {
    assert!(base.contains(from), "the good file has no {from:?}");
    let (name, text) =
        if base == NUMBER { ("007-training-memory.md", NUMBER) } else { ("012-queue-or-capacity.md", CHOICE) };
    let dir = folder(&[(&format!("memory/{name}"), text.replacen(from, to, 1).as_bytes())]);
    said(&check(&[dir.path().to_owned()], today()), dir.path())
}

#[test]
fn good_files_pass_without_a_word() {
    let report = check(&[good()], today());
    assert_eq!(said(&report, &good()), "");
}

#[test]
fn a_file_or_a_series_by_itself_finds_its_vocabulary() {
    for path in ["memory", "memory/012-queue-or-capacity.md"] {
        assert_eq!(said(&check(&[good().join(path)], today()), &good()), "", "{path}");
    }
    assert_eq!(check(&[good(), good().join("memory")], today()).to_string(), "", "a file named twice is one file");
}

#[test]
fn the_builtin_bank_is_sound() {
    let bank = Bank::builtin().unwrap_or_else(|report| panic!("{report}"));
    let mistakes = |trap: &Trap| -> Vec<String> {
        let typed = trap.number_kind().into_iter().flat_map(|number| &number.mistakes).map(|m| m.mistake.clone());
        trap.options().iter().filter_map(|option| option.mistake.clone()).chain(typed).collect()
    };
    let used: Vec<String> = bank.entries().iter().flat_map(|entry| mistakes(entry.trap())).collect();
    assert!(!used.is_empty() && used.iter().all(|slug| bank.misconception(slug).is_some()), "{used:?}");
    let report = check(&[], today());
    assert!(!report.has_errors(), "{report}");
}

#[test]
fn a_folder_adds_its_traps_with_numbers_in_place() {
    let (bank, report) = Bank::load(&[good()]);
    assert_eq!(report.to_string(), "");
    let entry = bank.get(&id("test-training-memory")).unwrap();
    assert_eq!(entry.variants.len(), 3);
    let totals: Vec<f64> = entry.variants.iter().map(|t| t.number_kind().unwrap().value).collect();
    assert_eq!(totals, [112.0, 48.0, 208.0]);
    assert_eq!(entry.variants[1].headline, "Planning the cards for a fine-tune of a 3B network");
    assert_eq!(entry.trap().number_kind().unwrap().mistakes[0].mistake, "test-counts-weights-only");
    assert!(entry.trap().explanation.contains("that makes 112 GB, which takes\n2 cards of 80 GB"));

    let choice = bank.get(&id("test-queue-or-capacity")).unwrap();
    assert_eq!(choice.trap().options()[0].text, "Run 10 replicas, so that the work of each second finishes within it");
    assert_eq!(
        choice.variants[1].options()[0].text,
        "Run 13 replicas, so that the work of each second finishes within it"
    );
    let Kind::Choice { options } = &choice.trap().kind else { panic!("a choice trap") };
    assert_eq!(options.iter().filter(|o| o.role == Role::Bait).count(), 1);
    assert!(bank.series().contains(&"memory".to_owned()));
    assert!(bank.topics().is_sorted() && bank.topics().contains(&"serving".to_owned()));
    assert_eq!(bank.misconception("test-average-hides-tail"), Some("An average says what most requests feel"));
}

#[test]
fn the_bank_as_json_has_the_canonical_variant_filled_in() {
    let (bank, _) = Bank::load(&[good()]);
    let json = bank.to_json();
    let traps: Vec<_> = json.as_array().unwrap().iter().filter(|t| t["series"] == "memory").collect();
    insta::assert_json_snapshot!(traps);
}

#[test]
fn files_that_cannot_be_read_are_reported_and_the_others_go_on() {
    let big = vec![b'x'; 300 * 1024];
    let dir = folder(&[
        ("memory/007-training-memory.md", NUMBER.as_bytes()),
        ("memory/008-not-text.md", b"+++\n\xff\xfe"),
        ("memory/009-big.md", &big),
        ("memory/notes.md", b"no trap"),
        ("memory/README.md", b"About the series."),
        ("memory/.hidden.md", b"not looked at"),
        ("README.md", b"About the folder."),
    ]);
    let (bank, report) = Bank::load(&[dir.path().to_owned()]);
    assert!(bank.get(&id("test-training-memory")).is_some());
    insta::assert_snapshot!(said(&report, dir.path()));
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_of_the_folder_are_refused() {
    let outside = folder(&[("elsewhere/007-training-memory.md", NUMBER.as_bytes())]);
    let dir = folder(&[("memory/012-queue-or-capacity.md", CHOICE.as_bytes())]);
    let link = |target: &Path, name: &str| std::os::unix::fs::symlink(target, dir.path().join(name)).unwrap();
    link(&outside.path().join("elsewhere/007-training-memory.md"), "memory/007-training-memory.md");
    link(&outside.path().join("elsewhere"), "elsewhere");
    link(Path::new("nowhere"), "memory/099-broken.md");
    let (bank, report) = Bank::load(&[dir.path().to_owned()]);
    assert!(bank.get(&id("test-training-memory")).is_none() && bank.get(&id("test-queue-or-capacity")).is_some());
    insta::assert_snapshot!(said(&report, dir.path()));
}

#[test]
fn what_is_taken_is_refused_and_both_files_are_named() {
    let second = CHOICE.replace("number = 12", "number = 14");
    let third = NUMBER.replace("id = \"test-training-memory\"", "id = \"other\"");
    let dir = folder(&[
        ("memory/012-queue-or-capacity.md", CHOICE.as_bytes()),
        ("memory/014-again.md", second.as_bytes()),
        ("memory/007-training-memory.md", NUMBER.as_bytes()),
        ("memory/0007-other.md", third.as_bytes()),
    ]);
    let (bank, report) = Bank::load(&[dir.path().to_owned()]);
    assert_eq!(bank.entries().iter().filter(|e| e.trap().series == "memory").count(), 2);
    insta::assert_snapshot!(said(&report, dir.path()));

    let (bank, report) = Bank::load(&[good(), dir.path().to_owned()]);
    assert_eq!(bank.get(&id("test-training-memory")).unwrap().variants.len(), 3);
    assert_eq!(report.findings.len(), 4, "{report}");
    assert!(report.to_string().contains("good/memory/012-queue-or-capacity.md"), "{report}");
}

#[test]
fn a_folder_that_is_not_there_is_one_finding() {
    let (bank, report) = Bank::load(&[PathBuf::from("no/such/folder")]);
    assert_eq!(bank.entries().len(), Bank::builtin().unwrap().entries().len());
    assert_eq!(
        report.to_string(),
        "no/such/folder: error[P02]: there is no such folder. Mend: correct the path (docs/authors.md#p02)\n"
    );
}

#[test]
fn a_folder_without_a_trap_is_not_called_well() {
    let empty = tempfile::tempdir().unwrap();
    let report = check(&[empty.path().to_owned()], today());
    assert!(report.has_errors() && report.to_string().contains("error[P02]: it holds no trap"), "{report}");
}

#[test]
fn a_path_that_leads_nowhere_is_to_be_corrected() {
    let report = check(&[PathBuf::from("no/such/file.md")], today()).to_string();
    assert!(report.contains("there is no such file or folder. Mend: correct the path"), "{report}");
}

/// Its folder is the series, which a new author may not know.
#[test]
fn a_trap_beside_the_series_is_told_by_whoever_loads_the_folder() {
    let stray = folder(&[("007-training-memory.md", NUMBER.as_bytes()), ("NOTES.md", b"Not a trap")]);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_trapline"))
        .arg("bank")
        .env("TRAPLINE_QUESTIONS", stray.path())
        .current_dir(stray.path())
        .output()
        .unwrap();
    let (listed, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && !listed.contains("test-training-memory"), "{listed}");
    assert!(told.contains("007-training-memory.md: error[P01]: it stands in no series"), "{told}");
    assert!(!told.contains("NOTES.md"), "{told}");
}

#[test]
fn a_vocabulary_cannot_change_what_a_slug_means() {
    let dir = folder(&[("memory/012-queue-or-capacity.md", CHOICE.as_bytes())]);
    fs::write(dir.path().join("misconceptions.toml"), "test-queue-hides-load = \"Another belief\"\nBad = 1\n").unwrap();
    let (bank, report) = Bank::load(&[good(), dir.path().to_owned()]);
    assert_eq!(
        bank.misconception("test-queue-hides-load"),
        Some("A longer queue absorbs a load that exceeds the capacity")
    );
    let report = said(&report, dir.path());
    assert!(
        report.contains("misconceptions.toml:1: error[P13]") && report.contains("misconceptions.toml:2: error[P05]"),
        "{report}"
    );
}

#[test]
fn a_waiver_silences_its_warning_until_its_last_day() {
    let waiver =
        "[[waive]]\nrule = \"I10\"\nreason = \"the negation is the point\"\nuntil = 2026-11-24\n+++\n\n## Scenario";
    let text =
        CHOICE.replace("Which change ends", "Which change does not end").replacen("+++\n\n## Scenario", waiver, 1);
    let dir = folder(&[("memory/012-queue-or-capacity.md", text.as_bytes())]);
    let on = |day: NaiveDate| said(&check(&[dir.path().to_owned()], day), dir.path());
    assert_eq!(on(today()), "");
    let late = on(today().succ_opt().unwrap());
    assert!(late.contains("warning[I10]") && late.contains("its waiver ended on 2026-11-24"), "{late}");
    let (_, report) = Bank::load(&[dir.path().to_owned()]);
    assert!(report.is_empty(), "loading is about errors only: {report}");
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_are_read() {
    let text = format!("\u{feff}{}", CHOICE.replace('\n', "\r\n"));
    let dir = folder(&[("memory/012-queue-or-capacity.md", text.as_bytes())]);
    assert_eq!(said(&check(&[dir.path().to_owned()], today()), dir.path()), "");
}

#[test]
fn each_rule_is_explained_under_the_anchor_that_messages_link_to() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/authors.md")).unwrap();
    let headings: Vec<&str> = page.lines().filter_map(|l| l.strip_prefix("### ")).collect();
    for rule in RULES {
        assert!(headings.contains(&rule), "docs/authors.md has no section {rule}");
    }
}

fn examined(name: &str, text: &[u8]) -> Report {
    let dir = folder(&[(name, text)]);
    check(&[dir.path().to_owned()], today())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_parser_panic(text in "(\\+\\+\\+\n)?\\PC{0,200}(\n\\+\\+\\+\n)?(## (Scenario|Options|Answer)\n)?\\PC{0,200}") {
        prop_assert!(examined("memory/001-x.md", text.as_bytes()).has_errors());
    }

    #[test]
    fn no_mutation_of_a_good_file_makes_the_parser_panic(
        number in any::<bool>(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..40, "[-+#={}\"\\[\\]|*/a-z0-9\n` ]{0,12}"), 1..4),
    ) {
        let mut chars: Vec<char> = if number { NUMBER } else { CHOICE }.chars().collect();
        for (at, length, with) in cuts {
            let start = at.index(chars.len());
            let end = (start + length).min(chars.len());
            chars.splice(start..end, with.chars());
        }
        let name = if number { "memory/007-training-memory.md" } else { "memory/012-queue-or-capacity.md" };
        examined(name, chars.into_iter().collect::<String>().as_bytes());
    }
}
