//! A figure is shown where the truth is, and nowhere before.

use super::*;
use crate::core::figure::{Bar, Bars, Chart, Figure, Scale};
use crate::core::text;

pub(super) fn figure() -> Figure {
    let bar = |label: &str, value| Bar { label: label.into(), value, mark: None };
    let bars = Bars { scale: Scale::Linear, bars: vec![bar("counted", 28.0), bar("true", 112.0)], limits: Vec::new() };
    let alt = "Two bars: 28 GB counted, 112 GB true.".to_owned();
    Figure { title: "Sixteen bytes".into(), alt, unit: "GB".into(), chart: Chart::Bars(bars) }
}

#[test]
fn a_figure_says_the_truth_and_waits_for_it() {
    let pictures = |cards: &[Card]| {
        cards.iter().flat_map(|card| &card.blocks).filter(|block| matches!(block, Block::Picture(_))).count()
    };
    let (open, order) = (round(trap()), [0, 1, 2]);
    let mine = |said| Mine { round: open.clone(), answered: 3, said, channel: "42".into(), message: None };
    let early = [
        post(&open, 3, None),
        mine_open(&mine(Some((b(), Confidence::Sure)))),
        today(&[mine(None)], |_| None),
        practice(&trap(), 0, 1, &order, &Filter::default()),
    ];
    assert_eq!(pictures(&early), 0);
    let reveal = revealed(trap(), vec![count(1, 0); 3]);
    assert_eq!(pictures(&[post_revealed(&reveal), text::reveal(&reveal)]), 0, "the explanation has it");
    assert_eq!([pictures(&reveal_details(&reveal)), pictures(&library(&trap()))], [1, 1]);
}
