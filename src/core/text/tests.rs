//! Every sentence, as a person reads it. Snapshots: a change of wording is a change that somebody looks at.

use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Europe::Berlin;

use super::*;
use crate::core::calendar::{Schedule, Slot};
use crate::core::card::{Act, Block, Card};
use crate::core::feed::{Blocked, Checkup, Feed, FeedView, Filter, Order, RevealAfter, Settings, State};
use crate::core::ids::{CommunityId, Confidence, FeedId, MemberId, Period, PlaceId, Platform, RoundId, TrapId};
use crate::core::invite::{Community, Invitation, Place};
use crate::core::markup;
use crate::core::refusal::Refusal;
use crate::core::round::{Count, Mine, Outcome, Receipt, Reveal, Round, Shown, Tally, Verdict, Verdicted};
use crate::core::score::{Leaderboard, Standing, Stats, Streak};
use crate::core::trap::{Choice, FollowUp, Kind, Level, Number, NumberMistake, Role, Source, Trap};

mod board;
mod figure;
mod made;

use made::{b, count, dump, dump_all, feed_view, noon, number_trap, revealed, round, trap};

#[test]
fn a_round_from_post_to_reveal() {
    let counts = vec![count(2, 1), count(3, 2), count(0, 0)];
    let choice = revealed(trap(), counts);
    insta::assert_snapshot!("post", dump(&post(&round(trap()), 0, Some("77"))));
    insta::assert_snapshot!(
        "post_late_number",
        dump(&post(&Round { late: true, reveal_at: None, ..round(number_trap()) }, 12, None))
    );
    insta::assert_snapshot!("post_revealed", dump(&post_revealed(&choice)));
    insta::assert_snapshot!("reveal", dump(&reveal(&choice)));
    insta::assert_snapshot!("reveal_details", dump_all(&reveal_details(&choice)));
    let number = revealed(number_trap(), vec![count(1, 0), count(1, 0), count(0, 0), count(2, 1)]);
    insta::assert_snapshot!("reveal_number", dump(&reveal(&number)));
    let nobody = Reveal { gains: vec![], ..revealed(trap(), vec![Count::default(); 3]) };
    insta::assert_snapshot!("reveal_nobody", dump(&reveal(&nobody)));
}

#[test]
fn what_a_member_is_told() {
    let receipt_of = |before| Receipt {
        round: RoundId(7),
        headline: trap().headline,
        said: b(),
        confidence: Confidence::Sure,
        before,
        reveal_at: Some(noon()),
        zone: Berlin,
    };
    let before = Shown::Option { letter: 'A', text: "84 GB".into() };
    insta::assert_snapshot!("receipt", dump(&receipt(&receipt_of(None))));
    insta::assert_snapshot!("receipt_changed", dump(&receipt(&receipt_of(Some(before)))));
    let mine = Mine {
        round: round(trap()),
        answered: 3,
        said: Some((b(), Confidence::Sure)),
        channel: "42".into(),
        message: Some("99".into()),
    };
    let link = |_: &Mine| Some("https://discord.com/channels/1/42/99".to_owned());
    insta::assert_snapshot!("mine_open", dump(&mine_open(&mine)));
    insta::assert_snapshot!("today_one", dump(&today(std::slice::from_ref(&mine), link)));
    insta::assert_snapshot!("today_two", dump(&today(&[mine.clone(), Mine { said: None, ..mine }], link)));
    let verdict = Verdict { role: Verdicted::Bait, mistake: Some("counts-weights-only".into()), points: -4 };
    let outcome = Outcome {
        round: RoundId(7),
        title: trap().title,
        said: Some((Shown::Option { letter: 'C', text: "28 GB".into() }, Confidence::Sure, verdict.clone())),
        right: b(),
        why: Some("It forgets the optimizer.".into()),
        streak: Streak { current: 8, best: 11, freezes: 1, toward: 1 },
    };
    insta::assert_snapshot!("mine_revealed", dump(&mine_revealed(&outcome)));
    insta::assert_snapshot!("mine_missed", dump(&mine_revealed(&Outcome { said: None, ..outcome })));
    let filter = Filter { series: Some("nlp".into()), ..Filter::default() };
    insta::assert_snapshot!("practice", dump(&practice(&trap(), 0, 9, &[1, 0, 2], &filter)));
    let said = Shown::Option { letter: 'A', text: "28 GB".into() };
    let judged = practice_judged(
        &trap(),
        &[1, 0, 2],
        &said,
        &b(),
        &verdict,
        Some("It forgets the optimizer."),
        Some("Memory is the weights' alone."),
    );
    insta::assert_snapshot!("practice_judged", dump_all(&practice_done(&trap(), &[1, 0, 2], judged, filter)));
}

