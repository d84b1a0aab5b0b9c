//! The small words that sentences are made of.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::core::ids::{Confidence, Period};
use crate::core::markup::escape;
pub(super) use crate::core::number::with_unit;
use crate::core::number::{beside, in_full};
use crate::core::round::Shown;
use crate::core::score::points;
use crate::core::trap::Trap;

/// A confidence in a word, such as "sure".
#[must_use]
pub fn confidence(confidence: Confidence) -> &'static str {
    confidence.as_str()
}

/// What a confidence pays: `+8 if right, −4 if wrong`.
#[must_use]
pub fn pays(confidence: Confidence) -> String {
    let (right, wrong) = (points(true, confidence), points(false, confidence));
    format!("{} if right, {} if wrong", signed(i64::from(right)), signed(i64::from(wrong)))
}

/// A period in words, such as "this week".
#[must_use]
pub fn period(period: Period) -> &'static str {
    match period {
        Period::Week => "this week",
        Period::Month => "this month",
        Period::Season => "this season",
        Period::All => "all time",
    }
}

/// What somebody said, short: `**B**`, or `84 GB`.
#[must_use]
pub fn shown(shown: &Shown) -> String {
    match shown {
        Shown::Option { letter, .. } => format!("**{letter}**"),
        Shown::Value { value, unit } => format!("**{}**", beside(in_full(*value), unit)),
    }
}

/// What somebody said, with the option's text.
pub(super) fn shown_long(said: &Shown) -> String {
    match said {
        Shown::Option { letter, text } => format!("**{letter}** · {text}"),
        Shown::Value { .. } => shown(said),
    }
}

/// What somebody said, for a title: no markup.
pub(super) fn shown_plain(said: &Shown) -> String {
    match said {
        Shown::Option { letter, .. } => letter.to_string(),
        Shown::Value { value, unit } => beside(in_full(*value), unit),
    }
}

/// `+8`, `−4`, `0`.
#[must_use]
pub fn signed(points: i64) -> String {
    match points {
        0 => "0".to_owned(),
        1.. => format!("+{points}"),
        _ => format!("−{}", points.unsigned_abs()),
    }
}

