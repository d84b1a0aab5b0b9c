//! The numbers of a trap: expressions evaluated in the order of the file, and texts that print them.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Rest, Value};
use minijinja::{Environment, Error, ErrorKind, Expression, Template, UndefinedBehavior};

use super::arithmetic::{self, Plain};
use super::plain::{Piece, bound, filled, pieces};
use super::scope::Scope;
use crate::core::number;

/// Bounds the work of one expression or text: about this many steps, or 64 times as many bytes.
const FUEL: u64 = 100_000;

/// The longest product or sum that a function computes term by term.
const MAX_TERMS: f64 = 100_000.0;

/// Euler's constant, for harmonic numbers.
const GAMMA: f64 = 0.577_215_664_901_532_9;

/// Compiles and evaluates. Costly to make and cheap to use: one serves many files.
pub(super) struct Engine {
    env: Environment<'static>,
}

impl Engine {
    pub(super) fn new() -> Self {
        let mut env = Environment::new();
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        env.set_fuel(Some(FUEL));
        env.set_formatter(|out, _, value| Ok(out.write_str(&printed(value)?)?));
        add_functions(&mut env);
        add_filters(&mut env);
        Self { env }
    }

    /// A text ready to be rendered with one set of numbers after another.
    pub(super) fn text<'e>(&'e self, source: &'e str) -> Result<Text<'e>, Trouble> {
        match pieces(source) {
            Some(pieces) => Ok(Text::Plain { pieces, source, engine: self }),
            None => self.template(source).map(Text::Template),
        }
    }

    /// A text that the template engine fills in, however plain it is.
    pub(super) fn template<'e>(&'e self, source: &'e str) -> Result<Template<'e, 'e>, Trouble> {
        let env: &'e Environment<'e> = &self.env;
        env.template_from_str(source).map_err(|e| Trouble::of(&e, || None))
    }

    /// An expression ready to be evaluated with one set of numbers after another.
    pub(super) fn expression<'e>(&'e self, source: &'e str) -> Result<Formula<'e>, Trouble> {
        match Plain::read(source) {
            Some(plain) => Ok(Formula::Plain { plain, source, engine: self }),
            None => self.compiled(source),
        }
    }

    /// An expression that the template engine evaluates, however plain it is.
    pub(super) fn compiled<'e>(&'e self, source: &'e str) -> Result<Formula<'e>, Trouble> {
        let env: &'e Environment<'e> = &self.env;
        env.compile_expression(source).map(Formula::Compiled).map_err(|e| Trouble::of(&e, || None))
    }
}

/// An expression that can be evaluated.
pub(super) enum Formula<'e> {
    /// Evaluated without the template engine, which is asked only to say what is wrong.
    Plain {
        plain: Plain<'e>,
        source: &'e str,
        engine: &'e Engine,
    },
    Compiled(Expression<'e, 'e>),
}

impl Formula<'_> {
    /// Whether all that it needs is names, of which one without a value shows at once.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self, Self::Plain { .. })
    }

    /// Its value: finite, or an explanation why there is none.
    pub(super) fn value(&self, scope: &Scope<'_>) -> Result<f64, Trouble> {
        match self {
            Self::Plain { plain, source, engine } => match plain.value(scope.known()) {
                Some(x) => Ok(x),
                None => engine.compiled(source)?.value(scope),
            },
            Self::Compiled(expression) => {
                let value = expression.eval(scope.value()).and_then(|value| finite(&value));
                value.map_err(|e| Trouble::of(&e, || scope.unknown(expression.undeclared_variables(false))))
            }
        }
    }
}

/// A compiled text.
pub(super) enum Text<'e> {
    /// Nothing but words and printed numbers, as most texts are: filled in without the template engine, which is asked only
    /// to say what is wrong.
    Plain {
        pieces: Vec<Piece<'e>>,
        source: &'e str,
        engine: &'e Engine,
    },
    Template(Template<'e, 'e>),
}

impl Text<'_> {
    /// Whether it certainly can be filled in and has no more than so many characters then: a look that costs less than to fill it in.
    pub(super) fn surely_fits(&self, max: usize, scope: &Scope<'_>) -> bool {
        match self {
            Self::Plain { pieces, source, .. } => {
                source.len() <= max && bound(pieces, scope).is_some_and(|most| most <= max)
            }
            Self::Template(_) => false,
        }
    }

    pub(super) fn render(&self, scope: &Scope<'_>) -> Result<String, Trouble> {
        match self {
            Self::Plain { pieces, source, engine } => match filled(pieces, source.len(), scope) {
                Some(text) => Ok(text),
                None => rendered(&engine.template(source)?, scope),
            },
            Self::Template(template) => rendered(template, scope),
        }
    }
}

