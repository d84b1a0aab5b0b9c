//! Data → card → what each platform is sent.

use std::hint::black_box;

use criterion::Criterion;
use trapline::chat::{discord, slack, web};
use trapline::core::card::Card;
use trapline::core::text;

use super::made;

pub(crate) fn benches(c: &mut Criterion) {
    let round = made::round(made::choice());
    let reveal = made::reveal(made::choice());
    c.bench_function("text/post", |b| b.iter(|| text::post(black_box(&round), 12, None)));
    c.bench_function("text/reveal", |b| b.iter(|| revealed(black_box(&reveal))));

    let post = vec![text::post(&round, 12, None)];
    let revealed = revealed(&reveal);
    for (name, cards) in [("post", &post), ("reveal", &revealed)] {
        c.bench_function(&format!("discord/{name}"), |b| b.iter(|| discord::preview(black_box(cards)).to_string()));
        c.bench_function(&format!("slack/{name}"), |b| b.iter(|| slack::preview(black_box(cards)).to_string()));
        c.bench_function(&format!("web/{name}"), |b| b.iter(|| web::preview(black_box(cards))));
    }
}

/// All messages of a reveal.
fn revealed(reveal: &trapline::core::round::Reveal) -> Vec<Card> {
    let mut cards = vec![text::post_revealed(reveal), text::reveal(reveal)];
    cards.extend(text::reveal_details(reveal));
    cards
}