#[test]
fn standings_and_records() {
    let standing = |id, name: &str, points| Standing {
        member: MemberId(id),
        name: name.into(),
        points,
        right: 3,
        answers: 5,
        reached_at: noon(),
    };
    let board = Leaderboard {
        period: Period::Week,
        label: "23–29 November 2026".into(),
        page: 0,
        pages: 2,
        lines: vec![(1, standing(1, "Ann", 34)), (2, standing(2, "Bob", -4))],
        me: Some((12, standing(3, "Me", 2))),
        members: 12,
    };
    insta::assert_snapshot!("leaderboard", dump(&leaderboard(&board)));
    insta::assert_snapshot!("leaderboard_empty", dump(&leaderboard(&Leaderboard { lines: vec![], me: None, ..board })));
    let record = Stats {
        name: "Ann".into(),
        answers: 20,
        right: 12,
        points: 64,
        by_confidence: [(8, 3), (0, 0), (12, 9)],
        baits: 5,
        mistakes: vec![("Counts the weights only".into(), 3)],
        streaks: vec![(1, Streak { current: 4, best: 9, freezes: 2, toward: 0 })],
        ranks: vec![(Period::Week, 2)],
        own: true,
    };
    insta::assert_snapshot!("stats", dump(&stats(&record)));
    insta::assert_snapshot!("stats_empty", dump(&stats(&Stats { answers: 0, own: false, ..record })));
    insta::assert_snapshot!("help", dump(&help(true)));
    insta::assert_snapshot!("help_pressed", dump(&help_pressed(true)));
    insta::assert_snapshot!(
        "privacy",
        dump_all(&[privacy_confirm(), privacy_deleted(1, 0), privacy_deleted(12, 2), privacy_export(2100)])
    );
    insta::assert_snapshot!("library", dump_all(&library(&trap())));
}

#[test]
fn what_an_admin_is_told() {
    let active = feed_view(State::Active);
    let refused = Blocked::Permission { missing: vec!["Send Messages".into()] };
    let blocked_view = feed_view(State::Blocked { reason: refused.clone(), since: noon() });
    let assumed = FeedView { zone_assumed: true, ..active.clone() };
    let due_now = Slot { at: noon(), ..active.next[0] };
    let edited = FeedView { next: vec![due_now, active.next[1]], ..active.clone() };
    insta::assert_snapshot!("feed_added", dump(&feed_added(&assumed, noon())));
    insta::assert_snapshot!("feed_edited", dump(&feed_edited(&edited, noon())));
    let list = [active.clone(), feed_view(State::Paused), blocked_view.clone()];
    insta::assert_snapshot!("feed_list", dump(&feed_list(&list, noon())));
    insta::assert_snapshot!("feed_list_empty", dump(&feed_list(&[], noon())));
    insta::assert_snapshot!("feed_preview", dump(&feed_preview(&active, &trap())));
    let by_hand = [
        feed_paused(&active),
        feed_resumed(&active, noon()),
        feed_removed(&active),
        feed_posted(1),
        feed_revealed(1),
        blocked(&blocked_view, &refused),
    ];
    insta::assert_snapshot!("feed_by_hand", dump_all(&by_hand));
    insta::assert_snapshot!("feed_edited_here", dump(&feed_edited_here(&edited, noon())));
    let checkup = |view: &FeedView, missing: &[&str]| Checkup {
        view: view.clone(),
        missing: missing.iter().map(|m| (*m).to_owned()).collect(),
        trouble: None,
    };
    let checkups = [checkup(&active, &[]), checkup(&blocked_view, &["Send Messages", "Embed Links"])];
    insta::assert_snapshot!("doctor", dump(&doctor(&checkups, noon())));
    insta::assert_snapshot!("doctor_well", dump(&doctor(&checkups[..1], noon())));
}

