//! Modals: what is asked in them, and what is said of a field that can't be taken.

use serde_json::{Value, json};
use slack_morphism::prelude::{
    SlackBlock, SlackBlockCheckboxesElement, SlackBlockChoiceItem, SlackBlockConversationFilter,
    SlackBlockConversationsSelectElement, SlackBlockPlainTextInputElement, SlackConversationFilterInclude,
    SlackInputBlock, SlackInputBlockElement, SlackModalView, SlackView,
};

use super::api::Call;
use super::envelope::{View, Way, Who};
use super::payload::{cut, limit, mrkdwn_text, plain};
use super::render::mrkdwn;
use super::respond::{Place, finish};
use super::{Shared, menus};
use crate::core::calendar::Rule;
use crate::core::feed::{Draft, Order, Settings};
use crate::core::ids::{Action, FeedStep};
use crate::core::refusal::Refusal;
use crate::core::trap::Level;
use crate::core::{card, text};

/// The one field of a number trap's modal; also the id of what is in each field.
pub(super) const VALUE: &str = "value";
/// Chosen where nothing is filtered by.
pub(super) const ANY: &str = "any";
const YES: &str = "yes";

/// Opens a modal, which has to happen within three seconds of the click.
pub(super) async fn open(shared: &Shared, who: &Who, way: &Way, view: SlackView) {
    let Some(trigger) = &way.trigger else { return };
    let call = Call::json("views.open", json!({ "trigger_id": trigger, "view": view }));
    if let Err(error) = shared.api.done(call).await {
        tracing::warn!(%error, "a modal could not be opened");
        finish(shared, who, way, Place::New, Ok(text::form_unopened().into())).await;
    }
}

/// One short field. Which trap it is for stands above the button: looking it up could take too long for a modal.
pub(super) fn number(action: &Action, way: &Way) -> SlackView {
    let element = SlackBlockPlainTextInputElement::new()
        .with_action_id(VALUE.into())
        .with_placeholder(plain("a number, such as 84", limit::PLACEHOLDER))
        .with_min_length(1)
        .with_max_length(40);
    modal("Your answer", "Answer", action, way, vec![input(VALUE, "Your answer", None, false, element.into())])
}

/// All about a feed. `now`: as it is, for one that is changed; `zone`: for one that is new.
pub(super) fn feed(
    number: Option<i64>,
    now: Option<&Settings>,
    zone: &str,
    vocabulary: &(Vec<String>, Vec<String>),
    way: &Way,
) -> SlackView {
    let (series, topics) = vocabulary;
    let levels = Level::ALL.map(|level| level.as_str().to_owned());
    let times = Times::of(now);
    let filter = now.map(|settings| settings.filter.clone()).unwrap_or_default();
    let order = now.map(|settings| settings.order).unwrap_or_default();
    let blocks = vec![
        input("channel", "Channel", Some("I have to be in it: write /invite there."), false, channel(now, way)),
        input("time", "Time of day", None, true, typed(&times.time, "09:00", 20)),
        input("timezone", "Time zone", None, true, typed(&times.zone.unwrap_or(zone.to_owned()), "Europe/Berlin", 60)),
        input("days", "Days", Some("daily, weekdays, or such as mon,wed,fri"), true, typed(&times.days, "daily", 60)),
        input(
            "cron",
            "Crontab",
            Some("For experts: five fields, in place of time and days."),
            true,
            typed(&times.cron, "0 9 * * 1-5", 100),
        ),
        input("series", "Series", None, true, menus::filter(series, filter.series.as_deref())),
        input("topic", "Topic", None, true, menus::filter(topics, filter.topic.as_deref())),
        input("level", "Level", None, true, menus::filter(&levels, filter.level.map(Level::as_str))),
        input("order", "Order", None, true, menus::one_of(&Order::ALL.map(Order::as_str), order.as_str())),
        input(
            "reveal_after",
            "Reveal after",
            Some("Hours, 1 to 72; 0: with the next post."),
            true,
            typed(&now.map_or_else(|| "8".to_owned(), |s| s.reveal.hours().to_string()), "8", 10),
        ),
        input("thread", "Thread", None, true, thread(now.is_none_or(|settings| settings.thread))),
    ];
    match number {
        Some(number) => {
            let action = Action::Feed { number, step: FeedStep::Edit };
            modal(&format!("Feed {number}"), "Save", &action, way, blocks)
        }
        None => modal("A new feed", "Save", &Action::FeedAdd, way, blocks),
    }
}

