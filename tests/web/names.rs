//! A name is one member's, is seen, and turns nothing around it.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::agent::Agent;
use crate::bank;
use crate::channel::Channel;

#[tokio::test]
async fn nobody_takes_the_name_of_another_member() {
    let channel = Channel::open(bank()).await;
    let mut ada = Agent::named(&channel.url, "Ada").await;
    ada.post("/round/1/answer", &[("position", "0")]).await;
    let mut eve = Agent::new(&channel.url);
    for name in ["Ada", " aDA ", "A\u{200d}da", "\u{202e}Ada", "Ada\u{fe0f}"] {
        let refused = eve.post("/name", &[("name", name)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name:?}");
        assert!(
            refused.body.contains("Somebody here goes by") && refused.body.contains(" 2</strong>?"),
            "{}",
            refused.body
        );
        assert!(refused.body.contains("id=\"name-error\"") && !eve.cookies.contains_key("trapline_name"));
    }
    assert_eq!(eve.post("/name", &[("name", "Eve")]).await.status, StatusCode::SEE_OTHER);
    let refused = eve.post("/me/name", &[("name", "ADA")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("value=\"ADA\"") && refused.body.contains("ADA 2"), "{}", refused.body);
    assert_eq!(
        eve.post("/me/name", &[("name", "eve")]).await.status,
        StatusCode::SEE_OTHER,
        "their own, in small letters"
    );
    // Written into the browser by hand.
    eve.cookies.insert("trapline_name".to_owned(), "416461".to_owned());
    eve.post("/round/1/answer", &[("position", "0")]).await;
    let mut new = Agent::new(&channel.url);
    new.get("/").await;
    new.cookies.insert("trapline_name".to_owned(), "616461".to_owned());
    new.post("/round/1/answer", &[("position", "0")]).await;
    channel.pass(TimeDelta::hours(9)).await;
    let page = ada.get("/standings").await.body;
    for line in [">Ada (you)<", ">eve<", ">ada 2<"] {
        assert_eq!(page.matches(line).count(), 1, "{line}: {page}");
    }
    channel.close().await;
}

#[tokio::test]
async fn of_several_who_take_a_name_at_once_one_has_it() {
    let channel = Channel::open(bank()).await;
    let mut joining = tokio::task::JoinSet::new();
    for name in ["Ada", "ada", "ADA", "Ada", "aDa", "adA"] {
        let mut agent = Agent::new(&channel.url);
        joining.spawn(async move { agent.post("/name", &[("name", name)]).await.status });
    }
    let all = joining.join_all().await;
    assert_eq!(all.iter().filter(|status| **status == StatusCode::SEE_OTHER).count(), 1, "{all:?}");
    channel.close().await;
}

#[tokio::test]
async fn who_has_the_name_of_another_from_before_keeps_it() {
    let channel = Channel::open(bank()).await;
    let mut ada = Agent::named(&channel.url, "Ada").await;
    let mut other = Agent::named(&channel.url, "Other").await;
    channel.sql("UPDATE accounts SET name = 'Ada' WHERE name = 'Other'").await;
    channel.sql("UPDATE members SET name = 'Ada' WHERE name = 'Other'").await;
    other.cookies.insert("trapline_name".to_owned(), "416461".to_owned());
    for agent in [&mut ada, &mut other] {
        assert_eq!(agent.post("/me/name", &[("name", "Ada")]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(agent.post("/round/1/answer", &[("position", "0")]).await.status, StatusCode::SEE_OTHER);
    }
    channel.pass(TimeDelta::hours(9)).await;
    let page = ada.get("/standings").await.body;
    assert!(page.contains(">Ada (you)<") && page.contains(">Ada<"), "{page}");
    channel.close().await;
}

#[tokio::test]
async fn a_name_is_seen_and_turns_nothing_around_it() {
    let channel = Channel::open(bank()).await;
    let mut ada = Agent::named(&channel.url, "\u{202e}Ada\u{200b}").await;
    let page = ada.get("/me").await.body;
    assert!(page.contains("<h1>Ada</h1>") && !page.contains('\u{202e}'), "{page}");
    // As a browser may have kept it, or somebody wrote it there by hand.
    ada.cookies.insert("trapline_name".to_owned(), "e280ae416461".to_owned());
    assert!(ada.get("/me").await.body.contains("<h1>Ada</h1>"));
    for (name, said) in [("\u{200b}\u{200b}", "yours has none"), (&"x".repeat(300), "yours has 300")] {
        let refused = ada.post("/me/name", &[("name", name)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("1 to 32 visible characters") && refused.body.contains(said), "{}", refused.body);
    }
    ada.cookies.insert("trapline_name".to_owned(), "e2808be2808b".to_owned());
    assert!(ada.get("/").await.body.contains("Pick a name to answer"), "what is not seen is no name");
    channel.close().await;
}
