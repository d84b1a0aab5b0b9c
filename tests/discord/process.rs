//! The compiled program, killed as a power cut kills.

use tempfile::TempDir;

use crate::opts;
use crate::world::World;
use crate::world::audit;
use crate::world::process::Process;

#[tokio::test]
async fn a_disk_that_takes_no_more() {
    let world = World::live().await;
    let guild = world.discord.guild("Study group");
    let (channel, admin, member) = (guild.text("traps"), guild.admin("Ada"), guild.member("Bob"));
    let folder = TempDir::new().expect("a temporary folder");
    let database = folder.path().join("trapline.db");
    let program = Process::start(&world.discord, &database);
    let options = opts!["channel" => &channel, "series" => "ml-system-design", "reveal_after" => 72, "thread" => false];
    admin.slash(&channel, "feed add", options).await;
    admin.slash(&channel, "feed post", opts![]).await;
    let post = channel.expect_message().await;
    let answer = async |nth: usize| member.click(&post, &post.buttons()[nth].label).await.text();
    assert!(answer(0).await.contains("Locked in"));

    // No file of the program may grow any more: what a full disk does to it, without the others on the machine.
    program.limit_files(Some(0)).await;
    let told = answer(1).await;
    assert!(told.contains("could not save"), "{told}");
    let today = member.slash(&channel, "today", opts![]).await.text();
    assert!(today.contains("You said"), "what was saved can still be read: {today}");
    program.limit_files(None).await;
    let told = answer(1).await;
    assert!(told.contains("Locked in"), "it heals by itself: {told}");

    admin.slash(&channel, "feed reveal", opts![]).await;
    for _ in 0..3 {
        channel.expect_message().await;
    }
    assert!(post.now().text().contains("1 answer"), "{}", post.now().text());
    assert!(program.stop().await.success());
    audit::check(&database).await;
    world.discord.finish();
}

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
