//! A scene on either platform, in words that both know: what is written on it once plays on both.

mod channel;
mod faults;
mod message;
mod office;
mod person;

use std::path::PathBuf;
use std::sync::Arc;

use trapline::core::ids::Platform;

pub use self::channel::{Channel, Thread};
pub use self::faults::{Fault, Planned};
pub use self::message::{Message, Pending, Response};
pub use self::office::Office;
pub use self::person::Person;
use super::World;
use super::clock::TestClock;
use super::scene::Scene;
use super::traps::CHOICES;

/// What a scenario types into a command or a modal: the options' names as Discord has them.
pub type Settings = Vec<(String, Setting)>;

/// The value of one of them.
#[derive(Clone)]
pub enum Setting {
    Text(String),
    Number(i64),
    Truth(bool),
    Channel(Channel),
}

macro_rules! setting {
    ($($given:ty => |$value:ident| $make:expr;)+) => {
        $(impl From<$given> for Setting {
            fn from($value: $given) -> Self {
                $make
            }
        })+
    };
}

setting! {
    &str => |text| Self::Text(text.to_owned());
    i64 => |number| Self::Number(number);
    i32 => |number| Self::Number(number.into());
    bool => |truth| Self::Truth(truth);
    &Channel => |channel| Self::Channel(channel.clone());
}

/// Settings of a command: `set!["channel" => &channel, "time" => "09:00"]`.
#[macro_export]
macro_rules! set {
    ($($name:literal => $value:expr),* $(,)?) => {
        vec![$(($name.to_owned(), $crate::world::stage::Setting::from($value))),*]
    };
}

/// Plays each scenario on each platform: `on_each_platform![a_late_click, an_early_click];`
#[macro_export]
macro_rules! on_each_platform {
    ($($scenario:ident),+ $(,)?) => {
        mod discord {
            $(#[tokio::test]
            async fn $scenario() {
                super::$scenario(trapline::core::ids::Platform::Discord).await;
            })+
        }

        mod slack {
            $(#[tokio::test]
            async fn $scenario() {
                super::$scenario(trapline::core::ids::Platform::Slack).await;
            })+
        }
    };
}

/// A server or workspace with a channel, an admin, and the program at work.
pub enum Stage {
    Discord(Scene),
    Slack(Office),
}

/// What came at a reveal.
pub struct Revealed {
    pub reveal: Message,
    /// The thread that it opened or went on in.
    pub thread: Thread,
    pub why: Message,
    pub follow_up: Message,
}

impl Stage {
    /// Monday, 2026-03-02, 08:00 UTC.
    pub async fn set(platform: Platform) -> Self {
        Self::at(platform, "2026-03-02T08:00:00Z").await
    }

    pub async fn at(platform: Platform, time: &str) -> Self {
        match platform {
            Platform::Slack => Self::Slack(Office::at(time).await),
            _ => Self::Discord(Scene::at(time).await),
        }
    }

    #[must_use]
    pub fn world(&self) -> &World {
        match self {
            Self::Discord(scene) => &scene.world,
            Self::Slack(office) => &office.world,
        }
    }

    #[must_use]
    pub fn clock(&self) -> &Arc<TestClock> {
        &self.world().clock
    }

    #[must_use]
    pub fn channel(&self) -> Channel {
        match self {
            Self::Discord(scene) => Channel::Discord(scene.channel.clone()),
            Self::Slack(office) => Channel::Slack(office.channel.clone()),
        }
    }

    #[must_use]
    pub fn admin(&self) -> Person {
        match self {
            Self::Discord(scene) => Person::Discord(scene.admin.clone()),
            Self::Slack(office) => Person::Slack(office.admin.clone()),
        }
    }

    #[must_use]
    pub fn member(&self, name: &str) -> Person {
        match self {
            Self::Discord(scene) => Person::Discord(scene.guild.member(name)),
            Self::Slack(office) => Person::Slack(office.workspace.member(name)),
        }
    }

    #[must_use]
    pub fn new_channel(&self, name: &str) -> Channel {
        match self {
            Self::Discord(scene) => Channel::Discord(scene.guild.text(name)),
            Self::Slack(office) => Channel::Slack(office.workspace.channel(name)),
        }
    }

    /// Adds a feed in the stage's channel; of choices, unless the settings name a series.
    pub async fn feed(&self, mut settings: Settings) -> Response {
        settings.insert(0, ("channel".to_owned(), (&self.channel()).into()));
        if !settings.iter().any(|(name, _)| name == "series") {
            settings.push(("series".to_owned(), CHOICES.into()));
        }
        let added = self.admin().command(&self.channel(), "feed add", settings).await;
        assert!(added.is_private() && added.text().contains("is set"), "{}", added.text());
        added
    }

