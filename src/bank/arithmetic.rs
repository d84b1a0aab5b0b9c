//! The plain expressions that most numbers are: computed as the template engine computes them, to the last bit, without it.
//!
//! What it does not know, and whatever has no finite value, is left to the engine, which also says what is wrong.

use std::cell::Cell;

use super::numbers::is_reserved;

/// Longer expressions are the engine's, which bounds their work.
const MAX_LENGTH: usize = 500;
/// How deep brackets, calls and signs may nest: less than the engine allows.
const MAX_DEPTH: u32 = 30;
/// How many numbers may wait for one that comes behind them.
const MAX_WAITING: usize = 16;

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

/// A plain expression, read once and evaluated often.
#[derive(Debug)]
pub(super) struct Plain<'e> {
    /// What is done one after the other: each step takes numbers off the end of a list, and puts one there.
    steps: Vec<Step<'e>>,
}

#[derive(Debug)]
enum Step<'e> {
    Number(Number),
    Named(&'e str, Hint),
    Negative,
    Call(Function),
    Operation(Operation),
}

#[derive(Debug, Clone, Copy)]
enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

/// Where among the known numbers a name stood last time: most often it stands there again.
#[derive(Debug, Default)]
struct Hint(Cell<usize>);

impl<'e> Plain<'e> {
    /// Reads an expression; none if it is not a plain one.
    pub(super) fn read(source: &'e str) -> Option<Self> {
        if source.len() > MAX_LENGTH {
            return None;
        }
        let mut reader =
            Reader { source, at: 0, depth: 0, steps: Vec::with_capacity(source.len() / 4 + 1), waiting: 0 };
        reader.sum()?;
        reader.peek().is_none().then_some(())?;
        let plain = Self { steps: reader.steps };
        // Any number does for a name: none of the operations refuses this one.
        plain.evaluate(|_, _| Some(f64::NAN)).is_some().then_some(plain)
    }

    /// The value, if there is a finite one. `known`: the numbers that have a name, the first of a name counting.
    pub(super) fn value(&self, known: &[(&str, f64)]) -> Option<f64> {
        let of = |name: &str, hint: &Hint| {
            let found = hint.find(name, known);
            found.or_else(|| (name == "pi").then_some(std::f64::consts::PI))
        };
        self.evaluate(of).map(Number::float).filter(|x| x.is_finite())
    }

    fn evaluate(&self, known: impl Fn(&'e str, &Hint) -> Option<f64>) -> Option<Number> {
        let mut list = Waiting { numbers: [Number::Whole(0); MAX_WAITING], count: 0 };
        for step in &self.steps {
            let x = match step {
                Step::Number(x) => *x,
                Step::Named(name, hint) => Number::Float(known(name, hint)?),
                Step::Negative => list.last().negative()?,
                Step::Call(function) => Number::Float(function(list.last().float())),
                Step::Operation(operation) => {
                    let (second, first) = (list.last(), list.last());
                    operation.of(first, second)?
                }
            };
            list.numbers[list.count] = x;
            list.count += 1;
        }
        Some(list.last())
    }
}

/// The numbers that wait for what is done with them.
struct Waiting {
    numbers: [Number; MAX_WAITING],
    count: usize,
}

impl Waiting {
    /// Takes the last one off.
    fn last(&mut self) -> Number {
        self.count -= 1;
        self.numbers[self.count]
    }
}

impl Operation {
    fn of(self, a: Number, b: Number) -> Option<Number> {
        match self {
            Self::Add => a.with(b, i64::checked_add, |a, b| a + b),
            Self::Subtract => a.with(b, i64::checked_sub, |a, b| a - b),
            Self::Multiply => a.with(b, i64::checked_mul, |a, b| a * b),
            Self::Divide => a.divided(b),
            Self::Power => a.power(b),
        }
    }
}

impl Hint {
    fn find(&self, name: &str, known: &[(&str, f64)]) -> Option<f64> {
        let place = match known.get(self.0.get()) {
            Some((there, _)) if *there == name => self.0.get(),
            _ => known.iter().position(|(there, _)| *there == name)?,
        };
        self.0.set(place);
        Some(known[place].1)
    }
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

/// Reads an expression into steps; none wherever something is not plain.
struct Reader<'e> {
    source: &'e str,
    at: usize,
    depth: u32,
    steps: Vec<Step<'e>>,
    /// How many numbers wait for another one after these steps.
    waiting: usize,
}

impl<'e> Reader<'e> {
    fn rest(&self) -> &'e str {
        &self.source[self.at..]
    }

