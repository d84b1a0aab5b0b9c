//! The compiled program on a machine that fails it.

use tempfile::TempDir;
use trapline::core::ids::Platform;

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
    let program = Process::start(&world, Platform::Discord, &database);
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