/// `1 answer`, `2 answers`.
pub(super) fn count(n: u64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// An instant: in each reader's own zone where the platform can, else in the zone given.
pub(super) fn moment(at: DateTime<Utc>, zone: Tz) -> String {
    format!("[{}](time:{})", at.with_timezone(&zone).format("%a %-d %b, %H:%M"), at.timestamp())
}

/// An instant as a distance from now, where the platform can; else the local time.
pub(super) fn distance(at: DateTime<Utc>, zone: Tz) -> String {
    format!("[{}](time:{}:R)", at.with_timezone(&zone).format("on %a %-d %b at %H:%M"), at.timestamp())
}

/// `ML system design · senior · about 3 min`: nothing by which an open trap could be looked up.
#[must_use]
pub fn label(trap: &Trap) -> String {
    format!("{} · {} · about {} min", series(&trap.series), trap.level.as_str(), trap.minutes)
}

/// `ML system design #33 · senior`: where a trap may be named.
#[must_use]
pub fn full_label(trap: &Trap) -> String {
    format!("{} #{} · {}", series(&trap.series), trap.number, trap.level.as_str())
}

/// A series or topic by its name, as plain text: `ml-system-design` is "ML system design".
#[must_use]
pub fn name(slug: &str) -> String {
    capital(&spelt(slug))
}

/// As [`name`], to be read as CommonMark.
#[must_use]
pub fn series(slug: &str) -> String {
    escape(&name(slug))
}

/// A topic within a sentence: "KV cache", or "mixed precision".
pub(super) fn topic(slug: &str) -> String {
    escape(&spelt(slug))
}

/// Words that people write with a hyphen, wherever they stand in a slug.
const HYPHENATED: [&str; 12] = [
    "cross-validation",
    "few-shot",
    "fine-tuning",
    "off-policy",
    "on-policy",
    "out-of-distribution",
    "post-processing",
    "post-training",
    "pre-training",
    "q-learning",
    "self-supervised",
    "zero-shot",
];

/// The words of a slug, abbreviations and proper names as people write them (plain).
pub(super) fn spelt(slug: &str) -> String {
    let mut said = String::new();
    let mut rest = slug;
    while !rest.is_empty() {
        let (words, after) = hyphenated(rest).or_else(|| rest.split_once('-')).unwrap_or((rest, ""));
        if !said.is_empty() {
            said.push(' ');
        }
        let words: Vec<String> = words.split('-').map(word).collect();
        said.push_str(&words.join("-"));
        rest = after;
    }
    said
}

/// The hyphenated word that a slug begins with, and what comes behind it.
fn hyphenated(slug: &str) -> Option<(&str, &str)> {
    let word = HYPHENATED.into_iter().find_map(|word| slug.strip_prefix(word).map(|rest| (word, rest)));
    word.and_then(|(word, rest)| if rest.is_empty() { Some((word, "")) } else { Some((word, rest.strip_prefix('-')?)) })
}

fn word(word: &str) -> String {
    match word {
        "ml" | "llm" | "nlp" | "rl" | "rlhf" | "cv" | "ai" | "gpu" | "cuda" | "gan" | "kv" | "dpo" | "grpo" | "ppo"
        | "q" => word.to_uppercase(),
        "ab" => "A/B".to_owned(),
        "mlops" => "MLOps".to_owned(),
        "rope" => "RoPE".to_owned(),
        "lora" => "LoRA".to_owned(),
        "pytorch" => "PyTorch".to_owned(),
        _ => word.to_owned(),
    }
}

/// A zone as people call it (plain): UTC has more names than anybody says.
#[must_use]
pub fn zone(zone: Tz) -> &'static str {
    match zone {
        Tz::Etc__UTC | Tz::Etc__UCT | Tz::Etc__Universal | Tz::Etc__Zulu | Tz::UCT | Tz::Universal | Tz::Zulu => "UTC",
        other => other.name(),
    }
}

pub(super) fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn list(items: &[String], last: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., end] => format!("{} {last} {end}", init.join(", ")),
    }
}

/// What stands for one thing, or for several.
pub(super) fn it_or_them(items: &[String]) -> &'static str {
    if items.len() == 1 { "it" } else { "them" }
}

/// A slug of the misconceptions as words, where the bank has no sentence for it.
pub(super) fn mistake(slug: &str) -> String {
    escape(&capital(&slug.replace('-', " ")))
}

/// Untrusted text in a code span: shown as typed, cut to 60 characters.
pub(super) fn quoted(given: &str) -> String {
    let clean: String = given.chars().filter(|c| !c.is_control() && *c != '`').take(60).collect();
    if clean.trim().is_empty() { "nothing".to_owned() } else { format!("`{}`", clean.trim()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_and_zones_are_said_as_people_say_them() {
        assert_eq!(name("llm-system-design"), "LLM system design");
        assert_eq!(
            (topic("ab-testing"), topic("mixed-precision")),
            ("A\\/B testing".to_owned(), "mixed precision".to_owned())
        );
        let named =
            ["fine-tuning", "q-learning", "off-policy-evaluation", "offline-rl", "zero-shot", "zero-shots", "kv-cache"];
        assert_eq!(
            named.map(name),
            ["Fine-tuning", "Q-learning", "Off-policy evaluation", "Offline RL", "Zero-shot", "Zero shots", "KV cache"]
        );
        assert_eq!(
            ["q-learning", "large-pre-training-data", "out-of-distribution", ""].map(spelt),
            ["Q-learning", "large pre-training data", "out-of-distribution", ""]
        );
        assert_eq!((zone(Tz::Etc__UTC), zone(Tz::Europe__Berlin)), ("UTC", "Europe/Berlin"));
    }
}
