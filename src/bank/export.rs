//! The bank as JSON, for other programs. The fields keep their names.

use serde_json::{Map, Value, json};

use super::Entry;
use crate::core::trap::{Kind, Number, NumberMistake, Trap};

/// One trap with its canonical variant filled in. Each of `variants` is the numbers that all of its texts are made with.
pub(super) fn entry(entry: &Entry) -> Value {
    let trap = entry.trap();
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
    put("id", json!(trap.id));
    put("series", json!(trap.series));
    put("number", json!(trap.number));
    put("title", json!(trap.title));
    put("headline", json!(trap.headline));
    put("published", json!(trap.published));
    put("level", json!(trap.level));
    put("topics", json!(trap.topics));
    put("minutes", json!(trap.minutes));
    put("kind", json!(if trap.number_kind().is_some() { "number" } else { "choice" }));
    put("scenario", json!(trap.scenario));
    put("ask", json!(trap.ask));
    match &trap.kind {
        Kind::Choice { options } => put("options", json!(options)),
        Kind::Number(number) => put("answer", answer(number)),
    };
    put("explanation", json!(trap.explanation));
    put("follow_up", json!(trap.follow_up));
    put("sources", json!(trap.sources));
    put("numbers", numbers(trap));
    put("variants", entry.variants.iter().map(numbers).collect());
    put("figure", json!(trap.figure));
    Value::Object(out)
}

fn answer(number: &Number) -> Value {
    let mistake = |m: &NumberMistake| json!({ "value": m.value, "mistake": m.mistake, "why": m.why });
    json!({
        "value": number.value,
        "unit": number.unit,
        "tolerance": number.tolerance,
        "why": number.why,
        "mistakes": number.mistakes.iter().map(mistake).collect::<Vec<_>>(),
    })
}

fn numbers(trap: &Trap) -> Value {
    trap.numbers.iter().map(|(name, x)| (name.clone(), json!(x))).collect::<Map<_, _>>().into()
}
