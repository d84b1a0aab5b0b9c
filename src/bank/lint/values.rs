//! Options and values that must stay apart, in each variant.

use super::limits::OPTION;
use crate::bank::make::{Draft, Note};
use crate::bank::report::Sink;
use crate::bank::words::{Quantity, count, normal, quantity};
use crate::core::number::show;
use crate::core::trap::{Number, Role, Trap};

const MAX_WORDS: usize = 30;

/// The least ratio of neighbouring values: above any rounding, and above GB taken for GiB (7 %).
const MIN_RATIO: f64 = 1.15;

pub(super) fn check(draft: &Draft<'_>, variant: usize, trap: &Trap, sink: &mut Sink<'_>) {
    let note = draft.note(variant);
    if let Some(number) = trap.number_kind() {
        number_values(draft, number, note, sink);
        return;
    }
    sizes(draft, trap, note, sink);
    distinct(draft, trap, note, sink);
    let quantities: Option<Vec<Quantity>> = trap.options().iter().map(|o| quantity(&o.text)).collect();
    if let Some(quantities) = quantities {
        let same_unit = quantities.iter().all(|q| q.unit == quantities[0].unit);
        let share = quantities.iter().all(|q| q.unit == "%" && (0.0..=100.0).contains(&q.value));
        let lines = draft.body.candidates.iter().map(|c| c.head.line);
        if same_unit {
            spaced(&lines.zip(quantities.iter().map(|q| q.value)).collect::<Vec<_>>(), share, note, sink);
        }
    }
}

/// I09.
fn sizes(draft: &Draft<'_>, trap: &Trap, note: Note<'_>, sink: &mut Sink<'_>) {
    for (candidate, option) in draft.body.candidates.iter().zip(trap.options()) {
        let (words, characters) = (count(&option.text), option.text.chars().count());
        let line = candidate.head.line;
        if (words > MAX_WORDS || characters > OPTION) && !sink.has(line, "I09") {
            let what = format!("an option of {words} words and {characters} characters{note}");
            sink.error(line, "I09", what, format!("keep it within {MAX_WORDS} words and {OPTION} characters"));
        }
    }
}

/// I03.
fn distinct(draft: &Draft<'_>, trap: &Trap, note: Note<'_>, sink: &mut Sink<'_>) {
    let texts: Vec<String> = trap.options().iter().map(|o| normal(&o.text)).collect();
    for (index, text) in texts.iter().enumerate() {
        let line = draft.body.candidates[index].head.line;
        if texts[..index].contains(text) && !sink.has(line, "I03") {
            let what = format!("this option says the same as another one{note}");
            sink.error(line, "I03", what, "make the options differ in more than punctuation or units");
        }
    }
}

/// I17 and I18 for a trap of kind `number`.
fn number_values(draft: &Draft<'_>, number: &Number, note: Note<'_>, sink: &mut Sink<'_>) {
    let right_line = draft.right_line();
    if number.value == 0.0 {
        let what = format!("the right value is 0{note}, of which no share is a tolerance");
        sink.error(right_line, "I17", what, "ask for a value that is not 0");
        return;
    }
    // The mistakes stand with the bait first; elsewhere as in the file.
    let wrong = |role: Role| draft.body.candidates.iter().filter(move |c| c.role == role).map(|c| c.head.line);
    let lines: Vec<usize> = wrong(Role::Bait).chain(wrong(Role::Wrong)).collect();
    let mut values = vec![(right_line, number.value)];
    for (line, mistake) in lines.into_iter().zip(&number.mistakes) {
        if number.accepts(mistake.value) && !sink.has(line, "I17") {
            let what = format!("this mistake's value {} counts as right{note}", show(mistake.value));
            sink.error(line, "I17", what, "choose figures that tell the mistake from the right value");
        }
        values.push((line, mistake.value));
    }
    spaced(&values, false, note, sink);
}

/// I18: neighbours in ascending order differ by enough. `share`: percentages, which may also differ by what is missing to 100.
fn spaced(values: &[(usize, f64)], share: bool, note: Note<'_>, sink: &mut Sink<'_>) {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| a.1.total_cmp(&b.1));
    for pair in sorted.windows(2) {
        let [(first, low), (second, high)] = [pair[0], pair[1]];
        let line = first.max(second);
        let apart = far(low, high) || (share && far(100.0 - high, 100.0 - low));
        if !apart && !sink.has(line, "I18") && !sink.has(line, "I17") {
            let what = format!(
                "the values {} and {} are less than a factor of {MIN_RATIO} apart{note}",
                show(low),
                show(high)
            );
            sink.error(line, "I18", what, "choose figures that no rounding or unit can confuse");
        }
    }
}

/// Whether two values, the lower one first, have different signs or a ratio of at least [`MIN_RATIO`].
fn far(low: f64, high: f64) -> bool {
    // The slack is for values that are exactly the ratio apart, but for the last bit.
    let ratio = MIN_RATIO - 1e-9;
    match (low > 0.0, high < 0.0) {
        (true, _) => high >= low * ratio,
        (_, true) => low <= high * ratio,
        _ => low < high,
    }
}

#[cfg(test)]
mod tests {
    use super::far;

    #[test]
    fn nearness_is_relative_on_both_sides_of_zero() {
        assert!(far(100.0, 115.0) && !far(100.0, 114.0));
        assert!(far(-115.0, -100.0) && !far(-114.0, -100.0));
        assert!(far(-1.0, 1.0) && far(0.0, 1.0) && !far(0.0, 0.0));
    }
}