    /// Sets the clock and lets the program notice.
    pub async fn time(&self, time: &str) {
        self.clock().set_to(time);
        self.settle().await;
    }

    /// Lets the program's loops go round: what is due by now is done, or never will be.
    pub async fn settle(&self) {
        match self {
            Self::Discord(scene) => scene.settle().await,
            Self::Slack(office) => office.backstage.settle().await,
        }
    }

    /// Chooses the n-th option of a post.
    pub async fn answer(&self, person: &Person, post: &Message, nth: usize) -> Response {
        let response = person.click(post, &post.labels()[nth]).await;
        assert!(response.is_private(), "an answer is nobody else's business");
        assert_ne!(response.message().id(), post.id());
        response
    }

    /// Waits for a reveal and for what follows it: where the feed has threads, in the one under the reveal, which on
    /// Slack is the post's; else in the channel.
    pub async fn revealed(&self, threaded: bool) -> Revealed {
        let channel = self.channel();
        let reveal = channel.expect_message().await;
        let thread = if threaded { channel.thread(&reveal).await } else { Thread::none(&channel) };
        let why = thread.expect_message().await;
        let follow_up = thread.expect_message().await;
        Revealed { reveal, thread, why, follow_up }
    }

    /// Plans a fault for each new message in a channel.
    #[must_use]
    pub fn on_send(&self) -> Planned {
        self.on(match self {
            Self::Discord(_) => "POST /channels/*/messages",
            Self::Slack(_) => "chat.postMessage",
        })
    }

    /// Plans a fault for each edit of a message in a channel.
    #[must_use]
    pub fn on_edit(&self) -> Planned {
        self.on(match self {
            Self::Discord(_) => "PATCH /channels/*/messages/*",
            Self::Slack(_) => "chat.update",
        })
    }

    /// Plans a fault for each look into what a channel has.
    #[must_use]
    pub fn on_look(&self) -> Planned {
        self.on(match self {
            Self::Discord(_) => "GET /channels/*/messages",
            Self::Slack(_) => "conversations.history",
        })
    }

    /// The calls by which a reveal is made, in order.
    #[must_use]
    pub fn steps_of_a_reveal(&self) -> &'static [&'static str] {
        match self {
            Self::Discord(_) => {
                &["PATCH /channels/*/messages/*", "POST /channels/*/messages/*/threads", "POST /channels/*/messages"]
            }
            Self::Slack(_) => &["chat.update", "chat.postMessage", "chat.postMessage"],
        }
    }

    /// Plans a fault for a call in the platform's own words.
    #[must_use]
    pub fn on(&self, call: &str) -> Planned {
        match self {
            Self::Discord(scene) => Planned::Discord(scene.world.discord.on(call)),
            Self::Slack(office) => Planned::Slack(office.world.slack.on(call)),
        }
    }

    #[must_use]
    pub fn database(&self) -> PathBuf {
        match self {
            Self::Discord(scene) => scene.database(),
            Self::Slack(office) => office.backstage.database(),
        }
    }

    pub async fn start(&mut self) {
        match self {
            Self::Discord(scene) => scene.start().await,
            Self::Slack(office) => office.start().await,
        }
    }

    /// Ends the program in order.
    pub async fn stop(&mut self) {
        match self {
            Self::Discord(scene) => scene.stop().await,
            Self::Slack(office) => office.stop().await,
        }
    }

    /// Ends the program in the middle of whatever it does.
    pub async fn kill(&mut self) {
        match self {
            Self::Discord(scene) => scene.kill().await,
            Self::Slack(office) => office.kill().await,
        }
    }

    pub async fn restart(&mut self) {
        self.stop().await;
        self.start().await;
    }

    /// The end: the program stops in order, the database is sound, and the world has nothing to complain of.
    pub async fn finish(self) {
        match self {
            Self::Discord(scene) => scene.finish().await,
            Self::Slack(office) => office.finish().await,
        }
    }
}

/// The points that a member was told after the reveal, from a title such as `Right: +8` or `Not this time: −4`.
///
/// # Panics
/// Where there are none.
#[must_use]
pub fn points(told: &Response) -> i64 {
    let text = told.text();
    let first = text.lines().next().unwrap_or_default();
    let number = first.rsplit(' ').next().unwrap_or_default().replace('−', "-");
    number.trim_start_matches('+').parse().unwrap_or_else(|_| panic!("no points in: {text}"))
}