/// What was typed into [`feed`].
///
/// # Errors
/// `BadRevealAfter` for what is no number; all else is for the services to judge.
pub(super) fn draft(view: &View) -> Result<Draft, Refusal> {
    let value = |block: &str| view.values.get(block).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let cron = value("cron");
    // The modal brings a time and days of its own: who types a crontab means it.
    let daily = |block: &str| if cron.is_some() { None } else { value(block) };
    let filter = |block: &str| Some(value(block).unwrap_or_else(|| ANY.to_owned()));
    let hours = |given: String| given.parse().map_err(|_| Refusal::BadRevealAfter { given });
    Ok(Draft {
        channel: value("channel"),
        time: daily("time"),
        timezone: value("timezone"),
        days: daily("days"),
        series: filter("series"),
        topic: filter("topic"),
        level: filter("level"),
        order: value("order"),
        reveal_after: value("reveal_after").map(hours).transpose()?,
        role: None,
        thread: view.values.get("thread").map(|chosen| chosen == YES),
        cron,
    })
}

/// The answer to a submission that keeps the modal open, with a word under one field.
pub(super) fn errors(block: &str, refusal: &Refusal) -> Value {
    let said: Vec<String> = text::refusal(refusal)
        .blocks
        .iter()
        .filter_map(|block| match block {
            card::Block::Text(text) => Some(mrkdwn::plain(text)),
            _ => None,
        })
        .collect();
    json!({ "response_action": "errors", "errors": { block: cut(&said.join(" "), limit::ERROR) } })
}

/// The field that a refusal is about.
pub(super) fn field_of(refusal: &Refusal) -> Option<&'static str> {
    Some(match refusal {
        Refusal::UnknownZone { .. } => "timezone",
        Refusal::BadTime { .. } => "time",
        Refusal::BadDays { .. } => "days",
        Refusal::BadCron { .. } | Refusal::CronAndTime | Refusal::NeverFires { .. } => "cron",
        Refusal::UnknownSeries { .. } | Refusal::EmptyFilter { .. } | Refusal::AllOpen => "series",
        Refusal::UnknownTopic { .. } => "topic",
        Refusal::UnknownLevel { .. } => "level",
        Refusal::UnknownOrder { .. } => "order",
        Refusal::BadRevealAfter { .. } => "reveal_after",
        Refusal::ChannelKind { .. }
        | Refusal::ChannelUnseen { .. }
        | Refusal::ChannelArchived { .. }
        | Refusal::NotInChannel { .. }
        | Refusal::MissingPermissions { .. }
        | Refusal::SameFeed { .. }
        | Refusal::NothingToChange
        | Refusal::NotAdmin => "channel",
        _ => return None,
    })
}

/// The ways to answer the click that opened a modal, out of the modal.
pub(super) fn way(metadata: &str) -> Way {
    let value: Value = serde_json::from_str(metadata).unwrap_or_default();
    let text = |key: &str| value[key].as_str().map(ToOwned::to_owned);
    Way {
        response_url: text("response_url"),
        trigger: None,
        channel: text("channel"),
        private: value["private"].as_bool().unwrap_or(false),
        home: value["home"].as_bool().unwrap_or(false),
    }
}

fn metadata(way: &Way) -> String {
    json!({ "response_url": way.response_url, "channel": way.channel, "private": way.private, "home": way.home })
        .to_string()
}

