//! The form of a feed: what it holds, what it sends, and where its mistakes are shown.

use chrono_tz::TZ_VARIANTS;
use maud::{Markup, html};

use super::field_error;
use super::select::{self, Choice, Select};
use crate::chat::web::app::Cx;
use crate::chat::web::forms::Posted;
use crate::chat::web::render::{card, token};
use crate::core::calendar::Rule;
use crate::core::card::Card;
use crate::core::feed::{Draft, Order, Settings};
use crate::core::refusal::Refusal;
use crate::core::text;

/// The web's only channel.
const CHANNEL: &str = "local";

/// What the form was shown with, hidden in it.
const RULE_SHOWN: &str = "rule_shown";
const CRON_SHOWN: &str = "cron_shown";
const TIME_SHOWN: &str = "time_shown";
const DAYS_SHOWN: &str = "days_shown";

/// The fields as they are shown and typed.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    /// Whether `cron` counts, or `time` and `days`.
    by_cron: bool,
    time: String,
    days: String,
    cron: String,
    timezone: String,
    series: Option<String>,
    topic: Option<String>,
    level: Option<String>,
    order: String,
    reveal_after: String,
}

impl Fields {
    /// Of a feed that is there.
    pub(super) fn of(settings: &Settings) -> Self {
        let stored = settings.schedule.stored();
        let (days, time, cron) = match &settings.schedule.rule {
            Rule::Daily { .. } => {
                stored.split_once(' ').map_or(("daily", "09:00", ""), |(days, time)| (days, time, ""))
            }
            Rule::Cron(_) => ("daily", "09:00", stored.strip_prefix("cron ").unwrap_or_default()),
        };
        Self {
            by_cron: matches!(settings.schedule.rule, Rule::Cron(_)),
            time: time.to_owned(),
            days: days.to_owned(),
            cron: cron.to_owned(),
            timezone: settings.schedule.zone.name().to_owned(),
            series: settings.filter.series.clone(),
            topic: settings.filter.topic.clone(),
            level: settings.filter.level.map(|level| level.as_str().to_owned()),
            order: settings.order.as_str().to_owned(),
            reveal_after: settings.reveal.hours().to_string(),
        }
    }

    /// Of a feed to come, in this zone.
    pub(super) fn fresh(timezone: &str) -> Self {
        Self {
            by_cron: false,
            time: "09:00".to_owned(),
            days: "daily".to_owned(),
            cron: String::new(),
            timezone: timezone.to_owned(),
            series: None,
            topic: None,
            level: None,
            order: Order::default().as_str().to_owned(),
            reveal_after: "8".to_owned(),
        }
    }

    /// As they came. A form without the choice between times and crontab means what it fills in. Whoever leaves the choice as it was
    /// and fills in one of the two means that one: without the script, typing chooses nothing.
    pub(super) fn posted(posted: &Posted) -> Self {
        let text = |name: &str| posted.get(name).trim().to_owned();
        let chosen = |name: &str| posted.filled(name).filter(|word| word != "any");
        let typed = |name: &str, shown: &str| !text(name).is_empty() && text(name) != text(shown);
        let (cron, time) = (typed("cron", CRON_SHOWN), typed("time", TIME_SHOWN) || typed("days", DAYS_SHOWN));
        let by_cron = match posted.get("rule") {
            "" => !text("cron").is_empty(),
            rule if rule == posted.get(RULE_SHOWN) && cron != time => cron,
            rule => rule == "cron",
        };
        Self {
            by_cron,
            time: text("time"),
            days: text("days"),
            cron: text("cron"),
            timezone: text("timezone"),
            series: chosen("series"),
            topic: chosen("topic"),
            level: chosen("level"),
            order: text("order"),
            reveal_after: text("reveal_after"),
        }
    }

    /// What is hidden in the form, to tell what was changed in it.
    fn shown(&self) -> [(&'static str, &str); 4] {
        let rule = if self.by_cron { "cron" } else { "time" };
        [(RULE_SHOWN, rule), (CRON_SHOWN, &self.cron), (TIME_SHOWN, &self.time), (DAYS_SHOWN, &self.days)]
    }

    /// What the services are asked for.
    ///
    /// # Errors
    /// `BadRevealAfter` for what is no number, `BadCron` for a crontab that was chosen and left empty.
    pub(super) fn draft(&self) -> Result<Draft, Refusal> {
        if self.by_cron && self.cron.is_empty() {
            return Err(Refusal::BadCron { given: String::new(), why: "it is empty".to_owned() });
        }
        let reveal_after = match self.reveal_after.as_str() {
            "" => None,
            text => Some(text.parse().map_err(|_| Refusal::BadRevealAfter { given: text.to_owned() })?),
        };
        let filled = |text: &str, counts: bool| Some(text.to_owned()).filter(|text| counts && !text.is_empty());
        let any = |word: &Option<String>| Some(word.clone().unwrap_or_else(|| "any".to_owned()));
        Ok(Draft {
            channel: Some(CHANNEL.to_owned()),
            time: filled(&self.time, !self.by_cron),
            days: filled(&self.days, !self.by_cron),
            cron: filled(&self.cron, self.by_cron),
            timezone: filled(&self.timezone, true),
            series: any(&self.series),
            topic: any(&self.topic),
            level: any(&self.level),
            order: filled(&self.order, true),
            reveal_after,
            role: None,
            // A page has no threads: all that is said of a round stands in one place.
            thread: Some(false),
        })
    }
}

/// A refusal in the words of a form that has every setting in it.
fn said(refusal: &Refusal) -> Card {
    match refusal {
        Refusal::NothingToChange => text::nothing_changed_here(),
        other => text::refusal(other),
    }
}

/// Which field a refusal is about; empty: the form as a whole.
fn field_of(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::UnknownZone { .. } => "timezone",
        Refusal::BadTime { .. } => "time",
        Refusal::BadDays { .. } => "days",
        Refusal::BadCron { .. } | Refusal::CronAndTime | Refusal::NeverFires { .. } => "cron",
        Refusal::UnknownSeries { .. } | Refusal::EmptyFilter { .. } => "series",
        Refusal::UnknownTopic { .. } => "topic",
        Refusal::UnknownLevel { .. } => "level",
        Refusal::UnknownOrder { .. } => "order",
        Refusal::BadRevealAfter { .. } => "reveal_after",
        _ => "",
    }
}