fn rendered(template: &Template<'_, '_>, scope: &Scope<'_>) -> Result<String, Trouble> {
    template.render(scope.value()).map_err(|e| Trouble::of(&e, || scope.unknown(template.undeclared_variables(false))))
}

/// Why an expression or a text can't be evaluated.
#[derive(Debug)]
pub(super) struct Trouble {
    /// Within the expression or text, counted from 1.
    pub(super) line: usize,
    pub(super) what: String,
    /// The name that has no value, if that is the reason, and what may have been meant.
    pub(super) unknown: Option<(String, String)>,
}

impl Trouble {
    fn of(error: &Error, unknown: impl FnOnce() -> Option<(String, String)>) -> Self {
        let unknown = match error.kind() {
            // An operator complains about the undefined operand before anything else does.
            ErrorKind::UndefinedError | ErrorKind::InvalidOperation => unknown(),
            _ => None,
        };
        let what = match (&unknown, error.kind()) {
            (Some((name, _)), _) => format!("'{name}' has no value here"),
            (None, ErrorKind::OutOfFuel) => "too much work for one text".to_owned(),
            (None, ErrorKind::InvalidOperation) if error.detail().is_some_and(|detail| detail.contains(SHOWN)) => {
                "a filter comes before other signs: put what it is to print in brackets, as in (2 * x) | fixed(1)"
                    .to_owned()
            }
            (None, kind) => error.detail().map_or_else(|| kind.to_string(), str::to_owned),
        };
        Self { line: error.line().unwrap_or(1), what, unknown }
    }
}

/// Whether a name means something to the expressions already.
pub(super) fn is_reserved(name: &str) -> bool {
    let word = matches!(
        name,
        "pi" | "true" | "false" | "none" | "and" | "or" | "not" | "in" | "is" | "if" | "else" | "for" | "loop"
    );
    let function = matches!(
        name,
        "sqrt"
            | "exp"
            | "ln"
            | "log2"
            | "log10"
            | "floor"
            | "ceil"
            | "round"
            | "abs"
            | "min"
            | "max"
            | "comb"
            | "harmonic"
    );
    word || function
}

/// `[a-z_][a-z0-9_]*`, in either case.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn printed(value: &Value) -> Result<String, Error> {
    if value.is_undefined() {
        return Err(ErrorKind::UndefinedError.into());
    }
    if value.is_number() { Ok(number::show(finite(value)?)) } else { Ok(value.to_string()) }
}

fn finite(value: &Value) -> Result<f64, Error> {
    if value.is_undefined() {
        return Err(ErrorKind::UndefinedError.into());
    }
    let x = if value.is_number() { f64::try_from(value.clone())? } else { return Err(invalid("not a number")) };
    if x.is_finite() { Ok(x) } else { Err(invalid("the result is not finite")) }
}

fn invalid(what: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, what)
}

fn add_functions(env: &mut Environment<'_>) {
    env.add_global("pi", std::f64::consts::PI);
    for (name, function) in arithmetic::FUNCTIONS {
        env.add_function(name, function);
    }
    for (name, pick) in arithmetic::PICKS {
        env.add_function(name, move |all: Rest<f64>| extreme(&all, pick));
    }
    env.add_function("round", |x: f64, digits: Option<i32>| arithmetic::rounded(x, digits.unwrap_or(0)));
    env.add_function("comb", combinations);
    env.add_function("harmonic", harmonic);
}

fn extreme(all: &[f64], pick: fn(f64, f64) -> f64) -> Result<f64, Error> {
    all.iter().copied().reduce(pick).ok_or_else(|| invalid("needs at least one number"))
}

/// n! / (k! (n - k)!)
fn combinations(n: f64, k: f64) -> Result<f64, Error> {
    if n.fract() != 0.0 || k.fract() != 0.0 || k < 0.0 || n < k {
        return Err(invalid("comb(n, k) needs whole numbers with 0 <= k <= n"));
    }
    let terms = k.min(n - k);
    if terms > MAX_TERMS {
        return Err(invalid("comb(n, k) is too long to compute"));
    }
    let count = (1..=terms as u32).fold(1.0, |product, i| product * (n - terms + f64::from(i)) / f64::from(i));
    Ok(if count < 9e15 { count.round() } else { count })
}

/// 1 + 1/2 + … + 1/n; beyond 1,000 terms by Euler–Maclaurin, whose error there is below 1e-19.
fn harmonic(n: f64) -> Result<f64, Error> {
    if n.fract() != 0.0 || n < 0.0 {
        return Err(invalid("harmonic(n) needs a whole number of at least 0"));
    }
    if n <= 1_000.0 {
        return Ok((1..=n as u32).map(|i| f64::from(i).recip()).sum());
    }
    Ok(n.ln() + GAMMA + 1.0 / (2.0 * n) - 1.0 / (12.0 * n * n))
}

