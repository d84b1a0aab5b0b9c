//! The plain expressions that most numbers are: computed as the template engine computes them, to the last bit, without it.
//!
//! What it does not know, and whatever has no finite value, is left to the engine, which also says what is wrong.

use std::cell::Cell;

mod read;

/// Longer expressions are the engine's, which bounds their work.
const MAX_LENGTH: usize = 500;
/// How deep brackets, calls and signs may nest: less than the engine allows.
const MAX_DEPTH: u32 = 30;
/// How many numbers may wait for one that comes behind them.
const MAX_WAITING: usize = 28;

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

type Pick = fn(f64, f64) -> f64;

/// Functions that pick one of several numbers.
pub(super) const PICKS: [(&str, Pick); 2] = [("min", f64::min), ("max", f64::max)];

/// To so many digits behind the point; halves go away from zero.
pub(super) fn rounded(x: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits.clamp(-300, 300));
    (x * scale).round() / scale
}

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
    Pick(Pick),
    /// Takes the digits too.
    Round,
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
pub(super) struct Hint(Cell<usize>);

impl<'e> Plain<'e> {
    /// Reads an expression; none if it is not a plain one.
    pub(super) fn read(source: &'e str) -> Option<Self> {
        Self::of(read::steps(source)?)
    }

    /// Reads an expression that can stand before a filter: a number, a name, a call or brackets.
    pub(super) fn operand(source: &'e str) -> Option<Self> {
        Self::of(read::operand(source)?)
    }

    fn of(steps: Vec<Step<'e>>) -> Option<Self> {
        let plain = Self { steps };
        // Any number does for a name: nothing but a number of digits refuses this one.
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
                Step::Pick(pick) => {
                    let (second, first) = (list.last(), list.last());
                    Number::Float(pick(first.float(), second.float()))
                }
                Step::Round => {
                    let (digits, x) = (list.last(), list.last());
                    Number::Float(rounded(x.float(), digits.digits()?))
                }
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
    /// The number of a name.
    pub(super) fn find(&self, name: &str, known: &[(&str, f64)]) -> Option<f64> {
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

    /// As a number of digits, which has to be a whole one.
    fn digits(self) -> Option<i32> {
        match self {
            Self::Whole(x) => i32::try_from(x).ok(),
            Self::Float(_) => None,
        }
    }

    fn negative(self) -> Option<Self> {
        match self {
            Self::Whole(x) => x.checked_neg().map(Self::Whole),
            Self::Float(x) => Some(Self::Float(-x)),
        }
    }
}

#[cfg(test)]
mod tests;
