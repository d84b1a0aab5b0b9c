//! Reads a number as people type it into a chat, and refuses what could mean two things.

use crate::core::refusal::Refusal;

/// The longest text that is read, in characters.
const LONGEST: usize = 40;

/// Reads a number as people type it: `42`, `1,234.5`, `1 234`, `8.4e9`, `−3`, `.5`, `84 GB`, `25%` (which is 25), `~3`, `$12`.
///
/// - Whatever follows the number is its unit and is ignored here, so `7B` and `7 billion` are 7: see [`parse_in`].
///   A unit that holds a digit is refused, because `12-15`, `1/2` and `3×10⁹` would otherwise be read as their first part.
/// - One comma that is not followed by exactly three digits is a decimal comma: `1,5` is 1.5, `1,500` is 1500, `0,125` is 0.125.
/// - Of a comma and a dot, the last one is the decimal mark: `1.234,5` is 1234.5. Thousands come in groups of three.
///
/// The result is finite.
///
/// # Errors
/// [`Refusal::BadNumber`].
pub fn parse_number(text: &str) -> Result<f64, Refusal> {
    let text = text.trim();
    read(text).map(|(value, _)| value).ok_or_else(|| unreadable(text))
}

/// Reads a number that is to be in a unit, as [`parse_number`] does. One that comes with another unit of size, time or share is
/// refused, for `0.02 s` is not 0.02 ms and `11k` not 11; any other word behind the number says nothing of what it is worth.
///
/// # Errors
/// [`Refusal::BadNumber`], [`Refusal::OtherUnit`].
pub fn parse_in(text: &str, unit: &str) -> Result<f64, Refusal> {
    let text = text.trim();
    let (value, typed) = read(text).ok_or_else(|| unreadable(text))?;
    // A trap in "billion tokens" is in billions.
    let wanted = unit.split(' ').next().unwrap_or_default();
    if unit_of(&typed).is_some_and(|known| unit_of(wanted) != Some(known)) {
        return Err(Refusal::OtherUnit { given: text.chars().take(LONGEST).collect(), unit: unit.to_owned() });
    }
    Ok(value)
}

fn unreadable(text: &str) -> Refusal {
    Refusal::BadNumber { given: text.chars().take(LONGEST).collect() }
}

/// Units and multiples that would make another number of the same answer, each with other spellings.
const UNITS: [&[&str]; 19] = [
    &["%", "percent"],
    &["s", "sec", "secs", "second", "seconds"],
    &["ms"],
    &["µs", "us"],
    &["ns"],
    &["min", "minute", "minutes"],
    &["h", "hour", "hours"],
    &["KB"],
    &["MB"],
    &["GB"],
    &["TB"],
    &["KiB"],
    &["MiB"],
    &["GiB"],
    &["TiB"],
    &["k", "thousand"],
    &["million", "M", "mn"],
    &["billion", "B", "bn"],
    &["trillion", "T", "tn"],
];

fn unit_of(typed: &str) -> Option<&'static str> {
    let spelled = |names: &&[&str]| names.iter().any(|name| typed.eq_ignore_ascii_case(name));
    UNITS.iter().find(|names| spelled(names)).map(|names| names[0])
}

/// The number, and what stands behind it.
fn read(text: &str) -> Option<(f64, String)> {
    if text.chars().count() > LONGEST {
        return None;
    }
    let text: String = text.chars().map(plain).collect();
    let (sign, rest) = leading_sign(text.trim_start_matches(['~', '≈', '=', ' ']));
    let rest = rest.trim_start_matches(['$', '€', '£', '¥', ' ']);
    let (digits, rest) = rest.split_at(rest.find(|c| !belongs_to_digits(c)).unwrap_or(rest.len()));
    let (exponent, unit) = leading_exponent(rest);
    if unit.chars().any(char::is_numeric) {
        return None;
    }
    let value: f64 = format!("{sign}{}{exponent}", canonical(digits.trim_end())?).parse().ok()?;
    // Adding zero turns a typed -0 into 0.
    value.is_finite().then(|| (value + 0.0, unit.trim().to_owned()))
}

/// One spelling for each of the signs and spaces that phones and spreadsheets produce.
fn plain(c: char) -> char {
    match c {
        '\u{2212}' | '\u{2013}' | '\u{FE63}' | '\u{FF0D}' => '-',
        '\u{2019}' => '\'',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

fn leading_sign(text: &str) -> (&'static str, &str) {
    match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    }
}

fn belongs_to_digits(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '.' | ',' | ' ' | '_' | '\'')
}

/// Splits `e9` off `e9 GB`; an `e` without digits belongs to the unit.
fn leading_exponent(text: &str) -> (&str, &str) {
    let Some(after_e) = text.strip_prefix(['e', 'E']) else { return ("", text) };
    let after_sign = after_e.strip_prefix(['+', '-']).unwrap_or(after_e);
    let unit = after_sign.trim_start_matches(|c: char| c.is_ascii_digit());
    if unit.len() == after_sign.len() { ("", text) } else { text.split_at(text.len() - unit.len()) }
}

/// The digits with a dot as their decimal mark and without separators; `None` where the marks contradict each other.
fn canonical(digits: &str) -> Option<String> {
    let (whole, fraction) = match decimal_mark(digits) {
        Some(at) => (&digits[..at], &digits[at + 1..]),
        None => (digits, ""),
    };
    let whole = ungrouped(whole)?;
    let clean = fraction.bytes().all(|b| b.is_ascii_digit());
    (clean && !(whole.is_empty() && fraction.is_empty())).then(|| format!("{whole}.{fraction}0"))
}

/// Where the decimal mark stands, if one of the marks is one.
fn decimal_mark(digits: &str) -> Option<usize> {
    let last = |mark: char| digits.rfind(mark);
    let single = |mark: char| digits.matches(mark).count() == 1;
    match (last('.'), last(',')) {
        (Some(dot), Some(comma)) => Some(dot.max(comma)),
        (Some(dot), None) => single('.').then_some(dot),
        (None, Some(comma)) => (single(',') && grouped(digits, ',').is_none()).then_some(comma),
        (None, None) => None,
    }
}

/// Takes the thousands separators out: all of one kind, each before exactly three digits.
fn ungrouped(whole: &str) -> Option<String> {
    match whole.chars().find(|c| !c.is_ascii_digit()) {
        None => Some(whole.to_owned()),
        Some(separator) => grouped(whole, separator),
    }
}

fn grouped(whole: &str, separator: char) -> Option<String> {
    let mut groups = whole.split(separator);
    let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    let head = groups.next().filter(|head| (1..=3).contains(&head.len()) && digits(head) && !head.starts_with('0'))?;
    groups.all(|group| group.len() == 3 && digits(group)).then(|| {
        let rest = whole[head.len()..].chars().filter(char::is_ascii_digit);
        head.chars().chain(rest).collect()
    })
}
