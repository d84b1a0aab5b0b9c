//! What an admin does: feeds by buttons and a modal, and the doctor. Who may is checked by the services at each step.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use tokio_util::task::TaskTracker;

use super::api::{ApiError, Call};
use super::envelope::{View, Way, Who};
use super::respond::{Outcome, Place, Say, finish};
use super::{Shared, forms, manifest};
use crate::core::card::Card;
use crate::core::feed::{Blocked, Checkup, Draft, FeedView, Finding};
use crate::core::ids::{Action, FeedStep};
use crate::core::refusal::Refusal;
use crate::core::text;
use crate::service::{Actor, Error};

/// A submission is answered within this, whatever the work does: half of Slack's three seconds.
const PATIENCE: Duration = Duration::from_millis(1500);

/// All feeds, with a button for each thing to do.
pub(super) async fn board(shared: &Shared, actor: &Actor) -> Result<Vec<Card>, Error> {
    Ok(text::feed_board(&shared.service.feeds(actor).await?, shared.service.clock.now()))
}

pub(super) async fn click(shared: &Shared, who: &Who, way: &Way, action: &Action) {
    let actor = shared.admin(who).await;
    match action {
        Action::FeedAdd => add(shared, &actor, who, way).await,
        Action::Feed { number, step: FeedStep::Edit } => edit(shared, &actor, who, way, *number).await,
        Action::Feed { number, step } => {
            let outcome = carry_out(shared, &actor, *number, *step).await;
            finish(shared, who, way, place(*step), outcome).await;
        }
        _ => finish(shared, who, way, Place::New, Err(Refusal::StaleButton.into())).await,
    }
}

/// A step that changes what the board says brings it up to date.
fn place(step: FeedStep) -> Place {
    match step {
        FeedStep::Pause | FeedStep::Resume | FeedStep::Remove => Place::Here,
        FeedStep::Edit | FeedStep::Preview | FeedStep::Post | FeedStep::Reveal => Place::New,
    }
}

async fn add(shared: &Shared, actor: &Actor, who: &Who, way: &Way) {
    if !actor.admin {
        return finish(shared, who, way, Place::New, Err(Refusal::NotAdmin.into())).await;
    }
    let zone = match shared.service.feeds(actor).await {
        Ok(views) => views.first().map(|view| view.feed.settings.schedule.zone.name().to_owned()),
        Err(error) => return finish(shared, who, way, Place::New, Err(error)).await,
    };
    let zone = match zone {
        Some(zone) => zone,
        None => shared.people.zone(&shared.api, &who.user).await.unwrap_or_default(),
    };
    forms::open(shared, who, way, forms::feed(None, None, &zone, &shared.service.vocabulary(), way)).await;
}

async fn edit(shared: &Shared, actor: &Actor, who: &Who, way: &Way, number: i64) {
    let view = match view_of(shared, actor, number).await {
        Ok(view) => view,
        Err(error) => return finish(shared, who, way, Place::New, Err(error)).await,
    };
    let form = forms::feed(Some(number), Some(&view.feed.settings), "", &shared.service.vocabulary(), way);
    forms::open(shared, who, way, form).await;
}

async fn view_of(shared: &Shared, actor: &Actor, number: i64) -> Result<FeedView, Error> {
    let views = shared.service.feeds(actor).await?;
    let have = views.iter().map(|view| view.feed.number).collect();
    let found = views.into_iter().find(|view| view.feed.number == number);
    Ok(found.ok_or_else(|| Refusal::UnknownFeed { given: number.to_string(), have })?)
}

async fn carry_out(shared: &Shared, actor: &Actor, number: i64, step: FeedStep) -> Outcome {
    let (service, feed) = (&shared.service, number.to_string());
    let now = || service.clock.now();
    let card = match step {
        FeedStep::Preview => {
            let (view, trap) = service.feed_preview(actor, &feed).await?;
            return Ok(text::feed_preview(&view, &trap).into());
        }
        FeedStep::Post => {
            let (feed, _) = service.feed_post(actor, &feed).await?;
            return Ok(text::feed_posted(feed.number).into());
        }
        FeedStep::Reveal => {
            let (feed, _) = service.feed_reveal(actor, &feed).await?;
            return Ok(text::feed_revealed(feed.number).into());
        }
        FeedStep::Pause => text::feed_paused(&service.feed_pause(actor, &feed).await?),
        FeedStep::Resume => text::feed_resumed(&service.feed_resume(actor, &feed).await?, now()),
        FeedStep::Remove => text::feed_removed(&service.feed_remove(actor, &feed).await?),
        FeedStep::Edit => return Err(Refusal::StaleButton.into()),
    };
    Ok(with_board(shared, actor, card).await)
}

/// What was done, above the board as it is now. Who may see no board any more has what was done.
async fn with_board(shared: &Shared, actor: &Actor, done: Card) -> Say {
    let mut cards = vec![done];
    cards.extend(board(shared, actor).await.unwrap_or_default());
    cards.into()
}

