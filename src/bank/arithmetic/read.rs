//! Reads an expression into steps, none wherever something is not plain.

use super::{FUNCTIONS, Hint, MAX_DEPTH, MAX_LENGTH, MAX_WAITING, Number, Operation, PICKS, Step};
use crate::bank::numbers::is_reserved;

/// The steps of a plain expression.
pub(super) fn steps(source: &str) -> Option<Vec<Step<'_>>> {
    Reader::of(source)?.all(Reader::sum)
}

/// The steps of one that is a single operand.
pub(super) fn operand(source: &str) -> Option<Vec<Step<'_>>> {
    Reader::of(source)?.all(Reader::primary)
}

struct Reader<'e> {
    source: &'e str,
    at: usize,
    depth: u32,
    steps: Vec<Step<'e>>,
    /// How many numbers wait for another one after these steps.
    waiting: usize,
}

impl<'e> Reader<'e> {
    fn of(source: &'e str) -> Option<Self> {
        (source.len() <= MAX_LENGTH).then(|| {
            let steps = Vec::with_capacity(source.len() / 4 + 1);
            Self { source, at: 0, depth: 0, steps, waiting: 0 }
        })
    }

    /// The steps, if there is nothing left to read.
    fn all(mut self, read: fn(&mut Self) -> Option<()>) -> Option<Vec<Step<'e>>> {
        read(&mut self)?;
        self.peek().is_none().then_some(self.steps)
    }

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
        // Nothing but an operator, a bracket or another number of a call may follow: no attribute, no index, no filter.
        matches!(self.peek(), None | Some(b'+' | b'-' | b'*' | b'/' | b')' | b',')).then_some(())
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
            return self.call(name);
        }
        // The engine gives more names a meaning of its own than are reserved.
        let free = name == "pi" || !(is_reserved(name) || matches!(name, "True" | "False" | "None" | "self"));
        free.then_some(())?;
        self.operand(Step::Named(name, Hint::default()))
    }

    fn call(&mut self, name: &str) -> Option<()> {
        if let Some((_, function)) = FUNCTIONS.iter().find(|(known, _)| *known == name) {
            self.bracket()?;
            self.steps.push(Step::Call(*function));
            return Some(());
        }
        self.at += 1;
        self.deeper(Self::sum)?;
        match PICKS.iter().find(|(known, _)| *known == name) {
            Some((_, pick)) => {
                // Whatever it picks has no longer the nature of a whole number.
                self.steps.push(Step::Call(std::convert::identity));
                while self.next_argument()? {
                    self.waiting -= 1;
                    self.steps.push(Step::Pick(*pick));
                }
            }
            None if name == "round" => {
                if !self.next_argument()? {
                    self.operand(Step::Number(Number::Whole(0)))?;
                }
                self.waiting -= 1;
                self.steps.push(Step::Round);
            }
            None => return None,
        }
        (self.peek()? == b')').then(|| self.at += 1)
    }

    /// Whether there is one more.
    fn next_argument(&mut self) -> Option<bool> {
        if self.peek()? != b',' {
            return Some(false);
        }
        self.at += 1;
        self.deeper(Self::sum).map(|()| true)
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
