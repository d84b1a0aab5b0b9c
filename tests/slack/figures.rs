//! A trap's figure: an uploaded file that a message shows where the truth may be seen, and nothing before.

use crate::set;
use crate::world::slack::message::Message;
use crate::world::stage::{Channel, Office, Person};
use crate::world::traps::{ALT, NUMBERS};

/// An office with an open round of the trap that has a figure.
async fn open_round() -> (Office, Message) {
    let office = Office::set().await;
    let (admin, here) = (Person::Slack(office.admin.clone()), Channel::Slack(office.channel.clone()));
    let settings = set!["channel" => &here, "series" => NUMBERS, "time" => "09:00", "timezone" => "UTC"];
    let told = admin.forge_feed(&here, settings).await;
    assert!(told.text().contains("is set"), "{}", told.text());
    office.world.clock.set_to("2026-03-02T09:00:00Z");
    let post = office.channel.expect_message().await;
    (office, post)
}

/// The three messages of the reveal.
async fn reveal(office: &Office, post: &Message) -> [Message; 3] {
    office.world.clock.set_to("2026-03-02T17:00:00Z");
    let thread = office.channel.thread(post);
    [thread.expect_message().await, thread.expect_message().await, thread.expect_message().await]
}

#[tokio::test]
async fn a_figure_comes_with_the_explanation_and_not_before() {
    let (office, post) = open_round().await;
    assert!(post.files.is_empty() && !format!("{:?}", post.blocks).contains(ALT));
    assert!(office.world.slack.hub.look(|state| state.uploads.is_empty()), "nothing is uploaded before the reveal");
    let [reveal, why, next] = reveal(&office, &post).await;
    assert!(reveal.files.is_empty() && next.files.is_empty());
    assert_eq!(why.files.len(), 1);
    let file = &why.files[0];
    assert_eq!((file.name.as_str(), file.description.as_deref()), ("figure.png", Some(ALT)));
    assert!(file.bytes.starts_with(b"\x89PNG"));
    office.finish().await;
}

#[tokio::test]
async fn a_figure_that_can_not_be_uploaded_is_said_in_words() {
    let (office, post) = open_round().await;
    let _fault = office.world.slack.on("files.getUploadURLExternal").says("missing_scope");
    let [_, why, _] = reveal(&office, &post).await;
    assert!(why.files.is_empty() && why.text().contains(ALT), "{}", why.text());
    office.finish().await;
}
