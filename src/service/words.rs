//! Words that people type to choose traps: checked against the bank, with the nearest where one is unknown.

use crate::bank::Bank;
use crate::core::feed::Filter;
use crate::core::refusal::Refusal;
use crate::core::trap::{Level, Trap};

/// How many near names a refusal names.
const NEAR: usize = 3;

/// What was typed for a filter: absent parts stay as they are, `any` clears one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FilterWords<'a> {
    pub(super) series: Option<&'a str>,
    pub(super) topic: Option<&'a str>,
    pub(super) level: Option<&'a str>,
}

impl FilterWords<'_> {
    /// The filter that results.
    ///
    /// # Errors
    /// `UnknownSeries`, `UnknownTopic`, `UnknownLevel`, or `EmptyFilter` where no trap has all of it.
    pub(super) fn apply(self, bank: &Bank, base: &Filter) -> Result<Filter, Refusal> {
        let filter = Filter {
            series: part(self.series, &base.series, |given| series_named(bank, given))?,
            topic: part(self.topic, &base.topic, |given| topic_named(bank, given))?,
            level: part(self.level, &base.level, level_named)?,
        };
        if pool(bank, &filter).is_empty() {
            return Err(none_left(bank, &filter));
        }
        Ok(filter)
    }
}

/// Why a filter gives no trap now: none has all of it, or all that do are open.
pub(super) fn none_left(bank: &Bank, filter: &Filter) -> Refusal {
    if !pool(bank, filter).is_empty() {
        return Refusal::AllOpen;
    }
    let level = filter.level.map(|level| level.as_str().to_owned());
    Refusal::EmptyFilter { series: filter.series.clone(), topic: filter.topic.clone(), level }
}

fn part<T: Clone>(
    typed: Option<&str>,
    base: &Option<T>,
    named: impl Fn(&str) -> Result<T, Refusal>,
) -> Result<Option<T>, Refusal> {
    match typed.map(|text| text.trim().to_lowercase()) {
        None => Ok(base.clone()),
        Some(text) if matches!(text.as_str(), "" | "any" | "all" | "none") => Ok(None),
        Some(text) => named(&text).map(Some),
    }
}

fn series_named(bank: &Bank, given: &str) -> Result<String, Refusal> {
    let known = series(bank);
    let found = known.iter().find(|name| *name == given).cloned();
    found.ok_or_else(|| Refusal::UnknownSeries { given: given.to_owned(), near: nearest(given, &known) })
}

fn topic_named(bank: &Bank, given: &str) -> Result<String, Refusal> {
    let known = topics(bank);
    let found = known.iter().find(|name| *name == given).cloned();
    found.ok_or_else(|| Refusal::UnknownTopic { given: given.to_owned(), near: nearest(given, &known) })
}

fn level_named(given: &str) -> Result<Level, Refusal> {
    let known = Level::ALL.map(|level| level.as_str().to_owned());
    Level::from_name(given)
        .ok_or_else(|| Refusal::UnknownLevel { given: given.to_owned(), near: nearest(given, &known) })
}

/// The canonical traps that a filter takes.
pub(super) fn pool<'a>(bank: &'a Bank, filter: &Filter) -> Vec<&'a Trap> {
    bank.entries().iter().map(crate::bank::Entry::trap).filter(|trap| filter.takes(trap)).collect()
}

/// All series, sorted.
pub(super) fn series(bank: &Bank) -> Vec<String> {
    sorted(bank.entries().iter().map(|entry| entry.trap().series.clone()))
}

/// All topics, sorted.
pub(super) fn topics(bank: &Bank) -> Vec<String> {
    sorted(bank.entries().iter().flat_map(|entry| entry.trap().topics.clone()))
}

fn sorted(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.collect();
    names.sort();
    names.dedup();
    names
}

/// From this likeness on (0 to 1) a name may be what was meant.
const ALIKE: f64 = 0.75;
/// How alike a name is that holds what was typed.
const HOLDS: f64 = 0.9;

/// The known names that are like the given one, best first; none where none is.
pub(super) fn nearest(given: &str, known: &[String]) -> Vec<String> {
    let given = given.trim().to_lowercase();
    let likeness = |name: &str| {
        let alike = strsim::jaro_winkler(&given, name);
        if given.len() > 2 && name.contains(&given) { alike.max(HOLDS) } else { alike }
    };
    let mut ranked: Vec<(f64, &String)> = known.iter().map(|name| (likeness(&name.to_lowercase()), name)).collect();
    ranked.retain(|(alike, _)| *alike >= ALIKE);
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked.into_iter().take(NEAR).map(|(_, name)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_may_have_been_meant_are_near() {
        let known = ["gpu-systems", "computer-vision", "kv-cache", "evaluation", "memory"].map(str::to_owned);
        let near = |given: &str| nearest(given, &known);
        assert_eq!(near("gpu"), ["gpu-systems"]);
        assert_eq!(near(" Cache"), ["kv-cache"]);
        assert_eq!(near("evalution"), ["evaluation"]);
        assert_eq!(near("memry"), ["memory"]);
        assert!(near("zzz").is_empty() && near("berlim").is_empty(), "{:?}", near("berlim"));
    }
}