/// What a refusal of a form is about, and where it is said. `form`: what the form's ids begin with.
pub(super) fn wrong(form: &str, refusal: &Refusal) -> (&'static str, String) {
    let field = field_of(refusal);
    // Beside a field the message is in view too.
    let part = if field.is_empty() { "-error" } else { field };
    (label(field), format!("{form}-{part}"))
}

/// What a field is called.
fn label(field: &str) -> &'static str {
    match field {
        "time" => "Time",
        "days" => "Days",
        "cron" => "Crontab",
        "timezone" => "Time zone",
        "series" => "Series",
        "topic" => "Topic",
        "level" => "Level",
        "order" => "Order",
        "reveal_after" => "Reveal after",
        _ => "the form",
    }
}

/// `id`: what ids begin with, one for each form of the page. `action`: where it is sent.
pub(super) struct Form<'a> {
    pub(super) id: &'a str,
    pub(super) action: &'a str,
    pub(super) submit: &'a str,
    pub(super) fields: &'a Fields,
    pub(super) refusal: Option<&'a Refusal>,
}

impl Form<'_> {
    pub(super) fn show(&self, cx: &Cx) -> Markup {
        let fields = self.fields;
        html! {
            form.feed method="post" action=(self.action) {
                (token(&cx.csrf()))
                @for (name, value) in fields.shown() {
                    input type="hidden" name=(name) value=(value);
                }
                (self.error("", cx))
                fieldset {
                    legend { "When" }
                    div.pair {
                        (self.rule("time", "At a time of day", !fields.by_cron))
                        (self.text("time", &fields.time, "09:00", cx))
                        (self.text("days", &fields.days, "daily, weekdays, or mon,wed,fri", cx))
                    }
                    div.pair {
                        (self.rule("cron", "By a crontab", fields.by_cron))
                        (self.text("cron", &fields.cron, "0 9 * * 1-5", cx))
                    }
                    (self.text("timezone", &fields.timezone, "Europe/Berlin", cx))
                }
                fieldset {
                    legend { "Which traps" }
                    div.grid {
                        (self.choice("series", &select::series(cx), fields.series.as_deref(), cx))
                        (self.choice("topic", &select::topics(cx), fields.topic.as_deref(), cx))
                        (self.choice("level", &select::levels(), fields.level.as_deref(), cx))
                        (self.choice("order", &select::orders(), Some(&fields.order), cx))
                    }
                }
                (self.text("reveal_after", &fields.reveal_after, "8", cx))
                button.primary type="submit" { (self.submit) }
            }
        }
    }

    fn input_id(&self, name: &str) -> String {
        format!("{}-{name}", self.id)
    }

    fn is_wrong(&self, name: &str) -> bool {
        self.refusal.is_some_and(|refusal| field_of(refusal) == name)
    }

    fn error(&self, name: &str, cx: &Cx) -> Markup {
        let message = self.refusal.filter(|_| self.is_wrong(name)).map(|r| card(&said(r), &cx.csrf(), 3));
        let id = self.input_id(name);
        match &message {
            // No field has the focus then.
            Some(message) if name.is_empty() => html! {
                div.error id=(format!("{id}-error")) role="alert" tabindex="-1" autofocus { (message) }
            },
            message => field_error(&id, message.as_ref()),
        }
    }

    /// The choice between the two ways to say when.
    fn rule(&self, value: &str, label: &str, chosen: bool) -> Markup {
        let id = self.input_id(&format!("rule-{value}"));
        html! {
            div.radio {
                input type="radio" id=(id) name="rule" value=(value) checked[chosen];
                label for=(id) { (label) }
            }
        }
    }

    fn text(&self, name: &str, value: &str, example: &str, cx: &Cx) -> Markup {
        let id = self.input_id(name);
        let is_wrong = self.is_wrong(name);
        html! {
            div.field {
                label for=(id) { (label(name)) @if name == "reveal_after" { ", in hours (0: with the next post)" } }
                input id=(id) name=(name) value=(value) placeholder=(example) autocomplete="off"
                    list=[(name == "timezone").then_some("zones")] inputmode=[(name == "reveal_after").then_some("numeric")]
                    autofocus[is_wrong] aria-invalid=[is_wrong.then_some("true")] aria-describedby=[is_wrong.then(|| format!("{id}-error"))];
                (self.error(name, cx))
            }
        }
    }

    fn choice(&self, name: &str, choices: &[Choice], chosen: Option<&str>, cx: &Cx) -> Markup {
        let (id, label) = (self.input_id(name), label(name));
        let select =
            Select { id: &id, name, label, choices, chosen, any: name != "order", is_wrong: self.is_wrong(name) };
        html! { div { (select.show()) (self.error(name, cx)) } }
    }
}

/// The names that the zone's input suggests.
pub(super) fn zones() -> Markup {
    html! { datalist id="zones" { @for zone in TZ_VARIANTS { option value=(zone.name()) {} } } }
}
