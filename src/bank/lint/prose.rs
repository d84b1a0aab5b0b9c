//! What the stem, the explanation, the title and the sources must say, and must not.

use std::collections::BTreeMap;

use memchr::memmem;

use crate::bank::make::Draft;
use crate::bank::report::Sink;
use crate::bank::words::{Words, count, count_to, lines};
use crate::core::trap::{Role, Trap};

const MIN_EXPLANATION: usize = 60;

/// Companies whose name no scenario needs. Names that are everyday words (Target, Shell, Stripe …) are left to reviewers,
/// and so are makers of hardware, which a scenario may have to name. Sorted.
const COMPANIES: [&str; 44] = [
    "Adobe",
    "Airbnb",
    "Alibaba",
    "Amazon",
    "Anthropic",
    "Apple",
    "Baidu",
    "Bloomberg",
    "ByteDance",
    "Citadel",
    "Coinbase",
    "Coursera",
    "Databricks",
    "DeepMind",
    "DoorDash",
    "Dropbox",
    "Expedia",
    "Facebook",
    "Google",
    "Instacart",
    "Instagram",
    "LinkedIn",
    "Lyft",
    "Meta",
    "Microsoft",
    "Netflix",
    "OpenAI",
    "Palantir",
    "PayPal",
    "Pinterest",
    "Reddit",
    "Salesforce",
    "Shopify",
    "Snapchat",
    "Spotify",
    "Tencent",
    "Tesla",
    "TikTok",
    "Twitter",
    "Uber",
    "Walmart",
    "Yandex",
    "Zillow",
    "eBay",
];

/// Words that turn a claim into a conditional one.
const CONDITIONS: [&str; 18] = [
    "if", "when", "whenever", "unless", "while", "where", "under", "for", "with", "without", "given", "at", "until",
    "once", "as", "provided", "on", "in",
];

pub(super) fn check(draft: &Draft<'_>, trap: &Trap, vocabulary: &BTreeMap<String, String>, sink: &mut Sink<'_>) {
    question(draft, trap, sink);
    negative(draft, trap, sink);
    explanation(draft, trap, sink);
    names_belief(draft, trap, vocabulary, sink);
    claims(draft, trap, sink);
    companies(draft, trap, sink);
    sources(draft, sink);
    dated(draft, sink);
}

/// I08.
fn question(draft: &Draft<'_>, trap: &Trap, sink: &mut Sink<'_>) {
    let words = count(&trap.scenario) + count(&trap.ask);
    if !(35..=160).contains(&words) {
        let what = format!("scenario and ask have {words} words together");
        sink.warn(draft.body.scenario.heading, "I08", what, "bring them between 35 and 160");
    }
    let marks = trap.scenario.matches('?').count() + trap.ask.matches('?').count();
    if marks != 1 {
        let what = format!("scenario and ask have {marks} question marks");
        sink.warn(draft.body.ask.heading, "I08", what, "ask one question");
    }
}

/// I10: a negation in the ask that a hurried reader overlooks.
fn negative(draft: &Draft<'_>, trap: &Trap, sink: &mut Sink<'_>) {
    let mut before = "";
    for word in trap.ask.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        let negates = matches!(word, "not" | "Not" | "except" | "Except" | "least" | "Least" | "false" | "False");
        if negates && !before.eq_ignore_ascii_case("at") {
            let what = format!("the ask turns on '{word}'");
            sink.warn(draft.body.ask.line, "I10", what, "ask it the other way round, or write the word in capitals");
            return;
        }
        before = word;
    }
}

/// I16.
fn explanation(draft: &Draft<'_>, trap: &Trap, sink: &mut Sink<'_>) {
    let line = draft.body.explanation.heading;
    let words = count_to(&trap.explanation, MIN_EXPLANATION);
    if words < MIN_EXPLANATION {
        let what = format!("the explanation has {words} words");
        sink.error(
            line,
            "I16",
            what,
            format!("say the mechanism, then the arithmetic: at least {MIN_EXPLANATION} words"),
        );
    }
    let whys = draft.body.candidates.iter().filter(|c| c.role != Role::Right).map(|c| c.why.text);
    let mut texts = std::iter::once(trap.explanation.as_str()).chain(whys);
    if !texts.any(grants) {
        let mend = "add a sentence such as 'X would be right if …'";
        sink.error(line, "I16", "nothing says when a wrong option would be right", mend);
    }
}

