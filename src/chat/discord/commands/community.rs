//! Commands that bring places together, and the accounts of one person. Every answer is private.

use super::{Context, Never, answer};
use crate::core::text;

/// Share standings and traps with another server or workspace
#[poise::command(
    slash_command,
    guild_only,
    subcommand_required,
    default_member_permissions = "MANAGE_GUILD",
    subcommands("link_places", "unlink_places", "show")
)]
#[expect(clippy::unused_async, reason = "only its subcommands run")]
pub(super) async fn community(_: Context<'_>) -> Result<(), Never> {
    Ok(())
}

/// Get a code to give to the other side, or enter the one that you got
#[poise::command(slash_command, guild_only, rename = "link")]
async fn link_places(
    ctx: Context<'_>,
    #[description = "The code from the other side; leave it out to get one"] code: Option<String>,
) -> Result<(), Never> {
    answer(ctx, async move |service, actor| match code {
        Some(code) => Ok(text::community_joined(&service.community_join(&actor, &code).await?).into()),
        None => Ok(text::community_code(&service.community_code(&actor).await?).into()),
    })
    .await
}

/// Take this server out of its community; each side keeps its history
#[poise::command(slash_command, guild_only, rename = "unlink")]
async fn unlink_places(ctx: Context<'_>) -> Result<(), Never> {
    answer(ctx, async |service, actor| Ok(text::community_left(&service.community_leave(&actor).await?).into())).await
}

/// What this server is joined with
#[poise::command(slash_command, guild_only)]
async fn show(ctx: Context<'_>) -> Result<(), Never> {
    answer(ctx, async |service, actor| Ok(text::community(&service.community(&actor).await?).into())).await
}

/// Be one member with your account in a joined server or workspace
#[poise::command(slash_command, guild_only, subcommand_required, subcommands("link_accounts", "unlink_accounts"))]
#[expect(clippy::unused_async, reason = "only its subcommands run")]
pub(super) async fn account(_: Context<'_>) -> Result<(), Never> {
    Ok(())
}

/// Get a code to enter from your other account, or enter the one that you got
#[poise::command(slash_command, guild_only, rename = "link")]
async fn link_accounts(
    ctx: Context<'_>,
    #[description = "The code from your other account; leave it out to get one"] code: Option<String>,
) -> Result<(), Never> {
    answer(ctx, async move |service, actor| match code {
        Some(code) => Ok(text::account_linked(service.account_join(&actor, &code).await?).into()),
        None => Ok(text::account_code(&service.account_code(&actor).await?).into()),
    })
    .await
}

/// Make this account a member of its own again, who starts afresh
#[poise::command(slash_command, guild_only, rename = "unlink")]
async fn unlink_accounts(ctx: Context<'_>) -> Result<(), Never> {
    answer(ctx, async |service, actor| {
        service.account_leave(&actor).await?;
        Ok(text::account_left().into())
    })
    .await
}
