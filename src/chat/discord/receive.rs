//! Clicks on buttons and submitted modals → use cases. Everything needed is in the `custom_id`.

use std::time::Duration;

use serde_json::json;

use super::Shared;
use super::payload::{cut, limit};
use super::respond::{Asked, Outcome, Pace, Place, open_modal, refuse, respond};
use crate::core::feed::Filter;
use crate::core::ids::{Action, Platform, RoundId, TrapId};
use crate::core::refusal::Refusal;
use crate::core::round::Given;
use crate::core::text;
use crate::core::trap::Kind;
use crate::service::answer::MyRound;
use crate::service::practice::{Exercise, Judged};
use crate::service::privacy::Deleted;
use crate::service::{Actor, Error, Service};

/// A click.
pub(super) async fn click(shared: &Shared, asked: &Asked, custom_id: &str) {
    shared.gather.click();
    match Action::decode(custom_id) {
        Ok(action @ (Action::AnswerNumber { .. } | Action::PracticeNumber { .. })) => {
            ask(shared, asked, &action).await;
        }
        Ok(action) => {
            let place = place(&action);
            let _receipt = is_answer(&action).then(|| shared.service.metrics().receipt(Platform::Discord));
            let service = shared.service.clone();
            respond(shared, asked, place, Pace::Quick, |actor| act(service, actor, action)).await;
        }
        // Not one of ours looks the same to its reader as one of an older version.
        Err(_) => refuse(shared, asked, Refusal::StaleButton).await,
    }
}

/// A submitted modal.
pub(super) async fn submit(shared: &Shared, asked: &Asked, custom_id: &str, typed: String) {
    shared.gather.click();
    let given = Given::Typed(typed);
    let service = shared.service.clone();
    match Action::decode(custom_id) {
        Ok(Action::AnswerNumber { round }) => {
            let _receipt = shared.service.metrics().receipt(Platform::Discord);
            let work = |actor| answer(service, actor, round, given);
            respond(shared, asked, Place::New, Pace::Quick, work).await;
        }
        Ok(Action::PracticeNumber { trap, variant, filter }) => {
            let work = |actor| practise(service, actor, (trap, variant, 0), given, filter);
            respond(shared, asked, Place::Here, Pace::Quick, work).await;
        }
        Ok(_) | Err(_) => refuse(shared, asked, Refusal::StaleButton).await,
    }
}

/// Whether what comes of it is the receipt of an answer.
fn is_answer(action: &Action) -> bool {
    matches!(action, Action::Answer { .. } | Action::Confidence { .. })
}

/// A post in a channel stays as it is; what the asker alone sees is brought up to date.
fn place(action: &Action) -> Place {
    match action {
        Action::Answer { .. } | Action::AnswerNumber { .. } | Action::Mine { .. } => Place::New,
        Action::Confidence { .. }
        | Action::Practice { .. }
        | Action::PracticeNumber { .. }
        | Action::PracticeMore { .. }
        | Action::Leaderboard { .. }
        | Action::PrivacyDelete
        | Action::Read { .. }
        | Action::FeedAdd
        | Action::Feed { .. } => Place::Here,
    }
}

async fn act(service: Service, actor: Actor, action: Action) -> Outcome {
    match action {
        Action::Answer { round, position } => answer(service, actor, round, Given::Position(position)).await,
        Action::Confidence { round, confidence } => {
            Ok(text::receipt(&service.set_confidence(&actor, round, confidence).await?).into())
        }
        Action::Mine { round } => Ok(match service.my_round(&actor, round).await? {
            MyRound::Open(mine) => text::mine_open(&mine).into(),
            MyRound::Revealed(outcome) => text::mine_revealed(&outcome).into(),
        }),
        Action::Practice { trap, variant, seed, position, filter } => {
            practise(service, actor, (trap, variant, seed), Given::Position(position), filter).await
        }
        Action::PracticeMore { filter } => Ok(exercise(&service.practise_by(&actor, &filter).await?).into()),
        Action::Leaderboard { period, page } => {
            Ok(text::leaderboard(&service.leaderboard(&actor, period, page).await?).into())
        }
        Action::PrivacyDelete => {
            let Deleted { answers, reveals } = service.delete(&actor).await?;
            Ok(text::privacy_deleted(answers, reveals).into())
        }
        Action::Read { trap } => Ok(text::library(&service.library_read(&actor, trap.as_str()).await?).into()),
        // Two open a modal, before any use case; feeds are commands here.
        Action::AnswerNumber { .. } | Action::PracticeNumber { .. } | Action::FeedAdd | Action::Feed { .. } => {
            Err(Refusal::StaleButton.into())
        }
    }
}

