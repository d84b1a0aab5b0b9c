//! The compiled program, killed as a power cut kills.

use tempfile::TempDir;
use trapline::core::ids::Platform;

use crate::world::World;
use crate::world::audit;
use crate::world::process::Process;
use crate::world::stage::{Channel, Person, Planned};
use crate::{on_each_platform, set};

on_each_platform![kill_9_between_send_and_record];

/// A channel and an admin on the platform.
fn people(world: &World, platform: Platform) -> (Channel, Person) {
    if platform == Platform::Slack {
        let workspace = world.slack.workspace();
        return (Channel::Slack(workspace.channel("traps")), Person::Slack(workspace.admin("Ada")));
    }
    let guild = world.discord.guild("Study group");
    (Channel::Discord(guild.text("traps")), Person::Discord(guild.admin("Ada")))
}

fn on_send(world: &World, platform: Platform) -> Planned {
    match platform {
        Platform::Slack => Planned::Slack(world.slack.on("chat.postMessage")),
        _ => Planned::Discord(world.discord.on("POST /channels/*/messages")),
    }
}

async fn offline(world: &World) {
    world.discord.gateway().offline().await;
    world.slack.socket().offline().await;
}

async fn kill_9_between_send_and_record(platform: Platform) {
    let world = World::live().await;
    let (channel, admin) = people(&world, platform);
    let folder = TempDir::new().expect("a temporary folder");
    let database = folder.path().join("data/trapline.db");

    let mut program = Process::start(&world, platform, &database);
    let settings = set!["channel" => &channel, "reveal_after" => 72, "thread" => false];
    admin.command(&channel, "feed add", settings).await;
    for words in ["feed post", "feed reveal"] {
        let fault = on_send(&world, platform).hold_answer();
        let receipt = admin.command(&channel, words, set![]).await;
        assert!(receipt.is_private());
        fault.hit(1).await;
        program.kill().await;
        offline(&world).await;
        fault.lift();
        program = Process::start(&world, platform, &database);
        channel.expect_message().await;
    }
    channel.expect_message().await;
    channel.expect_message().await;
    assert!(program.stop().await.success(), "SIGTERM ends it in order");
    assert_eq!(channel.messages().len(), 4, "one post, one reveal, its two details");
    audit::check(&database).await;
    world.finish();
}
