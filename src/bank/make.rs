//! From a file that could be read to a trap with its variants: numbers computed, texts filled in.

use std::collections::BTreeMap;
use std::fmt;

use super::compile::{Compiled, Placed, uncomputed, untemplated};
use super::front::Front;
use super::lint::limits;
use super::numbers::{Engine, Text};
use super::report::{Sink, nearest};
use super::scope::Scope;
use super::sections::{Body, Candidate};
use crate::core::trap::{Choice, FollowUp, Kind, Number, NumberMistake, Role, Trap};

/// A file whose front matter and sections could be read.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) front: Front,
    pub(super) body: Body<'a>,
}

impl Draft<'_> {
    /// How a finding names a variant.
    pub(super) fn note(&self, variant: usize) -> Note<'_> {
        Note(Some((&self.front, variant)))
    }

    /// The line of the right option's heading.
    pub(super) fn right_line(&self) -> usize {
        let right = self.body.candidates.iter().find(|c| c.role == Role::Right);
        right.map_or(self.body.heading, |c| c.head.line)
    }
}

/// Which variant a finding is about: nothing for the canonical one. Written out only where something is found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Note<'a>(Option<(&'a Front, usize)>);

impl Note<'_> {
    /// For what is the same in all variants.
    pub(super) const NONE: Self = Note(None);
}

impl fmt::Display for Note<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((front, variant)) = self.0.filter(|(_, variant)| *variant > 0) else { return Ok(()) };
        let pairs = front.given.of(variant).zip(front.given.of(0));
        let varied = pairs.filter(|(here, there)| here.1 != there.1).map(|((name, x), _)| format!("{name} = {x}"));
        write!(f, " in variant {} ({})", variant + 1, varied.collect::<Vec<_>>().join(", "))
    }
}

/// What traps are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Serving,
    /// Made to be checked and dropped: with no more than the rules look at.
    Checking,
}

/// All variants, the canonical one first; none where a number or a text can't be had.
pub(super) fn make(
    draft: &Draft<'_>,
    engine: &Engine,
    vocabulary: &BTreeMap<String, String>,
    purpose: Purpose,
    sink: &mut Sink<'_>,
) -> Option<Vec<Trap>> {
    roles(draft, sink);
    mistakes(draft, vocabulary, sink);
    let compiled = Compiled::of(draft, engine, sink)?;
    if !draft.front.named {
        return None;
    }
    (0..draft.front.given.variants.len()).map(|variant| one(draft, variant, &compiled, purpose, sink)).collect()
}

fn roles(draft: &Draft<'_>, sink: &mut Sink<'_>) {
    let Body { candidates, heading, .. } = &draft.body;
    let noun = if draft.front.answer.is_some() { "values" } else { "options" };
    if !(3..=5).contains(&candidates.len()) && (draft.front.answer.is_none() || candidates.len() != 2) {
        let what = format!("{} {noun}", candidates.len());
        sink.error(*heading, "I02", what, "give 3 to 5, usually 4: each wrong one the result of a real mistake");
    }
    for (role, name, rule) in [(Role::Right, "right", "I03"), (Role::Bait, "bait", "P12")] {
        let mut of_role = candidates.iter().filter(|c| c.role == role);
        match (of_role.next(), of_role.next()) {
            (Some(_), None) => {}
            (None, _) => sink.error(
                *heading,
                rule,
                format!("none of the {noun} is '{name}'"),
                format!("mark exactly one '{name}:'"),
            ),
            (_, Some(second)) => {
                sink.error(second.head.line, rule, format!("a second '{name}'"), format!("mark exactly one '{name}:'"));
            }
        }
    }
}

fn mistakes(draft: &Draft<'_>, vocabulary: &BTreeMap<String, String>, sink: &mut Sink<'_>) {
    let named = draft.body.candidates.iter().filter_map(|c| c.mistake.as_ref()).filter(|m| !m.value.is_empty());
    for mistake in named.filter(|m| !vocabulary.contains_key(m.value)) {
        let hint = nearest(mistake.value, vocabulary.keys().map(String::as_str));
        let mend = format!("add it to misconceptions.toml with a sentence; {hint}");
        sink.error(mistake.line, "P13", format!("there is no misconception '{}'", mistake.value), mend);
    }
}

