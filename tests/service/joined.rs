//! Random histories of two places that join and part, and of people who are one member with two accounts for a while: whatever happens
//! in whatever order, what stands is what a recount finds, and nobody is paid twice for one trap.

#![expect(clippy::unwrap_used, reason = "a test's helper ends the test by panicking")]

use chrono::TimeDelta;
use proptest::prelude::*;
use sqlx::Connection;
use trapline::core::feed::Draft;
use trapline::core::trap::{Level, Role};
use trapline::service::Actor;

use crate::histories::{MayLose, check_messages};
use crate::stage::{Stage, admin, draft, member, trap, tried};

/// A place and who is there; who stands at the same position in both may be one person, and sam is: whoever is one Discord user on both
/// sides.
const PLACES: [(&str, [&str; 3]); 2] = [("g", ["ann", "ben", "sam"]), ("w", ["anna", "benno", "sam"])];

/// One thing that happens. Whatever falls due is done after each.
#[derive(Debug, Clone)]
enum Step {
    Wait(i64),
    Restart,
    Join(usize),
    Part(usize),
    Link(usize),
    Unlink(usize, usize),
    Reveal(usize),
    Answer(usize, usize, bool),
    Delete(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let (place, person) = (0..PLACES.len(), 0..3_usize);
    prop_oneof![
        10 => (1..700_i64).prop_map(Step::Wait),
        1 => Just(Step::Restart),
        5 => place.clone().prop_map(Step::Join),
        3 => place.clone().prop_map(Step::Part),
        5 => person.clone().prop_map(Step::Link),
        2 => (place.clone(), person.clone()).prop_map(|(place, person)| Step::Unlink(place, person)),
        1 => place.clone().prop_map(Step::Reveal),
        16 => (place.clone(), person.clone(), any::<bool>())
            .prop_map(|(place, person, right)| Step::Answer(place, person, right)),
        1 => (place, person).prop_map(|(place, person)| Step::Delete(place, person)),
    ]
}

fn boss(place: usize) -> Actor {
    admin(PLACES[place].0)
}

fn actor(place: usize, person: usize) -> Actor {
    member(PLACES[place].0, PLACES[place].1[person])
}

async fn staged() -> Stage {
    let traps = (1..=60).map(|n| trap(&format!("alpha-{n}"), "alpha", n, "memory", Level::Senior)).collect();
    let stage = Stage::with(traps).await;
    for (place, channel) in ["c1", "c2"].iter().enumerate() {
        let often = Draft { cron: Some("0 */8 * * *".into()), reveal_after: Some(6), ..draft(channel) };
        stage.s().feed_add(&boss(place), &often).await.unwrap();
    }
    stage
}

/// What is refused does not happen.
async fn play(stage: &mut Stage, step: &Step) {
    if matches!(step, Step::Restart) {
        stage.restart().await;
    }
    let s = stage.s();
    match *step {
        Step::Restart => {}
        Step::Wait(minutes) => stage.clock.advance(TimeDelta::minutes(minutes)),
        Step::Join(place) => {
            let code = s.community_code(&boss(1 - place)).await.unwrap().code;
            drop(s.community_join(&boss(place), &code).await);
        }
        Step::Part(place) => drop(s.community_leave(&boss(place)).await),
        Step::Link(person) => {
            let code = s.account_code(&actor(0, person)).await.unwrap().code;
            drop(s.account_join(&actor(1, person), &code).await);
        }
        Step::Unlink(place, person) => drop(s.account_leave(&actor(place, person)).await),
        Step::Reveal(place) => drop(s.feed_reveal(&boss(place), "1").await),
        Step::Answer(place, person, right) => answer(stage, &actor(place, person), right).await,
        Step::Delete(place, person) => drop(s.delete(&actor(place, person)).await.unwrap()),
    }
    stage.run().await;
}

/// Answers all that is open.
async fn answer(stage: &Stage, actor: &Actor, right: bool) {
    let role = if right { Role::Right } else { Role::Bait };
    let Ok(open) = stage.s().today(actor).await else { return };
    for mine in open {
        let option = mine.round.trap.options().iter().position(|option| option.role == role).unwrap();
        let position = u8::try_from(mine.round.position_of(option)).unwrap();
        let given = trapline::core::round::Given::Position(position);
        stage.s().answer(actor, mine.round.id, &given).await.unwrap();
    }
}

async fn check(stage: &Stage) {
    assert_eq!(stage.s().recount(false).await.unwrap(), []);
    let mut conn = crate::database::connect(stage.url().trim_start_matches("sqlite://")).await;
    let twice: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM (SELECT 1 FROM answers a JOIN rounds r ON r.id = a.round
           GROUP BY a.member, r.seed HAVING count(*) > 1)",
    )
    .fetch_one(&mut conn)
    .await
    .unwrap();
    assert_eq!(twice, 0, "a member has one answer to what is shared");
    let doubles: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM (SELECT 1 FROM accounts a JOIN places p ON p.id = a.place
           GROUP BY p.community, p.platform, a.external_id HAVING count(DISTINCT a.member) > 1)",
    )
    .fetch_one(&mut conn)
    .await
    .unwrap();
    assert_eq!(doubles, 0, "a Discord user is one member of a community");
    conn.close().await.unwrap();
}

proptest! {
    #![proptest_config(tried(16, "tests/service/joined.seeds"))]

    #[test]
    fn joined_parted_linked_and_unlinked_everything_adds_up(steps in prop::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut stage = staged().await;
            for step in &steps {
                play(&mut stage, step).await;
                check(&stage).await;
            }
            // No slot follows, and what is open has its reveal.
            for place in 0..PLACES.len() {
                drop(stage.s().feed_pause(&boss(place), "1").await);
            }
            stage.run_after(TimeDelta::hours(9)).await;
            check(&stage).await;
            check_messages(&stage, MayLose { posts: false, reveals: false }).await;
        });
    }
}
