//! Modals: a title, and one to five text inputs.

use serde_json::Value;

use super::{characters, list, text, unknown_keys};
use crate::world::discord::error::{ApiError, FormErrors};

const ROW: u64 = 1;
const TEXT_INPUT: u64 = 4;

/// # Errors
/// What Discord answers.
pub fn check(data: &Value) -> Result<Vec<String>, ApiError> {
    let mut errors = FormErrors::default();
    let length = |key: &str| text(data, key).map_or(0, characters);
    errors.length("data.title", length("title"), 1, 45);
    errors.length("data.custom_id", length("custom_id"), 1, 100);
    let rows = list(data, "components");
    if rows.is_empty() || rows.len() > 5 {
        errors.add("data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.");
    }
    for (at, row) in rows.iter().enumerate() {
        check_row(row, &format!("data.components.{at}"), &mut errors);
    }
    errors.result()?;
    let unknown = unknown_keys(data, &["title", "custom_id", "components"]);
    Ok(unknown.iter().map(|key| format!("unknown key `{key}` in a modal")).collect())
}

fn check_row(row: &Value, place: &str, errors: &mut FormErrors) {
    let inputs = list(row, "components");
    if row.get("type").and_then(Value::as_u64) != Some(ROW) || inputs.len() != 1 {
        errors.add(place, "BASE_TYPE_BAD_LENGTH", "An action row of a modal holds one text input.");
        return;
    }
    let input = &inputs[0];
    let place = format!("{place}.components.0");
    if input.get("type").and_then(Value::as_u64) != Some(TEXT_INPUT) {
        errors.choices(&format!("{place}.type"), "4");
        return;
    }
    let mut limit = |key: &str, min: usize, max: usize| {
        let length = text(input, key).map_or(0, characters);
        errors.length(&format!("{place}.{key}"), length, min, max);
    };
    limit("label", 1, 45);
    limit("custom_id", 1, 100);
    limit("placeholder", 0, 100);
    limit("value", 0, 4000);
    if !matches!(input.get("style").and_then(Value::as_u64), Some(1 | 2)) {
        errors.choices(&format!("{place}.style"), "1, 2");
    }
    for (key, min) in [("min_length", 0), ("max_length", 1)] {
        let given = input.get(key).and_then(Value::as_u64);
        if given.is_some_and(|given| !(min..=4000).contains(&given)) {
            errors.add(&format!("{place}.{key}"), "NUMBER_TYPE_MAX", format!("Must be between {min} and 4000."));
        }
    }
}