fn modal(title: &str, submit: &str, action: &Action, way: &Way, blocks: Vec<SlackBlock>) -> SlackView {
    let view = SlackModalView::new(plain(title, limit::MODAL_TITLE), blocks)
        .with_submit(plain(submit, limit::MODAL_TITLE))
        .with_close(plain("Cancel", limit::MODAL_TITLE))
        .with_callback_id(action.encode().into())
        .with_private_metadata(metadata(way));
    SlackView::Modal(view)
}

fn input(block: &str, label: &str, hint: Option<&str>, optional: bool, element: SlackInputBlockElement) -> SlackBlock {
    let made =
        SlackInputBlock::new(plain(label, limit::FIELD), element).with_block_id(block.into()).with_optional(optional);
    match hint {
        Some(hint) => made.with_hint(plain(hint, limit::FIELD)).into(),
        None => made.into(),
    }
}

fn typed(initial: &str, placeholder: &str, most: u64) -> SlackInputBlockElement {
    let element = SlackBlockPlainTextInputElement::new()
        .with_action_id(VALUE.into())
        .with_placeholder(plain(placeholder, limit::PLACEHOLDER))
        .with_max_length(most);
    if initial.is_empty() { element.into() } else { element.with_initial_value(initial.to_owned()).into() }
}

/// The feed's channel, or the one that the modal was opened in.
fn channel(now: Option<&Settings>, way: &Way) -> SlackInputBlockElement {
    let filter = SlackBlockConversationFilter::new()
        .with_include(vec![SlackConversationFilterInclude::Public, SlackConversationFilterInclude::Private])
        .with_exclude_bot_users(true);
    let element = SlackBlockConversationsSelectElement::new()
        .with_action_id(VALUE.into())
        .with_placeholder(plain("Where to post", limit::PLACEHOLDER))
        .with_filter(filter);
    let here = way.channel.as_deref().filter(|channel| channel.starts_with(['C', 'G']));
    match now.map(|settings| settings.channel.as_str()).or(here) {
        Some(channel) => element.with_initial_conversation(channel.into()).into(),
        None => element.into(),
    }
}

fn thread(on: bool) -> SlackInputBlockElement {
    let yes = SlackBlockChoiceItem::new(mrkdwn_text("Reveal in the post's thread"), YES.to_owned());
    let element = SlackBlockCheckboxesElement::new(vec![yes.clone()]).with_action_id(VALUE.into());
    if on { element.with_initial_options(vec![yes]).into() } else { element.into() }
}

/// A schedule as the modal shows it.
#[derive(Debug, PartialEq)]
struct Times {
    time: String,
    days: String,
    cron: String,
    zone: Option<String>,
}

impl Times {
    fn of(now: Option<&Settings>) -> Self {
        let Some(settings) = now else {
            return Self { time: "09:00".into(), days: "daily".into(), cron: String::new(), zone: None };
        };
        let stored = settings.schedule.stored();
        let zone = Some(settings.schedule.zone.name().to_owned());
        match (&settings.schedule.rule, stored.split_once(' ')) {
            (Rule::Daily { .. }, Some((days, time))) => {
                Self { time: time.to_owned(), days: days.to_owned(), cron: String::new(), zone }
            }
            (Rule::Cron(_), _) => Self {
                time: String::new(),
                days: String::new(),
                cron: stored.strip_prefix("cron ").unwrap_or(&stored).to_owned(),
                zone,
            },
            (Rule::Daily { .. }, None) => Self { time: String::new(), days: String::new(), cron: String::new(), zone },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::core::calendar::Schedule;
    use crate::core::feed::{Filter, RevealAfter};

    fn settings(rule: &str) -> Settings {
        Settings {
            channel: "C1".into(),
            schedule: Schedule::from_stored(rule, "Europe/Berlin").unwrap(),
            filter: Filter { series: Some("gone-from-the-bank".into()), topic: None, level: None },
            order: Order::Series,
            reveal: RevealAfter::NextPost,
            role: None,
            thread: false,
        }
    }

    fn shown(number: Option<i64>, now: Option<&Settings>) -> Value {
        let many: Vec<String> = (0..300).map(|n| format!("topic-{n}")).collect();
        let way = Way { channel: Some("C7".into()), response_url: Some("https://r".into()), ..Way::default() };
        serde_json::to_value(feed(number, now, "Asia/Tokyo", &(vec!["one".into()], many), &way)).unwrap()
    }

    fn element<'a>(view: &'a Value, block: &str) -> &'a Value {
        &view["blocks"].as_array().unwrap().iter().find(|one| one["block_id"] == block).unwrap()["element"]
    }