/// I16: the explanation, or the bait's reason, speaks of what the bait's owner believes.
fn names_belief(draft: &Draft<'_>, trap: &Trap, vocabulary: &BTreeMap<String, String>, sink: &mut Sink<'_>) {
    let Some(bait) = draft.body.candidates.iter().find(|c| c.role == Role::Bait) else { return };
    let Some(belief) = bait.mistake.as_ref().and_then(|m| vocabulary.get(m.value)) else { return };
    let (belief_words, texts) = (Words::of(belief), [trap.explanation.as_str(), bait.why.text]);
    let spoken_of = |texts: &[&str]| belief_words.content().any(|word| texts.iter().any(|text| text.contains(word)));
    // Most often a word stands there in lower case.
    if !spoken_of(&texts) && !spoken_of(&texts.map(str::to_lowercase).each_ref().map(String::as_str)) {
        let what = format!("nothing speaks of the belief behind the bait: {belief}");
        sink.error(draft.body.explanation.heading, "I16", what, "say what is false about it");
    }
}

/// Whether a sentence of the text says under which condition something else would hold.
fn grants(text: &str) -> bool {
    let conditional = ["if", "when", "where", "were", "with", "had", "for", "only", "on", "once"];
    ["would", "becomes"].into_iter().filter(|verb| text.contains(verb)).any(|verb| {
        text.match_indices(verb).any(|(at, _)| {
            let words = Words::of(sentence_at(text, at));
            (words.has("would") || words.has("becomes")) && words.iter().any(|word| conditional.contains(&word))
        })
    })
}

/// I20.
fn claims(draft: &Draft<'_>, trap: &Trap, sink: &mut Sink<'_>) {
    let right = trap.options().iter().find(|o| o.role == Role::Right).map(|o| o.text.as_str());
    let texts = [
        (draft.front.title.line, "the title", Some(trap.title.as_str())),
        (draft.right_line(), "the right option", right),
    ];
    for (line, name, text) in texts {
        let claim = text.into_iter().flat_map(sentences).find_map(over_claim);
        if let Some(claim) = claim {
            let what = format!("{name} claims '{claim}' without a condition");
            sink.warn(line, "I20", what, "name the condition in the same sentence");
        }
    }
}

fn over_claim(sentence: &str) -> Option<&'static str> {
    let words = Words::of(sentence);
    let claims = ["always", "never", "eliminates", "guarantees", "impossible", "proves", "free"];
    let claim = claims
        .into_iter()
        .find(|w| words.has(w))
        .or_else(|| words.has_run(&["is", "not", "a"]).then_some("is not a"))
        .or_else(|| words.has_run(&["the", "real", "reason"]).then_some("the real reason"))?;
    CONDITIONS.iter().all(|c| !words.has(c)).then_some(claim)
}

/// I22.
fn companies(draft: &Draft<'_>, trap: &Trap, sink: &mut Sink<'_>) {
    for (part, text) in [(&draft.body.scenario, &trap.scenario), (&draft.body.ask, &trap.ask)] {
        for (index, line) in lines(text).enumerate() {
            if let Some(name) = company(line) {
                let what = format!("the scenario names a real company: {name}");
                sink.error(part.line + index, "I22", what, "make one up, or name none");
            }
        }
    }
    for part in [&draft.body.scenario, &draft.body.ask, &draft.body.explanation, &draft.body.question] {
        if let Some(at) = asked_at(part.text) {
            let line = part.line + part.text[..at].matches('\n').count();
            sink.error(line, "I22", "it says who asks this in interviews", "leave out where it was asked");
        }
    }
}

fn company(line: &str) -> Option<&str> {
    // The list is long, and a company's name has a capital in front or near it: (eBay.
    let capital = |w: &&str| w.bytes().take(4).any(|b| b.is_ascii_uppercase());
    let words = line.split_ascii_whitespace().filter(capital);
    words.flat_map(|w| w.split(|c: char| !c.is_alphanumeric() && c != '-')).find(|w| COMPANIES.binary_search(w).is_ok())
}

