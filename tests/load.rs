//! The command that measures runs, at a size that measures nothing: each of its scenarios prints lines of JSON with figures.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What is printed, and how many lines of each.
const LINES: [(&str, usize); 8] = [
    ("machine", 1),
    ("answers", 2),
    ("saturation", 2),
    ("history", 2),
    ("idle", 2),
    ("due", 1),
    ("standings", 7),
    ("reveal", 1),
];

#[test]
fn every_scenario_prints_figures() {
    let program = Path::new(env!("CARGO_BIN_EXE_trapline"));
    // Cargo builds it along with all tests, but not with this one alone.
    let load = program.with_file_name("examples").join("load");
    assert!(load.is_file(), "`cargo build --example load` makes what this test runs");
    let done = Command::new(load).arg("--smoke").output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success(), "{said}\n{}", String::from_utf8_lossy(&done.stderr));

    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for line in said.lines() {
        let Ok(Value::Object(figures)) = serde_json::from_str(line) else { panic!("not an object: {line}") };
        let what = figures["what"].as_str().unwrap();
        assert!(figures.len() > 2, "no figures: {line}");
        assert!(
            figures.values().all(|figure| figure.is_number() || figure.is_string() || figure.is_boolean()),
            "{line}"
        );
        *counts.entry(what.to_owned()).or_default() += 1;
    }
    let expected = LINES.into_iter().map(|(what, lines)| (what.to_owned(), lines));
    assert_eq!(counts, expected.collect(), "{said}");
}