fn one(
    draft: &Draft<'_>,
    variant: usize,
    compiled: &Compiled<'_>,
    purpose: Purpose,
    sink: &mut Sink<'_>,
) -> Option<Trap> {
    let front = &draft.front;
    let note = draft.note(variant);
    let served = purpose == Purpose::Serving;
    let scope = scope(front, variant, note, compiled, sink)?;
    let mut fill = |placed: &Placed<Text<'_>>, max: usize| {
        // Of a variant's texts, the rules look at the options; and at how long the others are.
        if !served && variant > 0 && placed.value.surely_fits(max, &scope) {
            return Some(String::new());
        }
        placed.value.render(&scope).map_err(|trouble| untemplated(placed.line, &trouble, note, sink)).ok()
    };
    let title = fill(&compiled.title, limits::TITLE);
    let headline = fill(&compiled.headline, limits::TITLE);
    let scenario = fill(&compiled.scenario, limits::SCENARIO);
    let ask = fill(&compiled.ask, limits::ASK);
    let explanation = fill(&compiled.explanation, limits::EXPLANATION);
    let question = fill(&compiled.question, limits::QUESTION);
    let outline = fill(&compiled.outline, limits::OUTLINE);
    let options: Vec<_> = compiled.options.iter().map(|option| fill(option, 0)).collect();
    let most = if front.answer.is_some() { 0 } else { limits::WHY };
    let whys: Vec<_> = compiled.whys.iter().map(|why| fill(why, most)).collect();
    let figure =
        compiled.figure.as_ref().map_or(Some(None), |figure| figure.draw(&scope, purpose, note, sink).map(Some));
    let options = options.into_iter().collect::<Option<Vec<_>>>()?;
    let whys = whys.into_iter().collect::<Option<Vec<_>>>()?;
    let kind = if front.answer.is_some() {
        number_kind(draft, &scope, whys, note, compiled, sink)?
    } else {
        choice_kind(&draft.body.candidates, options, whys)
    };
    Some(Trap {
        id: front.id.value.clone(),
        series: front.series.value.clone(),
        number: front.number.value,
        title: title?,
        headline: headline?,
        published: front.published,
        level: front.level,
        topics: front.topics.clone(),
        minutes: front.minutes,
        kind,
        scenario: scenario?,
        ask: ask?,
        explanation: explanation?,
        follow_up: FollowUp { question: question?, outline: outline? },
        sources: if served { front.sources.iter().map(|s| s.value.clone()).collect() } else { Vec::new() },
        figure: figure?,
        numbers: if served { named(&scope) } else { Vec::new() },
    })
}

fn named(scope: &Scope<'_>) -> Vec<(String, f64)> {
    scope.known().iter().map(|(name, x)| ((*name).to_owned(), *x)).collect()
}

/// All numbers of a variant. Reports each expression that fails, unless an earlier variant did on that line or it
/// only lacks what another one failed to give.
fn scope<'d>(
    front: &'d Front,
    variant: usize,
    note: Note<'_>,
    compiled: &Compiled<'d>,
    sink: &mut Sink<'_>,
) -> Option<Scope<'d>> {
    let mut scope = Scope::new(front.given.of(variant));
    let mut failed: Vec<&str> = Vec::new();
    for (name, formula) in &compiled.numbers {
        match formula.value.value(&scope) {
            Ok(x) => scope.push(name, x),
            Err(trouble) => {
                if !trouble.unknown.as_ref().is_some_and(|(unknown, _)| failed.contains(&unknown.as_str())) {
                    uncomputed(formula.line, format_args!("'{name}'"), &trouble, note, sink);
                }
                failed.push(name);
            }
        }
    }
    failed.is_empty().then_some(scope)
}

fn choice_kind(candidates: &[Candidate<'_>], options: Vec<String>, whys: Vec<String>) -> Kind {
    let options = candidates.iter().zip(options.into_iter().zip(whys)).map(|(candidate, (text, why))| Choice {
        text,
        role: candidate.role,
        why,
        mistake: candidate.mistake.as_ref().map(|m| m.value.to_owned()),
    });
    Kind::Choice { options: options.collect() }
}

fn number_kind(
    draft: &Draft<'_>,
    scope: &Scope<'_>,
    whys: Vec<String>,
    note: Note<'_>,
    compiled: &Compiled<'_>,
    sink: &mut Sink<'_>,
) -> Option<Kind> {
    let answer = draft.front.answer.as_ref()?;
    let mut right = None;
    let mut mistakes = Vec::new();
    for ((candidate, formula), why) in draft.body.candidates.iter().zip(&compiled.values).zip(whys) {
        let value = match formula.value.value(scope) {
            Ok(value) => value,
            Err(trouble) => {
                uncomputed(formula.line, "the value", &trouble, note, sink);
                continue;
            }
        };
        match (&candidate.mistake, candidate.role) {
            (_, Role::Right) => right = Some((value, why)),
            (Some(mistake), role) => {
                let mistake = NumberMistake { value, mistake: mistake.value.to_owned(), why };
                // The first of a trap's mistakes is its bait.
                let at = if role == Role::Bait { 0 } else { mistakes.len() };
                mistakes.insert(at, mistake);
            }
            (None, _) => {}
        }
    }
    let (value, why) = right?;
    let (unit, tolerance) = (answer.unit.clone(), answer.tolerance);
    Some(Kind::Number(Number { value, unit, tolerance, why, mistakes }))
}
