//! The App Home: a member's own day.

use crate::sockets::open_round;
use crate::world::stage::Office;

#[tokio::test]
async fn a_home_before_there_is_anything() {
    let office = Office::set().await;
    let bob = office.workspace.member("Bob");
    let home = bob.open_home().await;
    assert!(!home.text().is_empty());
    bob.visit_home("messages").await.acknowledged().await;
    office.finish().await;
}

#[tokio::test]
async fn an_open_trap_is_answered_at_home() {
    let (office, post) = open_round().await;
    let bob = office.workspace.member("Bob");
    let home = bob.open_home().await;
    let headline = post.text().lines().next().unwrap_or_default().to_owned();
    assert!(home.text().contains(&headline), "{}", home.text());
    let answered = bob.click_in(&home, "A").await.view();
    assert_eq!(answered.id, home.id, "the page itself says it");
    assert_ne!(answered.text(), home.text());
    office.world.clock.set_to("2026-03-02T09:00:30Z");
    post.becomes("one to be counted", |post| post.text().contains("1 has locked in")).await;

    let cleo = office.workspace.member("Cleo");
    let hers = cleo.open_home().await;
    let receipt = cleo.click(&post, &post.buttons()[1].label).await;
    assert!(receipt.is_private());
    hers.becomes("her page to know of her answer", |page| page.text() != hers.text()).await;
    office.finish().await;
}

#[tokio::test]
async fn a_home_that_is_not_shown_at_first() {
    let (office, post) = open_round().await;
    let bob = office.workspace.member("Bob");
    let fault = office.world.slack.on("views.publish").times(2).status(500);
    let home = bob.open_home().await;
    assert_eq!(fault.hits(), 2);
    let headline = post.text().lines().next().unwrap_or_default().to_owned();
    assert!(home.text().contains(&headline), "{}", home.text());
    office.finish().await;
}
