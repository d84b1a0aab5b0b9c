//! The plain TOML that most front matter is, read in one go. What it does not know, and whatever may be wrong, is left to the parser
//! that knows all of TOML, which also says what is wrong.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::tree::{Entry, Item, Tree, Value};

/// The most keys of a table: they are compared one by one.
const MAX_KEYS: usize = 128;
/// How deep lists and tables may stand in each other.
const MAX_DEPTH: usize = 8;

/// A piece of a file as a tree, if it is plain; `first` is the line of the file on which it begins.
pub(super) fn read(text: &str, first: usize) -> Option<Tree<'_>> {
    let mut reader = Reader { text, at: 0, line: first };
    let mut top = Tree(reader.pairs()?);
    let mut opened = Opened::default();
    while let Some(header) = reader.header()? {
        let tree = Tree(reader.pairs()?);
        opened.put(&mut top, &header, tree)?;
    }
    Some(top)
}

/// `[table]`, `[table.inner]`, `[[list]]` or `[[list.inner]]`.
struct Header<'t> {
    line: usize,
    list: bool,
    name: &'t str,
    inner: Option<&'t str>,
}

/// What headers have opened: no key and no value may be opened again, but a list of tables goes on.
#[derive(Default)]
struct Opened<'t> {
    /// The number of the table that holds it, 0 for the top, and its name.
    names: Vec<(usize, &'t str)>,
    /// How many tables at the top have come.
    tables: Vec<(&'t str, usize)>,
}

impl<'t> Opened<'t> {
    fn put(&mut self, top: &mut Tree<'t>, header: &Header<'t>, tree: Tree<'t>) -> Option<()> {
        let Some(inner) = header.inner else {
            self.add(0, top, header.name, header, tree)?;
            let number = self.tables.len() + 1;
            self.tables.push((header.name, number));
            return Some(());
        };
        // The table that holds it is the last of its name.
        let (_, holder) = *self.tables.iter().rfind(|(name, _)| *name == header.name)?;
        let holding = match &mut find(top, header.name)?.value {
            Value::Table(tree) => tree,
            Value::List(items) => match &mut items.last_mut()?.value {
                Value::Table(tree) => tree,
                _ => return None,
            },
            _ => return None,
        };
        self.add(holder, holding, inner, header, tree)
    }

    fn add(
        &mut self,
        holder: usize,
        to: &mut Tree<'t>,
        name: &'t str,
        header: &Header<'t>,
        tree: Tree<'t>,
    ) -> Option<()> {
        let line = header.line;
        let value = Value::Table(tree);
        if to.0.len() >= MAX_KEYS {
            return None;
        }
        match find(to, name) {
            None => {
                let value = if header.list { Value::List(vec![Item { line, value }]) } else { value };
                to.0.push(Entry { key: Cow::Borrowed(name), key_line: line, line, value });
                self.names.push((holder, name));
                Some(())
            }
            Some(Entry { value: Value::List(items), .. }) if header.list && self.names.contains(&(holder, name)) => {
                items.push(Item { line, value });
                Some(())
            }
            _ => None,
        }
    }
}

fn find<'a, 't>(tree: &'a mut Tree<'t>, name: &str) -> Option<&'a mut Entry<'t>> {
    tree.0.iter_mut().find(|entry| entry.key == name)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// The line of the file that is being read.
    line: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes past this sign, if it is the next one.
    fn take(&mut self, sign: u8) -> Option<()> {
        (self.peek() == Some(sign)).then(|| self.at += 1)
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// Goes past the end of the line, with a comment before it.
    fn end_of_line(&mut self) -> Option<()> {
        self.blanks();
        if self.peek() == Some(b'#') {
            self.at += self.run(|byte| byte == b'\t' || !byte.is_ascii_control());
        }
        if self.at < self.text.len() {
            self.take(b'\n')?;
            self.line += 1;
        }
        Some(())
    }

    /// Goes past lines without content, to the first sign of one with it.
    fn empty_lines(&mut self) -> Option<()> {
        loop {
            self.blanks();
            match self.peek() {
                Some(b'\n' | b'#') => self.end_of_line()?,
                _ => return Some(()),
            }
        }
    }

    /// How many bytes of a kind follow.
    fn run(&self, of_kind: impl Fn(u8) -> bool) -> usize {
        self.text.as_bytes()[self.at..].iter().take_while(|byte| of_kind(**byte)).count()
    }

    fn key(&mut self) -> Option<&'t str> {
        let length = self.run(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        let key = &self.text[self.at..self.at + length];
        self.at += length;
        (length > 0).then_some(key)
    }

    /// The pairs of key and value up to the next header or the end.
    fn pairs(&mut self) -> Option<Vec<Entry<'t>>> {
        let mut entries = Vec::new();
        loop {
            self.empty_lines()?;
            if matches!(self.peek(), None | Some(b'[')) {
                return Some(entries);
            }
            self.pair(&mut entries, 0)?;
            self.end_of_line()?;
        }
    }

    fn pair(&mut self, entries: &mut Vec<Entry<'t>>, depth: usize) -> Option<()> {
        let key_line = self.line;
        let key = self.key()?;
        self.blanks();
        self.take(b'=')?;
        self.blanks();
        let line = self.line;
        let value = self.value(depth)?;
        let fresh = entries.len() < MAX_KEYS && entries.iter().all(|entry| entry.key != key);
        fresh.then(|| entries.push(Entry { key: Cow::Borrowed(key), key_line, line, value }))
    }

    /// The next header; none at the end.
    fn header(&mut self) -> Option<Option<Header<'t>>> {
        if self.peek().is_none() {
            return Some(None);
        }
        let line = self.line;
        self.take(b'[')?;
        let list = self.take(b'[').is_some();
        let name = self.key()?;
        let inner = if self.take(b'.').is_some() { Some(self.key()?) } else { None };
        self.take(b']')?;
        if list {
            self.take(b']')?;
        }
        self.end_of_line()?;
        Some(Some(Header { line, list, name, inner }))
    }

    fn value(&mut self, depth: usize) -> Option<Value<'t>> {
        if depth > MAX_DEPTH {
            return None;
        }
        match self.peek()? {
            quote @ (b'"' | b'\'') => self.quoted(quote),
            b'[' => self.list(depth),
            b'{' => self.table(depth),
            _ => self.word(),
        }
    }

    /// A text on one line without escapes.
    fn quoted(&mut self, quote: u8) -> Option<Value<'t>> {
        self.at += 1;
        let plain = |byte: u8| {
            byte != quote && (byte != b'\\' || quote == b'\'') && (byte == b'\t' || !byte.is_ascii_control())
        };
        let length = self.run(plain);
        let text = &self.text[self.at..self.at + length];
        self.at += length;
        self.take(quote)?;
        // Three of them begin a text of several lines.
        (self.peek() != Some(quote)).then_some(Value::Text(Cow::Borrowed(text)))
    }

    fn list(&mut self, depth: usize) -> Option<Value<'t>> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.empty_lines()?;
            if self.take(b']').is_some() {
                return Some(Value::List(items));
            }
            items.push(Item { line: self.line, value: self.value(depth + 1)? });
            self.empty_lines()?;
            if self.take(b',').is_none() && self.peek() != Some(b']') {
                return None;
            }
        }
    }

    /// A table on one line.
    fn table(&mut self, depth: usize) -> Option<Value<'t>> {
        self.at += 1;
        let mut entries = Vec::new();
        loop {
            self.blanks();
            self.pair(&mut entries, depth + 1)?;
            self.blanks();
            if self.take(b'}').is_some() {
                return Some(Value::Table(Tree(entries)));
            }
            self.take(b',')?;
        }
    }

    /// A number, a date, or `true` or `false`.
    fn word(&mut self) -> Option<Value<'t>> {
        let length = self.run(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_' | b':'));
        let word = &self.text[self.at..self.at + length];
        self.at += length;
        match word {
            "true" => Some(Value::Truth(true)),
            "false" => Some(Value::Truth(false)),
            _ => number(word).or_else(|| Some(Value::Date(Some(date(word)?)))),
        }
    }
}

/// Digits, perhaps with a sign, a point and a power.
fn number(word: &str) -> Option<Value<'static>> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (front, power) = word.split_once(['e', 'E']).map_or((word, None), |(front, power)| (front, Some(power)));
    let (whole, part) = front.split_once('.').map_or((front, None), |(whole, part)| (whole, Some(part)));
    let whole = unsigned(whole);
    // No number but 0 itself begins with it.
    if !digits(whole) || (whole.starts_with('0') && whole.len() > 1) {
        return None;
    }
    if part.is_none() && power.is_none() {
        return word.parse().ok().map(|whole| Value::Whole(Some(whole)));
    }
    let real = word.parse().ok().filter(|real: &f64| real.is_finite())?;
    let plain = part.is_none_or(digits) && power.is_none_or(|power| digits(unsigned(power)));
    plain.then_some(Value::Real(Some(real)))
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

/// `2026-05-08`.
fn date(word: &str) -> Option<NaiveDate> {
    let marks = word
        .bytes()
        .enumerate()
        .all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    if word.len() != 10 || !marks {
        return None;
    }
    NaiveDate::from_ymd_opt(word[..4].parse().ok()?, word[5..7].parse().ok()?, word[8..].parse().ok()?)
}

#[cfg(test)]
mod tests;
