//! The slash commands. Each takes its options, calls one use case, and shows what came of it.

mod arguments;
mod community;
mod feed;
mod members;

use std::convert::Infallible;
use std::future::Future;

use super::Shared;
use super::respond::{Asked, Outcome, Pace, Place, refuse, respond, suggest_nothing};
use crate::core::refusal::Refusal;
use crate::service::{Actor, Service};

/// Commands answer whatever happens, so none of them fails.
pub(super) type Never = Infallible;
pub(super) type Context<'a> = poise::ApplicationContext<'a, Shared, Never>;
pub(super) type Command = poise::Command<Shared, Never>;

/// All of them, as they are registered.
pub(super) fn all() -> Vec<Command> {
    vec![
        feed::feed(),
        feed::doctor(),
        members::trap(),
        members::today(),
        members::leaderboard(),
        members::stats(),
        members::library(),
        members::privacy(),
        community::account(),
        community::community(),
        members::help(),
    ]
}

pub(super) fn options() -> poise::FrameworkOptions<Shared, Never> {
    poise::FrameworkOptions {
        commands: all(),
        on_error: |error| Box::pin(on_error(error)),
        manual_cooldowns: true,
        ..Default::default()
    }
}

/// Runs a use case and answers in private.
async fn answer<W>(ctx: Context<'_>, work: impl FnOnce(Service, Actor) -> W) -> Result<(), Never>
where
    W: Future<Output = Outcome> + Send,
{
    answer_at(ctx, Pace::Quick, work).await
}

async fn answer_at<W>(ctx: Context<'_>, pace: Pace, work: impl FnOnce(Service, Actor) -> W) -> Result<(), Never>
where
    W: Future<Output = Outcome> + Send,
{
    let shared = ctx.framework.user_data;
    let service = shared.service.clone();
    respond(shared, &Asked::from(ctx.interaction), Place::New, pace, |actor| work(service, actor)).await;
    Ok(())
}

/// What poise could not bring to a command: an option or a command of another version, or a panic.
async fn on_error(error: poise::FrameworkError<'_, Shared, Never>) {
    use poise::FrameworkError as E;
    match error {
        E::GuildOnly { ctx, .. } => sorry(ctx, Refusal::NotInPlace).await,
        E::CommandStructureMismatch { ctx, description, .. } => {
            tracing::warn!(command = %ctx.command().qualified_name, description, "an option is not as it was registered");
            sorry(ctx.into(), Refusal::StaleButton).await;
        }
        E::ArgumentParse { ctx, error, .. } => {
            tracing::warn!(command = %ctx.command().qualified_name, %error, "an option can't be read");
            sorry(ctx, Refusal::StaleButton).await;
        }
        E::UnknownInteraction { framework, interaction, .. } => {
            tracing::warn!(command = %interaction.data.name, "a command that this version does not have");
            let asked = Asked::from(interaction);
            if interaction.data.autocomplete().is_some() {
                suggest_nothing(framework.user_data, &asked).await;
            } else {
                refuse(framework.user_data, &asked, Refusal::StaleButton).await;
            }
        }
        other => tracing::error!(error = %other, "a command broke off"),
    }
}

async fn sorry(ctx: poise::Context<'_, Shared, Never>, refusal: Refusal) {
    let poise::Context::Application(ctx) = ctx else { return };
    let (shared, asked) = (ctx.framework.user_data, Asked::from(ctx.interaction));
    match ctx.interaction_type {
        poise::CommandInteractionType::Command => refuse(shared, &asked, refusal).await,
        poise::CommandInteractionType::Autocomplete => suggest_nothing(shared, &asked).await,
    }
}
