//! State over REST: what is sent is there, in Discord's shapes.

use serde_json::json;
use serenity::all::{
    ChannelId, CommandOptionType, CreateAllowedMentions, CreateCommand, CreateCommandOption, CreateEmbed,
    CreateMessage, CreateThread, EditMessage, GetMessages, GuildId, MessageId, Nonce, Permissions as Wire, UserId,
};

use crate::client::{call, serenity_http, silent};
use crate::world::World;
use crate::world::discord::permissions::Permissions;
use crate::world::discord::ratelimit::{Limit, Limits};

#[tokio::test]
async fn serenity_reads_all_that_it_asks_for() {
    let world = World::new().await;
    let guild = world.discord.guild("Study group");
    let channel = guild.text("general");
    channel.allow_bot(Permissions::MANAGE_MESSAGES);
    let http = serenity_http(&world);
    let id = GuildId::new(guild.id.0);

    let gateway = http.get_bot_gateway().await.expect("a gateway");
    assert_eq!(gateway.url, world.discord.hub.socket_url);
    assert_eq!(http.get_current_user().await.expect("the bot").id.get(), world.discord.bot().0);
    http.get_current_application_info().await.expect("the application");
    let fetched = http.get_guild(id).await.expect("the guild");
    assert_eq!(fetched.name, "Study group");
    assert_eq!(fetched.roles.len(), 2);
    assert_eq!(http.get_guild_roles(id).await.expect("the roles").len(), 2);
    assert_eq!(http.get_channels(id).await.expect("the channels").len(), 1);
    let bot = http.get_member(id, UserId::new(world.discord.bot().0)).await.expect("the bot as a member");
    assert_eq!(bot.roles.len(), 1);
    let seen = http.get_channel(ChannelId::new(channel.id.0)).await.expect("the channel").guild().expect("of a guild");
    assert!(seen.permission_overwrites[0].allow.contains(Wire::MANAGE_MESSAGES));
    world.finish();
}

#[tokio::test]
async fn a_message_is_sent_read_edited_and_deleted() {
    let world = World::new().await;
    let channel = world.discord.guild("Study group").text("general");
    let http = serenity_http(&world);
    let id = ChannelId::new(channel.id.0);
    let nobody = CreateAllowedMentions::new;

    let first = id.send_message(&http, CreateMessage::new().content("one").allowed_mentions(nobody())).await;
    let first = first.expect("sent");
    let embed = CreateEmbed::new().title("two").description("in an embed");
    let reply = CreateMessage::new().embed(embed).reference_message(&first).allowed_mentions(nobody());
    let second = id.send_message(&http, reply).await.expect("sent");
    assert_eq!(second.referenced_message.expect("a reply").id, first.id);
    let edit = EditMessage::new().content("one, changed").allowed_mentions(nobody());
    id.edit_message(&http, first.id, edit).await.expect("edited");

    let history = id.messages(&http, GetMessages::new().limit(10)).await.expect("a history");
    assert_eq!(history.iter().map(|message| message.id).collect::<Vec<_>>(), [second.id, first.id]);
    assert_eq!(history[1].content, "one, changed");
    assert!(history[1].edited_timestamp.is_some());
    id.delete_message(&http, second.id).await.expect("deleted");
    assert_eq!(call(&world, "GET", &format!("/channels/{id}/messages/{}", second.id), None).await.1["code"], 10008);

    assert_eq!(channel.expect_message().await.text(), "one, changed");
    world.finish();
}

#[tokio::test]
async fn a_history_comes_in_pages() {
    let world = World::new().await;
    let guild = world.discord.guild("Study group");
    let channel = guild.text("general");
    let person = guild.member("Ada");
    let sent: Vec<MessageId> = (0..9).map(|n| MessageId::new(channel.say(&person, &format!("{n}")).id.0)).collect();
    let http = serenity_http(&world);
    let id = ChannelId::new(channel.id.0);
    let page = async |query: GetMessages| {
        let mut page: Vec<_> = id.messages(&http, query.limit(3)).await.expect("a page").iter().map(|m| m.id).collect();
        page.reverse();
        page
    };
    assert_eq!(page(GetMessages::new()).await, sent[6..]);
    assert_eq!(page(GetMessages::new().before(sent[4])).await, sent[1..4]);
    assert_eq!(page(GetMessages::new().after(sent[4])).await, sent[5..8]);
    assert_eq!(page(GetMessages::new().around(sent[4])).await, sent[3..6]);
    world.finish();
}

#[tokio::test]
async fn one_nonce_makes_one_message_and_is_not_kept_in_the_history() {
    let world = World::new().await;
    let channel = world.discord.guild("Study group").text("general");
    let http = serenity_http(&world);
    let id = ChannelId::new(channel.id.0);
    let message = || {
        let nonce = Nonce::String("tl-1-post".to_owned());
        let message = CreateMessage::new().content("once").nonce(nonce).enforce_nonce(true);
        message.allowed_mentions(CreateAllowedMentions::new())
    };
    let first = id.send_message(&http, message()).await.expect("sent");
    let again = id.send_message(&http, message()).await.expect("answered");
    assert_eq!(first.id, again.id);
    assert!(first.nonce.is_some());
    let history = id.messages(&http, GetMessages::new()).await.expect("a history");
    assert_eq!(history.len(), 1);
    assert!(history[0].nonce.is_none());
    world.clock.advance(chrono::Duration::minutes(6));
    let later = id.send_message(&http, message()).await.expect("sent");
    assert_ne!(first.id, later.id, "a nonce is forgotten after a few minutes");
    channel.expect_message().await;
    channel.expect_message().await;
    world.finish();
}

