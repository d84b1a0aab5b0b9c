//! The campaign on Slack. What a program did not acknowledge before it died comes again to the next one.

use trapline::core::ids::{Action, FeedStep, Platform, RoundId};

use super::{CHOICES, MEMBERS, OTHERS, SaidThere, Side, Underway, choices, of_round};
use crate::set;
use crate::world::World;
use crate::world::slack::faults::Planned;
use crate::world::slack::looks::Button;
use crate::world::slack::message::Message;
use crate::world::slack::people::{Channel, Person, Workspace};
use crate::world::slack::response::Pending;
use crate::world::slack::state::State;
use crate::world::stage;

pub(crate) struct Slack {
    world: World,
    workspace: Workspace,
    by_hand: Channel,
    by_clock: Channel,
    admin: Person,
    members: Vec<Person>,
    /// The admin's private list of feeds, whose buttons give all orders.
    board: Option<Message>,
}

impl Side for Slack {
    const PLATFORM: Platform = Platform::Slack;
    type State = State;
    type Member = Person;
    type Post = Message;
    type Pending = Pending;

    async fn new() -> Self {
        let world = World::live().await;
        let workspace = world.slack.workspace();
        let (by_hand, by_clock) = (workspace.channel("by-hand"), workspace.channel("by-clock"));
        let admin = workspace.admin("Ada");
        let members = MEMBERS.iter().map(|name| workspace.member(name)).collect();
        Self { world, workspace, by_hand, by_clock, admin, members, board: None }
    }

    fn world(&self) -> &World {
        &self.world
    }

    fn members(&self) -> &[Person] {
        &self.members
    }

    fn id(member: &Person) -> String {
        member.id.clone()
    }

    async fn set_up(&mut self) {
        let (by_hand, by_clock) =
            (stage::Channel::Slack(self.by_hand.clone()), stage::Channel::Slack(self.by_clock.clone()));
        let feeds = [
            set!["channel" => &by_hand, "series" => CHOICES, "time" => "00:00", "days" => "mon", "reveal_after" => 72],
            set!["channel" => &by_clock, "series" => OTHERS, "cron" => "* * * * *", "reveal_after" => 0, "thread" => false],
        ];
        let admin = stage::Person::Slack(self.admin.clone());
        for feed in feeds {
            let added = admin.command(&by_hand, "feed add", feed).await;
            assert!(added.text().contains("is set"), "{}", added.text());
        }
        self.board = Some(self.admin.slash(&self.by_hand, "/trap", "feed").await.message().clone());
    }

    async fn online(&self) {
        self.world.slack.socket().online().await;
    }

    async fn offline(&self) {
        self.world.slack.socket().offline().await;
    }

    async fn order(&self, words: &str, feed: i64) -> Pending {
        let step = words.strip_prefix("feed ").and_then(FeedStep::from_name).expect("an order for a feed");
        let board = self.board.as_ref().expect("the feeds are set up");
        self.admin.press_forged(board, &button(&Action::Feed { number: feed, step })).await
    }

    fn next_message(&self) -> Planned {
        self.world.slack.on_channel("chat.postMessage", &self.by_hand)
    }

    fn open(&self) -> Vec<(RoundId, Message)> {
        let open = |message: Message| choices(actions(&message)).first().map(|(round, _)| (*round, message));
        self.by_hand.messages().into_iter().filter_map(open).collect()
    }

    fn positions(post: &Message) -> Vec<u8> {
        choices(actions(post)).into_iter().map(|(_, position)| position).collect()
    }

    async fn press(&self, member: &Person, post: &Message, action: &Action) -> Pending {
        member.press_forged(post, &button(action)).await
    }

    fn said(&self) -> SaidThere {
        let channels = [&self.by_hand.id, &self.by_clock.id];
        self.workspace.hub.look(|state| {
            let said = state.messages.values().filter(|message| {
                message.author == state.bot && message.only_for.is_none() && channels.contains(&&message.channel)
            });
            said.map(|message| {
                let name = match message.thread {
                    Some(thread) => format!("{}:{thread}", message.ts),
                    None => message.ts.to_string(),
                };
                let place = (message.channel.clone(), name);
                let message = Message::new(&self.workspace.hub, message);
                (place, of_round(actions(&message), &message.text()))
            })
            .collect()
        })
    }

    fn finish(self) {
        self.workspace.hub.change(|state| {
            for message in state.messages.values_mut() {
                message.read = true;
            }
        });
        self.world.slack.finish();
    }
}

impl Underway for Pending {
    fn told(&self) -> Option<String> {
        self.settled().map(|answer| answer.text())
    }

    async fn answered(&self) {
        drop(self.answer().await);
    }

    fn comes_again(&self) -> bool {
        !self.is_acknowledged()
    }

    fn forget(self) {
        Self::forget(self);
    }
}

/// A button that carries this, whatever it looks like.
fn button(action: &Action) -> Button {
    let action = action.encode();
    Button {
        label: String::new(),
        action_id: action.clone(),
        block_id: "pressed".to_owned(),
        value: Some(action),
        url: None,
        style: None,
    }
}

fn actions(message: &Message) -> impl Iterator<Item = Action> {
    message.buttons().into_iter().filter_map(|button| Action::decode(&button.value.unwrap_or(button.action_id)).ok())
}
