//! Plain expressions beside the engine that knows all of them.

use proptest::prelude::*;

use super::*;
use crate::bank::numbers::{Engine, Text};
use crate::bank::plain;
use crate::bank::scope::Scope;

const NAMES: [(&str, f64); 5] = [("a", 7.0), ("b_2", -0.3), ("zero", 0.0), ("tiny", 1e-300), ("huge", 4e200)];

/// The value by an expression that has been evaluated with other numbers before.
fn plain(source: &str) -> Option<f64> {
    let plain = Plain::read(source)?;
    plain.value(&NAMES.map(|(name, _)| (name, 1.0)));
    plain.value(&[("before", 2.0)]);
    plain.value(&NAMES)
}

fn is_plain(source: &str) -> bool {
    Plain::read(source).is_some()
}

fn by_the_engine(source: &str) -> Option<f64> {
    let engine = Engine::new();
    let scope = Scope::new(NAMES);
    engine.compiled(source).and_then(|formula| formula.value(&scope)).ok()
}

/// Expressions as authors write them, and whole numbers that overflow.
fn expression() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        (0u64..20).prop_map(|n| n.to_string()),
        any::<u64>().prop_map(|n| n.to_string()),
        (0.0..1e4f64).prop_map(|x| x.to_string()),
        (0.0..1e4f64).prop_map(|x| format!("{x:e}")),
        proptest::sample::select(vec!["a", "b_2", "zero", "tiny", "huge", "pi", "absent", "loop", "self"])
            .prop_map(str::to_owned),
    ];
    number.prop_recursive(6, 40, 2, |inner| {
        let operator = proptest::sample::select(vec!["+", "-", "*", "/", "**", " + ", " - ", " * ", " / ", " ** "]);
        let function = proptest::sample::select(FUNCTIONS.map(|(name, _)| name).to_vec());
        let pick = proptest::sample::select(PICKS.map(|(name, _)| name).to_vec());
        let digits = proptest::sample::select(vec!["", ", 2", ",0", ", -3", ", 400", ", 2.0", ", a", ", 3000000000"]);
        prop_oneof![
            4 => (inner.clone(), operator, inner.clone()).prop_map(|(a, o, b)| format!("{a}{o}{b}")),
            1 => inner.clone().prop_map(|a| format!("({a})")),
            1 => inner.clone().prop_map(|a| format!("-{a}")),
            1 => (function, inner.clone()).prop_map(|(f, a)| format!("{f}({a})")),
            1 => (pick, proptest::collection::vec(inner.clone(), 1..4)).prop_map(|(f, all)| format!("{f}({})", all.join(", "))),
            1 => (inner, digits).prop_map(|(a, digits)| format!("round({a}{digits})")),
        ]
    })
}

/// How it is printed.
fn form() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec!["", " | int", "|fixed(2)", " | sig", " | pct(1)", " | sci(3)", " | fixed(2) | int"])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_plain_value_is_the_engines_to_the_last_bit(source in expression()) {
        if let Some(x) = plain(&source) {
            prop_assert_eq!(by_the_engine(&source).map(f64::to_bits), Some(x.to_bits()), "{}", source);
        }
    }

    #[test]
    fn a_text_prints_what_the_engine_prints(source in expression(), form in form()) {
        let (engine, scope) = (Engine::new(), Scope::new(NAMES));
        for source in [format!("<{{{{ {source}{form} }}}}>"), format!("<{{{{({source}){form}}}}}>")] {
            if let Some(pieces) = plain::pieces(&source)
                && let Some(text) = plain::filled(&pieces, 0, &scope)
            {
                let by_the_engine = engine.template(&source).and_then(|text| Text::Template(text).render(&scope));
                prop_assert_eq!(by_the_engine.ok(), Some(text), "{}", source);
            }
        }
    }

    #[test]
    fn no_string_of_signs_is_read_in_another_way(
        source in proptest::collection::vec(proptest::sample::select(vec![
            "a", "b_2", "2", "10", "1.5", "1e3", "0x1", "1_0", ".5", "5.", "+", "-", "*", "/", "**", "//", "%", "~", "(", ")",
            ",", " ", ".", "|", "[", "]", "not", "if", "sqrt", "abs(", "min(", "max(", "round(", "\t", "é", "'",
        ]), 1..9)
    ) {
        let source = source.concat();
        if let Some(x) = plain(&source) {
            prop_assert_eq!(by_the_engine(&source).map(f64::to_bits), Some(x.to_bits()), "{}", source);
        }
    }
}

#[test]
fn most_expressions_are_plain() {
    for source in [
        "a",
        "2 * a",
        "10 ** -3",
        "-a ** 2 / (b_2 - 1.5e3)",
        "sqrt(a) * pi",
        "3 - -a",
        "(((a)))",
        "min(a, 2)",
        "1 + max(2, a, b_2 * 3) / min(a)",
        "max(min(1, 2), 3) / 2",
        "round(b_2)",
        "round(a / 9, 2) - round(a / 9, -1)",
    ] {
        assert!(is_plain(source), "{source}");
        assert_eq!(plain(source).map(f64::to_bits), by_the_engine(source).map(f64::to_bits), "{source}");
    }
    for source in [
        "",
        "a b",
        "7 // 2",
        "a % 4",
        "a if a else 0",
        "min()",
        "min(a, )",
        "max(a=2)",
        "round(a, 2, 3)",
        "comb(a, 2)",
        "a.b",
        "a|int",
        "(a,)",
        "1_000",
        "+a",
    ] {
        assert!(!is_plain(source), "{source}");
    }
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(is_plain(&nested(MAX_DEPTH as usize)) && by_the_engine(&nested(MAX_DEPTH as usize)).is_some());
    assert!(!is_plain(&nested(MAX_DEPTH as usize + 1)));
    let waiting = |count: usize| format!("{}a{}", "1 + (".repeat(count - 1), ")".repeat(count - 1));
    assert!(is_plain(&waiting(MAX_WAITING)) && !is_plain(&waiting(MAX_WAITING + 1)));
}

#[test]
fn what_has_no_value_is_left_to_the_engine() {
    for source in ["1 / zero", "zero ** -1", "ln(zero)", "sqrt(0 - 1)", "absent", "huge * huge", "9 ** 99"] {
        assert_eq!(plain(source), None, "{source}");
    }
}
