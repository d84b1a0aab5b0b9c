//! Commands for everybody. Every answer is private.

use serenity::all::UserId;

use super::arguments::{Choice, Picked, Privacy};
use super::{Context, Never, answer};
use crate::chat::discord::autocomplete::{level, library as library_search, series, topic};
use crate::chat::discord::invite::jump_link;
use crate::chat::discord::payload::limit;
use crate::chat::discord::receive::exercise;
use crate::chat::discord::respond::Say;
use crate::chat::discord::rest::File;
use crate::core::ids::Period;
use crate::core::text;
use crate::service::library::Found;

/// Practise one trap: private, judged at once, no points
#[poise::command(slash_command, guild_only)]
pub(super) async fn trap(
    ctx: Context<'_>,
    #[description = "Only traps on this topic"]
    #[autocomplete = "topic"]
    topic: Option<String>,
    #[description = "Only traps of this level"]
    #[autocomplete = "level"]
    level: Option<String>,
    #[description = "Only traps of this series"]
    #[autocomplete = "series"]
    series: Option<String>,
) -> Result<(), Never> {
    answer(ctx, async move |service, actor| {
        let found = service.practise(&actor, series.as_deref(), topic.as_deref(), level.as_deref()).await?;
        Ok(exercise(&found).into())
    })
    .await
}

/// The open trap here, with your answer
#[poise::command(slash_command, guild_only)]
pub(super) async fn today(ctx: Context<'_>) -> Result<(), Never> {
    answer(ctx, async |service, actor| {
        let mine = service.today(&actor).await?;
        let link = |one: &crate::core::round::Mine| {
            one.message.as_ref().map(|message| jump_link(&actor.place, &one.channel, message))
        };
        Ok(text::today(&mine, link).into())
    })
    .await
}

/// Who stands where
#[poise::command(slash_command, guild_only)]
pub(super) async fn leaderboard(
    ctx: Context<'_>,
    #[description = "Over which time; this week if you leave it out"] period: Option<Choice<Period>>,
) -> Result<(), Never> {
    let period = period.map_or(Period::Week, |choice| choice.0);
    answer(
        ctx,
        async move |service, actor| Ok(text::leaderboard(&service.leaderboard(&actor, period, 0).await?).into()),
    )
    .await
}

/// What you did, or what somebody else did
#[poise::command(slash_command, guild_only)]
pub(super) async fn stats(
    ctx: Context<'_>,
    #[description = "Whose; yours if you leave it out"] member: Option<Picked<UserId>>,
) -> Result<(), Never> {
    let of = member.map(|user| user.0.to_string());
    answer(ctx, async move |service, actor| Ok(text::stats(&service.stats(&actor, of.as_deref()).await?).into())).await
}

/// Read one trap with its explanation
#[poise::command(slash_command, guild_only)]
pub(super) async fn library(
    ctx: Context<'_>,
    #[description = "Words of its title, topic or series"]
    #[autocomplete = "library_search"]
    search: String,
) -> Result<(), Never> {
    answer(ctx, async move |service, actor| {
        Ok(match service.library_find(&actor, &search, limit::ROWS).await? {
            Found::One(trap) => text::library(&trap).into(),
            Found::Several(found) => text::library_found(&found).into(),
        })
    })
    .await
}

/// Take your data along, or have it deleted
#[poise::command(slash_command, guild_only)]
pub(super) async fn privacy(
    ctx: Context<'_>,
    #[description = "Export a copy, or delete everything"] action: Choice<Privacy>,
) -> Result<(), Never> {
    answer(ctx, async move |service, actor| match action.0 {
        Privacy::Delete => Ok(text::privacy_confirm().into()),
        Privacy::Export => {
            let data = service.export(&actor).await?;
            let bytes = format!("{data:#}").into_bytes();
            let card = text::privacy_export(bytes.len());
            Ok(Say::from(card).with_file(File { name: "trapline-data.json", mime: "application/json", bytes }))
        }
    })
    .await
}

/// How this works
#[poise::command(slash_command, guild_only)]
pub(super) async fn help(ctx: Context<'_>) -> Result<(), Never> {
    answer(ctx, async |_, actor| Ok(text::help(actor.admin).into())).await
}
