//! The built-in typeface, and how wide a text is in it.

use std::collections::HashMap;
use std::sync::LazyLock;

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

/// A part of DejaVu Sans, whose licence lies beside it.
pub(super) const FONT: &[u8] = include_bytes!("font/DejaVuSans-subset.ttf");
pub(super) const FAMILY: &str = "DejaVu Sans";

/// What a character that the typeface lacks is reckoned with.
const STRANGER: f64 = 1.0;

/// Advances by character, in parts of the text's size.
static ADVANCES: LazyLock<HashMap<char, f64>> = LazyLock::new(|| {
    let font = FontRef::new(FONT).expect("the built-in typeface is sound");
    let metrics = font.glyph_metrics(Size::new(1.0), LocationRef::default());
    let advance = |(code, glyph)| Some((char::from_u32(code)?, f64::from(metrics.advance_width(glyph)?)));
    font.charmap().mappings().filter_map(advance).collect()
});

/// The width of a text on one line. Other typefaces of this kind are narrower.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(|c| ADVANCES.get(&c).copied().unwrap_or(STRANGER)).sum::<f64>() * size
}

/// A text in lines that are at most so wide; a word that is wider is cut.
pub(super) fn wrap(text: &str, size: f64, most: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if width(&longer, size) <= most {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        line = fitted(word, size, most);
    }
    lines.push(line);
    lines
}

/// As [`wrap`], with lines of about one width.
pub(super) fn balanced(text: &str, size: f64, most: f64) -> Vec<String> {
    let widest = wrap(text, size, most);
    let narrower = (1..40).map(|step| wrap(text, size, most - 8.0 * f64::from(step)));
    let same =
        narrower.take_while(|lines| lines.len() == widest.len() && !lines.iter().any(|line| line.ends_with('…')));
    same.last().unwrap_or(widest)
}

/// A text, or as much of it as fits, with an ellipsis.
pub(super) fn fitted(text: &str, size: f64, most: f64) -> String {
    if width(text, size) <= most {
        return text.to_owned();
    }
    let mut cut = text.to_owned();
    while cut.pop().is_some() {
        let shown = format!("{}…", cut.trim_end());
        if width(&shown, size) <= most {
            return shown;
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::figure::drawable;

    #[test]
    fn what_is_called_drawable_is_in_the_typeface() {
        let missing: Vec<char> = (' '..='\u{ffff}').filter(|c| drawable(*c) && !ADVANCES.contains_key(c)).collect();
        assert_eq!(missing, Vec::<char>::new());
    }

    #[test]
    fn a_title_leaves_no_word_alone() {
        let text = "Below break-even, drafting costs more than it brings";
        let lines = balanced(text, 16.0, 368.0);
        assert_eq!(lines, ["Below break-even, drafting", "costs more than it brings"]);
    }

    #[test]
    fn lines_fit_and_lose_no_word() {
        let text = "Where 112 GB of optimiser states go on one card of 80 GB";
        let lines = wrap(text, 16.0, 200.0);
        assert!(lines.iter().all(|line| width(line, 16.0) <= 200.0), "{lines:?}");
        assert_eq!(lines.join(" "), text);
        assert!(width(&fitted("incomprehensibilities", 13.0, 60.0), 13.0) <= 60.0);
    }
}
