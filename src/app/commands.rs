//! The commands that do one thing and end.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use super::run::{SystemClock, admin_key, random_secret};
use super::{Failure, config, say};
use crate::bank::{self, Bank, Report, Severity};
use crate::chat::discord::{self, ApplicationId};
use crate::chat::{slack, web};
use crate::cli::{Shape, Stage, bank_line};
use crate::core::card::Card;
use crate::core::ids::{FeedId, RoundId, TrapId};
use crate::core::round::{Count, Reveal, Round, Tally};
use crate::core::trap::{Kind, Role, Trap};
use crate::core::{pick, text};
use crate::figure::{self, Theme};
use crate::guide;
use crate::service::Service;
use crate::store::{self, Restored, Store};

pub(super) fn check(paths: &[PathBuf], json: bool) -> Result<ExitCode, Failure> {
    let report = bank::check(paths, today());
    if json {
        say(&serde_json::to_string_pretty(&report.findings)?);
    } else {
        say(&format!("{report}{}", summary(&report)));
    }
    Ok(if report.has_errors() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn summary(report: &Report) -> String {
    let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let found = match (errors, report.findings.len() - errors) {
        (0, 0) => "all is well".to_owned(),
        (errors, warnings) => format!("errors: {errors}, warnings: {warnings}"),
    };
    format!("traps: {}; {found}", report.traps)
}

/// The built-in bank with the folders of the configuration; whoever types a command is told what of these is left out.
fn loaded() -> Result<Bank, Failure> {
    let (bank, report) = Bank::load(&config()?.questions);
    if !report.is_empty() {
        // Nothing is left to do when standard error itself is closed.
        let _ = write!(std::io::stderr(), "{report}");
    }
    Ok(bank)
}

pub(super) fn bank(json: bool) -> Result<ExitCode, Failure> {
    let bank = loaded()?;
    if json {
        say(&serde_json::to_string_pretty(&bank.to_json())?);
    } else {
        for entry in bank.entries() {
            say(&bank_line(entry.trap()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn preview(id: &str, shape: Shape, state: Stage) -> Result<ExitCode, Failure> {
    let bank = loaded()?;
    let trap = TrapId::try_from(id.to_owned()).ok().and_then(|id| bank.get(&id).map(|entry| entry.trap().clone()));
    let Some(trap) = trap else { return Err(unknown_trap(&bank, id)) };
    let round = round_of(trap);
    match (shape, state) {
        (Shape::Web, Stage::Open) => say(&web::preview_open(&round)),
        (Shape::Web, Stage::Revealed) => say(&web::preview_revealed(&revealed(round))),
        (Shape::Discord, _) => say(&serde_json::to_string_pretty(&discord::preview(&cards_of(round, state)))?),
        (Shape::Slack, _) => say(&serde_json::to_string_pretty(&slack::preview(&cards_of(round, state)))?),
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn figure(id: &str, dark: bool, png: bool, variant: usize) -> Result<ExitCode, Failure> {
    let bank = loaded()?;
    let entry = TrapId::try_from(id.to_owned()).ok().and_then(|id| bank.get(&id));
    let Some(entry) = entry else { return Err(unknown_trap(&bank, id)) };
    let Some(trap) = variant.checked_sub(1).and_then(|index| entry.variants.get(index)) else {
        return Err(Failure(format!("'{id}' has the variants 1 to {}", entry.variants.len())));
    };
    let Some(figure) = &trap.figure else { return Err(Failure(format!("'{id}' has no figure"))) };
    let theme = if dark { Theme::Dark } else { Theme::Light };
    let file = if png { figure::png(figure, theme) } else { figure::svg(figure, theme).into_bytes() };
    std::io::stdout().write_all(&file)?;
    Ok(ExitCode::SUCCESS)
}

fn unknown_trap(bank: &Bank, id: &str) -> Failure {
    let names = bank.entries().iter().map(|entry| entry.trap().id.as_str());
    let nearest = names.min_by_key(|name| strsim::levenshtein(name, id)).unwrap_or("none");
    Failure(format!("no trap '{id}' in the bank; the nearest is '{nearest}' (`trapline bank` lists them)"))
}

/// A round with this trap, just posted.
fn round_of(trap: Trap) -> Round {
    let order = pick::shuffle(trap.options().len(), pick::seed(&[trap.id.as_str().as_bytes()]));
    Round {
        id: RoundId(1),
        feed: FeedId(1),
        order,
        trap,
        late: false,
        extra: false,
        posted_at: super::run::now(),
        reveal_at: None,
        revealed_at: None,
        zone: chrono_tz::UTC,
    }
}

/// Its reveal as a small group might have made it, so that bars have a length: three were right, four took the bait, and each
/// other mistake was made once.
fn revealed(round: Round) -> Reveal {
    let count = |role| match role {
        Role::Right => Count { answers: 3, confident: 2 },
        Role::Bait => Count { answers: 4, confident: 2 },
        Role::Wrong => Count { answers: 1, confident: 0 },
    };
    let counts = match &round.trap.kind {
        Kind::Choice { options } => options.iter().map(|option| count(option.role)).collect(),
        Kind::Number(number) => {
            let bait = number.mistakes.first().map(|_| Role::Bait);
            let others = number.mistakes.iter().skip(1).map(|_| Role::Wrong);
            std::iter::once(Role::Right).chain(bait).chain(others).chain([Role::Wrong]).map(count).collect()
        }
    };
    let gains = [("Ada", 10), ("Bob", 8), ("Chidi", 4)].map(|(name, points)| (name.to_owned(), points)).to_vec();
    Reveal { round, tally: Tally { counts }, gains }
}

/// The messages of a round, before or after its reveal.
fn cards_of(round: Round, state: Stage) -> Vec<Card> {
    match state {
        Stage::Open => vec![text::post(&round, 0, None)],
        Stage::Revealed => {
            let reveal = revealed(round);
            let mut cards = vec![text::post_revealed(&reveal), text::reveal(&reveal)];
            cards.extend(text::reveal_details(&reveal));
            cards
        }
    }
}

pub(super) fn manifest() -> Result<ExitCode, Failure> {
    say(slack::MANIFEST.trim_end());
    Ok(ExitCode::SUCCESS)
}

pub(super) fn guide(dir: &Path) -> Result<ExitCode, Failure> {
    let bank = loaded()?;
    let guide::Extent { chapters, traps } = guide::write(&bank, dir)?;
    say(&format!("{traps} traps in {chapters} chapters: open {}", dir.join("index.html").display()));
    Ok(ExitCode::SUCCESS)
}

pub(super) fn invite() -> Result<ExitCode, Failure> {
    let config = config()?;
    let Some(token) = &config.discord_token else {
        return Err(Failure(
            "DISCORD_TOKEN is not set; the link needs the application's id, which the token holds".into(),
        ));
    };
    let Some(application) = ApplicationId::from_token(token) else {
        return Err(Failure(
            "DISCORD_TOKEN does not look like a bot token: copy it anew from the application's Bot page".into(),
        ));
    };
    say(&discord::invite_url(application));
    Ok(ExitCode::SUCCESS)
}

/// While the bot runs or not: its key is always the same.
pub(super) async fn admin() -> Result<ExitCode, Failure> {
    let config = config()?;
    let Some(address) = config.http else {
        return Err(Failure("TRAPLINE_HTTP is off: there is no web channel".into()));
    };
    if address.port() == 0 {
        return Err(Failure("TRAPLINE_HTTP has port 0, which is another port at each start: name one".into()));
    }
    let key = admin_key(&store::secret_of(&config.database_url).await?);
    say(&web::admin_url(address, &key));
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn backup(file: &Path) -> Result<ExitCode, Failure> {
    store::backup(&config()?.database_url, file).await?;
    say(&format!("saved to {}", file.display()));
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn restore(file: &Path) -> Result<ExitCode, Failure> {
    let done = store::restore(&config()?.database_url, file, super::run::now()).await?;
    let Restored { feeds, rounds, answers, kept } = done;
    say(&format!("restored {}; feeds: {feeds}, rounds: {rounds}, answers: {answers}", file.display()));
    if let Some(kept) = kept {
        say(&format!("the database from before is kept as {}", kept.display()));
    }
    Ok(ExitCode::SUCCESS)
}

/// While the bot runs, the lock beside the database refuses this.
pub(super) async fn recount(check: bool) -> Result<ExitCode, Failure> {
    let store = Store::open_existing(&config()?.database_url, random_secret()?).await?;
    let service = Service::new(store.clone(), Arc::new(Bank::from_traps(Vec::new())), Arc::new(SystemClock));
    let counted = service.recount(!check).await;
    store.close().await;
    let differences = counted?;
    for difference in &differences {
        say(&difference.to_string());
    }
    let differ = differences.len();
    match (differ, check) {
        (0, _) => say("standings and streaks are what the answers say"),
        (_, true) => say(&format!("differences: {differ}; nothing was changed")),
        (_, false) => say(&format!("differences: {differ}; what was counted stands now")),
    }
    Ok(if check && differ > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

pub(super) async fn healthcheck() -> Result<ExitCode, Failure> {
    let Some(address) = config()?.http else {
        return Err(Failure("TRAPLINE_HTTP is off: there is nobody to ask".into()));
    };
    // A server on every address is reached on this machine's own.
    let ip = if address.ip().is_unspecified() { std::net::Ipv4Addr::LOCALHOST.into() } else { address.ip() };
    let url = format!("http://{}/healthz", std::net::SocketAddr::new(ip, address.port()));
    let client = reqwest::Client::builder().timeout(Duration::from_secs(4)).no_proxy().build()?;
    let answer = client.get(&url).send().await.map_err(|_| Failure(format!("nobody answers on {url}")))?;
    let healthy = answer.status().is_success();
    say(&answer.text().await?);
    Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Waivers end on a date.
fn today() -> chrono::NaiveDate {
    super::run::now().date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::Entry;

    #[test]
    fn the_web_preview_has_bars_to_see_and_nothing_that_the_channel_lacks() {
        let bank = Bank::builtin().unwrap();
        for wanted in [true, false] {
            let trap =
                bank.entries().iter().map(Entry::trap).find(|trap| trap.number_kind().is_some() == wanted).unwrap();
            let round = round_of(trap.clone());
            let open = web::preview_open(&round);
            assert!(!open.contains("<form") && !open.contains(&trap.title), "{open}");
            let page = web::preview_revealed(&revealed(round));
            assert!(page.contains("took the bait") && page.contains("2 sure or certain"), "{page}");
            assert!(!page.contains("of 0 (0%)") && !page.contains("How did I do"), "{page}");
            assert_eq!(page.matches("class=\"letter\"").count(), page.matches("class=\"share\"").count(), "{page}");
        }
    }
}
