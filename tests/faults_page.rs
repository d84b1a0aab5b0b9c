//! The page of faults names tests that exist.

use std::path::Path;

#[test]
fn every_test_that_the_page_of_faults_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/faults.md")).expect("the page is there");
    let named: Vec<(&str, &str)> = page.split('`').filter_map(|word| word.split_once("::")).collect();
    assert!(named.len() > 40, "the page names its tests as `file.rs::test`");
    let is_missing = |(file, test): &&(&str, &str)| {
        let text = std::fs::read_to_string(root.join("tests").join(file)).unwrap_or_default();
        ![format!("fn {test}()"), format!("fn {test}(platform: Platform)")].iter().any(|head| text.contains(head))
    };
    let missing: Vec<_> = named.iter().filter(is_missing).collect();
    assert!(missing.is_empty(), "no such tests: {missing:?}");
}
