//! The plain expressions that most numbers are: computed as the template engine computes them, to the last bit, without it.
//!
//! What it does not know, and whatever has no finite value, is left to the engine, which also says what is wrong.

use super::numbers::is_reserved;

/// Longer expressions are the engine's, which bounds their work.
const MAX_LENGTH: usize = 500;
/// How deep brackets, calls and signs may nest: less than the engine allows.
const MAX_DEPTH: u32 = 30;

/// Names that the engine gives a meaning of its own, besides the reserved ones.
const ENGINE: [&str; 4] = ["True", "False", "None", "self"];

type Function = fn(f64) -> f64;

/// Functions of one number.
pub(super) const FUNCTIONS: [(&str, Function); 8] = [
    ("sqrt", f64::sqrt),
    ("exp", f64::exp),
    ("ln", f64::ln),
    ("log2", f64::log2),
    ("log10", f64::log10),
    ("floor", f64::floor),
    ("ceil", f64::ceil),
    ("abs", f64::abs),
];

/// Whether an expression is a plain one; then [`value`] may be asked.
pub(super) fn is_plain(source: &str) -> bool {
    // Any number does for a name: none of the operations refuses this one.
    let free = |name: &str| !is_reserved(name) && !ENGINE.contains(&name);
    evaluate(source, |name| (name == "pi" || free(name)).then_some(f64::NAN)).is_some()
}

/// The value of a plain expression, if it has a finite one. `known` gives the numbers that have a name.
pub(super) fn value(source: &str, known: impl Fn(&str) -> Option<f64>) -> Option<f64> {
    let known = |name: &str| known(name).or_else(|| (name == "pi").then_some(std::f64::consts::PI));
    evaluate(source, known).map(Number::float).filter(|x| x.is_finite())
}

fn evaluate(source: &str, known: impl Fn(&str) -> Option<f64>) -> Option<Number> {
    if source.len() > MAX_LENGTH {
        return None;
    }
    let mut reader = Reader { source, at: 0, known, depth: 0 };
    let x = reader.sum()?;
    reader.peek().is_none().then_some(x)
}

/// Whole numbers stay whole as long as they can, as the engine's do.
#[derive(Debug, Clone, Copy)]
enum Number {
    Whole(i64),
    Float(f64),
}

impl Number {
    fn float(self) -> f64 {
        match self {
            Self::Whole(x) => x as f64,
            Self::Float(x) => x,
        }
    }

    fn with(self, other: Self, whole: fn(i64, i64) -> Option<i64>, float: fn(f64, f64) -> f64) -> Option<Self> {
        match (self, other) {
            // Beyond 64 bits, the engine has whole numbers that are longer.
            (Self::Whole(a), Self::Whole(b)) => whole(a, b).map(Self::Whole),
            (a, b) => Some(Self::Float(float(a.float(), b.float()))),
        }
    }

    fn divided(self, by: Self) -> Option<Self> {
        let by = by.float();
        (by != 0.0).then(|| Self::Float(self.float() / by))
    }

    fn power(self, exponent: Self) -> Option<Self> {
        match (self, exponent) {
            (Self::Whole(a), Self::Whole(b)) if b >= 0 => a.checked_pow(u32::try_from(b).ok()?).map(Self::Whole),
            (a, b) => {
                let (a, b) = (a.float(), b.float());
                (a != 0.0 || b >= 0.0 || b.is_nan()).then(|| Self::Float(a.powf(b)))
            }
        }
    }

    fn negative(self) -> Option<Self> {
        match self {
            Self::Whole(x) => x.checked_neg().map(Self::Whole),
            Self::Float(x) => Some(Self::Float(-x)),
        }
    }
}

/// Reads and computes in one go; none wherever something is not plain.
struct Reader<'a, F> {
    source: &'a str,
    at: usize,
    known: F,
    depth: u32,
}

