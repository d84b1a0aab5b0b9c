//! Numbers as people read them, in sentences and in answers.

/// The most digits that a filter may ask for: a double holds no more.
pub const MAX_DIGITS: usize = 15;

/// From here on, and below `SMALL`, a number is written with a power of ten.
const LARGE: f64 = 1e15;
const SMALL: f64 = 1e-4;

/// The default: integers in full, anything else with up to four significant digits.
#[must_use]
pub fn show(x: f64) -> String {
    let whole = x.round();
    if whole.abs() < LARGE && (x - whole).abs() <= 1e-9 * x.abs() {
        // Below 10^15 a double holds the integer exactly.
        return printed(whole < 0.0, whole.abs() as u64, 0);
    }
    if wants_power(x) { scientific_text(x, 3, true) } else { trim_zeros(significant_digits(x, 4)) }
}

/// [`show`], with the unit behind it; a unit may be empty.
#[must_use]
pub fn with_unit(x: f64, unit: &str) -> String {
    beside(show(x), unit)
}

/// A number in words, with the unit behind it; a unit may be empty.
#[must_use]
pub fn beside(number: String, unit: &str) -> String {
    match unit {
        "" => number,
        "%" => format!("{number}%"),
        unit => format!("{number} {unit}"),
    }
}

/// A number that somebody typed: with all of its digits, up to twelve.
#[must_use]
pub fn in_full(x: f64) -> String {
    let written = x.to_string();
    if wants_power(x) || written.bytes().filter(u8::is_ascii_digit).count() > 12 { show(x) } else { group(&written) }
}

/// The number that [`show`] prints, so that [`in_full`] prints the same.
#[must_use]
pub fn as_shown(x: f64) -> f64 {
    let whole = x.round();
    if (x - whole).abs() <= 1e-9 * x.abs() { whole } else { format!("{x:.3e}").parse().unwrap_or(x) }
}

/// `decimals` digits behind the point, commas between thousands.
#[must_use]
pub fn fixed(x: f64, decimals: usize) -> String {
    match POWERS.get(decimals).and_then(|power| nearest(x.abs() * power)) {
        Some(digits) => printed(x < 0.0, digits, decimals),
        None => group(&format!("{x:.decimals$}")),
    }
}

/// Exactly `digits` significant digits.
#[must_use]
pub fn significant(x: f64, digits: usize) -> String {
    if wants_power(x) { scientific_text(x, digits.max(1) - 1, false) } else { significant_digits(x, digits.max(1)) }
}

/// A share as a percentage.
#[must_use]
pub fn percent(x: f64, decimals: usize) -> String {
    fixed(x * 100.0, decimals) + "%"
}

/// `1.20×10²³`.
#[must_use]
pub fn scientific(x: f64, decimals: usize) -> String {
    scientific_text(x, decimals, false)
}

/// The nearest number of six significant digits: more than a picture shows, and a third of the room.
#[must_use]
pub fn six_digits(x: f64) -> f64 {
    rounded_by_scaling(x).unwrap_or_else(|| format!("{x:.5e}").parse().unwrap_or(x))
}

/// [`six_digits`] without printing, where there is no doubt about the nearest.
fn rounded_by_scaling(x: f64) -> Option<f64> {
    let (digits, decimals) = leading(x.abs(), 6)?;
    let (digits, power) = (digits as f64, POWERS.get(decimals.unsigned_abs() as usize)?);
    // Of two numbers that a double holds exactly, a quotient is as near as the number that is read.
    Some(if decimals < 0 { digits * power } else { digits / power }.copysign(x))
}

/// The powers of ten that are exact, as far as they are used.
const POWERS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// The first `count` digits of a positive number, rounded, and how many of them stand behind the point; none where there is doubt.
fn leading(size: f64, count: usize) -> Option<(u64, i32)> {
    if !(1e-9..1e9).contains(&size) {
        return None;
    }
    let decimals = count as i32 - 1 - size.log10().floor() as i32;
    let power = POWERS.get(decimals.unsigned_abs() as usize)?;
    let scaled = if decimals < 0 { size / power } else { size * power };
    // At the ends, the logarithm may be one off.
    let (least, most) = (POWERS[count - 1], POWERS[count]);
    (least + 1.0..most - 1.0).contains(&scaled).then(|| Some((nearest(scaled)?, decimals)))?
}

