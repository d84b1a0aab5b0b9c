//! The compiled program, killed as a power cut kills.

use tempfile::TempDir;

use crate::opts;
use crate::world::World;
use crate::world::audit;
use crate::world::process::Process;

#[tokio::test]
async fn kill_9_between_send_and_record() {
    let world = World::live().await;
    let guild = world.discord.guild("Study group");
    let (channel, admin) = (guild.text("traps"), guild.admin("Ada"));
    let folder = TempDir::new().expect("a temporary folder");
    let database = folder.path().join("data/trapline.db");

    let mut program = Process::start(&world.discord, &database);
    let options = opts!["channel" => &channel, "reveal_after" => 72, "thread" => false];
    admin.slash(&channel, "feed add", options).await;
    for words in ["feed post", "feed reveal"] {
        let fault = world.discord.on("POST /channels/*/messages").hold_answer();
        let receipt = admin.slash(&channel, words, opts![]).await;
        assert!(receipt.is_private());
        fault.hit(1).await;
        program.kill().await;
        world.discord.gateway().offline().await;
        fault.lift();
        program = Process::start(&world.discord, &database);
        channel.expect_message().await;
    }
    channel.expect_message().await;
    channel.expect_message().await;
    assert!(program.stop().await.success(), "SIGTERM ends it in order");
    assert_eq!(channel.messages().len(), 4, "one post, one reveal, its two details");
    audit::check(&database).await;
    world.discord.finish();
}
