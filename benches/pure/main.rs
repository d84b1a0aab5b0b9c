//! What the pure rules and the renderers cost: `cargo bench`. Run without `--bench`, as `cargo test` does, each is tried once.

mod bank;
mod calendar;
mod made;
mod render;
mod rules;

criterion::criterion_group!(pure, render::benches, rules::benches, calendar::benches, bank::benches);
criterion::criterion_main!(pure);
