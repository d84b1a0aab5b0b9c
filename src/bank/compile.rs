//! The expressions and texts of a trap, compiled once for all of its variants.

use std::fmt;

use super::figure;
use super::make::{Draft, Note};
use super::numbers::{Engine, Formula, Text, Trouble};
use super::report::Sink;
use super::sections::Part;

/// Something compiled, with the line that it begins on.
pub(super) struct Placed<T> {
    pub(super) line: usize,
    pub(super) value: T,
}

/// Every expression and text of the trap.
pub(super) struct Compiled<'e> {
    /// With their names, in the order of the file.
    pub(super) numbers: Vec<(&'e str, Placed<Formula<'e>>)>,
    /// The values of a number trap, in the order of its candidates.
    pub(super) values: Vec<Placed<Formula<'e>>>,
    pub(super) title: Placed<Text<'e>>,
    pub(super) headline: Placed<Text<'e>>,
    pub(super) scenario: Placed<Text<'e>>,
    pub(super) ask: Placed<Text<'e>>,
    /// The texts of a choice trap's options, in the order of its candidates.
    pub(super) options: Vec<Placed<Text<'e>>>,
    pub(super) whys: Vec<Placed<Text<'e>>>,
    pub(super) explanation: Placed<Text<'e>>,
    pub(super) question: Placed<Text<'e>>,
    pub(super) outline: Placed<Text<'e>>,
    pub(super) figure: Option<figure::Compiled<'e>>,
}

impl<'e> Compiled<'e> {
    /// Reports everything that can't be compiled, not only the first.
    pub(super) fn of(draft: &'e Draft<'e>, engine: &'e Engine, sink: &mut Sink<'_>) -> Option<Self> {
        let Draft { front, body } = draft;
        let (values, heads) =
            if front.answer.is_some() { (&body.candidates[..], &[][..]) } else { (&[][..], &body.candidates[..]) };
        let formulas = front.numbers.iter().map(|number| {
            let (name, source) = &number.value;
            Some((name.as_str(), formula(number.line, format_args!("'{name}'"), source, engine, sink)?))
        });
        let numbers: Vec<_> = formulas.collect();
        let values: Vec<_> =
            values.iter().map(|c| formula(c.head.line, "the value", c.head.value, engine, sink)).collect();
        let mut placed = |line: usize, source: &'e str| match engine.text(source) {
            Ok(value) => Some(Placed { line, value }),
            Err(trouble) => {
                untemplated(line, &trouble, Note::NONE, sink);
                None
            }
        };
        let title = placed(front.title.line, &front.title.value);
        let headline = placed(front.headline.line, &front.headline.value);
        let options: Vec<_> = heads.iter().map(|c| placed(c.head.line, c.head.value)).collect();
        let mut part = |part: &Part<'e>| placed(part.line, part.text);
        let scenario = part(&body.scenario);
        let ask = part(&body.ask);
        let explanation = part(&body.explanation);
        let question = part(&body.question);
        let outline = part(&body.outline);
        let whys: Vec<_> = body.candidates.iter().map(|c| part(&c.why)).collect();
        let figure = front.figure.as_ref().map(|sketch| sketch.compile(engine, sink));
        Some(Self {
            numbers: numbers.into_iter().collect::<Option<_>>()?,
            values: values.into_iter().collect::<Option<_>>()?,
            title: title?,
            headline: headline?,
            scenario: scenario?,
            ask: ask?,
            options: options.into_iter().collect::<Option<_>>()?,
            whys: whys.into_iter().collect::<Option<_>>()?,
            explanation: explanation?,
            question: question?,
            outline: outline?,
            // One that can't be compiled has been reported.
            figure: figure.map_or(Some(None), |compiled| compiled.map(Some))?,
        })
    }
}

pub(super) fn formula<'e>(
    line: usize,
    whose: impl fmt::Display,
    source: &'e str,
    engine: &'e Engine,
    sink: &mut Sink<'_>,
) -> Option<Placed<Formula<'e>>> {
    let compiled = engine.expression(source).map_err(|trouble| uncomputed(line, whose, &trouble, Note::NONE, sink));
    compiled.ok().map(|value| Placed { line, value })
}

/// A text that can't be filled in, in the variant that the note names.
pub(super) fn untemplated(line: usize, trouble: &Trouble, note: Note<'_>, sink: &mut Sink<'_>) {
    let line = line + trouble.line.saturating_sub(1);
    let mend = mend(trouble, "correct the expression between {{ and }}; names come from [vary], [given] and [numbers]");
    sink.error(line, "P09", format!("the text can't be filled in{note}: {}", trouble.what), mend);
}

/// A number that can't be computed; once for each line, since variants share it.
pub(super) fn uncomputed(
    line: usize,
    whose: impl fmt::Display,
    trouble: &Trouble,
    note: Note<'_>,
    sink: &mut Sink<'_>,
) {
    if !sink.has(line, "P08") {
        let what = format!("{whose} can't be computed{note}: {}", trouble.what);
        let mend = mend(trouble, "correct the expression; names come from [vary], [given] and earlier [numbers]");
        sink.error(line, "P08", what, mend);
    }
}

/// What may have been meant by an unknown name; otherwise what to do in general.
fn mend(trouble: &Trouble, general: &str) -> String {
    trouble.unknown.as_ref().map_or_else(|| general.to_owned(), |(_, hint)| hint.clone())
}