async fn answer(service: Service, actor: Actor, round: RoundId, given: Given) -> Outcome {
    Ok(text::receipt(&service.answer(&actor, round, &given).await?).into())
}

/// The exercise comes as its trap, variant and seed.
async fn practise(
    service: Service,
    actor: Actor,
    (trap, variant, seed): (TrapId, u16, u32),
    given: Given,
    filter: Filter,
) -> Outcome {
    let Judged { exercise, said, right, verdict, why, belief } =
        service.practise_answer(&actor, &trap, variant, seed, &given).await?;
    let (why, belief) = (why.as_deref(), belief.as_deref());
    let judged = text::practice_judged(&exercise.trap, &exercise.order, &said, &right, &verdict, why, belief);
    Ok(text::practice_done(&exercise.trap, &exercise.order, judged, filter).into())
}

/// A practice trap with its buttons.
pub(super) fn exercise(exercise: &Exercise) -> crate::core::card::Card {
    text::practice(&exercise.trap, exercise.variant, exercise.seed, &exercise.order, &exercise.filter)
}

/// The one field of a modal.
pub(super) const FIELD: &str = "value";

/// A modal says no more than "Your answer" where the round is not found within this time.
const PATIENCE: Duration = Duration::from_secs(1);

/// Opens the modal for a number. It can only be a first response, so it does not wait for the database for long.
async fn ask(shared: &Shared, asked: &Asked, action: &Action) {
    let known = match &asked.actor {
        Some(actor) => {
            let _in_hand = shared.gather.take_in_hand();
            tokio::time::timeout(PATIENCE, what_is_asked(&shared.service, actor, action)).await
        }
        None => return refuse(shared, asked, Refusal::NotInPlace).await,
    };
    match known {
        Ok(Err(Error::Refused(refusal))) => refuse(shared, asked, refusal).await,
        Ok(Ok((headline, unit))) => open_modal(shared, asked, &modal(action, &headline, &unit)).await,
        Ok(Err(Error::Fault(_))) | Err(_) => open_modal(shared, asked, &modal(action, "", "")).await,
    }
}

/// The trap's headline, and the unit that its answer is in.
async fn what_is_asked(service: &Service, actor: &Actor, action: &Action) -> Result<(String, String), Error> {
    match action {
        Action::AnswerNumber { round } => service.number_asked(actor, *round).await,
        Action::PracticeNumber { trap, variant, .. } => {
            let Exercise { trap, .. } = service.exercise(actor, trap, *variant, 0).await?;
            let unit = if let Kind::Number(number) = trap.kind { number.unit } else { String::new() };
            Ok((trap.headline, unit))
        }
        _ => Err(Refusal::OptionUnknown.into()),
    }
}

/// One short field.
fn modal(action: &Action, headline: &str, unit: &str) -> serde_json::Value {
    let title = if headline.is_empty() { "Your answer" } else { headline };
    let label = if unit.is_empty() { "Your answer".to_owned() } else { format!("Your answer, in {unit}") };
    json!({
        "custom_id": action.encode(),
        "title": cut(title, limit::MODAL),
        "components": [{ "type": 1, "components": [{
            "type": 4,
            "custom_id": FIELD,
            "style": 1,
            "label": cut(&label, limit::MODAL),
            "placeholder": "a number, such as 84",
            "min_length": 1,
            "max_length": 40,
            "required": true,
        }] }],
    })
}
