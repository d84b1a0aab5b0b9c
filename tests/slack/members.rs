//! What members are told where it is not as on Discord.

use crate::sockets::open_round;
use crate::world::stage::Office;

#[tokio::test]
async fn a_name_without_a_mention_is_nobody_and_how_to_name_somebody_is_said() {
    let office = Office::set().await;
    let ann = office.workspace.member("Ann");
    let bob = office.workspace.member("Bob");
    for name in ["bob", "@bob", "Bob the builder"] {
        let told = ann.slash(&office.channel, "/trap", &format!("stats {name}")).await;
        assert!(told.is_private());
        assert!(told.text().contains(name) && told.text().contains("by a mention"), "{}", told.text());
    }
    let told = ann.slash(&office.channel, "/trap", &format!("stats <@{}|bob>", bob.id)).await;
    assert!(told.text().contains("not answered anything"), "{}", told.text());
    office.finish().await;
}

#[tokio::test]
async fn an_export_says_where_its_file_is() {
    let (office, post) = open_round().await;
    let bob = office.workspace.member("Bob");
    assert!(bob.click(&post, &post.buttons()[0].label).await.is_private());
    let told = bob.slash(&office.channel, "/trap", "privacy export").await;
    assert!(told.is_private() && told.text().contains("see Messages in the Trapline app"), "{}", told.text());
    assert!(bob.expect_direct_message().await.file().contains("Bob"));
    office.finish().await;
}