/// Where it says `asked at X`, or `interviews at X`.
fn asked_at(text: &str) -> Option<usize> {
    const AT: &str = " at ";
    memmem::find_iter(text.as_bytes(), AT).find(|at| {
        let before = text[..*at].rsplit(char::is_whitespace).next().unwrap_or_default();
        let asked = ["asked", "interview", "interviews"].iter().any(|word| before.eq_ignore_ascii_case(word));
        asked && text[at + AT.len()..].trim_start().starts_with(char::is_uppercase)
    })
}

/// I24.
const MOST_SOURCES: usize = 3;

/// I24: hosts at which a claim can be looked up for years to come.
fn sources(draft: &Draft<'_>, sink: &mut Sink<'_>) {
    let lasting = |url: &str| {
        let host = url.trim_start_matches("https://").split('/').next().unwrap_or("");
        let known = [
            "arxiv.org",
            "doi.org",
            "aclanthology.org",
            "openreview.net",
            "jmlr.org",
            "usenix.org",
            "nips.cc",
            "neurips.cc",
            "mlr.press",
            "ieee.org",
            "acm.org",
            "rfc-editor.org",
            "ietf.org",
            "w3.org",
            "nist.gov",
            "nvidia.com",
            "pytorch.org",
            "tensorflow.org",
            "apache.org",
            "python.org",
            "kernel.org",
            "github.com",
            "github.io",
            "nature.com",
            "science.org",
            "thecvf.com",
            "mitpress.mit.edu",
            "kubernetes.io",
        ];
        known.iter().any(|k| host.strip_suffix(k).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
            || host.starts_with("docs.")
            || url.contains("/docs")
    };
    let Some(first) = draft.front.sources.first() else { return };
    if !draft.front.sources.iter().any(|s| lasting(&s.value.url)) {
        let mend = "add one with an arXiv or DOI address, or official documentation";
        sink.warn(first.line, "I24", "no source is a paper or official documentation", mend);
    }
    if let Some(fourth) = draft.front.sources.get(MOST_SOURCES) {
        let what = format!("{} sources: nobody follows them all", draft.front.sources.len());
        sink.warn(fourth.line, "I24", what, "keep the one to three that carry the claim");
    }
    let debate = ["contested", "debated", "disputed", "open question", "controvers"];
    let contested = || debate.into_iter().find(|word| draft.body.explanation.text.contains(word));
    if draft.front.sources.len() == 1
        && let Some(word) = contested()
    {
        let what = format!("the explanation calls something '{word}' and has one source");
        sink.warn(first.line, "I24", what, "add a source that sees it otherwise");
    }
}

/// I27.
fn dated(draft: &Draft<'_>, sink: &mut Sink<'_>) {
    let Draft { body, .. } = draft;
    for part in [&body.explanation, &body.outline].into_iter().chain(body.candidates.iter().map(|c| &c.why)) {
        for (index, line) in lines(part.text).enumerate().filter(|(_, line)| may_be_fleeting(line)) {
            let words = Words::of(line);
            let dated = words.has_run(&["as", "of"]) || words.iter().any(is_year);
            if let Some(word) = fleeting(&words).filter(|_| !dated) {
                let what = format!("'{word}' will not stay true");
                sink.warn(part.line + index, "I27", what, "say as of when, with the year");
            }
        }
    }
}

/// A cheap look that tells of most lines that no word is fleeting.
fn may_be_fleeting(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut before = 0;
    for (at, four) in bytes.array_windows().enumerate() {
        let kind = FIRST[usize::from(four[0])];
        if kind == 2 && before == 0 && FOURS.contains(&lower_four(*four)) {
            let here =
                |word: &&str| bytes[at..].get(..word.len()).is_some_and(|w| w.eq_ignore_ascii_case(word.as_bytes()));
            if FLEETING.iter().any(here) {
                return true;
            }
        }
        before = kind;
    }
    false
}

/// What fleeting words begin with.
const FLEETING: [&str; 7] = ["currently", "nowadays", "newest", "latest", "largest", "state-of", "today"];

/// The first four letters of each, as they are compared.
const FOURS: [u32; FLEETING.len()] = {
    let (mut fours, mut at) = ([0; FLEETING.len()], 0);
    while at < FLEETING.len() {
        let word = FLEETING[at].as_bytes();
        fours[at] = lower_four([word[0], word[1], word[2], word[3]]);
        at += 1;
    }
    fours
};

/// Four letters as a number, whatever their case.
const fn lower_four(four: [u8; 4]) -> u32 {
    u32::from_le_bytes(four) | 0x2020_2020
}

/// Of each byte, whether it is a letter or digit: 1, or 2 if a fleeting word may begin with it.
const FIRST: [u8; 256] = {
    let (mut kinds, mut byte) = ([0; 256], 0);
    while byte < 256 {
        let sign = (byte as u8).to_ascii_lowercase();
        if sign.is_ascii_alphanumeric() {
            kinds[byte] = if matches!(sign, b'c' | b'n' | b'l' | b's' | b't') { 2 } else { 1 };
        }
        byte += 1;
    }
    kinds
};

/// A word about the state of the field, not about one thing in it: the latest models, but not the latest request.
fn fleeting(words: &Words) -> Option<&str> {
    let always = ["currently", "nowadays", "state-of-the-art", "today's"];
    let of_the_field = [
        "api",
        "generation",
        "gpu",
        "gpus",
        "hardware",
        "model",
        "models",
        "release",
        "releases",
        "version",
        "versions",
    ];
    let next = words.iter().skip(1);
    let superlative = words
        .iter()
        .zip(next)
        .find(|(word, next)| matches!(*word, "latest" | "newest" | "largest") && of_the_field.contains(next))
        .map(|(word, _)| word);
    superlative.or_else(|| words.iter().find(|w| always.contains(w)))
}

pub(super) fn is_year(word: &str) -> bool {
    word.len() == 4 && word.parse::<u32>().is_ok_and(|y| (1900..=2100).contains(&y))
}

/// The one of the [`sentences`] of a text that a place lies in, but for blanks around it.
fn sentence_at(text: &str, at: usize) -> &str {
    let ends = |pair: &[u8]| matches!(pair, b". " | b"? " | b"\n\n");
    let bytes = text.as_bytes();
    let from = bytes[..at].windows(2).rposition(ends).map_or(0, |end| end + 2);
    let to = bytes[at..].windows(2).position(ends).map_or(text.len(), |end| at + end + 1);
    &text[from..to]
}

/// Roughly: text up to a full stop, question or exclamation mark before a blank, or an empty line.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n\n").flat_map(|paragraph| paragraph.split_inclusive(". ").flat_map(|s| s.split_inclusive("? ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn companies_are_sorted() {
        assert!(COMPANIES.is_sorted());
    }

    #[test]
    fn a_claim_with_a_condition_passes() {
        assert_eq!(over_claim("It always wins"), Some("always"));
        assert_eq!(over_claim("It always wins if the batch is one"), None);
        assert_eq!(over_claim("A lock-free queue"), None);
    }

    #[test]
    fn who_asks_it_is_seen_wherever_it_stands() {
        for line in ["Asked at  Initech", "It is at rest; interviews at Initech want it", "an interview at Öre"] {
            assert!(asked_at(line).is_some(), "{line}");
        }
        for line in ["asked at noon", "The loss at Initech", "asked about at Initech", "at Initech", "it was asked at "]
        {
            assert!(asked_at(line).is_none(), "{line}");
        }
    }

    #[test]
    fn the_sentence_around_a_word_is_one_of_the_sentences() {
        let text = "One would. Two is so? Three would if it could.\n\nFour\n\n\n1.5 would ? would. \n\nwould";
        for (at, _) in text.match_indices("would") {
            let around = sentence_at(text, at).trim();
            assert!(sentences(text).any(|sentence| sentence.trim() == around), "{around:?}");
        }
        assert!(grants("It fails. X would be right if it fitted. It fails."));
        assert!(!grants("X would be right. If it fitted, Y is.") && !grants("It wouldn't help, even if it fitted."));
    }

    #[test]
    fn no_fleeting_word_escapes_the_cheap_look() {
        for text in
            ["(Today's models", "the \"Latest API\"", "a state-of-the-art card", "the newest GPUs", "–currently"]
        {
            assert!(fleeting(&Words::of(text)).is_some() && may_be_fleeting(text), "{text}");
        }
        assert!(!may_be_fleeting("A request, concurrently late, is the last that states its cost."));
    }
}