fn add_filters(env: &mut Environment<'_>) {
    let mut add = |name: &'static str, usual: usize, show: fn(f64, usize) -> String| {
        env.add_filter(name, move |x: Value, n: Option<usize>| {
            digits(n.unwrap_or(usual)).and_then(|n| Ok(Value::from_object(Shown(show(finite(&x)?, n)))))
        });
    };
    add("fixed", 0, number::fixed);
    add("sig", 3, number::significant);
    add("pct", 0, number::percent);
    add("sci", 2, number::scientific);
    env.add_filter("int", |x: Value| finite(&x).map(|x| Value::from_object(Shown(number::fixed(x, 0)))));
}

/// A number as it is printed. No text, for the engine would compute with that: `3 * x | int` would print the number three times.
#[derive(Debug)]
struct Shown(String);

/// What the engine calls such a value.
const SHOWN: &str = "plain object";

impl Object for Shown {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn digits(n: usize) -> Result<usize, Error> {
    if n <= number::MAX_DIGITS { Ok(n) } else { Err(invalid("a number has no more than 15 digits")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope<'static> {
        Scope::new([("params_b", 7.0), ("zero", 0.0)])
    }

    fn value(expression: &str) -> Result<f64, String> {
        Engine::new().expression(expression).and_then(|f| f.value(&scope())).map_err(|t| t.what)
    }

    #[test]
    fn expressions_compute() {
        for (expression, x) in [
            ("params_b * 16", 112.0),
            ("7 / 2", 3.5),
            ("7 // 2", 3.0),
            ("params_b % 4", 3.0),
            ("10 ** -3", 0.001),
            ("params_b if params_b > 3 else 0", 7.0),
            ("sqrt(16) + round(2.345, 2)", 6.35),
            ("min(3, params_b) + max(1, 2, 5)", 8.0),
            ("comb(5, 2)", 10.0),
            ("comb(52, 5)", 2_598_960.0),
            ("harmonic(4)", 25.0 / 12.0),
            ("log2(8) + ln(exp(1)) + log10(100)", 6.0),
            ("floor(2.7) + ceil(2.1) + abs(-1)", 6.0),
        ] {
            let got = value(expression).unwrap_or_else(|e| panic!("{expression}: {e}"));
            assert!((got - x).abs() < 1e-12, "{expression} = {got}");
        }
    }

    #[test]
    fn harmonic_numbers_join_up() {
        let direct: f64 = (1..=5_000u32).map(|i| f64::from(i).recip()).sum();
        assert!((harmonic(5_000.0).unwrap() - direct).abs() < 1e-12);
    }

    #[test]
    fn what_has_no_value_says_why() {
        assert_eq!(value("param_b * 2").unwrap_err(), "'param_b' has no value here");
        assert_eq!(value("param_b").unwrap_err(), "'param_b' has no value here");
        assert!(value("1 / zero").unwrap_err().contains('/'));
        assert_eq!(value("ln(zero)").unwrap_err(), "the result is not finite");
        assert_eq!(value("sqrt(0 - 1)").unwrap_err(), "the result is not finite");
        assert_eq!(value("'text'").unwrap_err(), "not a number");
        assert!(value("params_b +").is_err());
        assert!(value("comb(5, 2.5)").is_err());
    }

    #[test]
    fn texts_print_numbers_and_name_the_line() {
        let engine = Engine::new();
        let source = "{{ params_b * 1000 }} and {{ params_b | fixed(1) }},\n{{ (params_b / 9) | pct(1) }}";
        assert_eq!(engine.text(source).unwrap().render(&scope()).unwrap(), "7,000 and 7.0,\n77.8%");
        let trouble = engine.text("one\ntwo {{ params }}").unwrap().render(&scope()).unwrap_err();
        assert_eq!((trouble.line, trouble.what.as_str()), (2, "'params' has no value here"));
        assert_eq!(engine.text("one\ntwo {{ 1 + }}").err().unwrap().line, 2);
    }

    #[test]
    fn what_is_printed_is_not_computed_with() {
        let engine = Engine::new();
        for source in
            ["{{ 3 * params_b | int }}", "{{ params_b | int + params_b | int }}", "{{ params_b | sig(2) - 1 }}"]
        {
            let trouble = engine.text(source).unwrap().render(&scope()).unwrap_err();
            assert!(trouble.what.contains("brackets"), "{source}: {}", trouble.what);
        }
        assert_eq!(engine.text("{{ (3 * params_b) | int }}").unwrap().render(&scope()).unwrap(), "21");
    }

    #[test]
    fn a_runaway_text_is_stopped() {
        let engine = Engine::new();
        let text =
            engine.text("{% for i in range(9000) %}{% for j in range(9000) %}{{ j }}{% endfor %}{% endfor %}").unwrap();
        assert_eq!(text.render(&scope()).unwrap_err().what, "too much work for one text");
    }
}