    /// A step that puts a number at the end.
    fn operand(&mut self, step: Step<'e>) -> Option<()> {
        self.waiting += 1;
        self.steps.push(step);
        (self.waiting <= MAX_WAITING).then_some(())
    }

    /// A step that makes one number of two.
    fn operator(&mut self, operation: Operation) {
        self.waiting -= 1;
        self.steps.push(Step::Operation(operation));
    }

    fn sum(&mut self) -> Option<()> {
        self.product()?;
        loop {
            let operation = match self.peek() {
                Some(b'+') => Operation::Add,
                Some(b'-') => Operation::Subtract,
                _ => return Some(()),
            };
            self.at += 1;
            self.product()?;
            self.operator(operation);
        }
    }

    fn product(&mut self) -> Option<()> {
        self.power()?;
        loop {
            let operation = match self.peek() {
                Some(b'*') => Operation::Multiply,
                // Another / is a division of its own kind, which no number begins with.
                Some(b'/') => Operation::Divide,
                _ => return Some(()),
            };
            self.at += 1;
            self.power()?;
            self.operator(operation);
        }
    }

    /// Powers go from left to right, and a sign belongs to its number: -2 ** 2 is 4.
    fn power(&mut self) -> Option<()> {
        self.signed()?;
        while self.peek() == Some(b'*') && self.rest().starts_with("**") {
            self.at += 2;
            self.signed()?;
            self.operator(Operation::Power);
        }
        Some(())
    }

    fn signed(&mut self) -> Option<()> {
        if self.peek() != Some(b'-') {
            return self.primary();
        }
        self.at += 1;
        self.deeper(Self::signed)?;
        self.steps.push(Step::Negative);
        Some(())
    }

    fn primary(&mut self) -> Option<()> {
        match self.peek()? {
            b'(' => self.bracket(),
            b'0'..=b'9' => self.literal(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.named(),
            _ => None,
        }?;
        // Nothing but an operator or a bracket may follow: no attribute, no index, no filter.
        matches!(self.peek(), None | Some(b'+' | b'-' | b'*' | b'/' | b')')).then_some(())
    }

    fn bracket(&mut self) -> Option<()> {
        self.at += 1;
        self.deeper(Self::sum)?;
        (self.peek()? == b')').then(|| self.at += 1)
    }

    fn literal(&mut self) -> Option<()> {
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
        let x = if length == whole { Number::Whole(text.parse().ok()?) } else { Number::Float(text.parse().ok()?) };
        self.operand(Step::Number(x))
    }

    fn named(&mut self) -> Option<()> {
        let rest = self.rest();
        let name = &rest[..rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count()];
        self.at += name.len();
        if self.peek() == Some(b'(') {
            let (_, function) = FUNCTIONS.iter().find(|(known, _)| *known == name)?;
            self.bracket()?;
            self.steps.push(Step::Call(*function));
            return Some(());
        }
        let free = name == "pi" || (!is_reserved(name) && !ENGINE.contains(&name));
        free.then_some(())?;
        self.operand(Step::Named(name, Hint::default()))
    }

    fn deeper(&mut self, read: fn(&mut Self) -> Option<()>) -> Option<()> {
        self.depth += 1;
        let done = if self.depth > MAX_DEPTH { None } else { read(self) };
        self.depth -= 1;
        done
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
mod tests;
