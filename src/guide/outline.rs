//! What stands in which chapter, and the prose in between: `questions/guide.toml`.

use serde::Deserialize;

use crate::core::trap::Source;

const FILE: &str = include_str!("../../questions/guide.toml");

/// The outline, with its numbers filled in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Outline {
    /// The book's.
    pub(super) title: String,
    /// CommonMark, as all prose here.
    pub(super) intro: String,
    #[serde(rename = "chapter")]
    pub(super) chapters: Vec<Section>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    /// Part of file names.
    pub(super) slug: String,
    pub(super) title: String,
    #[serde(default)]
    pub(super) intro: String,
    /// Traps that belong here whatever else is true, each `series/id`.
    #[serde(default)]
    pub(super) traps: Vec<String>,
    /// Series that belong here as a whole.
    #[serde(default)]
    pub(super) series: Vec<String>,
    #[serde(default)]
    pub(super) topics: Vec<String>,
    #[serde(default, rename = "choice")]
    pub(super) choices: Vec<Choice>,
    /// Expressions that the prose may print.
    #[serde(default)]
    pub(super) numbers: toml::Table,
}

/// A choice of design, as what it answers and what it costs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Choice {
    pub(super) title: String,
    pub(super) problem: String,
    pub(super) choice: String,
    pub(super) price: String,
    /// The traps about it, each `series/id`.
    #[serde(default)]
    pub(super) traps: Vec<String>,
    #[serde(default, rename = "source")]
    pub(super) sources: Vec<Source>,
}

impl Outline {
    /// The outline that is part of the program. `fill` puts numbers into texts.
    ///
    /// # Errors
    /// In one sentence, what is wrong with the file: a fault of the program.
    pub(super) fn builtin(
        fill: impl Fn(&[(String, String)], &[&str]) -> Result<Vec<String>, String>,
    ) -> Result<Self, String> {
        let mut outline: Self = toml::from_str(FILE).map_err(|error| error.to_string())?;
        for section in &mut outline.chapters {
            section.fill(&fill)?;
        }
        Ok(outline)
    }
}

impl Section {
    /// A chapter for what fits nowhere else.
    pub(super) fn rest(title: &str) -> Self {
        Self { slug: "further".to_owned(), title: title.to_owned(), ..Self::default() }
    }

    fn fill(
        &mut self,
        fill: impl Fn(&[(String, String)], &[&str]) -> Result<Vec<String>, String>,
    ) -> Result<(), String> {
        let number = |(name, value): (&String, &toml::Value)| {
            value.as_str().map(|source| (name.clone(), source.to_owned())).ok_or(format!("'{name}' is no expression"))
        };
        let numbers = self.numbers.iter().map(number).collect::<Result<Vec<_>, _>>()?;
        let mut texts = vec![&mut self.intro];
        for choice in &mut self.choices {
            texts.extend([&mut choice.problem, &mut choice.choice, &mut choice.price]);
        }
        let filled = fill(&numbers, &texts.iter().map(|text| text.as_str()).collect::<Vec<_>>())?;
        for (text, filled) in texts.into_iter().zip(filled) {
            *text = filled;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::bank::{self, Bank};

    #[test]
    fn the_outline_is_sound() {
        let outline = Outline::builtin(bank::fill).unwrap();
        let slugs: HashSet<&str> = outline.chapters.iter().map(|section| section.slug.as_str()).collect();
        assert_eq!(slugs.len(), outline.chapters.len());
        let choices: Vec<&Choice> = outline.chapters.iter().flat_map(|section| &section.choices).collect();
        let titles: Vec<&str> = choices.iter().map(|choice| choice.title.as_str()).collect();
        assert_eq!(titles, ["Pre-norm and post-norm", "LayerNorm and RMSNorm", "SwiGLU", "RoPE"]);
        assert!(choices[0].price.contains("9.8 times"), "{}", choices[0].price);
        assert!(choices[2].price.contains("10,922.7"), "{}", choices[2].price);
        assert!(choices[3].price.contains("6.28 to 54,410 tokens"), "{}", choices[3].price);
        assert!(choices.iter().all(|choice| !choice.sources.is_empty() && !choice.traps.is_empty()));
    }

    /// Of each series that the bank has, so that a trap that is renamed does not drop out unseen.
    #[test]
    fn the_traps_that_it_names_are_there() {
        let bank = Bank::builtin().unwrap();
        let known: HashSet<String> =
            bank.entries().iter().map(|e| format!("{}/{}", e.trap().series, e.trap().id)).collect();
        let outline = Outline::builtin(bank::fill).unwrap();
        for section in &outline.chapters {
            for name in section.traps.iter().chain(section.choices.iter().flat_map(|choice| &choice.traps)) {
                let (series, _) = name.split_once('/').unwrap();
                assert!(known.contains(name) || !bank.series().iter().any(|s| s == series), "{name} is in no file");
            }
        }
    }
}
