//! What is frozen stays as it is, and the choice keeps its promises.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::core::trap::{FollowUp, Kind, Level};

fn id(name: &str) -> TrapId {
    TrapId::try_from(name.to_owned()).unwrap()
}

fn trap(name: &str, series: &str, number: u32, topic: &str) -> Trap {
    Trap {
        id: id(name),
        series: series.to_owned(),
        number,
        title: String::new(),
        headline: String::new(),
        published: chrono::NaiveDate::default(),
        level: Level::Senior,
        topics: vec![topic.to_owned()],
        minutes: 1,
        kind: Kind::Choice { options: Vec::new() },
        scenario: String::new(),
        ask: String::new(),
        explanation: String::new(),
        follow_up: FollowUp { question: String::new(), outline: String::new() },
        sources: Vec::new(),
        numbers: Vec::new(),
        figure: None,
    }
}

/// Traps of up to three topics, as many of each as is drawn.
fn pool() -> impl Strategy<Value = Vec<Trap>> {
    prop::collection::vec(0..3usize, 1..12).prop_map(|topics| {
        let numbered = topics.into_iter().enumerate();
        numbered.map(|(n, topic)| trap(&format!("t{n}"), "s", n as u32, ["a", "b", "c"][topic])).collect()
    })
}

fn order() -> impl Strategy<Value = Order> {
    prop::sample::select(Order::ALL.to_vec())
}

/// The first `turns` choices of a feed, each under a seed of its own.
fn run<'a>(pool: &[&'a Trap], order: Order, feed: u64, turns: u64) -> Vec<&'a Trap> {
    let (mut history, mut chosen) = (Vec::new(), Vec::new());
    for turn in 0..turns {
        let trap = next(pool, &history, &[], order, seed(&[&feed.to_le_bytes(), &turn.to_le_bytes()])).unwrap();
        history.push(trap.id.clone());
        chosen.push(trap);
    }
    chosen
}

fn runs_on(traps: &[&Trap]) -> bool {
    traps.windows(2).any(|pair| topic(pair[0]) == topic(pair[1]))
}

proptest! {
    #[test]
    fn nothing_repeats_until_the_pool_is_used_up_and_then_the_least_recent_comes(pool in pool(), order in order(), feed: u64) {
        let pool: Vec<&Trap> = pool.iter().collect();
        let chosen = run(&pool, order, feed, 3 * pool.len() as u64);
        let (first, rest) = chosen.split_at(pool.len());
        prop_assert_eq!(first.iter().map(|t| &t.id).collect::<HashSet<_>>().len(), pool.len());
        for (turn, trap) in rest.iter().enumerate() {
            prop_assert_eq!(&trap.id, &first[turn % pool.len()].id);
        }
    }

    #[test]
    fn what_is_open_is_never_chosen(
        pool in pool(), order in order(), seed: u64, open in prop::collection::vec(0..14usize, 0..10), used in prop::collection::vec(0..14usize, 0..10)
    ) {
        let ids = |numbers: Vec<usize>| -> Vec<TrapId> { numbers.into_iter().map(|n| id(&format!("t{n}"))).collect() };
        let (open, history) = (ids(open), ids(used));
        let pool: Vec<&Trap> = pool.iter().collect();
        match next(&pool, &history, &open, order, seed) {
            None => prop_assert!(pool.iter().all(|trap| open.contains(&trap.id))),
            Some(chosen) => {
                prop_assert!(!open.contains(&chosen.id));
                let fresh_is_left = pool.iter().any(|trap| !open.contains(&trap.id) && !history.contains(&trap.id));
                prop_assert_eq!(fresh_is_left, !history.contains(&chosen.id));
            }
        }
    }

    #[test]
    fn topics_alternate_where_that_is_possible(pool in pool(), feed: u64) {
        let pool: Vec<&Trap> = pool.iter().collect();
        let most = ["a", "b", "c"].map(|name| pool.iter().filter(|trap| topic(trap) == name).count()).into_iter().max().unwrap();
        let chosen = run(&pool, Order::Mixed, feed, pool.len() as u64);
        prop_assert_eq!(runs_on(&chosen), most > pool.len().div_ceil(2));
    }

    #[test]
    fn the_order_of_the_pool_does_not_matter(pool in pool(), order in order(), feed: u64) {
        let forward: Vec<&Trap> = pool.iter().collect();
        let backward: Vec<&Trap> = pool.iter().rev().collect();
        prop_assert_eq!(run(&forward, order, feed, 20), run(&backward, order, feed, 20));
    }

    #[test]
    fn a_shuffle_is_a_permutation(options in 0usize..40, seed: u64) {
        let mut order = shuffle(options, seed);
        order.sort_unstable();
        prop_assert_eq!(order, (0..options).collect::<Vec<_>>());
    }

    #[test]
    fn seeds_tell_parts_apart(a in prop::collection::vec(any::<u8>(), 0..8), b in prop::collection::vec(any::<u8>(), 1..8)) {
        let joined: Vec<u8> = a.iter().chain(&b).copied().collect();
        prop_assert_ne!(seed(&[&a, &b]), seed(&[&joined]));
        prop_assert_ne!(seed(&[&a, &b]), seed(&[&joined, &[]]));
        prop_assert_eq!(seed(&[&a, &b]) == seed(&[&b, &a]), a == b);
    }
}

