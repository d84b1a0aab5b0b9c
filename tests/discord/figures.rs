//! A trap's figure: a file with words for those who can't see it, where the truth may be seen and nowhere before.

use crate::opts;
use crate::world::discord::permissions::Permissions;
use crate::world::discord::view::Message;
use crate::world::scene::Scene;
use crate::world::traps::{ALT, FULL, NUMBERS};

/// Whether a message shows the figure, as it should.
#[track_caller]
fn shows_figure(message: &Message) -> bool {
    let images: Vec<&str> = message.embeds.iter().filter_map(|embed| embed["image"]["url"].as_str()).collect();
    let Some(file) = message.files.first() else {
        assert!(images.is_empty(), "an embed shows a file that is not there: {images:?}");
        return false;
    };
    assert_eq!((message.files.len(), file.name.as_str()), (1, "figure.png"), "a name that says nothing");
    assert!(file.bytes.starts_with(b"\x89PNG") && file.bytes.len() < 500_000, "{} bytes", file.bytes.len());
    assert_eq!(images, ["https://cdn.invalid/figure.png"], "the file stands in the embed, not below it");
    true
}

/// Everything that a message is made of.
fn everything(message: &Message) -> String {
    format!("{} {:?} {:?} {:?}", message.content, message.embeds, message.components, message.files)
}

#[tokio::test]
async fn a_figure_comes_with_the_explanation_and_not_before() {
    let scene = Scene::set().await;
    let member = scene.guild.member("Bob");
    scene.feed(opts!["series" => NUMBERS, "time" => "09:00", "timezone" => "UTC"]).await;
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    let post = scene.channel.expect_message().await;
    let opened = member.click(&post, "Type").await;
    let receipt = member.submit(&opened, &["28"]).await;
    let today = member.slash(&scene.channel, "today", opts![]).await;
    for early in [&post, receipt.message(), today.message()] {
        let all = everything(early);
        assert!(!shows_figure(early) && !all.contains("figure") && !all.contains("card of 80"), "{all}");
    }

    scene.world.clock.set_to("2026-03-02T17:00:00Z");
    let reveal = scene.channel.expect_message().await;
    let thread = scene.channel.thread(&reveal).await;
    let (why, next) = (thread.expect_message().await, thread.expect_message().await);
    assert!(why.text().starts_with("Why") && shows_figure(&why));
    assert_eq!(why.files[0].description.as_deref(), Some(ALT));
    let closed = post.becomes("the post to be closed", |post| post.text().contains("Revealed: ")).await;
    assert_eq!([&reveal, &next, &closed].map(shows_figure), [false; 3]);
    scene.finish().await;
}

#[tokio::test]
async fn practice_shows_it_once_judged_and_the_next_trap_takes_it_away() {
    let scene = Scene::set().await;
    let member = scene.guild.member("Bob");
    let trap = member.slash(&scene.channel, "trap", opts!["series" => NUMBERS]).await;
    assert!(!shows_figure(trap.message()));
    let opened = member.click(trap.message(), "Type").await;
    let judged = member.submit(&opened, &["112"]).await;
    let with_figure: Vec<Message> = std::iter::once(judged.message().clone())
        .chain(judged.follow_ups())
        .filter(|message| shows_figure(message))
        .collect();
    assert_eq!(with_figure.len(), 1, "one message of the verdict shows it");
    assert!(with_figure[0].is_ephemeral() && with_figure[0].files[0].description.as_deref() == Some(ALT));

    let next = member.click(judged.message(), "Another").await;
    assert_eq!(next.message().id, judged.message().id, "practice goes on in place");
    assert!(!shows_figure(&judged.message().now()), "the figure of the trap before is gone");
    scene.finish().await;
}

#[tokio::test]
async fn the_library_shows_it() {
    let scene = Scene::set().await;
    let member = scene.guild.member("Bob");
    let read = member.slash(&scene.channel, "library", opts!["search" => format!("{NUMBERS}-1")]).await;
    let shown: Vec<Message> = std::iter::once(read.message().clone()).chain(read.follow_ups()).collect();
    assert_eq!(shown.iter().filter(|message| shows_figure(message)).count(), 1);
    scene.finish().await;
}

#[tokio::test]
async fn words_open_the_only_trap_that_has_them_or_offer_those_that_do() {
    let scene = Scene::set().await;
    let member = scene.guild.member("Bob");
    let only = member.slash(&scene.channel, "library", opts!["search" => format!("TAX {NUMBERS}")]).await;
    let title = format!("The hidden tax of {NUMBERS} 1");
    assert!(only.message().text().contains(&title), "{}", only.message().text());

    let several = member.slash(&scene.channel, "library", opts!["search" => "hidden tax"]).await;
    let rows = several.message().buttons().len();
    assert!((2..=5).contains(&rows), "{}", several.message().text());
    let read = member.click(several.message(), "The hidden tax").await;
    assert!(read.message().text().contains("The hidden tax"), "{}", read.message().text());

    let none = member.slash(&scene.channel, "library", opts!["search" => "no such words"]).await;
    assert!(none.message().text().contains("I know no trap"), "{}", none.message().text());
    scene.finish().await;
}

#[tokio::test]
async fn a_channel_that_takes_no_files_gets_the_words() {
    let scene = Scene::set().await;
    scene.channel.deny_bot(Permissions::ATTACH_FILES);
    scene.feed(opts!["series" => NUMBERS, "time" => "09:00", "timezone" => "UTC", "thread" => false]).await;
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    scene.channel.expect_message().await;
    scene.world.clock.set_to("2026-03-02T17:00:00Z");
    scene.channel.expect_message().await;
    let why = scene.channel.expect_message().await;
    assert!(why.text().starts_with("Why") && !shows_figure(&why), "{}", why.text());
    scene.channel.expect_message().await;
    scene.finish().await;
}

#[tokio::test]
async fn the_longest_words_for_a_figure_fit() {
    let scene = Scene::set().await;
    scene.feed(opts!["series" => FULL, "time" => "09:00", "timezone" => "UTC", "thread" => false]).await;
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    scene.channel.expect_message().await;
    scene.world.clock.set_to("2026-03-02T17:00:00Z");
    scene.channel.expect_message().await;
    let why = scene.channel.expect_message().await;
    assert!(shows_figure(&why));
    let said = why.files[0].description.clone().unwrap_or_default();
    assert!(said.ends_with("alt-ends"), "{said}");
    scene.channel.expect_message().await;
    scene.finish().await;
}
