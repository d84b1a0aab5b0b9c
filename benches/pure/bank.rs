//! One file of the bank: read, computed in all its variants, linted.

use std::hint::black_box;

use criterion::Criterion;
use trapline::bank::Bank;

use super::made;

pub(crate) fn benches(c: &mut Criterion) {
    for (name, path, file) in [
        ("number, three variants and a figure", "memory/007-training-memory.md", made::NUMBER),
        ("choice", "memory/012-queue-or-capacity.md", made::CHOICE),
    ] {
        c.bench_function(&format!("bank/{name}"), |b| b.iter(|| made::bank_of(path, black_box(file))));
    }
    c.bench_function("bank/all that is built in", |b| b.iter(|| Bank::builtin().expect("it is sound")));
}
