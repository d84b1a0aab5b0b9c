//! Commands for admins: feeds and what ails them.

use serenity::all::{ChannelId, GuildId, RoleId};

use super::arguments::{FeedNumber, Flag, Hours, Picked};
use super::{Context, Never, answer, answer_at};
use crate::chat::discord::autocomplete::{days, feed as feeds, level, order, series, time, timezone, topic};
use crate::chat::discord::respond::Pace;
use crate::chat::discord::target;
use crate::core::feed::Draft;
use crate::core::refusal::Refusal;
use crate::core::text;
use crate::service::{Actor, Error, Service};

/// Set up and look after this server's feeds
#[poise::command(
    slash_command,
    guild_only,
    subcommand_required,
    default_member_permissions = "MANAGE_GUILD",
    subcommands("add", "edit", "list", "pause", "resume", "remove", "preview", "post", "reveal")
)]
#[expect(clippy::unused_async, reason = "only its subcommands run")]
pub(super) async fn feed(_: Context<'_>) -> Result<(), Never> {
    Ok(())
}

/// Post a trap in a channel on a schedule; a channel is enough
#[poise::command(slash_command, guild_only)]
#[expect(clippy::too_many_arguments, reason = "one for each option of the command")]
async fn add(
    ctx: Context<'_>,
    #[description = "Where to post"]
    #[channel_types("Text", "News")]
    channel: Picked<ChannelId>,
    #[description = "Time of day, such as 09:00"]
    #[autocomplete = "time"]
    time: Option<String>,
    #[description = "Time zone, such as Europe/Berlin"]
    #[autocomplete = "timezone"]
    timezone: Option<String>,
    #[description = "Days: daily, weekdays, or such as mon,wed,fri"]
    #[autocomplete = "days"]
    days: Option<String>,
    #[description = "For experts: a crontab of five fields, in place of time and days"] cron: Option<String>,
    #[description = "Only traps of this series"]
    #[autocomplete = "series"]
    series: Option<String>,
    #[description = "Only traps on this topic"]
    #[autocomplete = "topic"]
    topic: Option<String>,
    #[description = "Only traps of this level"]
    #[autocomplete = "level"]
    level: Option<String>,
    #[description = "Topics mixed, or in the order of the series"]
    #[autocomplete = "order"]
    order: Option<String>,
    #[description = "Hours until the reveal, 1 to 72; 0: with the next post"]
    #[min = 0]
    #[max = 72]
    reveal_after: Option<Hours>,
    #[description = "A role to ping with each post"] role: Option<Picked<RoleId>>,
    #[description = "Whether the reveal opens a thread"] thread: Option<Flag>,
) -> Result<(), Never> {
    let draft = Draft {
        channel: Some(channel.0.to_string()),
        time,
        timezone,
        days,
        cron,
        series,
        topic,
        level,
        order,
        reveal_after: reveal_after.map(|hours| hours.0),
        role: role.map(|role| role.0.to_string()),
        thread: thread.map(|flag| flag.0),
    };
    let shared = ctx.framework.user_data;
    answer(ctx, async move |service, actor| {
        target::check(shared, &actor, &draft, None).await?;
        let view = service.feed_add(&actor, &draft).await?;
        Ok(text::feed_added(&view, service.clock.now()).into())
    })
    .await
}

/// Change a feed; what you leave out stays
#[poise::command(slash_command, guild_only)]
#[expect(clippy::too_many_arguments, reason = "one for each option of the command")]
async fn edit(
    ctx: Context<'_>,
    #[description = "Which feed; not needed where there is one"]
    #[autocomplete = "feeds"]
    feed: Option<FeedNumber>,
    #[description = "Where to post"]
    #[channel_types("Text", "News")]
    channel: Option<Picked<ChannelId>>,
    #[description = "Time of day, such as 09:00"]
    #[autocomplete = "time"]
    time: Option<String>,
    #[description = "Time zone, such as Europe/Berlin"]
    #[autocomplete = "timezone"]
    timezone: Option<String>,
    #[description = "Days: daily, weekdays, or such as mon,wed,fri"]
    #[autocomplete = "days"]
    days: Option<String>,
    #[description = "For experts: a crontab of five fields, in place of time and days"] cron: Option<String>,
    #[description = "Only traps of this series; any: all series"]
    #[autocomplete = "series"]
    series: Option<String>,
    #[description = "Only traps on this topic; any: all topics"]
    #[autocomplete = "topic"]
    topic: Option<String>,
    #[description = "Only traps of this level; any: all levels"]
    #[autocomplete = "level"]
    level: Option<String>,
    #[description = "Topics mixed, or in the order of the series"]
    #[autocomplete = "order"]
    order: Option<String>,
    #[description = "Hours until the reveal, 1 to 72; 0: with the next post"]
    #[min = 0]
    #[max = 72]
    reveal_after: Option<Hours>,
    #[description = "A role to ping with each post; @everyone for none"] role: Option<Picked<RoleId>>,
    #[description = "Whether the reveal opens a thread"] thread: Option<Flag>,
) -> Result<(), Never> {
    let draft = Draft {
        channel: channel.map(|channel| channel.0.to_string()),
        time,
        timezone,
        days,
        cron,
        series,
        topic,
        level,
        order,
        reveal_after: reveal_after.map(|hours| hours.0),
        // Nobody ever pings all, so that is how to say that nobody is pinged any more.
        role: role.map(|role| if is_everyone(role.0, ctx.guild_id()) { String::new() } else { role.0.to_string() }),
        thread: thread.map(|flag| flag.0),
    };
    let shared = ctx.framework.user_data;
    answer(ctx, async move |service, actor| {
        let number = number_of(&service, &actor, feed).await?;
        target::check(shared, &actor, &draft, Some(&number)).await?;
        let view = service.feed_edit(&actor, &number, &draft).await?;
        Ok(text::feed_edited(&view, service.clock.now()).into())
    })
    .await
}