/// The modal of a feed. What is wrong with a field is said in it; where the work takes too long, it goes on without the modal.
pub(super) async fn submit(
    shared: &Arc<Shared>,
    tracker: &TaskTracker,
    who: Who,
    way: Way,
    number: Option<i64>,
    view: View,
) -> Value {
    let work = {
        let (shared, who) = (Arc::clone(shared), who.clone());
        async move {
            let actor = shared.admin(&who).await;
            save(&shared, &actor, number, &forms::draft(&view)?).await
        }
    };
    let mut work = tracker.spawn(work);
    let done = tokio::time::timeout(PATIENCE, &mut work).await;
    if let Ok(Ok(Err(Error::Refused(refusal)))) = &done
        && let Some(field) = forms::field_of(refusal)
    {
        return forms::errors(field, refusal);
    }
    let shared = Arc::clone(shared);
    tracker.spawn(async move {
        let outcome = match done {
            Ok(done) => done,
            Err(_) => work.await,
        };
        // A task that broke off has said so in the log.
        let outcome = outcome.unwrap_or_else(|_| Err(Refusal::NotSaved.into()));
        finish(&shared, &who, &way, Place::Here, outcome).await;
    });
    Value::Null
}

async fn save(shared: &Shared, actor: &Actor, number: Option<i64>, draft: &Draft) -> Outcome {
    let service = &shared.service;
    let card = match number {
        None => {
            if !actor.admin {
                return Err(Refusal::NotAdmin.into());
            }
            check(shared, draft.channel.as_deref()).await?;
            text::feed_added(&service.feed_add(actor, draft).await?, service.clock.now())
        }
        Some(number) => {
            let before = view_of(shared, actor, number).await?.feed.settings.channel;
            check(shared, draft.channel.as_deref().filter(|channel| *channel != before)).await?;
            text::feed_edited(&service.feed_edit(actor, &number.to_string(), draft).await?, service.clock.now())
        }
    };
    Ok(with_board(shared, actor, card).await)
}

#[derive(Deserialize)]
struct Asked {
    channel: Channel,
}

#[derive(Deserialize)]
#[serde(default)]
struct Channel {
    is_member: bool,
    is_archived: bool,
    is_im: bool,
    is_mpim: bool,
}

impl Default for Channel {
    fn default() -> Self {
        // What Slack does not say is no trouble.
        Self { is_member: true, is_archived: false, is_im: false, is_mpim: false }
    }
}

async fn ask(shared: &Shared, channel: &str) -> Result<Channel, ApiError> {
    let asked = shared.api.call::<Asked>(Call::form("conversations.info", vec![("channel", channel.to_owned())]));
    Ok(asked.await?.channel)
}

/// Whether a feed can post there. Where Slack can't be asked, nothing is refused: the doctor and the first post will tell.
async fn check(shared: &Shared, channel: Option<&str>) -> Result<(), Error> {
    let Some(id) = channel else { return Ok(()) };
    let channel = || id.to_owned();
    let refusal = match ask(shared, id).await {
        Ok(Channel { is_archived: true, .. }) => Refusal::ChannelArchived { channel: channel() },
        Ok(Channel { is_im: true, .. } | Channel { is_mpim: true, .. }) => {
            Refusal::ChannelKind { channel: channel(), kind: "private conversation".to_owned() }
        }
        Ok(Channel { is_member: true, .. }) => return Ok(()),
        Ok(_) => Refusal::NotInChannel { channel: channel() },
        // A private channel that the bot is not in looks like none.
        Err(error) if error.word() == Some("channel_not_found") => Refusal::NotInChannel { channel: channel() },
        Err(error) => {
            tracing::warn!(channel = id, %error, "a channel could not be checked");
            return Ok(());
        }
    };
    Err(refusal.into())
}

/// Each feed with what is wrong, and the token itself.
pub(super) async fn doctor(shared: &Shared, actor: &Actor) -> Outcome {
    // Who an admin is can't be asked with a token that is refused, and that is all that there is to say then.
    if let (false, Some(word)) = (actor.admin, shared.api.refused().borrow().clone()) {
        return Ok(text::token_refused(&word).into());
    }
    let views = shared.service.feeds(actor).await?;
    let checkups = futures::future::join_all(views.into_iter().map(|view| checkup(shared, view))).await;
    let checkups = shared.service.feeds_checked(checkups).await?;
    let mut cards = vec![text::doctor(&checkups, shared.service.clock.now())];
    match shared.ask_identity().await {
        Ok(()) => {
            let missing = manifest::missing(shared.api.scopes().as_deref());
            if !missing.is_empty() {
                cards.push(text::scopes_missing(&missing));
            }
        }
        Err(error) => {
            tracing::warn!(%error, "Slack does not say what the token may do");
            if error.is_about_token() {
                cards.push(text::token_refused(error.word().unwrap_or_default()));
            }
        }
    }
    Ok(cards.into())
}

/// What would block the feed.
async fn checkup(shared: &Shared, view: FeedView) -> Checkup {
    let found = match ask(shared, &view.feed.settings.channel).await {
        Ok(Channel { is_archived: true, .. }) => Some((Some(Blocked::ChannelArchived), "The channel is archived.")),
        Ok(Channel { is_member: true, .. }) => None,
        Ok(_) => Some((Some(Blocked::NotInChannel), "I am not in the channel: invite me there with /invite.")),
        Err(error) => match error.word() {
            Some("missing_scope") => None,
            Some("channel_not_found") => Some((
                Some(Blocked::ChannelUnseen),
                "The channel is gone, or it is private and I am not in it: invite me there with /invite.",
            )),
            _ if error.is_about_token() => {
                Some((Some(Blocked::NotInPlace), "Slack refused my token, so I could not look at the channel."))
            }
            _ => Some((None, "Slack did not answer, so I could not look at the channel.")),
        },
    };
    Checkup { view, missing: Vec::new(), trouble: found.map(|(blocks, said)| Finding::new(said, blocks)) }
}
