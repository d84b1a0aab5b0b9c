//! Colours, by what they are for. Told apart by readers who are colour-blind, and legible on their ground.

/// On which ground a picture stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
    /// Within a page whose style sheet says the colours: variables named `--figure-…`.
    Page,
}

/// What something is painted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    /// The ground.
    Back,
    /// Text.
    Ink,
    /// Text of less weight, and axes.
    Muted,
    /// Thin lines behind the data.
    Rule,
    /// A value that is neither right nor bait, beside one that is.
    Plain,
    Right,
    Bait,
    /// One of several, from 0.
    Series(usize),
    /// Text on any of these.
    On(Fill),
}

/// What a text may stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fill {
    /// Dark on a light ground, light on a dark one.
    Deep,
    /// Light on every ground.
    Pale,
}

/// By Okabe and Ito, in an order that keeps neighbours apart, a little brighter on the dark ground.
const SERIES: [(&str, &str); 8] = [
    ("#0072b2", "#5aa9e6"),
    ("#d55e00", "#ff8a5c"),
    ("#009e73", "#3cc79b"),
    ("#cc79a7", "#e39ac6"),
    ("#e69f00", "#f5b942"),
    ("#56b4e9", "#a9dcf8"),
    ("#d8c92f", "#efe36b"),
    ("#8b9299", "#8a949b"),
];

impl Paint {
    /// As an attribute's value.
    pub(super) fn value(self, theme: Theme) -> String {
        let (name, light, dark) = match self {
            Self::Back => ("back".to_owned(), "#ffffff", "#1d2225"),
            Self::Ink => ("ink".to_owned(), "#1c2126", "#e7e9ea"),
            Self::Muted => ("muted".to_owned(), "#59616a", "#a5adb4"),
            Self::Rule => ("rule".to_owned(), "#d9d6cd", "#363d42"),
            Self::Plain => ("plain".to_owned(), "#8b9299", "#8a949b"),
            Self::Right => ("right".to_owned(), "#17654d", "#74cba9"),
            Self::Bait => ("bait".to_owned(), "#8f4a00", "#f0b566"),
            Self::Series(index) => {
                let index = index % SERIES.len();
                (index.to_string(), SERIES[index].0, SERIES[index].1)
            }
            Self::On(Fill::Deep) => ("on-deep".to_owned(), "#ffffff", "#15181b"),
            Self::On(Fill::Pale) => ("on-pale".to_owned(), "#15181b", "#15181b"),
        };
        match theme {
            Theme::Light => light.to_owned(),
            Theme::Dark => dark.to_owned(),
            Theme::Page => format!("var(--figure-{name})"),
        }
    }

    /// What a text on it is painted with.
    pub(super) fn text(self) -> Self {
        match self {
            Self::Right | Self::Bait | Self::Series(0) => Self::On(Fill::Deep),
            _ => Self::On(Fill::Pale),
        }
    }
}
