//! The crash campaign: the compiled program is killed with SIGKILL again and again, at moments that are chosen and at moments that are
//! not, and nothing is lost and nothing is there twice. Each platform has its own, of the same kind of course.
//!
//! `TRAPLINE_KILLS` says how often, `TRAPLINE_SEED` which course it takes; CONTRIBUTING.md has the long run. A process that is killed
//! leaves the machine's memory behind, so this says nothing about the disk: that is what `synchronous = FULL` is for.

#[path = "../world/mod.rs"]
mod world;

mod campaign;
mod dice;
mod ledger;
mod points;
mod side;
mod verdict;

use trapline::core::ids::Platform;

use campaign::Campaign;
use points::Point;
use side::Side;

/// Enough for each named point once, and for half as many moments that nobody chose.
const SHORT: usize = Point::NAMED.len() * 3 / 2;

mod discord {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn killed_at_every_point_nothing_is_lost_and_nothing_comes_twice() {
        super::killed_at_every_point_nothing_is_lost_and_nothing_comes_twice(super::Platform::Discord).await;
    }
}

mod slack {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn killed_at_every_point_nothing_is_lost_and_nothing_comes_twice() {
        super::killed_at_every_point_nothing_is_lost_and_nothing_comes_twice(super::Platform::Slack).await;
    }
}

async fn killed_at_every_point_nothing_is_lost_and_nothing_comes_twice(platform: Platform) {
    match platform {
        Platform::Slack => campaign::<side::slack::Slack>().await,
        _ => campaign::<side::discord::Discord>().await,
    }
}

#[expect(clippy::print_stdout, reason = "whoever runs the long campaign wants its figures: --nocapture")]
async fn campaign<S: Side>() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse().expect("a number"));
    let kills = number("TRAPLINE_KILLS").map_or(SHORT, |kills: u64| usize::try_from(kills).expect("not that many"));
    let mut campaign = Campaign::<S>::begin(number("TRAPLINE_SEED").unwrap_or(1)).await;
    for point in campaign.course(kills) {
        campaign.kill_at(point).await;
    }
    println!("{:?}: {}", S::PLATFORM, campaign.end().await);
}