impl<'a, F: Fn(&str) -> Option<f64>> Reader<'a, F> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn sum(&mut self) -> Option<Number> {
        let mut x = self.product()?;
        loop {
            x = match self.peek() {
                Some(b'+') => x.with(self.next_product()?, i64::checked_add, |a, b| a + b)?,
                Some(b'-') => x.with(self.next_product()?, i64::checked_sub, |a, b| a - b)?,
                _ => return Some(x),
            };
        }
    }

    fn next_product(&mut self) -> Option<Number> {
        self.at += 1;
        self.product()
    }

    fn product(&mut self) -> Option<Number> {
        let mut x = self.power()?;
        loop {
            x = match self.peek() {
                Some(b'*') => {
                    self.at += 1;
                    x.with(self.power()?, i64::checked_mul, |a, b| a * b)?
                }
                Some(b'/') => {
                    self.at += 1;
                    // Another / is a division of its own kind, which no number begins with.
                    x.divided(self.power()?)?
                }
                _ => return Some(x),
            };
        }
    }

    /// Powers go from left to right, and a sign belongs to its number: -2 ** 2 is 4.
    fn power(&mut self) -> Option<Number> {
        let mut x = self.signed()?;
        while self.peek() == Some(b'*') && self.rest().starts_with("**") {
            self.at += 2;
            x = x.power(self.signed()?)?;
        }
        Some(x)
    }

    fn signed(&mut self) -> Option<Number> {
        if self.peek() != Some(b'-') {
            return self.primary();
        }
        self.at += 1;
        self.deeper(Self::signed)?.negative()
    }

    fn primary(&mut self) -> Option<Number> {
        let x = match self.peek()? {
            b'(' => self.bracket(),
            b'0'..=b'9' => self.literal(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.named(),
            _ => None,
        }?;
        // Nothing but an operator or a bracket may follow: no attribute, no index, no filter.
        matches!(self.peek(), None | Some(b'+' | b'-' | b'*' | b'/' | b')')).then_some(x)
    }

    fn bracket(&mut self) -> Option<Number> {
        self.at += 1;
        let x = self.deeper(Self::sum)?;
        (self.peek()? == b')').then(|| self.at += 1)?;
        Some(x)
    }

    fn literal(&mut self) -> Option<Number> {
        let rest = self.rest();
        let digits = |from: usize| rest.bytes().skip(from).take_while(u8::is_ascii_digit).count();
        let whole = digits(0);
        let mut length = whole;
        if rest[length..].starts_with('.') {
            length += 1 + Some(digits(length + 1)).filter(|n| *n > 0)?;
        }
        if rest[length..].starts_with(['e', 'E']) {
            let mark = 1 + usize::from(rest[length + 1..].starts_with(['+', '-']));
            length += mark + Some(digits(length + mark)).filter(|n| *n > 0)?;
        }
        self.at += length;
        // 0x10, 1_000 and the like are the engine's.
        if self.rest().starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.')) {
            return None;
        }
        let text = &rest[..length];
        if length == whole { text.parse().ok().map(Number::Whole) } else { text.parse().ok().map(Number::Float) }
    }

    fn named(&mut self) -> Option<Number> {
        let rest = self.rest();
        let name = &rest[..rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count()];
        self.at += name.len();
        if self.peek() == Some(b'(') {
            let (_, function) = FUNCTIONS.iter().find(|(known, _)| *known == name)?;
            return Some(Number::Float(function(self.bracket()?.float())));
        }
        (self.known)(name).map(Number::Float)
    }

    fn deeper(&mut self, read: fn(&mut Self) -> Option<Number>) -> Option<Number> {
        self.depth += 1;
        let x = if self.depth > MAX_DEPTH { None } else { read(self) };
        self.depth -= 1;
        x
    }

    /// The next sign that is not a blank.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.source.as_bytes();
        while bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bank::numbers::{Engine, Scope};

    const NAMES: [(&str, f64); 5] = [("a", 7.0), ("b_2", -0.3), ("zero", 0.0), ("tiny", 1e-300), ("huge", 4e200)];

    fn plain(source: &str) -> Option<f64> {
        is_plain(source).then_some(())?;
        value(source, |name| NAMES.iter().find(|(known, _)| *known == name).map(|(_, x)| *x))
    }

    fn by_the_engine(source: &str) -> Option<f64> {
        let engine = Engine::new();
        let scope = Scope::new(NAMES.iter().map(|(name, x)| ((*name).to_owned(), *x)).collect());
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
            prop_oneof![
                4 => (inner.clone(), operator, inner.clone()).prop_map(|(a, o, b)| format!("{a}{o}{b}")),
                1 => inner.clone().prop_map(|a| format!("({a})")),
                1 => inner.clone().prop_map(|a| format!("-{a}")),
                1 => (function, inner).prop_map(|(f, a)| format!("{f}({a})")),
            ]
        })
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
        fn no_string_of_signs_is_read_in_another_way(
            source in proptest::collection::vec(proptest::sample::select(vec![
                "a", "b_2", "2", "10", "1.5", "1e3", "0x1", "1_0", ".5", "5.", "+", "-", "*", "/", "**", "//", "%", "~", "(", ")",
                ",", " ", ".", "|", "[", "]", "not", "if", "sqrt", "abs(", "min(", "\t", "é", "'",
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
        for source in ["a", "2 * a", "10 ** -3", "-a ** 2 / (b_2 - 1.5e3)", "sqrt(a) * pi", "3 - -a", "(((a)))"] {
            assert!(is_plain(source), "{source}");
            assert_eq!(plain(source).map(f64::to_bits), by_the_engine(source).map(f64::to_bits), "{source}");
        }
        for source in
            ["", "a b", "7 // 2", "a % 4", "a if a else 0", "min(a, 2)", "a.b", "a|int", "(a,)", "1_000", "+a"]
        {
            assert!(!is_plain(source), "{source}");
        }
        let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
        assert!(is_plain(&nested(MAX_DEPTH as usize)) && by_the_engine(&nested(MAX_DEPTH as usize)).is_some());
        assert!(!is_plain(&nested(MAX_DEPTH as usize + 1)));
    }

    #[test]
    fn what_has_no_value_is_left_to_the_engine() {
        for source in ["1 / zero", "zero ** -1", "ln(zero)", "sqrt(0 - 1)", "absent", "huge * huge", "9 ** 99"] {
            assert_eq!(plain(source), None, "{source}");
        }
    }
}
