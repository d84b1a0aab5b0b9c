//! Words, stems, quantities and lines as the rules mean them.

use proptest::prelude::*;

use super::*;

#[test]
fn stop_words_are_sorted_and_short() {
    assert!(STOP.is_sorted());
    assert_eq!(STOP.iter().map(|w| w.len()).max(), Some(LONGEST_STOP));
    assert!(STOP_PACKED.is_sorted() && STOP.iter().all(|word| is_stop(word)));
    assert!(!["", "b", "wit", "witha", "cache", "µ", "themthem"].into_iter().any(is_stop));
}

#[test]
fn words_keep_hyphens_and_decimals() {
    let words = Words::of("Lock-free: 1,200.5 GB, isn't it? e.g. FP32.");
    assert_eq!(words.iter().collect::<Vec<_>>(), ["lock-free", "1,200.5", "gb", "isn't", "it", "e", "g", "fp32"]);
    assert!(words.has_run(&["isn't", "it"]) && !words.has_run(&["it", "isn't"]));
}

#[test]
fn lines_and_pairs_are_those_of_the_standard_library() {
    for text in ["", "\n", "a", "a\n", "\n\na\n\nb}", "é}}\n}}", "a}b}\n}", "}}"] {
        assert_eq!(lines(text).collect::<Vec<_>>(), text.split_inclusive('\n').collect::<Vec<_>>(), "{text}");
        assert_eq!(find_pair(text, *b"}}"), text.find("}}"), "{text}");
        assert_eq!(find_pair(text, *b"\n}"), text.find("\n}"), "{text}");
    }
}

#[test]
fn lower_case_is_that_of_unicode() {
    for text in ["Plain", "2 × 10⁹ — “A” → B", "Ünï É ΑΣ", "K Ⅷ Ⓐ ℂ", "µ ª İ ß"] {
        assert_eq!(lower(text), text.to_lowercase(), "{text}");
    }
    assert!(('\u{80}'..='\u{ffff}').filter(|c| is_caseless(*c)).all(|c| c.to_lowercase().eq([c])));
}

proptest! {
    #[test]
    fn words_are_runs_of_letters_and_digits_with_what_joins_them(text in "([a-zA-Z0-9.,' ’é–×²-]|\\PC){0,30}") {
        let lower = text.to_lowercase();
        let mut expected: Vec<String> = Vec::new();
        let mut within = false;
        for (at, c) in lower.char_indices() {
            let belongs = c.is_alphanumeric() || (within && joins(c, &lower, at + c.len_utf8()));
            if belongs && !within {
                expected.push(String::new());
            }
            if let Some(word) = expected.last_mut().filter(|_| belongs) {
                word.push(c);
            }
            within = belongs;
        }
        let words = Words::of(&text);
        prop_assert_eq!(words.iter().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn stems_match_across_endings() {
    assert_eq!(Words::of("caches cached caching the cache").stems(), ["cach"]);
    assert_eq!(Words::of("memory memories 80").stems(), ["memor"]);
}

#[test]
fn quantities_are_read_with_their_units() {
    let of = |text: &str| quantity(text).map(|q| (q.value, q.unit));
    assert_eq!(of("84 GB"), Some((84e9, "byte".into())));
    assert_eq!(of("**about 1,200 ms**"), Some((1.2, "second".into())));
    assert_eq!(of("≈ 1.5×10⁹ tokens/s"), Some((1.5e9, "tokens/s".into())));
    assert_eq!(of("12.5%"), Some((12.5, "%".into())));
    assert_eq!(of("84 GB, since the master copy counts too"), None);
    assert_eq!(of("no number"), None);
}

#[test]
fn the_same_option_in_other_words_is_the_same() {
    assert_eq!(normal("1,000 MB."), normal("`1 gb`"));
    assert_eq!(normal("Cache it!"), normal("cache **it**"));
    assert_ne!(normal("84 GB"), normal("84 GiB"));
    assert_ne!(normal("a < b"), normal("a > b"));
    assert_ne!(normal("-1"), normal("1"));
}
