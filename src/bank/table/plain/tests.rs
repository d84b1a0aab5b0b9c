//! Plain front matter beside the parser that knows all of TOML.

use proptest::prelude::*;

use super::*;

const FRONT: &str = r#"
id = "a-trap" # as it is
number = 45
published = 2026-05-08
topics = ["one", 'two "quoted"', ] 
ratio = -1.5e-3

[vary]
x = [7, 3,
  # the last one
  13]

[[source]]
title = "It's, of {{ x }}"
year = 2020

[[source]]

[figure]
kind = "stack"
show = true
bar = [{ label = "a", value = "x" }, { label = "b", value = "2 * x" }]
[figure.x]
from = "0"
[[figure.limit]]
value = "x"
[[figure.limit]]
value = "2 * x"
"#;

/// What one reader makes of a text is what the other makes of it.
fn agrees(text: &str) -> Result<(), TestCaseError> {
    if let Some(tree) = read(text, 2) {
        let parsed = Tree::parsed(text, 2).map_err(|error| TestCaseError::fail(format!("{error:?}\n{text}")))?;
        prop_assert_eq!(tree, parsed, "{}", text);
    }
    Ok(())
}

#[test]
fn front_matter_as_authors_write_it_is_plain() {
    assert!(read(FRONT, 1).is_some());
    agrees(FRONT).unwrap();
    for text in ["", "a = 1", "\n#\n", "a = [[1], [2.0]]", "a=1\t#é", "[a]\n[b]\n[a.c]", "[[a]]\n[a.b]\n[[a]]\n[a.b]"]
    {
        assert!(read(text, 1).is_some(), "{text}");
        agrees(text).unwrap();
    }
}

#[test]
fn whatever_is_not_plain_is_left_to_the_parser() {
    for text in [
        "a",
        "a = ",
        "a = 1 2",
        "a = 1\na = 2",
        "a = \"\\n\"",
        "a = \"\"\"b\"\"\"",
        "a = 01",
        "a = 1_000",
        "a = 0x10",
        "a = 1.",
        "a = inf",
        "a = 1e999",
        "a = 9223372036854775808",
        "a = 2026-02-30",
        "a = 2026-05-08 10:00:00",
        "a.b = 1",
        "\"a\" = 1",
        "[a]\n[a]",
        "a = 1\n[a]",
        "a = []\n[[a]]",
        "[[a]]\n[a]",
        "[a]\n[[a]]",
        "[a.b]",
        "[a.b.c]",
        "[a]\nb = {c = 1}\n[a.b]",
        "a = {}",
        "a = {b = 1,}",
        "a = {b = 1, b = 2}",
        "a = [1 2]",
        "a = [1",
        "[a] b",
        "a = 1\r\n",
        "# \u{7f}",
        "a = \"\u{1}\"",
        "[[a]\n",
        "[ a ]",
    ] {
        assert!(read(text, 1).is_none(), "{text}");
    }
    let nested = |depth: usize| format!("a = {}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&nested(MAX_DEPTH), 1).is_some() && read(&nested(MAX_DEPTH + 2), 1).is_none());
    let keys = |count: usize| (0..count).map(|n| format!("k{n} = 1\n")).collect::<String>();
    assert!(read(&keys(MAX_KEYS), 1).is_some() && read(&keys(MAX_KEYS + 1), 1).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn no_string_of_signs_is_read_in_another_way(
        signs in proptest::collection::vec(proptest::sample::select(vec![
            "a", "b", "[a]", "[[a]]", "[a.b]", "[[a.b]]", "[b]", "a = 1", "b = \"c\"", "c = {a = 1, b = 'd'}", "a = [1,", "2]", "]",
            " = ", "=", "\n", "\n", "\n", " ", "\t", "#", "\"", "'", "\"\"\"", "\\", "{", "}", "[", ",", ".", "-", "+", "0", "7",
            "1.5", "2e3", "true", "2026-05-08", "T", ":", "é", "\r", "_",
        ]), 0..16)
    ) {
        agrees(&signs.concat())?;
    }

    #[test]
    fn front_matter_with_a_slip_is_read_in_no_other_way(
        at in any::<proptest::sample::Index>(),
        length in 0..12usize,
        slip in proptest::sample::select(vec!["", "", "\n", "\"", "[", "]", "=", ",", "#", "1", "x", ".", "-", "[figure]\n", "\\", "{", "}"]),
    ) {
        let at = at.index(FRONT.len());
        let end = (at + length).min(FRONT.len());
        agrees(&[&FRONT[..at], slip, &FRONT[end..]].concat())?;
    }
}
