//! Menus of a modal. A long one is parted into groups by first letters, so that all of it can be chosen.

use slack_morphism::prelude::{
    SlackBlockChoiceItem, SlackBlockOptionGroup, SlackBlockPlainTextOnly, SlackBlockStaticSelectElement,
    SlackInputBlockElement,
};

use super::forms::{ANY, VALUE};
use super::payload::{limit, plain};
use crate::core::text;

type Choice = SlackBlockChoiceItem<SlackBlockPlainTextOnly>;
type Group = SlackBlockOptionGroup<SlackBlockPlainTextOnly>;

/// Choices of one menu. Two menus of this many names, each as long as the bank lets it be, still fit a view's 250 kB.
const MOST: usize = 800;
/// Letters share a group until it has this many.
const WORTH_A_GROUP: usize = 12;

/// All of it, or one of these.
pub(super) fn filter(values: &[String], chosen: Option<&str>) -> SlackInputBlockElement {
    let chosen = chosen.unwrap_or(ANY);
    let mut choices: Vec<Choice> = values.iter().take(MOST).map(|value| choice(value)).collect();
    // A filter whose name the bank has no more, or that comes late in a long list, stays what it is.
    if chosen != ANY && choices.iter().all(|one| one.value != chosen) {
        choices.truncate(MOST - 1);
        choices.push(choice(chosen));
    }
    let any = choice(ANY);
    let initial = choices.iter().find(|one| one.value == chosen).unwrap_or(&any).clone();
    let menu = SlackBlockStaticSelectElement::new().with_action_id(VALUE.into()).with_initial_option(initial);
    if choices.len() < limit::OPTIONS {
        choices.insert(0, any);
        return menu.with_options(choices).into();
    }
    let mut groups = vec![Group::new(plain("All", limit::OPTION), vec![any])];
    groups.extend(parted(choices));
    menu.with_option_groups(groups).into()
}

/// One of these few, in this order.
pub(super) fn one_of(values: &[&str], chosen: &str) -> SlackInputBlockElement {
    let choices: Vec<Choice> = values.iter().map(|value| choice(value)).collect();
    let initial = choices.iter().find(|one| one.value == chosen).cloned();
    SlackBlockStaticSelectElement::new()
        .with_action_id(VALUE.into())
        .with_options(choices)
        .opt_initial_option(initial)
        .into()
}

fn choice(value: &str) -> Choice {
    Choice::new(plain(&text::name(value), limit::OPTION), value.to_owned())
}

/// Groups of neighbours; those that begin alike stay together as long as there is room.
fn parted(mut choices: Vec<Choice>) -> Vec<Group> {
    choices.sort_by_cached_key(|one| text::name(&one.value).to_lowercase());
    // A letter that fills its group is followed by a small one, so half of the groups are kept for such.
    let worth = choices.len().div_ceil(limit::GROUPS / 2).max(WORTH_A_GROUP);
    let mut parts: Vec<Vec<Choice>> = Vec::new();
    for one in choices {
        let joins = |part: &Vec<Choice>| {
            let alike = part.last().is_some_and(|last| letter(last) == letter(&one));
            part.len() < limit::OPTIONS && (alike || part.len() < worth)
        };
        match parts.last_mut() {
            Some(part) if joins(part) => part.push(one),
            _ => parts.push(vec![one]),
        }
    }
    parts.into_iter().map(|part| Group::new(plain(&letters(&part), limit::OPTION), part)).collect()
}

/// `A–C`, or `P`.
fn letters(part: &[Choice]) -> String {
    let (first, last) = (part.first().map(letter), part.last().map(letter));
    match (first, last) {
        (Some(first), Some(last)) if first != last => format!("{first}–{last}"),
        (first, _) => first.unwrap_or_default(),
    }
}

fn letter(one: &Choice) -> String {
    text::name(&one.value).chars().next().map(char::to_uppercase).into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn shown(values: &[String], chosen: Option<&str>) -> Value {
        serde_json::to_value(filter(values, chosen)).unwrap()
    }

    fn list(value: &Value) -> &[Value] {
        value.as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// The values in the order in which they are offered. Slack's reference: 100 groups, 100 options in each, a label of 75.
    fn offered(menu: &Value) -> Vec<String> {
        assert!(menu["options"].is_null() != menu["option_groups"].is_null(), "exactly one of the two");
        assert!(list(&menu["option_groups"]).len() <= 100 && list(&menu["options"]).len() <= 100);
        let mut options = list(&menu["options"]).to_vec();
        for group in list(&menu["option_groups"]) {
            assert!((1..=100).contains(&list(&group["options"]).len()), "{}", group["label"]);
            assert!((1..=75).contains(&group["label"]["text"].as_str().unwrap().chars().count()));
            options.extend_from_slice(list(&group["options"]));
        }
        assert!(options.contains(&menu["initial_option"]), "{}", menu["initial_option"]);
        options.iter().map(|option| option["value"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_short_menu_has_no_groups() {
        let values: Vec<String> = (0..99).map(|n| format!("series-{n}")).collect();
        let menu = shown(&values, Some("series-98"));
        assert_eq!(menu["options"][0]["text"]["text"], "Any");
        assert_eq!((offered(&menu).len(), &menu["initial_option"]["text"]["text"]), (100, &"Series 98".into()));
    }

    #[test]
    fn all_of_a_long_menu_can_be_chosen() {
        // As many as the built-in bank's topics, over the alphabet as they are.
        let bank: Vec<String> = (0..143_u8).map(|n| format!("{}opic-{n}", char::from(b'a' + n % 26))).collect();
        let letters = ('a'..='z').flat_map(|c| (0..11).map(move |n| format!("{c}-{n}"))).collect();
        let one_letter = (0..MOST).map(|n| format!("p-{n:03}")).collect();
        for values in [bank, letters, one_letter] {
            assert!(values.len() > 100);
            let menu = shown(&values, None);
            let all = offered(&menu);
            assert_eq!((all[0].as_str(), all.len()), (ANY, values.len() + 1));
            assert!(values.iter().all(|value| all.contains(value)));
            assert_eq!(menu["initial_option"]["value"], ANY);
        }
    }

    #[test]
    fn groups_are_called_by_their_letters() {
        let values: Vec<String> = ["a", "b", "c", "d"]
            .into_iter()
            .flat_map(|c| (0..if c == "c" { 150 } else { 8 }).map(move |n| format!("{c}x-{n:03}")))
            .collect();
        let menu = shown(&values, Some("cx-149"));
        let groups = list(&menu["option_groups"]).iter();
        let labels: Vec<&str> = groups.map(|group| group["label"]["text"].as_str().unwrap()).collect();
        assert_eq!(labels, ["All", "A–B", "C", "C", "D"]);
        assert_eq!(menu["initial_option"]["text"]["text"], "Cx 149");
    }

    #[test]
    fn what_does_not_fit_is_cut_and_what_is_chosen_stays() {
        let values: Vec<String> = (0..5000).map(|n| format!("{n:040}")).collect();
        for chosen in ["gone-from-the-bank", values[4999].as_str()] {
            let menu = shown(&values, Some(chosen));
            assert_eq!(menu["initial_option"]["value"], chosen);
            assert_eq!(offered(&menu).len(), MOST + 1);
            assert!(menu.to_string().len() < 120_000, "two of them fit a view");
        }
    }
}
