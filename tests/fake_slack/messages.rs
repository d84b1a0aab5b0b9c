//! Messages over the Web API: what is sent is there, in Slack's shapes.

use serde_json::{Value, json};

use crate::client::{ask, call, post};
use crate::world::World;
use crate::world::slack::ratelimit::{Limit, Limits};
use crate::world::slack::state::{ChannelKind, Standing};

#[tokio::test]
async fn a_message_is_posted_changed_and_deleted() {
    let world = World::new().await;
    let channel = world.slack.workspace().channel("general");
    let blocks = json!([{"type": "section", "text": {"type": "mrkdwn", "text": "*one* &lt; <https://x.org|two>"}}]);
    let sent = call(&world, "chat.postMessage", json!({"channel": channel.id, "text": "one", "blocks": blocks})).await;
    assert_eq!((&sent["ok"], &sent["channel"]), (&json!(true), &json!(channel.id)));
    assert_eq!(sent["message"]["ts"], sent["ts"]);
    assert!(sent["message"]["blocks"][0]["block_id"].is_string(), "a block without an id gets one");
    let message = channel.expect_message().await;
    assert_eq!((message.text(), message.fallback()), ("one < two".to_owned(), "one".to_owned()));

    let changed = call(&world, "chat.update", json!({"channel": channel.id, "ts": sent["ts"], "text": "three"})).await;
    assert_eq!(changed["message"]["text"], "three");
    assert_eq!((message.now().text(), message.now().edits), ("one < two".to_owned(), 1), "blocks stay where none come");
    call(&world, "chat.update", json!({"channel": channel.id, "ts": sent["ts"], "text": "x", "blocks": []})).await;
    assert_eq!(message.now().text(), "x");
    let link =
        ask(&world, "chat.getPermalink", &[("channel", &channel.id), ("message_ts", &message.ts.to_string())]).await;
    assert!(link["permalink"].as_str().is_some_and(|link| link.contains(&channel.id)));
    call(&world, "chat.delete", json!({"channel": channel.id, "ts": sent["ts"]})).await;
    assert!(message.is_gone());
    let gone = call(&world, "chat.update", json!({"channel": channel.id, "ts": sent["ts"], "text": "x"})).await;
    assert_eq!(gone["error"], "message_not_found");
    world.finish();
}

#[tokio::test]
async fn metadata_comes_back_to_who_asks_for_it() {
    let world = World::new().await;
    let channel = world.slack.workspace().channel("general");
    let metadata = json!({"event_type": "kept", "event_payload": {"key": "tl-1"}});
    call(&world, "chat.postMessage", json!({"channel": channel.id, "text": "x", "metadata": metadata})).await;
    let message = channel.expect_message().await;
    let ts = message.ts.to_string();
    call(&world, "chat.update", json!({"channel": channel.id, "ts": ts, "text": "y"})).await;
    let plain = ask(&world, "conversations.history", &[("channel", &channel.id)]).await;
    assert!(plain["messages"][0].get("metadata").is_none());
    let whole =
        ask(&world, "conversations.history", &[("channel", &channel.id), ("include_all_metadata", "true")]).await;
    assert_eq!(whole["messages"][0]["metadata"], metadata, "an edit without metadata keeps it");
    let bad = json!({"channel": channel.id, "text": "x", "metadata": {"key": 1}});
    assert_eq!(call(&world, "chat.postMessage", bad).await["error"], "invalid_metadata_format");
    assert_eq!(world.slack.take_violations().len(), 1);
    world.finish();
}

#[tokio::test]
async fn answers_go_into_threads_and_some_into_the_channel_too() {
    let world = World::new().await;
    let channel = world.slack.workspace().channel("general");
    let first = call(&world, "chat.postMessage", json!({"channel": channel.id, "text": "first"})).await;
    let answer = |text: &str, broadcast: bool| {
        let thread = first["ts"].clone();
        json!({"channel": channel.id, "text": text, "thread_ts": thread, "reply_broadcast": broadcast})
    };
    call(&world, "chat.postMessage", answer("second", false)).await;
    call(&world, "chat.postMessage", answer("third", true)).await;
    let head = channel.expect_message().await;
    assert_eq!(channel.expect_message().await.text(), "third");
    let thread = channel.thread(&head);
    assert_eq!(thread.expect_message().await.text(), "second");
    let replies = ask(&world, "conversations.replies", &[("channel", &channel.id), ("ts", &head.ts.to_string())]).await;
    let texts: Vec<&Value> = replies["messages"].as_array().expect("messages").iter().map(|m| &m["text"]).collect();
    assert_eq!(texts, ["first", "second", "third"]);
    assert_eq!(replies["messages"][0]["reply_count"], 2);
    let lost = json!({"channel": channel.id, "text": "x", "thread_ts": "1.000001"});
    assert_eq!(call(&world, "chat.postMessage", lost).await["error"], "cannot_reply_to_message");
    world.finish();
}

#[tokio::test]
async fn what_is_whispered_is_for_one_person_and_in_no_history() {
    let world = World::new().await;
    let workspace = world.slack.workspace();
    let (channel, ada) = (workspace.channel("general"), workspace.member("Ada"));
    let whisper = json!({"channel": channel.id, "user": ada.id, "text": "psst"});
    assert_eq!(call(&world, "chat.postEphemeral", whisper.clone()).await["ok"], true);
    assert!(channel.messages().is_empty());
    let history = ask(&world, "conversations.history", &[("channel", &channel.id)]).await;
    assert_eq!(history["messages"], json!([]));
    ada.leave(&channel);
    assert_eq!(call(&world, "chat.postEphemeral", whisper).await["error"], "user_not_in_channel");
    let unread = world.slack.hub.look(crate::world::slack::report::complaints);
    assert_eq!(unread, ["unread: #general (to one person alone): psst"]);
}

