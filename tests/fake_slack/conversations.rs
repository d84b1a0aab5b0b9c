//! Channels, conversations, histories and people.

use serde_json::{Value, json};

use crate::client::{ask, call};
use crate::world::World;
use crate::world::slack::state::{ChannelKind, Rank};

#[tokio::test]
async fn a_history_comes_in_pages() {
    let world = World::new().await;
    let workspace = world.slack.workspace();
    let (channel, ada) = (workspace.channel("general"), workspace.member("Ada"));
    let sent: Vec<String> = (0..5).map(|n| channel.say(&ada, &format!("{n}")).ts.to_string()).collect();
    let page = async |more: &[(&str, &str)]| {
        let args: Vec<(&str, &str)> =
            [("channel", channel.id.as_str())].into_iter().chain(more.iter().copied()).collect();
        let page = ask(&world, "conversations.history", &args).await;
        let texts: Vec<Value> =
            page["messages"].as_array().expect("messages").iter().map(|message| message["text"].clone()).collect();
        (texts, page["response_metadata"]["next_cursor"].as_str().unwrap_or_default().to_owned())
    };
    let (newest, next) = page(&[("limit", "2")]).await;
    assert_eq!(newest, ["4", "3"]);
    assert_eq!(
        page(&[("limit", "3"), ("cursor", &next)]).await,
        (vec![json!("2"), json!("1"), json!("0")], String::new())
    );
    assert_eq!(page(&[("oldest", &sent[2])]).await.0, ["4", "3"]);
    assert_eq!(page(&[("oldest", &sent[2]), ("inclusive", "true")]).await.0, ["4", "3", "2"]);
    assert_eq!(page(&[("latest", &sent[2])]).await.0, ["1", "0"]);
    world.finish();
}

#[tokio::test]
async fn what_the_bot_sees_of_channels() {
    let world = World::new().await;
    let workspace = world.slack.workspace();
    let open = workspace.channel("open");
    let apart = workspace.without_bot("apart", ChannelKind::Public);
    let secret = workspace.without_bot("secret", ChannelKind::Private);
    let info = async |id: &str| ask(&world, "conversations.info", &[("channel", id)]).await;
    assert_eq!(info(&open.id).await["channel"]["is_member"], true);
    let seen = info(&apart.id).await;
    assert_eq!((&seen["channel"]["is_member"], &seen["channel"]["name"]), (&json!(false), &json!("apart")));
    assert_eq!(info(&secret.id).await["error"], "channel_not_found");
    let history = ask(&world, "conversations.history", &[("channel", &apart.id)]).await;
    assert_eq!(history["error"], "not_in_channel");
    let count = async |types: &str| {
        let list = ask(&world, "conversations.list", &[("types", types)]).await;
        list["channels"].as_array().map_or(0, Vec::len)
    };
    assert_eq!((count("public_channel").await, count("public_channel,private_channel").await), (2, 2));
    assert_eq!(call(&world, "conversations.join", json!({"channel": apart.id})).await["channel"]["is_member"], true);
    world.slack.scope("channels:read", false);
    assert_eq!(info(&open.id).await["needed"], "channels:read");
    world.finish();
}

#[tokio::test]
async fn a_direct_message_and_who_people_are() {
    let world = World::new().await;
    let workspace = world.slack.workspace();
    let (ada, owen) = (workspace.admin("Ada"), workspace.owner("Owen"));
    let opened = call(&world, "conversations.open", json!({"users": ada.id})).await;
    assert_eq!(
        call(&world, "conversations.open", json!({"users": ada.id})).await["channel"]["id"],
        opened["channel"]["id"]
    );
    call(&world, "chat.postMessage", json!({"channel": opened["channel"]["id"], "text": "hello"})).await;
    assert_eq!(ada.expect_direct_message().await.text(), "hello");
    assert_eq!(call(&world, "conversations.open", json!({"users": "U404"})).await["error"], "user_not_found");
    let info = async |id: &str| ask(&world, "users.info", &[("user", id)]).await["user"].clone();
    let user = info(&ada.id).await;
    assert_eq!(
        (&user["is_admin"], &user["is_owner"], &user["real_name"]),
        (&json!(true), &json!(false), &json!("Ada"))
    );
    assert_eq!(info(&owen.id).await["is_owner"], true);
    ada.becomes(Rank::Guest);
    assert_eq!(info(&ada.id).await["is_restricted"], true);
    world.finish();
}
