//! Draws a [`Figure`](crate::core::figure::Figure): as SVG, and as PNG where a chat takes no SVG.
//!
//! A picture is 400 units wide and as high as it needs; its smallest text is 13 units high, so that it can be read on a
//! phone. The same figure gives the same bytes on every machine: the typeface is built in, and nothing else is asked.

mod bars;
mod canvas;
mod curve;
mod grid;
mod legend;
mod placing;
mod raster;
mod scale;
mod stack;
mod theme;
mod timeline;
mod typeface;

pub use theme::Theme;

use crate::core::figure::{Chart, Figure};
use canvas::{Canvas, SIDE, TITLE, WIDTH};
use theme::Paint;

/// The picture as an SVG element that stands by itself, or, for [`Theme::Page`], within a page.
#[must_use]
pub fn svg(figure: &Figure, theme: Theme) -> String {
    let mut canvas = Canvas::new(theme);
    for line in typeface::balanced(&figure.title, TITLE, WIDTH - 2.0 * SIDE) {
        canvas.line_of_text(&line, TITLE, Paint::Ink);
    }
    canvas.skip(8.0);
    match &figure.chart {
        Chart::Bars(bars) => bars::draw(&mut canvas, bars, &figure.unit),
        Chart::Stack(stack) => stack::draw(&mut canvas, stack, &figure.unit),
        Chart::Curve(plot) => curve::draw(&mut canvas, plot),
        Chart::Grid(grid) => grid::draw(&mut canvas, grid),
        Chart::Timeline(timeline) => timeline::draw(&mut canvas, timeline, &figure.unit),
    }
    canvas.finish(&figure.alt)
}

/// The picture as a PNG file of 800 pixels' width. Takes some milliseconds of computing.
#[must_use]
pub fn png(figure: &Figure, theme: Theme) -> Vec<u8> {
    // Colours of a page mean nothing without it.
    let theme = if theme == Theme::Page { Theme::Light } else { theme };
    raster::png(&svg(figure, theme))
}
