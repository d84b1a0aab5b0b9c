//! Cues by which options give themselves away: length, wording, overlap.

use super::{Cues, OptionSet};
use crate::bank::hashed::hash;
use crate::bank::make::Draft;
use crate::bank::report::{Severity, Sink};
use crate::bank::words::Words;
use crate::core::trap::Trap;

pub(super) fn check(draft: &Draft<'_>, trap: &Trap, set: &OptionSet, cues: &Cues<'_>, sink: &mut Sink<'_>) {
    combined(draft, trap, set, sink);
    // The length of a bare number is its size, no cue.
    if !set.numeric() {
        lengths(draft, set, sink);
    }
    wording(draft, set, sink);
    overlap(draft, set, cues, sink);
    headline(draft, trap, set, sink);
}

/// I04: options about other options.
fn combined(draft: &Draft<'_>, trap: &Trap, set: &OptionSet, sink: &mut Sink<'_>) {
    for ((candidate, option), measured) in draft.body.candidates.iter().zip(trap.options()).zip(&set.options) {
        if refers_to_options(&option.text, &measured.words) {
            let mend = "let each option make one claim of its own: the order is shuffled";
            sink.error(candidate.head.line, "I04", "an option about the other options", mend);
        }
    }
}

fn refers_to_options(text: &str, words: &Words) -> bool {
    let all = ["all", "none", "any"].into_iter().filter(|whole| words.has(whole)).any(|whole| {
        let tails = [
            &["of", "above"][..],
            &["of", "these"],
            &["of", "options"],
            &["of", "the", "above"],
            &["of", "the", "options"],
        ];
        tails.iter().any(|tail| words.has_run(&[&[whole], *tail].concat()))
    });
    // "either a cache …" is English; "either A …" is not.
    let raw: Vec<&str> = text.split_whitespace().collect();
    let both = raw.windows(2).any(|w| {
        let lead = ["both", "neither", "either"].iter().any(|lead| w[0].eq_ignore_ascii_case(lead));
        lead && letter(w[1]) && !w[1].starts_with('a')
    });
    let tail = raw.strip_suffix(&["only"]).unwrap_or(&raw);
    let pair = match tail {
        [.., a, "and" | "or", b] => letter(a) && letter(b),
        _ => false,
    };
    all || both || pair
}

/// `A`, `(b)`, `c,`: a letter that could stand for an option.
fn letter(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| matches!(c, '(' | ')' | ',' | '.'));
    bare.len() == 1 && matches!(bare.as_bytes()[0].to_ascii_lowercase(), b'a'..=b'e')
}

/// I05, I06, I07.
fn lengths(draft: &Draft<'_>, set: &OptionSet, sink: &mut Sink<'_>) {
    let line = draft.right_line();
    let ratio = set.length_ratio();
    if !(0.75..=1.25).contains(&ratio) {
        let severity = if (0.6..=1.4).contains(&ratio) { Severity::Warning } else { Severity::Error };
        let what = format!("the right option has {ratio:.2} times the words of the mean wrong one");
        sink.add(severity, line, "I05", what, "bring it between 0.75 and 1.25".to_owned());
    }
    let counts = || set.options.iter().map(|o| o.count);
    let (shortest, longest) = (counts().min().unwrap_or(0), counts().max().unwrap_or(0));
    if longest as f64 > 1.6 * shortest.max(1) as f64 {
        let what = format!("the options have from {shortest} to {longest} words");
        sink.warn(draft.body.heading, "I06", what, "let the longest have at most 1.6 times the words of the shortest");
    }
    let key = set.right().characters as f64;
    let others = || set.distractors().map(|o| o.characters);
    let (least, most) = (others().min().unwrap_or(0) as f64, others().max().unwrap_or(0) as f64);
    let extreme = if key > 1.15 * most {
        Some("longest")
    } else if key * 1.15 < least {
        Some("shortest")
    } else {
        None
    };
    if let Some(extreme) = extreme {
        let what = format!("the right option is the {extreme} by more than 15 % of its characters");
        sink.warn(line, "I07", what, "bring another option near its length");
    }
}

/// I11, I12.
fn wording(draft: &Draft<'_>, set: &OptionSet, sink: &mut Sink<'_>) {
    let line = draft.right_line();
    let absolutes = set.distractors().filter(|o| o.absolute).count();
    if absolutes >= 2 && !set.right().absolute {
        let what =
            format!("{absolutes} wrong options use absolute words (always, never, all, only, …), the right one none");
        sink.error(line, "I11", what, "take them out of the wrong options");
    }
    if set.right().hedges > 0 && set.distractors().all(|o| o.hedges == 0) {
        let mend = "state the condition instead, or hedge a wrong option too";
        sink.error(line, "I12", "only the right option hedges (can, may, often, depends, …)", mend);
    }
}

/// I13, I14.
fn overlap(draft: &Draft<'_>, set: &OptionSet, cues: &Cues<'_>, sink: &mut Sink<'_>) {
    let line = draft.right_line();
    let best_other = |scores: &[f64]| {
        let others = scores.iter().enumerate().filter(|(i, _)| *i != set.key);
        others.map(|(_, score)| *score).fold(0.0, f64::max)
    };
    let (key, best) = (cues.to_stem[set.key], best_other(&cues.to_stem));
    if key > best + 0.10 {
        let (key, best) = (key * 100.0, best * 100.0);
        let what =
            format!("the right option shares {key:.0} % of its words with the stem, the best wrong one {best:.0} %");
        sink.warn(line, "I13", what, "use the stem's words in a wrong option too");
    }
    if !set.numeric() && cues.centrality[set.key] > best_other(&cues.centrality) + 0.10 {
        let mend = "let two wrong options resemble each other as much";
        sink.warn(line, "I14", "the right option is the one that most resembles the others", mend);
    }
}

/// I23: a word of the headline that only the right option has.
fn headline(draft: &Draft<'_>, trap: &Trap, set: &OptionSet, sink: &mut Sink<'_>) {
    let headline = Words::of(&trap.headline);
    let telling = headline.stems().into_iter().find(|stem| {
        let stem = hash(stem);
        set.right().stems.contains(&stem) && set.distractors().all(|o| !o.stems.contains(&stem))
    });
    if let Some(stem) = telling {
        let what = format!("the headline shares '{stem}…' with the right option and with no other");
        sink.error(draft.front.headline.line, "I23", what, "choose another word for one of them");
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    fn refers_to_options(text: &str) -> bool {
        super::refers_to_options(text, &Words::of(text))
    }

    #[test]
    fn options_about_options_are_told_from_english() {
        for text in
            ["All of the above", "none of these", "Both A and B", "neither (b) nor (c)", "A and C only", "either B"]
        {
            assert!(refers_to_options(text), "{text}");
        }
        for text in
            ["All of the replicas restart", "Either a cache or a queue", "both shards", "Shard by user or region"]
        {
            assert!(!refers_to_options(text), "{text}");
        }
    }
}
