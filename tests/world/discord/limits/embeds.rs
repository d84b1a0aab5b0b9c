//! Embeds: at most ten, each part within its limit, and all their text together within 6000 characters.

use serde_json::Value;

use super::{characters, list, text};
use crate::world::discord::error::FormErrors;

const COUNT: usize = 10;
const TOTAL: usize = 6000;
const FIELDS: usize = 25;

pub fn check(embeds: &[Value], errors: &mut FormErrors) {
    if embeds.len() > COUNT {
        errors.length("embeds", embeds.len(), 0, COUNT);
    }
    for (index, embed) in embeds.iter().enumerate() {
        check_one(embed, &format!("embeds.{index}"), errors);
    }
    if embeds.iter().map(size).sum::<usize>() > TOTAL {
        errors.add("embeds", "MAX_EMBED_SIZE_EXCEEDED", format!("Embed size exceeds maximum size of {TOTAL}"));
    }
}

fn check_one(embed: &Value, place: &str, errors: &mut FormErrors) {
    let mut limit = |part: &str, value: Option<&str>, max: usize| {
        if let Some(value) = value {
            errors.length(&format!("{place}.{part}"), characters(value.trim()), 0, max);
        }
    };
    limit("title", text(embed, "title"), 256);
    limit("description", text(embed, "description"), 4096);
    limit("footer.text", embed.get("footer").and_then(|footer| text(footer, "text")), 2048);
    limit("author.name", embed.get("author").and_then(|author| text(author, "name")), 256);
    let fields = list(embed, "fields");
    if fields.len() > FIELDS {
        errors.length(&format!("{place}.fields"), fields.len(), 0, FIELDS);
    }
    for (index, field) in fields.iter().enumerate() {
        for (key, max) in [("name", 256), ("value", 1024)] {
            let length = text(field, key).map_or(0, |value| characters(value.trim()));
            errors.length(&format!("{place}.fields.{index}.{key}"), length, 1, max);
        }
    }
    if let Some(colour) = embed.get("color").filter(|colour| !colour.is_null())
        && colour.as_u64().is_none_or(|colour| colour > 0xff_ff_ff)
    {
        errors.add(&format!("{place}.color"), "NUMBER_TYPE_MAX", "int value should be less than or equal to 16777215.");
    }
    if size(embed) == 0 && embed.get("image").is_none() && embed.get("thumbnail").is_none() {
        errors.required(&format!("{place}.description"));
    }
}

/// The characters that count towards the total.
fn size(embed: &Value) -> usize {
    let own = [text(embed, "title"), text(embed, "description")];
    let nested = [("footer", "text"), ("author", "name")].map(|(part, key)| embed.get(part).and_then(|p| text(p, key)));
    let fields = list(embed, "fields").iter().flat_map(|field| [text(field, "name"), text(field, "value")]);
    own.into_iter().chain(nested).chain(fields).flatten().map(|value| characters(value.trim())).sum()
}
