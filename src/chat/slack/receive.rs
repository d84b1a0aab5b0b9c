//! What somebody did → use cases. Everything needed is in the event.

use tokio_util::task::TaskTracker;

use serde_json::Value;

use super::envelope::{Event, View, Way, Who};
use super::respond::{Outcome, Place, finish};
use super::{Shared, admin, commands, forms, home, render};
use crate::core::card::Card;
use crate::core::feed::Filter;
use crate::core::ids::{Action, Platform, RoundId, TrapId};
use crate::core::refusal::Refusal;
use crate::core::round::{Given, Receipt, parse_number};
use crate::core::text;
use crate::service::answer::MyRound;
use crate::service::practice::{Exercise, Judged};
use crate::service::privacy::Deleted;
use crate::service::{Actor, Error, Service};

/// Anything but a submitted modal; it is acknowledged already.
pub(super) async fn handle(shared: &Shared, event: Event) {
    match event {
        Event::Command { who, text, way } => commands::run(shared, &who, &way, &text).await,
        Event::Click { who, action, way } => click(shared, &who, &way, &action).await,
        Event::Home { who } => home::opened(shared, &who).await,
        Event::Submit { .. } => {}
    }
}

async fn click(shared: &Shared, who: &Who, way: &Way, action: &str) {
    // A link leads out of the chat by itself.
    if action.starts_with(render::OPEN) {
        return;
    }
    let action = match Action::decode(action) {
        Ok(action) => action,
        // Not one of ours looks the same to its reader as one of an older version.
        Err(_) => return finish(shared, who, way, Place::New, Err(Refusal::StaleButton.into())).await,
    };
    match action {
        Action::AnswerNumber { .. } | Action::PracticeNumber { .. } => {
            forms::open(shared, who, way, forms::number(&action, way)).await;
        }
        Action::FeedAdd | Action::Feed { .. } => admin::click(shared, who, way, &action).await,
        action => {
            let answers = matches!(action, Action::Answer { .. } | Action::Confidence { .. });
            let receipt = answers.then(|| shared.service.metrics().receipt(Platform::Slack));
            let actor = shared.actor(who).await;
            let place = place(&action);
            let outcome = act(&shared.service, &actor, action.clone()).await;
            finish(shared, who, way, place, outcome).await;
            drop(receipt);
            after(shared, who, way, &action).await;
        }
    }
}

/// A submitted modal; returns what it is acknowledged with: nothing, which closes it, or what is wrong with its fields.
pub(super) async fn submit(shared: &std::sync::Arc<Shared>, tracker: &TaskTracker, who: Who, view: View) -> Value {
    let way = forms::way(&view.metadata);
    let typed = view.values.get(forms::VALUE).cloned().unwrap_or_default();
    match Action::decode(&view.callback) {
        Ok(action @ (Action::AnswerNumber { .. } | Action::PracticeNumber { .. })) => {
            if let Err(refusal) = parse_number(&typed) {
                return forms::errors(forms::VALUE, &refusal);
            }
            let shared = std::sync::Arc::clone(shared);
            tracker.spawn(async move { number(&shared, &who, &way, action, typed).await });
            Value::Null
        }
        Ok(Action::FeedAdd) => admin::submit(shared, tracker, who, way, None, view).await,
        Ok(Action::Feed { number, .. }) => admin::submit(shared, tracker, who, way, Some(number), view).await,
        Ok(_) | Err(_) => {
            let shared = std::sync::Arc::clone(shared);
            tracker.spawn(async move {
                finish(&shared, &who, &way, Place::New, Err(Refusal::StaleButton.into())).await;
            });
            Value::Null
        }
    }
}