#[test]
fn an_admin_is_told_when_traps_will_repeat_soon() {
    let which = |pool| {
        let card = dump(&feed_added(&FeedView { pool, ..feed_view(State::Active) }, noon()));
        card.lines().find(|line| line.contains("Which")).unwrap_or_default().to_owned()
    };
    assert!(which(1).ends_with("the same at each post"), "{}", which(1));
    assert!(which(3).ends_with("they repeat after 3 posts"), "{}", which(3));
    assert!(!which(7).contains("repeat"), "{}", which(7));
}

#[test]
fn an_admin_is_told_when_traps_come_within_the_hour() {
    let apart = |minutes| {
        let view = feed_view(State::Active);
        let first = view.next[0];
        let second = Slot { at: first.at + TimeDelta::minutes(minutes), ..first };
        let later = Slot { at: second.at + TimeDelta::days(1), ..first };
        dump(&feed_added(&FeedView { next: vec![first, second, later], ..view }, noon()))
    };
    assert!(apart(5).contains("Traps come 5 minutes apart"), "{}", apart(5));
    assert!(!apart(60).contains("apart"), "{}", apart(60));
}

#[test]
fn every_refusal_says_what_would_be_right() {
    let near = || vec!["Europe/Berlin".to_owned(), "Europe/Dublin".to_owned()];
    let given = || "Berlim `@everyone`".to_owned();
    let all = [
        Refusal::RoundOver,
        Refusal::RoundUnknown,
        Refusal::OptionUnknown,
        Refusal::StaleButton,
        Refusal::NotAnswered,
        Refusal::BadNumber { given: "many".into() },
        Refusal::OtherUnit { given: "0.02 s".into(), unit: "ms".into() },
        Refusal::OtherUnit { given: "25%".into(), unit: String::new() },
        Refusal::TrapOpen,
        Refusal::UnknownTrap { given: given(), near: vec![] },
        Refusal::NothingOpen { next: None },
        Refusal::NothingOpen { next: Some(noon()) },
        Refusal::NotInPlace,
        Refusal::UnknownMember,
        Refusal::UnknownPerson { given: "@carol".into() },
        Refusal::NotSaved,
        Refusal::NotAdmin,
        Refusal::UnknownFeed { given: "9".into(), have: vec![1, 2] },
        Refusal::UnknownFeed { given: String::new(), have: vec![1, 2] },
        Refusal::UnknownFeed { given: "9".into(), have: vec![] },
        Refusal::UnknownZone { given: given(), near: near() },
        Refusal::BadTime { given: "25:00".into(), near: vec!["23:00".into()] },
        Refusal::BadDays { given: "someday".into(), near: vec!["sunday".into()] },
        Refusal::BadCron { given: "* *".into(), why: "it has 2 fields; a crontab has five".into() },
        Refusal::BadCron {
            given: "0 9 * * 8".into(),
            why: "`8` is no day of week: 0 to 7, or a name such as `mon`".into(),
        },
        Refusal::CronAndTime,
        Refusal::NeverFires { given: "0 9 30 2 *".into() },
        Refusal::UnknownSeries { given: given(), near: vec!["deep-learning".into()] },
        Refusal::UnknownTopic { given: given(), near: vec![] },
        Refusal::UnknownLevel { given: given(), near: vec!["senior".into()] },
        Refusal::UnknownOrder { given: given(), near: vec!["mixed".into()] },
        Refusal::EmptyFilter { series: Some("deep-learning".into()), topic: Some("rlhf".into()), level: None },
        Refusal::AllOpen,
        Refusal::BadRevealAfter { given: "100".into() },
        Refusal::ChannelKind { channel: "42".into(), kind: "voice channel".into() },
        Refusal::ChannelUnseen { channel: "42".into() },
        Refusal::MissingPermissions { channel: "42".into(), names: vec!["Send Messages".into(), "Embed Links".into()] },
        Refusal::UnknownRole { given: "everyone".into() },
        Refusal::SameFeed { number: 1 },
        Refusal::NothingToChange,
        Refusal::NothingToReveal { number: 1 },
        Refusal::BadName { given: "  ".into() },
        Refusal::BadName { given: "x".repeat(300) },
        Refusal::BadName { given: "a\tb".into() },
        Refusal::NameTaken { given: "ada".into(), free: "ada 2".into() },
    ];
    let lines: Vec<String> = all.iter().map(|r| dump(&refusal(r))).collect();
    insta::assert_snapshot!("refusals", lines.join("\n"));
    insta::assert_snapshot!("fault", dump(&fault("a1b2c3")));
    insta::assert_snapshot!("refusals_here", dump_all(&[not_admin_here(), nothing_changed_here(), old_admin_link()]));
}