/// The feeds of this server
#[poise::command(slash_command, guild_only)]
async fn list(ctx: Context<'_>) -> Result<(), Never> {
    answer(ctx, async |service, actor| Ok(text::feed_list(&service.feeds(&actor).await?, service.clock.now()).into()))
        .await
}

/// Stop posting until it is resumed
#[poise::command(slash_command, guild_only)]
async fn pause(
    ctx: Context<'_>,
    #[description = "Which feed; not needed where there is one"]
    #[autocomplete = "feeds"]
    feed: Option<FeedNumber>,
) -> Result<(), Never> {
    answer(ctx, async move |service, actor| {
        let number = number_of(&service, &actor, feed).await?;
        Ok(text::feed_paused(&service.feed_pause(&actor, &number).await?).into())
    })
    .await
}

/// Go on with the next slot
#[poise::command(slash_command, guild_only)]
async fn resume(
    ctx: Context<'_>,
    #[description = "Which feed; not needed where there is one"]
    #[autocomplete = "feeds"]
    feed: Option<FeedNumber>,
) -> Result<(), Never> {
    answer(ctx, async move |service, actor| {
        let number = number_of(&service, &actor, feed).await?;
        let view = service.feed_resume(&actor, &number).await?;
        Ok(text::feed_resumed(&view, service.clock.now()).into())
    })
    .await
}

/// Remove a feed; its history and points stay
#[poise::command(slash_command, guild_only)]
async fn remove(
    ctx: Context<'_>,
    #[description = "Which feed; not needed where there is one"]
    #[autocomplete = "feeds"]
    feed: Option<FeedNumber>,
) -> Result<(), Never> {
    answer(ctx, async move |service, actor| {
        let number = number_of(&service, &actor, feed).await?;
        Ok(text::feed_removed(&service.feed_remove(&actor, &number).await?).into())
    })
    .await
}

/// See in private what would be posted next
#[poise::command(slash_command, guild_only)]
async fn preview(
    ctx: Context<'_>,
    #[description = "Which feed; not needed where there is one"]
    #[autocomplete = "feeds"]
    feed: Option<FeedNumber>,
) -> Result<(), Never> {
    answer(ctx, async move |service, actor| {
        let number = number_of(&service, &actor, feed).await?;
        let (view, trap) = service.feed_preview(&actor, &number).await?;
        Ok(text::feed_preview(&view, &trap).into())
    })
    .await
}

/// Post a trap now, outside the schedule
#[poise::command(slash_command, guild_only)]
async fn post(
    ctx: Context<'_>,
    #[description = "Which feed; not needed where there is one"]
    #[autocomplete = "feeds"]
    feed: Option<FeedNumber>,
) -> Result<(), Never> {
    answer(ctx, async move |service, actor| {
        let number = number_of(&service, &actor, feed).await?;
        let (feed, _) = service.feed_post(&actor, &number).await?;
        Ok(text::feed_posted(feed.number).into())
    })
    .await
}

/// Reveal the open trap now
#[poise::command(slash_command, guild_only)]
async fn reveal(
    ctx: Context<'_>,
    #[description = "Which feed; not needed where there is one"]
    #[autocomplete = "feeds"]
    feed: Option<FeedNumber>,
) -> Result<(), Never> {
    answer(ctx, async move |service, actor| {
        let number = number_of(&service, &actor, feed).await?;
        let (feed, _) = service.feed_reveal(&actor, &number).await?;
        Ok(text::feed_revealed(feed.number).into())
    })
    .await
}

/// What is wrong with this server's feeds, if anything is
#[poise::command(slash_command, guild_only, default_member_permissions = "MANAGE_GUILD")]
pub(super) async fn doctor(ctx: Context<'_>) -> Result<(), Never> {
    let shared = ctx.framework.user_data;
    answer_at(ctx, Pace::Slow, async move |service, actor| {
        let views = service.feeds(&actor).await?;
        let checkups = service.feeds_checked(target::checkups(shared, &actor, views).await).await?;
        Ok(text::doctor(&checkups, service.clock.now()).into())
    })
    .await
}

/// That role has the id of its guild.
fn is_everyone(role: RoleId, guild: Option<GuildId>) -> bool {
    guild.is_some_and(|guild| guild.get() == role.get())
}

/// The feed that was named, or the only one.
async fn number_of(service: &Service, actor: &Actor, given: Option<FeedNumber>) -> Result<String, Error> {
    if let Some(FeedNumber(number)) = given {
        return Ok(number);
    }
    let have: Vec<i64> = service.feeds(actor).await?.iter().map(|view| view.feed.number).collect();
    match have.as_slice() {
        [only] => Ok(only.to_string()),
        _ => Err(Refusal::UnknownFeed { given: String::new(), have }.into()),
    }
}
