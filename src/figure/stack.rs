//! Totals made of parts: the same part has the same colour in every bar.

use super::bars::{BAR, Frame, behind};
use super::canvas::{Anchor, Canvas, LABEL, Rect, SMALL};
use super::legend::{self, Key, different, marks, series};
use super::theme::Paint;
use super::typeface::width;
use crate::core::figure::{Pile, Scale, Stack};
use crate::core::number::{show, with_unit};

pub(super) fn draw(canvas: &mut Canvas, chart: &Stack, unit: &str) {
    let total = |pile: &Pile| pile.parts.iter().map(|part| part.value).sum::<f64>();
    let shown: Vec<String> = chart.bars.iter().map(|pile| behind(total(pile), unit)).collect();
    let values = chart.bars.iter().map(total);
    let frame = Frame::new(canvas, Scale::Linear, values, &shown, &chart.limits, unit, chart.bars.len());
    let labels = different(chart.bars.iter().flat_map(|pile| &pile.parts).map(|part| part.label.as_str()));
    for (index, (pile, shown)) in chart.bars.iter().zip(&shown).enumerate() {
        let row = frame.row(index);
        let mut sum = 0.0;
        for part in &pile.parts {
            let (from, to) = (frame.map.place(sum), frame.map.place(sum + part.value));
            let paint = series(&labels, &part.label);
            // A thin gap keeps neighbours apart.
            canvas.rect(Rect { x: from, y: row, width: (to - from - 1.0).max(0.5), height: BAR }, paint, 1.0);
            let value = show(part.value);
            if width(&value, SMALL) + 6.0 <= to - from {
                canvas.text(((from + to) / 2.0, row + BAR * 0.74), &value, SMALL, paint.text(), Anchor::Middle);
            }
            sum += part.value;
        }
        frame.label(canvas, index, &pile.label, pile.mark);
        canvas.plate((frame.map.place(sum) + 6.0, row + BAR * 0.74), shown, LABEL, Paint::Ink);
    }
    frame.finish(canvas);
    // A single bar's parts have their values beside their names, however thin they are.
    let alone = match chart.bars.as_slice() {
        [pile] => Some(pile),
        _ => None,
    };
    let named = |label: &&str| match alone.and_then(|pile| pile.parts.iter().find(|part| part.label == **label)) {
        Some(part) => format!("{label}: {}", with_unit(part.value, unit)),
        None => (*label).to_owned(),
    };
    let mut items: Vec<(Key, String)> =
        labels.iter().map(|label| (Key::Area(series(&labels, label)), named(label))).collect();
    // Parts have their own colours: of the marks only the bars' names have theirs.
    items.extend(marks(chart.bars.iter().map(|pile| pile.mark), Key::Word));
    legend::draw(canvas, &items);
}