#[test]
fn an_open_round_says_nothing_that_tells_the_answer() {
    let said = dump(&post(&round(trap()), 3, None));
    let hidden = ["The FP32 Hidden Tax", "#45", "Sixteen", "Tempts", "fp32-hidden-tax", "Right", "Bait"];
    for secret in hidden {
        assert!(!said.contains(secret), "an open round shows {secret}:\n{said}");
    }
    // Whichever option is right, the card is the same.
    let mut other = trap();
    if let Kind::Choice { options } = &mut other.kind {
        let (a, b) = (options[0].role, options[1].role);
        options[0].role = b;
        options[1].role = a;
    }
    assert_eq!(dump(&post(&round(other), 3, None)), said);
}

#[test]
fn names_never_become_markup() {
    let reveal = reveal(&revealed(trap(), vec![count(1, 0); 3]));
    let line = reveal.blocks.iter().find_map(|b| match b {
        Block::Text(text) if text.starts_with("Gained") => Some(text.clone()),
        _ => None,
    });
    assert!(markup::plain(&markup::parse(&line.unwrap())).contains("Ann *the* great"));
}

#[test]
fn communities() {
    let invitation = Invitation { code: "7K2M-9QXD".into(), expires_at: noon() };
    let place = |platform, here| Place { platform, accounts: 4, here };
    let two = Community { places: vec![place(Platform::Discord, true), place(Platform::Slack, false)], members: 7 };
    let one = Community { places: vec![place(Platform::Slack, true)], members: 1 };
    let cards = [
        community_code(&invitation),
        account_code(&invitation),
        community_joined(&two),
        community_left(&one),
        community(&two),
        community(&one),
        account_linked(2),
        account_left(),
    ];
    let dumps: Vec<String> = cards.iter().map(dump).collect();
    insta::assert_snapshot!("communities", dumps.join("\n---\n"));
}

#[test]
fn labels_fit_both_platforms() {
    let cards = [
        post(&round(number_trap()), 0, None),
        mine_open(&Mine {
            round: round(trap()),
            answered: 0,
            said: Some((b(), Confidence::Certain)),
            channel: String::new(),
            message: None,
        }),
    ];
    for button in cards.iter().flat_map(|card| card.buttons.iter().flatten()) {
        assert!(button.label.chars().count() <= 75, "{}", button.label);
    }
}