#[tokio::test]
async fn speaking_needs_a_seat_in_a_living_channel() {
    let world = World::new().await;
    let workspace = world.slack.workspace();
    let say = async |channel: &str| {
        call(&world, "chat.postMessage", json!({"channel": channel, "text": "x"})).await["error"].clone()
    };
    let channel = workspace.channel("general");
    channel.expel_bot();
    assert_eq!(say(&channel.id).await, "not_in_channel");
    channel.invite_bot();
    channel.archive(true);
    assert_eq!(say(&channel.id).await, "is_archived");
    channel.archive(false);
    assert_eq!(say(&channel.id).await, Value::Null);
    channel.expect_message().await;
    channel.delete();
    assert_eq!(say(&channel.id).await, "channel_not_found");
    let secret = workspace.without_bot("secret", ChannelKind::Private);
    assert_eq!(say(&secret.id).await, "channel_not_found", "what the bot can't see does not exist");
    world.slack.scope("chat:write", false);
    let refused = call(&world, "chat.postMessage", json!({"channel": channel.id, "text": "x"})).await;
    assert_eq!((&refused["error"], &refused["needed"]), (&json!("missing_scope"), &json!("chat:write")));
    world.finish();
}

#[tokio::test]
async fn tokens_are_looked_at() {
    let world = World::new().await;
    let test = async |token: &str| {
        let answer = post(&world, "auth.test", token).send().await.expect("an answer");
        let scopes = answer.headers()["x-oauth-scopes"].to_str().expect("text").to_owned();
        let error = answer.json::<Value>().await.expect("JSON")["error"].clone();
        (error, scopes)
    };
    let (bot, app) = (world.slack.bot_token(), world.slack.app_token());
    let (error, scopes) = test(&bot).await;
    assert!(error.is_null() && scopes.contains("chat:write"), "{scopes}");
    assert_eq!(test(&app).await.0, "not_allowed_token_type");
    assert_eq!(test("xoxb-wrong").await.0, "invalid_auth");
    world.slack.revoke(Standing::Revoked);
    assert_eq!(test(&bot).await.0, "token_revoked");
    world.slack.revoke(Standing::Inactive);
    assert_eq!(test(&bot).await.0, "account_inactive");
    world.finish();
}

#[tokio::test]
async fn unknown_methods_and_arguments_are_written_down() {
    let world = World::new().await;
    let channel = world.slack.workspace().channel("general");
    assert_eq!(call(&world, "chat.shout", json!({})).await["error"], "unknown_method");
    assert_eq!(world.slack.take_unexpected(), ["chat.shout"]);
    call(&world, "chat.postMessage", json!({"channel": channel.id, "text": "x", "colour": "red"})).await;
    assert_eq!(world.slack.take_violations(), ["chat.postMessage does not know the argument `colour`"]);
    channel.expect_message().await;
    assert_eq!(call(&world, "chat.postMessage", json!({"text": "x"})).await["error"], "invalid_arguments");
    let read = call(&world, "conversations.info", json!({"channel": channel.id})).await;
    assert_eq!(read["error"], "invalid_arguments", "a reading method takes no JSON");
    assert_eq!(world.slack.take_violations().len(), 2);
    world.finish();
}

#[tokio::test]
async fn a_channel_takes_so_many_messages() {
    let world = World::new().await;
    let workspace = world.slack.workspace();
    let (busy, quiet) = (workspace.channel("busy"), workspace.channel("quiet"));
    world.slack.rate_limits(Limits { messages: Limit::new(1, 600), ..Limits::default() });
    for channel in [&busy, &quiet] {
        let sent = call(&world, "chat.postMessage", json!({"channel": channel.id, "text": "x"})).await;
        assert_eq!(sent["ok"], true);
        channel.expect_message().await;
    }
    let args = json!({"channel": busy.id, "text": "x"});
    let refused =
        post(&world, "chat.postMessage", &world.slack.bot_token()).json(&args).send().await.expect("an answer");
    assert_eq!(refused.status().as_u16(), 429);
    assert!(refused.headers()["retry-after"].to_str().is_ok_and(|text| text.parse::<u64>().is_ok()));
    assert_eq!(refused.json::<Value>().await.expect("JSON")["error"], "ratelimited");
    assert_eq!(world.slack.rate_limited(), 1);
    world.finish();
}

#[tokio::test]
async fn a_file_is_uploaded_and_shown() {
    let world = World::new().await;
    let channel = world.slack.workspace().channel("general");
    let begun = ask(&world, "files.getUploadURLExternal", &[("filename", "x.json"), ("length", "2")]).await;
    let upload = async |bytes: &'static str| {
        let url = begun["upload_url"].as_str().expect("an address").to_owned();
        reqwest::Client::new().post(url).body(bytes).send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(upload("too long").await, 400);
    assert_eq!(world.slack.take_violations().len(), 1);
    assert_eq!(upload("{}").await, 200);
    let files = json!([{"id": begun["file_id"], "title": "all of it"}]);
    let done = call(&world, "files.completeUploadExternal", json!({"files": files, "channel_id": channel.id})).await;
    assert_eq!(done["ok"], true);
    assert_eq!(channel.expect_message().await.file(), "{}");
    let twice = call(&world, "files.completeUploadExternal", json!({"files": files})).await;
    assert_eq!(twice["error"], "file_not_found");
    world.finish();
}
