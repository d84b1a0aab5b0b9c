//! A feed's channel and role: checked before a feed is set up, and by `/doctor`.

use serenity::all::{ChannelId, GuildId, RoleId};

use super::Shared;
use super::permissions::{self, Standing, Trouble, Wants};
use crate::core::feed::{Blocked, Checkup, Draft, FeedView, Finding, Settings};
use crate::core::refusal::Refusal;
use crate::service::{Actor, Error};

/// Checks the channel and role that a draft would lead to. `feed`: the number of the feed that it changes.
///
/// # Errors
/// `NotAdmin`, and what [`permissions::check`] refuses. Where Discord can't be asked, nothing is refused: `/doctor`
/// and the first post will tell.
pub(super) async fn check(shared: &Shared, actor: &Actor, draft: &Draft, feed: Option<&str>) -> Result<(), Error> {
    if !actor.admin {
        return Err(Refusal::NotAdmin.into());
    }
    if draft.channel.is_none() && draft.role.is_none() && draft.thread.is_none() {
        return Ok(());
    }
    let before = match feed {
        Some(number) => settings(shared, actor, number).await?,
        None => None,
    };
    let channel = draft.channel.as_ref().or(before.as_ref().map(|settings| &settings.channel));
    let role = draft.role.as_ref().or(before.as_ref().and_then(|settings| settings.role.as_ref()));
    let thread = draft.thread.or(before.as_ref().map(|settings| settings.thread)).unwrap_or(true);
    let wants = Wants { thread, role: role.and_then(|role| id(role)).map(RoleId::new) };
    let (Some(channel), Some(guild), Some(me)) = (channel.and_then(|id| self::id(id)), id(&actor.place), shared.me())
    else {
        return Ok(());
    };
    match permissions::check(&shared.rest, GuildId::new(guild), me, ChannelId::new(channel), wants).await {
        Ok(found) => {
            shared.names.learn(&found);
            Ok(())
        }
        Err(Trouble::Refused(refusal)) => Err(refusal.into()),
        Err(Trouble::Unchecked(error)) => {
            tracing::warn!(guild, channel, %error, "a channel could not be checked");
            Ok(())
        }
    }
}

async fn settings(shared: &Shared, actor: &Actor, number: &str) -> Result<Option<Settings>, Error> {
    let views = shared.service.feeds(actor).await?;
    let view = views.into_iter().find(|view| view.feed.number.to_string() == number.trim());
    Ok(view.map(|view| view.feed.settings))
}

/// Looks at each feed's channel, all at once.
pub(super) async fn checkups(shared: &Shared, actor: &Actor, views: Vec<FeedView>) -> Vec<Checkup> {
    let standing = match (id(&actor.place), shared.me()) {
        (Some(guild), Some(me)) => Standing::of(&shared.rest, GuildId::new(guild), me).await.ok(),
        _ => None,
    };
    let checkups = views.into_iter().map(|view| checkup(shared, standing.as_ref(), view));
    futures::future::join_all(checkups).await
}

async fn checkup(shared: &Shared, standing: Option<&Standing>, view: FeedView) -> Checkup {
    match look(shared, standing, &view.feed.settings).await {
        Ok(missing) => Checkup { view, missing, trouble: None },
        Err(trouble) => Checkup { view, missing: Vec::new(), trouble: Some(trouble) },
    }
}

/// The permissions that are missing, or what else is wrong, in words.
async fn look(shared: &Shared, standing: Option<&Standing>, settings: &Settings) -> Result<Vec<String>, Finding> {
    let channel = id(&settings.channel).map(ChannelId::new).ok_or_else(gone)?;
    let channel = match permissions::fetch(&shared.rest, channel).await {
        Ok(channel) => channel,
        Err(error) if permissions::is_hidden(&error) => return Ok(vec!["View Channel".to_owned()]),
        Err(error) if permissions::is_unknown(&error) => return Err(gone()),
        Err(_) => return Err(Finding::new("Discord did not answer, so I could not look at the channel.", None)),
    };
    shared.names.learn(&channel);
    let untold = || "The channel is there, but Discord did not tell me my roles, so I could not check my permissions.";
    let standing = standing.ok_or_else(|| Finding::new(untold(), None))?;
    let role = settings.role.as_ref().and_then(|role| id(role)).map(RoleId::new);
    if role.is_some_and(|role| !standing.knows(role)) {
        return Err(Finding::new("The role that it pings is gone: choose another.", None));
    }
    let missing = standing.missing(&channel, Wants { thread: settings.thread, role });
    if missing.is_empty() && !standing.takes_files(&channel) {
        let said = "I lack Attach Files there, so figures come as words. Give it to my role in the channel's settings.";
        return Err(Finding::new(said, None));
    }
    Ok(missing)
}

fn gone() -> Finding {
    Finding::new("The channel is gone.", Some(Blocked::ChannelGone))
}

/// Discord's ids are never 0.
fn id(text: &str) -> Option<u64> {
    text.parse().ok().filter(|id| *id > 0)
}