/// Chi-square of the observed orders against equal shares.
fn chi_square(options: usize, seeds: impl Iterator<Item = u64>) -> f64 {
    let mut counts: HashMap<Vec<usize>, u32> = HashMap::new();
    seeds.for_each(|seed| *counts.entry(shuffle(options, seed)).or_default() += 1);
    let orders = (1..=options).product::<usize>();
    let share = f64::from(counts.values().sum::<u32>()) / orders as f64;
    assert_eq!(counts.len(), orders, "every order turns up");
    counts.values().map(|count| (f64::from(*count) - share).powi(2) / share).sum()
}

#[test]
fn every_order_of_the_options_is_about_as_likely() {
    // The 99.9 % quantiles of chi-square with 5, 23 and 119 degrees of freedom.
    for (options, quantile) in [(3, 20.5), (4, 49.7), (5, 172.4)] {
        let hashed = chi_square(options, (0..60_000u64).map(|n| seed(&[b"secret", &n.to_le_bytes()])));
        let counted = chi_square(options, 0..60_000);
        assert!(hashed < quantile && counted < quantile, "{options}: {hashed} {counted}");
    }
}

#[test]
fn a_series_follows_its_numbers() {
    let traps = [trap("z", "a", 1, "t"), trap("a", "b", 1, "t"), trap("m", "a", 10, "t"), trap("b", "a", 2, "t")];
    let pool: Vec<&Trap> = traps.iter().collect();
    let order: Vec<&str> = run(&pool, Order::Series, 7, 5).iter().map(|t| t.id.as_str()).collect();
    assert_eq!(order, ["z", "b", "m", "a", "z"]);
}

#[test]
fn a_trap_that_left_the_bank_does_not_count() {
    let traps = [trap("a", "s", 1, "t"), trap("b", "s", 2, "u")];
    let pool: Vec<&Trap> = traps.iter().collect();
    let history = [id("gone"), id("b"), id("a"), id("gone")];
    assert_eq!(next(&pool, &history, &[], Order::Mixed, 1).unwrap().id, id("b"));
    assert_eq!(next(&[], &history, &[], Order::Mixed, 1), None);
}

/// These values are frozen: orders of posted rounds are rebuilt from them.
#[test]
fn the_arithmetic_is_frozen() {
    assert_eq!(seed(&[]), 0xf52a_15e9_a9b5_e89b);
    assert_eq!(seed(&[b""]), 0x813f_0174_a236_7c13);
    assert_eq!(seed(&[b"trapline", b"1"]), 0x0ec4_86af_1766_0daa);
    assert_eq!(shuffle(5, 0), [2, 3, 0, 1, 4]);
    assert_eq!(shuffle(4, 1), [0, 1, 3, 2]);
    assert_eq!(shuffle(3, u64::MAX), [0, 1, 2]);
    let traps: Vec<Trap> = (0..6).map(|n| trap(&format!("t{n}"), "s", n, if n < 3 { "a" } else { "b" })).collect();
    let pool: Vec<&Trap> = traps.iter().collect();
    let order: Vec<&str> = run(&pool, Order::Mixed, 42, 6).iter().map(|t| t.id.as_str()).collect();
    assert_eq!(order, ["t2", "t3", "t0", "t5", "t1", "t4"]);
}

/// The reference outputs of SplitMix64 for the seed 1234567, as other implementations give them.
#[test]
fn the_generator_is_splitmix64() {
    let mut random = SplitMix64(1_234_567);
    let outputs = [(); 3].map(|()| random.next());
    assert_eq!(outputs, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
}

/// FNV-1a's published test vectors for the empty text, `a` and `foobar`.
#[test]
fn the_hash_is_fnv1a() {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    assert_eq!(fnv1a(OFFSET, b""), OFFSET);
    assert_eq!(fnv1a(OFFSET, b"a"), 0xaf63_dc4c_8601_ec8c);
    assert_eq!(fnv1a(OFFSET, b"foobar"), 0x8594_4171_f739_67e8);
}