    #[test]
    fn a_new_feed_is_filled_in_as_far_as_can_be_guessed() {
        let view = shown(None, None);
        assert_eq!((view["type"].as_str(), view["callback_id"].as_str()), (Some("modal"), Some("t1:g")));
        assert_eq!(element(&view, "channel")["initial_conversation"], "C7");
        assert_eq!(element(&view, "timezone")["initial_value"], "Asia/Tokyo");
        assert_eq!(element(&view, "series")["initial_option"]["value"], ANY);
        assert_eq!(element(&view, "thread")["initial_options"][0]["value"], YES);
        let topics = element(&view, "topic")["option_groups"].as_array().unwrap();
        let offered: usize = topics.iter().map(|group| group["options"].as_array().unwrap().len()).sum();
        assert_eq!(offered, 301, "all of them, or any");
        assert_eq!(way(view["private_metadata"].as_str().unwrap()).response_url.as_deref(), Some("https://r"));
    }

    #[test]
    fn a_feed_is_shown_as_it_is() {
        let view = shown(Some(3), Some(&settings("daily 07:30")));
        assert_eq!(view["callback_id"], "t1:f:3:edit");
        assert_eq!(element(&view, "channel")["initial_conversation"], "C1");
        assert_eq!(element(&view, "time")["initial_value"], "07:30");
        assert_eq!(element(&view, "timezone")["initial_value"], "Europe/Berlin");
        assert_eq!(
            element(&view, "series")["initial_option"]["value"],
            "gone-from-the-bank",
            "it is not lost by saving"
        );
        assert_eq!(element(&view, "reveal_after")["initial_value"], "0");
        assert!(element(&view, "thread")["initial_options"].is_null());
        let cron = shown(Some(3), Some(&settings("cron 0 9 * * 1-5")));
        assert_eq!(element(&cron, "cron")["initial_value"], "0 9 * * 1-5");
        assert!(element(&cron, "time")["initial_value"].is_null());
    }

    #[test]
    fn what_is_typed_becomes_a_draft() {
        let view = |values: &[(&str, &str)]| View {
            callback: String::new(),
            metadata: String::new(),
            values: values.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<BTreeMap<_, _>>(),
        };
        let typed = |values| draft(&view(values));
        let daily = typed(&[("channel", "C1"), ("time", " 9 "), ("level", "senior"), ("thread", "")]).unwrap();
        assert_eq!((daily.time.as_deref(), daily.level.as_deref()), (Some("9"), Some("senior")));
        assert_eq!((daily.series.as_deref(), daily.thread, daily.reveal_after), (Some(ANY), Some(false), None));
        let cron =
            typed(&[("cron", "0 9 * * *"), ("time", "09:00"), ("days", "daily"), ("reveal_after", "0")]).unwrap();
        assert_eq!((cron.cron.as_deref(), cron.time, cron.days), (Some("0 9 * * *"), None, None));
        assert_eq!(cron.reveal_after, Some(0));
        let refused = typed(&[("reveal_after", "soon")]).unwrap_err();
        assert_eq!(refused, Refusal::BadRevealAfter { given: "soon".into() });
    }

    #[test]
    fn a_refusal_is_said_under_its_field() {
        let refusal = Refusal::UnknownZone { given: "Berln".into(), near: vec!["Europe/Berlin".into()] };
        let said = errors(field_of(&refusal).unwrap(), &refusal);
        assert_eq!(said["response_action"], "errors");
        assert_eq!(
            said["errors"]["timezone"],
            "I know no time zone Berln. Zones look like Europe/Berlin. Did you mean Europe/Berlin?"
        );
        assert_eq!(field_of(&Refusal::NotSaved), None);
    }
}
