//! Writes SVG: shapes and escaped text, from top to bottom.

use std::fmt::Write as _;

use super::theme::{Paint, Theme};
use super::typeface::{FAMILY, width};

/// Of the whole picture, and of the empty strip at each of its sides.
pub(super) const WIDTH: f64 = 400.0;
pub(super) const SIDE: f64 = 16.0;
/// Sizes of text.
pub(super) const TITLE: f64 = 16.0;
pub(super) const LABEL: f64 = 14.0;
pub(super) const SMALL: f64 = 13.0;

/// Where a text begins, or what of it stands at its x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A picture that grows downwards.
pub(super) struct Canvas {
    theme: Theme,
    out: String,
    /// Where the next thing goes.
    pub(super) y: f64,
}

impl Canvas {
    pub(super) fn new(theme: Theme) -> Self {
        Self { theme, out: String::new(), y: 14.0 }
    }

    pub(super) fn skip(&mut self, height: f64) {
        self.y += height;
    }

    /// A line of text at the left side, below what is there.
    pub(super) fn line_of_text(&mut self, text: &str, size: f64, paint: Paint) {
        self.text((SIDE, self.y + size * 0.95), text, size, paint, Anchor::Start);
        self.y += size * 1.35;
    }

    /// A text whose baseline is at `y`.
    pub(super) fn text(&mut self, (x, y): (f64, f64), text: &str, size: f64, paint: Paint, anchor: Anchor) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let (x, y, size, fill) = (at(x), at(y), at(size), paint.value(self.theme));
        let text = escaped(text);
        self.put(format_args!(r#"<text x="{x}" y="{y}" font-size="{size}" fill="{fill}"{anchor}>{text}</text>"#));
    }

    /// A text that hides what is behind it; begins at x.
    pub(super) fn plate(&mut self, (x, y): (f64, f64), text: &str, size: f64, paint: Paint) {
        let ground = Rect { x: x - 2.0, y: y - size * 0.88, width: width(text, size) + 4.0, height: size * 1.16 };
        self.rect(ground, Paint::Back, 1.0);
        self.text((x, y), text, size, paint, Anchor::Start);
    }

    /// A text that reads upwards from a point on its baseline.
    pub(super) fn upright(&mut self, (x, y): (f64, f64), text: &str, size: f64, paint: Paint) {
        let (x, y, size, fill) = (at(x), at(y), at(size), paint.value(self.theme));
        let text = escaped(text);
        self.put(format_args!(
            r#"<text transform="translate({x} {y}) rotate(-90)" font-size="{size}" fill="{fill}">{text}</text>"#
        ));
    }

    pub(super) fn rect(&mut self, rect: Rect, paint: Paint, opacity: f64) {
        let Rect { x, y, width, height } = rect;
        let (x, y, width, height) = (at(x), at(y), at(width.max(0.0)), at(height.max(0.0)));
        let fill = paint.value(self.theme);
        let opacity = if opacity < 1.0 { format!(" fill-opacity=\"{}\"", at(opacity)) } else { String::new() };
        self.put(format_args!(r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}"{opacity}/>"#));
    }

    /// Straight lines through the points.
    pub(super) fn path(&mut self, points: &[(f64, f64)], paint: Paint, thick: f64, dashes: &str) {
        let mut line = String::with_capacity(points.len() * 12);
        for (x, y) in points {
            let _ = write!(line, "{}{},{}", if line.is_empty() { "" } else { " " }, at(*x), at(*y));
        }
        let (stroke, thick) = (paint.value(self.theme), at(thick));
        let dashes = if dashes.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dashes}\"") };
        self.put(format_args!(
            r#"<polyline points="{line}" fill="none" stroke="{stroke}" stroke-width="{thick}" stroke-linejoin="round"{dashes}/>"#
        ));
    }

    /// A filled shape with a rim of the ground's colour.
    pub(super) fn spot(&mut self, points: &[(f64, f64)], paint: Paint) {
        let line: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", at(*x), at(*y))).collect();
        let (line, fill, rim) = (line.join(" "), paint.value(self.theme), Paint::Back.value(self.theme));
        self.put(format_args!(r#"<polygon points="{line}" fill="{fill}" stroke="{rim}" stroke-width="1.5"/>"#));
    }

    pub(super) fn disc(&mut self, (x, y): (f64, f64), radius: f64, paint: Paint) {
        let (x, y, radius) = (at(x), at(y), at(radius));
        let (fill, rim) = (paint.value(self.theme), Paint::Back.value(self.theme));
        self.put(format_args!(
            r#"<circle cx="{x}" cy="{y}" r="{radius}" fill="{fill}" stroke="{rim}" stroke-width="1.5"/>"#
        ));
    }

    /// The whole picture on its ground.
    pub(super) fn finish(self, alt: &str) -> String {
        let height = at((self.y + 12.0).ceil());
        let width = at(WIDTH);
        let (alt, ground, body) = (escaped(alt), Paint::Back.value(self.theme), self.out);
        let own = match self.theme {
            // The page has its own typeface, and says how large the picture is.
            Theme::Page => r#"class="figure" focusable="false""#.to_owned(),
            Theme::Light | Theme::Dark => format!(
                r#"xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="'{FAMILY}', Verdana, sans-serif""#
            ),
        };
        format!(
            "<svg {own} viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{alt}\">\n\
             <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{ground}\"/>\n{body}</svg>\n"
        )
    }

    fn put(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.out.write_fmt(element);
        self.out.push('\n');
    }
}

/// A coordinate with at most two decimals.
fn at(x: f64) -> String {
    debug_assert!(x.is_finite(), "a coordinate is {x}");
    let text = format!("{x:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML has no place for these, however they are written.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short_and_text_stays_text() {
        assert_eq!([at(1.0), at(-0.001), at(2.345), at(10.5)], ["1", "0", "2.35", "10.5"]);
        assert_eq!(escaped("a<b> & \"c\"\u{1}"), "a&lt;b&gt; &amp; &quot;c&quot; ");
    }
}
