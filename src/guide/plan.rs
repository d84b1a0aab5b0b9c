//! The book before it is written: chapters, and the traps in each, numbered.

use crate::bank::Bank;
use crate::core::text;
use crate::core::trap::{Level, Trap};

use super::outline::{Outline, Section};

/// The whole book.
#[derive(Debug)]
pub(super) struct Plan<'b> {
    pub(super) title: String,
    pub(super) intro: String,
    /// Those with traps, in order.
    pub(super) chapters: Vec<Chapter<'b>>,
}

#[derive(Debug)]
pub(super) struct Chapter<'b> {
    /// From 1.
    pub(super) number: usize,
    pub(super) section: Section,
    /// From junior to staff.
    pub(super) items: Vec<Item<'b>>,
}

/// A trap in its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'b> {
    pub(super) trap: &'b Trap,
    pub(super) chapter: usize,
    /// Within the chapter, from 1.
    pub(super) place: usize,
}

impl Item<'_> {
    /// `4.7`: how the book names it.
    pub(super) fn label(self) -> String {
        format!("{}.{}", self.chapter, self.place)
    }
}

impl<'b> Plan<'b> {
    /// Every trap of the bank, each in one chapter.
    pub(super) fn of(bank: &'b Bank, outline: Outline) -> Self {
        let Outline { title, intro, mut chapters } = outline;
        chapters.push(Section::rest(text::guide::FURTHER));
        let mut shelves: Vec<Vec<&Trap>> = vec![Vec::new(); chapters.len()];
        for entry in bank.entries() {
            shelves[home(entry.trap(), &chapters)].push(entry.trap());
        }
        let filled = chapters.into_iter().zip(shelves).filter(|(_, traps)| !traps.is_empty());
        let chapters = filled.enumerate().map(|(index, (section, traps))| Chapter::of(index + 1, section, traps));
        Self { title, intro, chapters: chapters.collect() }
    }

    pub(super) fn items(&self) -> impl Iterator<Item = Item<'b>> {
        self.chapters.iter().flat_map(|chapter| chapter.items.iter().copied())
    }

    /// The chapter that an item is in.
    pub(super) fn chapter(&self, item: Item<'_>) -> &Chapter<'b> {
        &self.chapters[item.chapter - 1]
    }
}

impl<'b> Chapter<'b> {
    fn of(number: usize, section: Section, mut traps: Vec<&'b Trap>) -> Self {
        traps.sort_by(|a, b| (a.level, &a.series, a.number).cmp(&(b.level, &b.series, b.number)));
        let item = |(index, trap)| Item { trap, chapter: number, place: index + 1 };
        Self { number, section, items: traps.into_iter().enumerate().map(item).collect() }
    }

    /// The traps of these names (`series/id`) that are in this chapter.
    pub(super) fn named(&self, names: &[String]) -> Vec<Item<'b>> {
        let items = self.items.iter().copied();
        items.filter(|item| names.contains(&name(item.trap))).collect()
    }

    pub(super) fn levels(&self) -> Vec<Level> {
        self.items.iter().map(|item| item.trap.level).collect()
    }

    /// How long its questions take together, in minutes.
    pub(super) fn minutes(&self) -> u32 {
        self.items.iter().map(|item| u32::from(item.trap.minutes)).sum()
    }
}

fn name(trap: &Trap) -> String {
    format!("{}/{}", trap.series, trap.id)
}

/// The index of the chapter for a trap; the last one where no other claims it.
fn home(trap: &Trap, sections: &[Section]) -> usize {
    let name = name(trap);
    let by = |claims: &dyn Fn(&Section) -> bool| sections.iter().position(claims);
    by(&|section| section.traps.contains(&name))
        .or_else(|| by(&|section| section.series.contains(&trap.series)))
        .or_else(|| trap.topics.iter().find_map(|topic| by(&|section| section.topics.contains(topic))))
        .unwrap_or(sections.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::tests::trap;

    fn section(slug: &str, traps: &[&str], series: &[&str], topics: &[&str]) -> Section {
        let all = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Section { traps: all(traps), series: all(series), topics: all(topics), ..Section::rest(slug) }
    }

    #[test]
    fn a_name_goes_before_a_series_and_a_series_before_a_topic() {
        let sections =
            [section("a", &[], &["nlp"], &["memory"]), section("b", &["nlp/one"], &[], &["gpu"]), Section::rest("c")];
        let place = |series: &str, id: &str, topics: &[&str]| home(&trap(series, id, topics), &sections);
        assert_eq!(place("nlp", "one", &["gpu"]), 1);
        assert_eq!(place("nlp", "two", &["gpu"]), 0);
        assert_eq!(place("other", "three", &["gpu", "memory"]), 1, "the first topic tells most");
        assert_eq!(place("other", "four", &["birds"]), 2);
    }

    #[test]
    fn chapters_go_from_junior_to_staff_and_empty_ones_are_left_out() {
        let mut traps = vec![trap("s", "late", &["gpu"]), trap("s", "early", &["gpu"]), trap("s", "odd", &["birds"])];
        traps[0].level = Level::Staff;
        traps[1].level = Level::Junior;
        let bank = Bank::from_traps(traps);
        let chapters = vec![section("empty", &[], &[], &["tea"]), section("gpu", &[], &[], &["gpu"])];
        let plan = Plan::of(&bank, Outline { title: "T".into(), intro: String::new(), chapters });
        let labels: Vec<(String, &str)> = plan.items().map(|item| (item.label(), item.trap.id.as_str())).collect();
        assert_eq!(labels, [("1.1".into(), "early"), ("1.2".into(), "late"), ("2.1".into(), "odd")]);
        assert_eq!(plan.chapters[1].section.title, text::guide::FURTHER);
    }
}