/// The whole number that a product with a power of ten is nearest to; none where the last bit of the product could decide.
fn nearest(scaled: f64) -> Option<u64> {
    (scaled < 1e9 && (scaled.fract() - 0.5).abs() > 1e-6).then(|| scaled.round() as u64)
}

/// The digits with a point before the last `decimals` of them, in the form of [`group`].
fn printed(negative: bool, digits: u64, decimals: usize) -> String {
    let mut backwards = [0u8; 40];
    let (mut length, mut rest) = (0, digits);
    for place in 0usize.. {
        let mark = match place.checked_sub(decimals) {
            Some(0) if decimals > 0 => Some(b'.'),
            Some(whole) if whole > 0 && whole % 3 == 0 => Some(b','),
            _ => None,
        };
        for sign in mark.into_iter().chain([b'0' + (rest % 10) as u8]) {
            backwards[length] = sign;
            length += 1;
        }
        rest /= 10;
        if rest == 0 && place >= decimals {
            break;
        }
    }
    let mut out = String::with_capacity(length + '−'.len_utf8());
    out.push_str(if negative && digits > 0 { "−" } else { "" });
    out.extend(backwards[..length].iter().rev().map(|sign| char::from(*sign)));
    out
}

fn wants_power(x: f64) -> bool {
    x != 0.0 && !(SMALL..LARGE).contains(&x.abs())
}

