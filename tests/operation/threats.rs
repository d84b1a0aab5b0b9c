//! SECURITY.md names a test for each threat: they are there.

use std::fs;
use std::path::Path;

#[test]
fn each_threat_names_tests_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let mut threats = 0;
    let mut missing = Vec::new();
    let tables = page.split("\n## ").skip(2).filter(|section| section.contains("| threat |"));
    for row in tables.flat_map(str::lines).filter(|line| line.starts_with("| ") && !line.starts_with("| threat ")) {
        let named: Vec<&str> = row.split('`').skip(1).step_by(2).filter(|word| word.contains('/')).collect();
        assert!(!named.is_empty(), "nothing holds: {row}");
        threats += 1;
        for name in named {
            let (file, test) = name.split_once("::").unwrap_or((name, ""));
            let text = fs::read_to_string(root.join(file)).unwrap_or_default();
            if text.is_empty() || !(test.is_empty() || text.contains(&format!("fn {test}("))) {
                missing.push(name);
            }
        }
    }
    assert!(threats > 25, "{threats} threats");
    assert!(missing.is_empty(), "SECURITY.md names what is not there: {missing:?}");
}
