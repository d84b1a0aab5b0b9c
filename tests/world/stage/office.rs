//! Slack: a workspace with a channel, an admin, and the program at work.

use trapline::core::ids::{Action, FeedStep, Platform};

use super::{Channel, Setting, Settings};
use crate::world::World;
use crate::world::backstage::Backstage;
use crate::world::slack::looks::Button;
use crate::world::slack::people::{self, Workspace};
use crate::world::slack::response::Response;

pub struct Office {
    pub world: World,
    pub workspace: Workspace,
    pub channel: people::Channel,
    pub admin: people::Person,
    pub backstage: Backstage,
}

impl Office {
    /// Monday, 2026-03-02, 08:00 UTC.
    pub async fn set() -> Self {
        Self::at("2026-03-02T08:00:00Z").await
    }

    pub async fn at(time: &str) -> Self {
        let world = World::at(time).await;
        let workspace = world.slack.workspace();
        let (channel, admin) = (workspace.channel("traps"), workspace.admin("Ada"));
        let backstage = Backstage::new(&world, &[Platform::Slack]);
        let mut office = Self { world, workspace, channel, admin, backstage };
        office.start().await;
        office
    }

    pub async fn start(&mut self) {
        self.backstage.start(&self.world).await;
    }

    pub async fn stop(&mut self) {
        self.backstage.stop(&self.world).await;
    }

    pub async fn kill(&mut self) {
        self.backstage.kill(&self.world).await;
    }

    /// The end: the program stops in order, the database is sound, and the world has nothing to complain of.
    pub async fn finish(self) {
        self.backstage.finish(&self.world).await;
        self.world.finish();
    }
}

/// Where a command on Discord leads on Slack: words behind `/trap`, or buttons and modals.
pub(super) async fn command(
    person: &people::Person,
    channel: &people::Channel,
    words: &str,
    settings: &Settings,
) -> Response {
    let Some(step) = words.strip_prefix("feed ") else {
        return person.slash(channel, "/trap", &typed(words, settings)).await;
    };
    let board = person.slash(channel, "/trap", "feed").await;
    if step == "list" || board.message().buttons().is_empty() {
        return board;
    }
    let action = match step {
        "add" => Action::FeedAdd,
        step => Action::Feed {
            number: number(settings),
            step: FeedStep::from_name(step).unwrap_or_else(|| panic!("there is no `feed {step}`")),
        },
    };
    let pressed = press(person, &board, &action.encode()).await;
    if step == "add" || step == "edit" {
        let values = fields(settings);
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        return person.submit(&pressed, &values).await;
    }
    pressed
}

/// Presses a button of the board, also one that it does not offer at present.
pub(super) async fn press(person: &people::Person, board: &Response, action: &str) -> Response {
    let offered = board.message().button(action);
    let button = offered.unwrap_or_else(|| Button {
        label: String::new(),
        action_id: action.to_owned(),
        block_id: "forged".to_owned(),
        value: Some(action.to_owned()),
        url: None,
        style: None,
    });
    person.press_forged(board.message(), &button).await.answer().await
}

/// The feed that the settings name; the first where they name none.
fn number(settings: &Settings) -> i64 {
    let named = settings.iter().find(|(name, _)| name == "feed");
    named.map_or(1, |(_, value)| if let Setting::Number(number) = value { *number } else { 1 })
}

/// What is typed into the fields of the modal, by their blocks.
pub(super) fn fields(settings: &Settings) -> Vec<(String, String)> {
    let typed = settings.iter().filter(|(name, _)| name != "feed").map(|(name, value)| (name.clone(), text(value)));
    typed.collect()
}

/// What is typed behind `/trap`.
fn typed(words: &str, settings: &Settings) -> String {
    let words = if words == "trap" { "" } else { words };
    let values = settings.iter().map(|(_, value)| text(value));
    std::iter::once(words.to_owned()).chain(values).collect::<Vec<_>>().join(" ").trim().to_owned()
}

fn text(value: &Setting) -> String {
    match value {
        Setting::Text(text) => text.clone(),
        Setting::Number(number) => number.to_string(),
        Setting::Truth(truth) => if *truth { "yes" } else { "no" }.to_owned(),
        Setting::Channel(Channel::Slack(channel)) => channel.id.clone(),
        Setting::Channel(Channel::Discord(_)) => panic!("a channel of Discord in a modal of Slack"),
    }
}

/// Opens the modal for a new feed and sends it with values that its menus may not offer.
pub(super) async fn forge_feed(person: &people::Person, channel: &people::Channel, settings: &Settings) -> Response {
    let board = person.slash(channel, "/trap", "feed").await;
    let modal = press(person, &board, &Action::FeedAdd.encode()).await.modal();
    let fields = fields(settings);
    let values = modal.forged(&fields);
    person.submit_forged(&modal, values).await.answer().await
}