/// The decimal mantissa and exponent, rounded to `decimals` digits behind the mantissa's point.
fn parts(x: f64, decimals: usize) -> (String, i32) {
    let text = format!("{x:.decimals$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (mantissa.to_owned(), exponent.parse().unwrap_or(0))
}

fn scientific_text(x: f64, decimals: usize, trim: bool) -> String {
    let (mantissa, exponent) = parts(x, decimals);
    let mantissa = if trim { trim_zeros(mantissa) } else { mantissa };
    format!("{}×10{}", mantissa.replace('-', "−"), superscript(exponent))
}

fn significant_digits(x: f64, digits: usize) -> String {
    if x == 0.0 {
        return "0".to_owned();
    }
    if let Some((_, decimals @ 0..)) = leading(x.abs(), digits) {
        return fixed(x, decimals as usize);
    }
    let (mantissa, exponent) = parts(x, digits - 1);
    let decimals = digits as i32 - 1 - exponent;
    match usize::try_from(decimals) {
        Ok(decimals) => fixed(x, decimals),
        // The mantissa is rounded already; the rest of the integer is zeros.
        Err(_) => {
            let figures: String = mantissa.chars().filter(|c| *c != '.').collect();
            group(&format!("{figures}{}", "0".repeat(decimals.unsigned_abs() as usize)))
        }
    }
}

fn trim_zeros(text: String) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Commas between thousands, a real minus sign, and no sign on a zero.
fn group(text: &str) -> String {
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |rest| ("−", rest));
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(w, f)| (w, Some(f)));
    let zero = rest.bytes().all(|b| matches!(b, b'0' | b'.'));
    let mut out = String::with_capacity(text.len() + text.len() / 3);
    out.push_str(if zero { "" } else { sign });
    // The digits in front of the first full three.
    let (first, threes) = whole.split_at(whole.len() % 3);
    out.push_str(first);
    for three in 0..threes.len() / 3 {
        if !out.ends_with('−') && !out.is_empty() {
            out.push(',');
        }
        out.push_str(&threes[three * 3..][..3]);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

fn superscript(exponent: i32) -> String {
    exponent
        .to_string()
        .chars()
        .map(|c| match c {
            '-' => '⁻',
            digit => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit.to_digit(10).unwrap_or(0) as usize],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_typed_is_said_again_with_all_its_digits() {
        for (x, text) in [
            (1_234.5, "1,234.5"),
            (-0.000_5, "−0.0005"),
            (12_345.678, "12,345.678"),
            (84.0, "84"),
            (-0.0, "0"),
            (1e-7, "1×10⁻⁷"),
            (1.2e23, "1.2×10²³"),
            (1.0 / 3.0, "0.3333"),
        ] {
            assert_eq!(in_full(x), text);
        }
    }

    proptest! {
        #[test]
        fn a_computed_number_is_said_as_it_is_shown(x in any::<f64>().prop_filter("finite", |x| x.is_finite())) {
            prop_assert_eq!(in_full(as_shown(x)), show(x));
        }
    }

    #[test]
    fn the_default_keeps_integers_and_rounds_the_rest() {
        for (x, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (84.0, "84"),
            (83.999_999_999_999_99, "84"),
            (1_234_567.0, "1,234,567"),
            (-1_234.0, "−1,234"),
            (999_999_999_999_999.0, "999,999,999,999,999"),
            (1e15, "1×10¹⁵"),
            (1.23456e23, "1.235×10²³"),
            (0.001, "0.001"),
            (0.000_123_456, "0.0001235"),
            (0.000_099, "9.9×10⁻⁵"),
            (12_345.678, "12,350"),
            (2.5, "2.5"),
            (9.999_96, "10"),
            (99_999.6, "100,000"),
            (0.333_333, "0.3333"),
        ] {
            assert_eq!(show(x), text, "{x}");
        }
    }

    #[test]
    fn filters_give_what_they_are_asked_for() {
        assert_eq!(fixed(12_345.678, 2), "12,345.68");
        assert_eq!(fixed(-0.001, 2), "0.00");
        assert_eq!(significant(12_345.678, 3), "12,300");
        assert_eq!(significant(2.5, 3), "2.50");
        assert_eq!(significant(9.996, 3), "10.0");
        assert_eq!(significant(1.5e-7, 2), "1.5×10⁻⁷");
        assert_eq!(percent(0.125, 1), "12.5%");
        assert_eq!(scientific(1.2e23, 2), "1.20×10²³");
        assert_eq!(scientific(-4.0e-9, 1), "−4.0×10⁻⁹");
    }

    proptest! {
        #[test]
        fn six_digits_are_those_that_would_be_printed(mantissa in -10.0..10.0f64, exponent in -12..12i32, ulps in 0..4u64) {
            // Short decimals, among them those in the middle of two, and their neighbours.
            let short = (mantissa * 1e6).round() / 1e6 * 10f64.powi(exponent);
            for x in [mantissa * 10f64.powi(exponent), short, f64::from_bits(short.to_bits() + ulps)] {
                let printed: f64 = format!("{x:.5e}").parse().unwrap();
                prop_assert_eq!(six_digits(x).to_bits(), printed.to_bits(), "{:e}", x);
            }
        }

        #[test]
        fn numbers_are_printed_as_if_by_the_formatter(mantissa in -10.0..10.0f64, exponent in -12..15i32, ulps in 0..4u64) {
            let short = (mantissa * 1e4).round() / 1e4 * 10f64.powi(exponent);
            for x in [mantissa * 10f64.powi(exponent), short, f64::from_bits(short.to_bits() + ulps), short.round()] {
                for decimals in 0..=MAX_DIGITS {
                    prop_assert_eq!(fixed(x, decimals), group(&format!("{x:.decimals$}")), "{:e}", x);
                }
                for digits in (1..=8).filter(|_| x != 0.0) {
                    let (_, exponent) = parts(x, digits - 1);
                    let decimals = digits as i32 - 1 - exponent;
                    if let (false, Ok(decimals)) = (wants_power(x), usize::try_from(decimals)) {
                        prop_assert_eq!(significant(x, digits), group(&format!("{x:.decimals$}")), "{:e}", x);
                    }
                }
            }
        }
    }
}