async fn number(shared: &Shared, who: &Who, way: &Way, action: Action, typed: String) {
    let answers = matches!(action, Action::AnswerNumber { .. });
    let receipt = answers.then(|| shared.service.metrics().receipt(Platform::Slack));
    let actor = shared.actor(who).await;
    let given = Given::Typed(typed);
    let outcome = match &action {
        Action::AnswerNumber { round } => answer(&shared.service, &actor, *round, given).await,
        Action::PracticeNumber { trap, variant, filter } => {
            practise(&shared.service, &actor, (trap, *variant, 0), given, filter.clone()).await
        }
        _ => Err(Refusal::StaleButton.into()),
    };
    finish(shared, who, way, Place::Here, outcome).await;
    drop(receipt);
    after(shared, who, way, &action).await;
}

/// A post in a channel stays as it is; what the asker alone sees is brought up to date.
fn place(action: &Action) -> Place {
    match action {
        Action::Mine { .. } | Action::Read { .. } => Place::New,
        _ => Place::Here,
    }
}

/// Brings the member's App Home up to date, where they have looked at it and it shows something else now.
async fn after(shared: &Shared, who: &Who, way: &Way, action: &Action) {
    let shows = matches!(
        action,
        Action::Answer { .. } | Action::AnswerNumber { .. } | Action::Confidence { .. } | Action::PrivacyDelete
    );
    if shows && !way.home && shared.homes.knows(&who.user) {
        home::publish(shared, who, Vec::new()).await;
    }
}

async fn act(service: &Service, actor: &Actor, action: Action) -> Outcome {
    match action {
        Action::Answer { round, position } => answer(service, actor, round, Given::Position(position)).await,
        Action::Confidence { round, confidence } => {
            let receipt = service.set_confidence(actor, round, confidence).await?;
            Ok(said(service, actor, &receipt).await?.into())
        }
        Action::Mine { round } => Ok(match service.my_round(actor, round).await? {
            MyRound::Open(mine) => text::mine_open(&mine).into(),
            MyRound::Revealed(outcome) => text::mine_revealed(&outcome).into(),
        }),
        Action::Practice { trap, variant, seed, position, filter } => {
            practise(service, actor, (&trap, variant, seed), Given::Position(position), filter).await
        }
        Action::PracticeMore { filter } => Ok(exercise(&service.practise_by(actor, &filter).await?).into()),
        Action::Leaderboard { period, page } => {
            Ok(text::leaderboard(&service.leaderboard(actor, period, page).await?).into())
        }
        Action::PrivacyDelete => {
            let Deleted { answers, reveals } = service.delete(actor).await?;
            Ok(text::privacy_deleted(answers, reveals).into())
        }
        Action::Read { trap } => Ok(text::library(&service.library_read(actor, trap.as_str()).await?).into()),
        // These open a modal or are an admin's, and are dealt with before.
        Action::AnswerNumber { .. } | Action::PracticeNumber { .. } | Action::FeedAdd | Action::Feed { .. } => {
            Err(Refusal::StaleButton.into())
        }
    }
}

async fn answer(service: &Service, actor: &Actor, round: RoundId, given: Given) -> Outcome {
    let receipt = service.answer(actor, round, &given).await?;
    Ok(said(service, actor, &receipt).await?.into())
}

/// The receipt, with the answers to choose another in place.
async fn said(service: &Service, actor: &Actor, receipt: &Receipt) -> Result<Card, Error> {
    let mine = service.round(actor, receipt.round).await?;
    Ok(text::receipt_here(receipt, &mine.round))
}

/// The exercise comes as its trap, variant and seed.
async fn practise(
    service: &Service,
    actor: &Actor,
    (trap, variant, seed): (&TrapId, u16, u32),
    given: Given,
    filter: Filter,
) -> Outcome {
    let Judged { exercise, said, right, verdict, why, belief } =
        service.practise_answer(actor, trap, variant, seed, &given).await?;
    let (why, belief) = (why.as_deref(), belief.as_deref());
    let judged = text::practice_judged(&exercise.trap, &exercise.order, &said, &right, &verdict, why, belief);
    Ok(text::practice_done(&exercise.trap, &exercise.order, judged, filter).into())
}

/// A practice trap with its buttons.
pub(super) fn exercise(exercise: &Exercise) -> Card {
    text::practice(&exercise.trap, exercise.variant, exercise.seed, &exercise.order, &exercise.filter)
}
