//! The longest texts. Every platform's limits are met within these, whatever the trap.

use crate::bank::make::Draft;
use crate::bank::report::Sink;
use crate::core::trap::Trap;

// In characters, with the numbers filled in.
pub(in crate::bank) use crate::bank::front::MAX_TITLE as TITLE;
pub(in crate::bank) const SCENARIO: usize = 1_500;
pub(in crate::bank) const ASK: usize = 300;
pub(super) const OPTION: usize = 180;
pub(in crate::bank) const WHY: usize = 400;
pub(in crate::bank) const EXPLANATION: usize = 3_500;
pub(in crate::bank) const QUESTION: usize = 500;
pub(in crate::bank) const OUTLINE: usize = 700;

/// P11.
pub(super) fn check(draft: &Draft<'_>, variant: usize, trap: &Trap, sink: &mut Sink<'_>) {
    let Draft { front, body } = draft;
    let note = draft.note(variant);
    let mut at_most = |max: usize, line: usize, what: &str, text: &str| {
        // Bytes bound characters, and are known without counting.
        let length = if text.len() <= max { return } else { text.chars().count() };
        if length > max && !sink.has(line, "P11") {
            let what = format!("{what} has {length} characters{note}");
            sink.error(line, "P11", what, format!("shorten it to {max}"));
        }
    };
    at_most(TITLE, front.title.line, "the title", &trap.title);
    at_most(TITLE, front.headline.line, "the headline", &trap.headline);
    at_most(SCENARIO, body.scenario.heading, "the scenario", &trap.scenario);
    at_most(ASK, body.ask.heading, "the ask", &trap.ask);
    at_most(EXPLANATION, body.explanation.heading, "the explanation", &trap.explanation);
    at_most(QUESTION, body.question.heading, "the follow-up's question", &trap.follow_up.question);
    at_most(OUTLINE, body.outline.heading, "the outline", &trap.follow_up.outline);
    for (candidate, option) in body.candidates.iter().zip(trap.options()) {
        at_most(WHY, candidate.why.line, "the reason", &option.why);
    }
    if let Some(number) = trap.number_kind() {
        at_most(WHY, draft.right_line(), "the reason", &number.why);
        for mistake in &number.mistakes {
            let of_mistake =
                body.candidates.iter().find(|c| c.mistake.as_ref().is_some_and(|m| m.value == mistake.mistake));
            at_most(WHY, of_mistake.map_or(body.heading, |c| c.why.line), "the reason", &mistake.why);
        }
    }
}
