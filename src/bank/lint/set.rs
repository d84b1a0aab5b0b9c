//! Rules about a whole bank: what somebody could gain who looks at the form of the options only.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;

use super::{Cues, Measured, OptionSet};
use crate::bank::make::Draft;
use crate::bank::report::{Finding, Severity};
use crate::core::trap::Trap;

mod learner;
mod mix;
mod near;
mod runs;

/// From how many traps on a bank is judged as a set.
pub(in crate::bank) const MIN_SET: usize = 20;

/// The series that were published before, with their numbers: each must be there.
const PUBLISHED: [(&str, &[u32]); 3] = [
    ("deep-learning", &[2, 3, 4, 6, 7, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 24, 25]),
    (
        "llm-system-design",
        &[26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50],
    ),
    ("ml-system-design", &[26, 27, 28, 30, 31, 32, 33]),
];

/// What one trap adds to the set.
#[derive(Debug)]
pub(in crate::bank) struct Traits {
    /// The values of a numeric trap, the right one first.
    values: Option<Vec<f64>>,
    /// Words of the right option for each word of a wrong one, where options are texts.
    length_ratio: Option<f64>,
    /// By way of picking an option without reading the scenario: how often it picks the right one, and how often chance would.
    plays: Vec<(&'static str, f64, f64)>,
    /// What a learner sees of the options.
    sight: Option<learner::Sight>,
    /// Of the right option and of the wrong ones, how they are worded.
    wording: Option<[Share; 2]>,
    /// The words of scenario, ask and right option, as hashes.
    terms: Vec<u64>,
    /// The runs of words in all texts, and the lines of the file on which these texts begin.
    runs: Vec<u64>,
    lines: Vec<usize>,
}

/// How many options of one role there are, and how many of them hold an absolute word or a hedge.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    options: usize,
    absolute: usize,
    hedged: usize,
}

impl Share {
    fn of<'a>(options: impl Iterator<Item = &'a Measured>) -> Self {
        options.fold(Self::default(), |sum, option| Self {
            options: sum.options + 1,
            absolute: sum.absolute + usize::from(option.absolute),
            hedged: sum.hedged + usize::from(option.hedges > 0),
        })
    }

    fn and(self, other: Self) -> Self {
        Self {
            options: self.options + other.options,
            absolute: self.absolute + other.absolute,
            hedged: self.hedged + other.hedged,
        }
    }
}

impl Traits {
    pub(super) fn of(draft: &Draft<'_>, trap: &Trap, stem: &[u64], set: Option<&OptionSet>) -> Self {
        let typed = trap.number_kind().map(|number| {
            std::iter::once(number.value).chain(number.mistakes.iter().map(|m| m.value)).collect::<Vec<_>>()
        });
        let values = typed.or_else(|| {
            let set = set.filter(|s| s.numeric())?;
            let value = |o: &Measured| o.quantity.as_ref().map_or(f64::NAN, |q| q.value);
            Some(std::iter::once(value(set.right())).chain(set.distractors().map(value)).collect())
        });
        let length_ratio = set.filter(|s| !s.numeric()).map(OptionSet::length_ratio);
        let body = &draft.body;
        let options = trap.options().iter().zip(&body.candidates).map(|(_, candidate)| candidate.head.line);
        let lines = [body.scenario.line, body.ask.line].into_iter().chain(options).chain([body.explanation.line]);
        Self {
            values,
            length_ratio,
            plays: Vec::new(),
            sight: None,
            wording: set.map(|s| [Share::of(std::iter::once(s.right())), Share::of(s.distractors())]),
            terms: near::terms(stem, set.map_or(&[], |s| &s.right().stems)),
            runs: runs::of(trap),
            lines: lines.collect(),
        }
    }

    /// Plays each way of picking.
    pub(super) fn play(&mut self, set: &OptionSet, cues: &Cues<'_>) {
        let of = |f: &dyn Fn(&Measured) -> f64| set.options.iter().map(f).collect::<Vec<_>>();
        let chance = 1.0 / set.options.len() as f64;
        self.sight = Some(learner::Sight::of(set, cues));
        let mut play = |name, scores: &[f64]| self.plays.push((name, credit(scores, set.key), chance));
        if set.numeric() {
            play("the middle number", &middleness(&of(&|o| o.quantity.as_ref().map_or(0.0, |q| q.value))));
            return;
        }
        play("the longest option", &of(&|o| o.characters as f64));
        play("the shortest option", &of(&|o| -(o.characters as f64)));
        play("the most hedged option", &of(&|o| o.hedges as f64));
        play("the option most like the stem", &cues.to_stem);
        play("the option most like the others", &cues.centrality);
    }
}