#[tokio::test]
async fn a_message_has_one_thread() {
    let world = World::new().await;
    let channel = world.discord.guild("Study group").text("general");
    let http = serenity_http(&world);
    let id = ChannelId::new(channel.id.0);
    let message = CreateMessage::new().content("a trap").allowed_mentions(CreateAllowedMentions::new());
    let message = id.send_message(&http, message).await.expect("sent");
    let open = || id.create_thread_from_message(&http, message.id, CreateThread::new("argue here"));
    assert_eq!(open().await.expect("opened").id.get(), message.id.get());
    let (status, body) = call(
        &world,
        "POST",
        &format!("/channels/{id}/messages/{}/threads", message.id),
        Some(json!({"name": "again"})),
    )
    .await;
    assert_eq!((status, &body["code"]), (400, &json!(160_004)));
    let details = CreateMessage::new().content("why").allowed_mentions(CreateAllowedMentions::new());
    ChannelId::new(message.id.get()).send_message(&http, details).await.expect("sent into the thread");

    let post = channel.expect_message().await;
    assert_eq!(channel.thread(&post).await.expect_message().await.text(), "why");
    world.finish();
}

#[tokio::test]
async fn commands_are_registered_and_checked() {
    let world = World::new().await;
    let http = serenity_http(&world);
    let feed = CreateCommandOption::new(CommandOptionType::SubCommand, "add", "Add a feed")
        .add_sub_option(CreateCommandOption::new(CommandOptionType::Channel, "channel", "Where").required(true));
    let command = CreateCommand::new("feed").description("Feeds").add_option(feed);
    let command = command.default_member_permissions(Wire::MANAGE_GUILD);
    http.create_global_commands(&[command]).await.expect("registered");
    let registered = http.get_global_commands().await.expect("listed");
    assert_eq!(registered[0].default_member_permissions, Some(Wire::MANAGE_GUILD));
    let doubts = world.discord.take_violations();
    assert_eq!(doubts, ["`default_member_permissions` of command `feed` is no number"]);
    assert!(registered[0].options[0].options[0].required);

    let path = format!("/applications/{}/commands", world.discord.bot());
    let bad = json!([
        {"name": "Loud", "description": "x"},
        {"name": "order", "description": "", "options": [
            {"type": 3, "name": "a", "description": "x"}, {"type": 3, "name": "b", "description": "x", "required": true},
        ]},
    ]);
    let (status, body) = call(&world, "PUT", &path, Some(bad)).await;
    assert_eq!((status, &body["code"]), (400, &json!(50035)));
    assert!(body["errors"]["0"]["name"].is_object());
    assert!(body["errors"]["1"]["description"].is_object());
    assert!(body["errors"]["1"]["options"]["1"].is_object());
    assert_eq!(world.discord.take_violations().len(), 1);
    world.finish();
}

#[tokio::test]
async fn a_direct_message_reaches_who_allows_it() {
    let world = World::new().await;
    let person = world.discord.guild("Study group").admin("Ada");
    let http = serenity_http(&world);
    let conversation = UserId::new(person.id.0).create_dm_channel(&http).await.expect("opened");
    let hello = || CreateMessage::new().content("hello").allowed_mentions(CreateAllowedMentions::new());
    conversation.id.send_message(&http, hello()).await.expect("sent");
    assert_eq!(person.expect_direct_message().await.text(), "hello");
    person.close_conversations(true);
    let path = format!("/channels/{}/messages", conversation.id);
    let (status, body) = call(&world, "POST", &path, Some(silent(json!({"content": "hello?"})))).await;
    assert_eq!((status, &body["code"]), (403, &json!(50007)));
    world.finish();
}

#[tokio::test]
async fn a_wrong_token_and_an_unknown_route_are_refused() {
    let world = World::new().await;
    let url = format!("{}/api/v10/users/@me", world.discord.url());
    let answer = reqwest::Client::new().get(url).header("authorization", "Bot wrong").send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 401);
    assert_eq!(call(&world, "GET", "/users/@me/horoscope", None).await.0, 404);
    assert_eq!(world.discord.take_unexpected(), ["GET /users/@me/horoscope"]);
    world.finish();
}

#[tokio::test]
async fn a_full_bucket_refuses_and_says_for_how_long() {
    let world = World::new().await;
    let channel = world.discord.guild("Study group").text("general");
    world.discord.rate_limits(Limits { messages: Limit::new(2, 600), ..Limits::default() });
    let path = format!("/channels/{}/messages", channel.id);
    for _ in 0..2 {
        assert_eq!(call(&world, "POST", &path, Some(silent(json!({"content": "x"})))).await.0, 200);
        channel.expect_message().await;
    }
    let (status, body) = call(&world, "POST", &path, Some(silent(json!({"content": "x"})))).await;
    assert_eq!(status, 429);
    assert!(body["retry_after"].as_f64().is_some_and(|seconds| seconds > 0.0));
    assert_eq!(body["global"], false);
    assert_eq!(world.discord.rate_limited(), 1);
    world.finish();
}