/// A trap of the set with where it stands.
pub(in crate::bank) struct Member<'a> {
    pub(in crate::bank) trap: &'a Trap,
    pub(in crate::bank) traits: &'a Traits,
    pub(in crate::bank) file: &'a str,
    /// Lines of the mistakes, by slug.
    pub(in crate::bank) mistakes: &'a [(String, usize)],
}

/// Checks a set; `place` is how the findings name it.
pub(in crate::bank) fn check(members: &[Member<'_>], place: &str) -> Vec<Finding> {
    // Side by side: each takes long where there are many traps, and the last of them ends the check.
    std::thread::scope(|scope| {
        let near = scope.spawn(|| near::check(members));
        let form = scope.spawn(|| form(members, place));
        let mut findings = runs::check(members);
        for others in [form, near] {
            findings.extend(others.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        findings
    })
}

/// What only a set of some size can show.
fn form(members: &[Member<'_>], place: &str) -> Vec<Finding> {
    if members.len() < MIN_SET {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut warn =
        |rule, what: String, mend: &str| findings.push(finding(Severity::Warning, place, 0, rule, what, mend));
    ranks(members, &mut warn);
    strategies(members, &mut warn);
    learner::check(members, &mut warn);
    wording(members, &mut warn);
    lengths(members, &mut warn);
    mix::areas(members, &mut warn);
    mix::levels(members, &mut warn);
    numeric(members, &mut warn);
    published(members, &mut warn);
    findings.extend(mistakes(members));
    findings
}

fn finding(severity: Severity, file: &str, line: usize, rule: &'static str, what: String, mend: &str) -> Finding {
    let (file, mend) = (file.to_owned(), mend.to_owned());
    Finding { file, line, rule, severity, what, mend }
}

/// The first few traps by series and number, and how many more there are.
fn named<'a>(traps: impl Iterator<Item = &'a Trap>) -> String {
    const TOLD: usize = 12;
    let names: Vec<String> = traps.map(|t| format!("{} {}", t.series, t.number)).collect();
    match names.len() {
        0 => "none".to_owned(),
        count if count > TOLD => format!("{} and {} more", names[..TOLD].join(", "), count - TOLD),
        _ => names.join(", "),
    }
}

/// S01. Text options are shuffled anew for each round, so that their order in the file tells nothing. Values are the exception:
/// in ascending order, the right one must not have a favourite place.
fn ranks(members: &[Member<'_>], warn: &mut impl FnMut(&'static str, String, &str)) {
    let mut counts = [0u32; 4];
    for values in members.iter().filter_map(|m| m.traits.values.as_ref()).filter(|v| v.len() == 4) {
        let right = values[0];
        counts[values.iter().filter(|v| **v < right).count().min(3)] += 1;
    }
    let total: u32 = counts.iter().sum();
    let expected = f64::from(total) / 4.0;
    let chi_square: f64 = counts.iter().map(|c| (f64::from(*c) - expected).powi(2) / expected).sum();
    // Fewer than five expected in a cell say nothing; 7.81 is the 95 % point for three degrees of freedom.
    if total >= MIN_SET as u32 && chi_square >= 7.81 {
        let what = format!("the right value is the smallest, second, third, largest of four {counts:?} times");
        warn("S01", what, "vary on which side of the right value the mistakes fall");
    }
}

/// S02: ways to pick without reading the scenario.
fn strategies(members: &[Member<'_>], warn: &mut impl FnMut(&'static str, String, &str)) {
    let mut played: BTreeMap<&'static str, Vec<(&Trap, f64, f64)>> = BTreeMap::new();
    for member in members {
        for (name, credit, odds) in &member.traits.plays {
            played.entry(name).or_default().push((member.trap, *credit, *odds));
        }
    }
    for (name, plays) in played {
        let count = plays.len();
        let won: f64 = plays.iter().map(|(_, credit, _)| credit).sum();
        let bound = upper_bound(count, plays.iter().map(|(_, _, odds)| odds).sum::<f64>() / count as f64);
        if count >= MIN_SET && won > bound as f64 {
            let surely = named(plays.into_iter().filter(|(_, credit, _)| *credit == 1.0).map(|(trap, ..)| trap));
            let what =
                format!("picking {name} is right in {won:.0} of {count} traps, where chance allows {bound}: {surely}");
            warn("S02", what, "rewrite those traps' options until the form tells nothing");
        }
    }
}

/// The chance that a player who takes the highest score, and any of several that tie, takes the right one.
fn credit(scores: &[f64], key: usize) -> f64 {
    let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let ties = scores.iter().filter(|s| **s == best).count();
    if scores[key] == best { 1.0 / ties as f64 } else { 0.0 }
}

/// Higher for values nearer to the middle rank.
fn middleness(values: &[f64]) -> Vec<f64> {
    let middle = (values.len() - 1) as f64 / 2.0;
    let rank = |x: f64| values.iter().filter(|v| **v < x).count() as f64;
    values.iter().map(|x| -(rank(*x) - middle).abs()).collect()
}

/// The least count that chance does not exceed with 95 %: the exact quantile of the binomial distribution, for large
/// sets its normal approximation.
fn upper_bound(n: usize, p: f64) -> usize {
    if n > 1_000 {
        let mean = n as f64 * p;
        return (mean + 1.645 * (mean * (1.0 - p)).sqrt()).ceil() as usize;
    }
    let (mut term, mut sum, mut k) = ((1.0 - p).powi(n as i32), 0.0, 0);
    loop {
        sum += term;
        if sum >= 0.95 || k >= n {
            return k;
        }
        term *= (n - k) as f64 / (k + 1) as f64 * p / (1.0 - p);
        k += 1;
    }
}

/// S04.
fn wording(members: &[Member<'_>], warn: &mut impl FnMut(&'static str, String, &str)) {
    let all = members.iter().filter_map(|m| m.traits.wording);
    let [right, wrong] = all.fold([Share::default(); 2], |sum, of| [sum[0].and(of[0]), sum[1].and(of[1])]);
    let rate = |count: usize, of: usize| 100.0 * count as f64 / of.max(1) as f64;
    for (name, of_right, of_wrong) in [
        ("an absolute word", rate(right.absolute, right.options), rate(wrong.absolute, wrong.options)),
        ("a hedge", rate(right.hedged, right.options), rate(wrong.hedged, wrong.options)),
    ] {
        if (of_right - of_wrong).abs() > 10.0 {
            let what = format!("{of_right:.0} % of right options hold {name}, and {of_wrong:.0} % of wrong ones");
            warn("S04", what, "bring the rates within 10 points of each other");
        }
    }
}

/// S05.
fn lengths(members: &[Member<'_>], warn: &mut impl FnMut(&'static str, String, &str)) {
    let ratios: Vec<f64> = members.iter().filter_map(|m| m.traits.length_ratio).collect();
    let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
    if ratios.len() >= MIN_SET && !(0.95..=1.05).contains(&mean) {
        let what = format!("right options have {mean:.2} times the words of wrong ones on average");
        warn("S05", what, "bring the mean between 0.95 and 1.05");
    }
}

/// S09, as far as numbers go.
fn numeric(members: &[Member<'_>], warn: &mut impl FnMut(&'static str, String, &str)) {
    let numeric = members.iter().filter(|m| m.traits.values.is_some()).count();
    if numeric * 4 < members.len() {
        let what = format!("{numeric} of {} traps are numeric", members.len());
        warn("S09", what, "let at least a quarter ask for a value");
    }
}

/// S10, besides that no number occurs twice, which is an error wherever it happens.
fn published(members: &[Member<'_>], warn: &mut impl FnMut(&'static str, String, &str)) {
    for (series, numbers) in PUBLISHED {
        let has: BTreeSet<u32> = members.iter().filter(|m| m.trap.series == series).map(|m| m.trap.number).collect();
        let missing: Vec<String> = numbers.iter().filter(|n| !has.contains(n)).map(u32::to_string).collect();
        if !missing.is_empty() && missing.len() < numbers.len() {
            warn(
                "S10",
                format!("the series '{series}' lacks {}", missing.join(", ")),
                "add the traps that were published",
            );
        }
    }
}

/// S11: a misconception that a quarter of a year's traps use more than twice.
fn mistakes(members: &[Member<'_>]) -> Vec<Finding> {
    let mut order: Vec<&Member<'_>> = members.iter().collect();
    order.sort_by_key(|m| (m.trap.published, m.trap.number));
    let mut used: BTreeMap<(i32, u32, &str), u32> = BTreeMap::new();
    let mut findings = Vec::new();
    for member in order {
        let published = member.trap.published;
        let quarter = published.month0() / 3 + 1;
        for (slug, line) in member.mistakes {
            let times = used.entry((published.year(), quarter, slug)).or_default();
            *times += 1;
            if *times == 3 {
                let what = format!("a third trap of {}-Q{quarter} rests on '{slug}'", published.year());
                findings.push(finding(
                    Severity::Warning,
                    member.file,
                    *line,
                    "S11",
                    what,
                    "name the mistake more exactly, or move a trap",
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::upper_bound;

    #[test]
    fn bounds_are_the_exact_binomial_ones() {
        for (n, bound) in [(49, 17), (120, 38), (169, 52), (365, 105)] {
            assert_eq!(upper_bound(n, 0.25), bound, "{n}");
        }
    }
}
