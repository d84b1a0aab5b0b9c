//! The web channel from outside, over HTTP: who gets in, what is refused, and that nothing leaks before the reveal.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

#[path = "browser/agent.rs"]
mod agent;
#[path = "browser/channel.rs"]
mod channel;
#[path = "web/feeds.rs"]
mod feeds;
#[path = "web/names.rs"]
mod names;
#[path = "browser/traps.rs"]
mod traps;

use chrono::TimeDelta;
use reqwest::StatusCode;
use trapline::bank::Bank;
use trapline::chat::web::{Web, WebConfig};
use trapline::core::trap::Role::{Bait, Right, Wrong};

use agent::{Agent, Answer, for_host};
use channel::{ADMIN_KEY, Channel, PATIENCE, answer_path, position};

const ROLES: [trapline::core::trap::Role; 4] = [Right, Bait, Wrong, Wrong];
const PAGES: [&str; 10] = [
    "/",
    "/standings",
    "/standings?period=all&page=4000000000",
    "/archive",
    "/practice",
    "/library",
    "/me",
    "/me/delete",
    "/help",
    "/nowhere",
];

fn bank() -> Bank {
    Bank::from_traps(vec![traps::choice(ROLES)])
}

async fn admin(channel: &Channel) -> Agent {
    let mut agent = Agent::named(&channel.url, "Grace").await;
    let answer = agent.get(&format!("/?admin={ADMIN_KEY}")).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/"));
    agent
}

#[tokio::test]
async fn every_page_is_hardened() {
    let channel = Channel::open(bank()).await;
    let mut agent = Agent::new(&channel.url);
    for path in PAGES.into_iter().chain(["/assets/app.js", "/healthz", "/feed", "/round/1"]) {
        let Answer { headers, body, .. } = agent.get(path).await;
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "same-origin", "{path}");
        assert_eq!(headers["cache-control"] == "no-store", !path.starts_with("/assets/"), "{path}");
        let inline = [" style=", "<style", " onclick=", " onload=", "javascript:"];
        assert!(inline.iter().all(|bad| !body.contains(bad)), "{path} holds inline code or style");
    }
    channel.close().await;
}

#[tokio::test]
async fn help_names_nothing_that_a_browser_can_not_do() {
    let channel = Channel::open(bank()).await;
    let page = Agent::new(&channel.url).get("/help").await.body;
    assert!(page.contains(">Standings</a>") && !page.contains("<code>/"), "{page}");
    channel.close().await;
}

#[tokio::test]
async fn every_page_has_the_bones_that_assistive_software_needs() {
    let channel = Channel::open(bank()).await;
    let mut agent = admin(&channel).await;
    for path in PAGES.into_iter().chain(["/feed", "/feed/preview"]) {
        let page = agent.get(path).await.body;
        assert_eq!(page.matches("<h1").count(), 1, "{path} has one heading of the first level");
        assert!(page.contains("<html lang=\"en\">") && page.contains("<main id=\"main\""), "{path}");
        let ids = page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        let ids: Vec<&str> = ids.collect();
        let unique: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len(), "{path} names an id twice: {ids:?}");
        let labelled = |id: &str| page.contains(&format!(" for=\"{id}\""));
        for input in page.split("<input").skip(1).chain(page.split("<select").skip(1)) {
            let tag = input.split('>').next().unwrap();
            let id = tag.split(" id=\"").nth(1).and_then(|rest| rest.split('"').next());
            assert!(tag.contains("type=\"hidden\"") || id.is_some_and(labelled), "{path}: no label for {tag}");
        }
    }
    channel.close().await;
}

#[tokio::test]
async fn a_foreign_host_name_is_turned_away() {
    let channel = Channel::open(bank()).await;
    let mut agent = Agent::new(&channel.url);
    for host in ["evil.example", "evil.example:8080", "localhost.evil.example"] {
        let answer = agent.get_with("/", for_host(host)).await;
        assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
        assert!(!answer.body.contains("neutral headline"), "{host}");
    }
    for host in ["localhost:1", "127.0.0.1", "[::1]:8080"] {
        assert_eq!(agent.get_with("/", for_host(host)).await.status, StatusCode::OK, "{host}");
    }
    channel.close().await;
}

#[tokio::test]
async fn a_form_of_somebody_else_changes_nothing() {
    let channel = Channel::open(bank()).await;
    let mut ada = Agent::named(&channel.url, "Ada").await;
    let path = answer_path(channel.open_round().await.round.id);
    let token = ada.token().await;
    let other = Agent::named(&channel.url, "Bob").await.token().await;
    let forged =
        [vec![("position", "0")], vec![("position", "0"), ("csrf", &other)], vec![("position", "0"), ("csrf", "")]];
    for fields in &forged {
        assert_eq!(ada.post_bare(&path, fields).await.status, StatusCode::FORBIDDEN, "{fields:?}");
    }
    let good = [("csrf", token.as_str()), ("position", "0")];
    for (header, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let answer = ada.post_with(&path, &good, |request| request.header(header, value)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{header}: {value}");
    }
    assert_eq!(channel.open_round().await.answered, 0);
    let own = channel.url.clone();
    let answer = ada
        .post_with(&path, &good, |request| request.header("origin", own).header("sec-fetch-site", "same-origin"))
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(channel.open_round().await.answered, 1);
    channel.close().await;
}

#[tokio::test]
async fn what_people_type_stays_text() {
    let channel = Channel::open(bank()).await;
    let evil = "<script>alert(1)</script>&\"";
    let mut agent = Agent::named(&channel.url, evil).await;
    let round = channel.open_round().await.round;
    let right = position(&round, Right).to_string();
    agent.post(&answer_path(round.id), &[("position", &right)]).await;
    channel.pass(TimeDelta::hours(9)).await;
    for path in [
        "/",
        "/standings",
        "/me",
        "/library?search=%3Cscript%3Ealert(1)",
        "/round/1",
        "/library/secret-id-choice",
        "/practice",
    ] {
        let page = agent.get(path).await.body;
        assert!(!page.contains("<script>") && !page.contains("<b>"), "{path}");
    }
    let page = agent.get("/standings").await.body;
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;"), "{page}");
    channel.close().await;
}

#[tokio::test]
async fn nothing_tells_the_right_option_before_the_reveal() {
    let channel = Channel::open(bank()).await;
    let round = channel.open_round().await.round;
    let right = position(&round, Right).to_string();
    let mut stranger = Agent::new(&channel.url);
    let mut admin = admin(&channel).await;
    admin.post(&answer_path(round.id), &[("position", &right)]).await;
    for agent in [&mut stranger, &mut admin] {
        for path in PAGES.into_iter().chain([
            "/round/1",
            "/me/export",
            "/library/secret-id-choice",
            "/practice?series=ml-system-design",
        ]) {
            let answer = agent.get(path).await;
            for secret in traps::SECRETS {
                assert!(!answer.body.contains(secret), "{path} tells {secret}: {}", answer.body);
            }
        }
    }
    channel.pass(TimeDelta::hours(9)).await;
    let page = stranger.get("/").await.body;
    for secret in traps::SECRETS.into_iter().filter(|secret| *secret != "secret-id") {
        assert!(page.contains(secret), "the reveal leaves out {secret}");
    }
    channel.close().await;
}

#[tokio::test]
async fn an_open_round_looks_the_same_whichever_option_is_right() {
    let mut pages = Vec::new();
    for roles in [[Right, Bait, Wrong, Wrong], [Wrong, Right, Bait, Wrong], [Bait, Wrong, Wrong, Right]] {
        let channel = Channel::open(Bank::from_traps(vec![traps::choice(roles)])).await;
        let mut agent = Agent::new(&channel.url);
        agent.cookies.insert("trapline_visitor".to_owned(), "0123456789abcdef0123456789abcdef".to_owned());
        agent.post("/name", &[("name", "Ada")]).await;
        let before = agent.get("/").await.body;
        agent.post("/round/1/answer", &[("position", "2")]).await;
        agent.post("/round/1/confidence", &[("confidence", "certain")]).await;
        pages.push((before, agent.get("/").await.body));
        channel.close().await;
    }
    assert!(pages[0].1.contains("Locked in: C, certain"), "{}", pages[0].1);
    assert!(pages.iter().all(|page| *page == pages[0]));
}

#[tokio::test]
async fn an_answer_can_be_changed_until_the_reveal_and_not_after() {
    let channel = Channel::open(bank()).await;
    let round = channel.open_round().await.round;
    let path = answer_path(round.id);
    let mut ada = Agent::named(&channel.url, "Ada").await;
    let answer = ada.post(&path, &[("position", "0")]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/#receipt-1"));
    ada.post("/round/1/confidence", &[("confidence", "sure")]).await;
    ada.post(&path, &[("position", "1")]).await;
    let page = ada.get("/").await.body;
    assert!(page.contains("Locked in: B, sure") && page.contains("1 has locked in"), "{page}");
    assert_eq!(ada.post(&path, &[("position", "9")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(ada.post("/round/99/answer", &[("position", "0")]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ada.post("/round/1/confidence", &[("confidence", "doubtful")]).await.status, StatusCode::BAD_REQUEST);
    let mut nobody = Agent::new(&channel.url);
    assert_eq!(nobody.post(&path, &[("position", "0")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    channel.pass(TimeDelta::hours(9)).await;
    assert_eq!(ada.post(&path, &[("position", "0")]).await.status, StatusCode::CONFLICT);
    channel.close().await;
}

#[tokio::test]
async fn a_number_is_typed_and_a_bad_one_comes_back() {
    let channel = Channel::open(Bank::from_traps(vec![traps::number()])).await;
    let mut ada = Agent::named(&channel.url, "Ada").await;
    let answer = ada.post("/round/1/answer", &[("value", "a \"lot\"")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.body.contains("value=\"a &quot;lot&quot;\"") && answer.body.contains("aria-invalid"),
        "{}",
        answer.body
    );
    assert!(answer.body.contains("inputmode=\"decimal\""), "{}", answer.body);
    assert_eq!(ada.post("/round/1/answer", &[("value", " 112.5 ")]).await.status, StatusCode::SEE_OTHER);
    assert!(ada.get("/").await.body.contains("Locked in: 112.5 GB, guess"));
    channel.pass(TimeDelta::hours(9)).await;
    let page = ada.get("/round/1").await.body;
    assert!(page.contains("1 of 1 (100%)") && page.contains("Right: +4"), "{page}");
    channel.close().await;
}

#[tokio::test]
async fn members_rename_export_and_delete_themselves() {
    let channel = Channel::open(bank()).await;
    let mut ada = Agent::named(&channel.url, "Ada").await;
    ada.post("/round/1/answer", &[("position", "0")]).await;
    let bad = ada.post("/me/name", &[("name", " ")]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.body.contains("id=\"name-error\""), "{}", bad.body);
    assert_eq!(ada.post("/me/name", &[("name", "Ada Lovelace")]).await.status, StatusCode::SEE_OTHER);
    let export = ada.get("/me/export").await;
    assert_eq!(export.headers["content-disposition"], "attachment; filename=\"trapline-my-data.json\"");
    let document: serde_json::Value = serde_json::from_str(&export.body).unwrap();
    assert_eq!(document["name"], "Ada Lovelace");
    assert_eq!(document["answers"].as_array().unwrap().len(), 1);
    assert!(ada.get("/me/delete").await.body.contains("Delete everything"));
    let deleted = ada.post("/me/delete", &[]).await;
    assert!(deleted.body.contains("1 answer"), "{}", deleted.body);
    assert!(ada.cookies.is_empty(), "{:?}", ada.cookies);
    assert_eq!(channel.open_round().await.answered, 0);
    channel.close().await;
}

#[tokio::test]
async fn what_a_member_missed_is_headed_by_that() {
    let channel = Channel::open(bank()).await;
    let mut ada = Agent::named(&channel.url, "Ada").await;
    channel.pass(TimeDelta::hours(9)).await;
    let page = ada.get("/round/1").await.body;
    assert!(page.contains("<h2>You did not answer</h2>") && page.contains("Right was"), "{page}");
    channel.close().await;
}

#[tokio::test]
async fn the_library_marks_the_right_value_and_the_bait_of_a_number() {
    let channel = Channel::open(Bank::from_traps(vec![traps::choice(ROLES), traps::number()])).await;
    channel.pass(TimeDelta::hours(9)).await;
    let mut ada = Agent::new(&channel.url);
    let page = ada.get("/library/secret-id-number").await.body;
    for (value, class, tag) in [("112.5 GB", "right", "Right"), ("28 GB", "bait", "The bait")] {
        let outcome = format!(
            "<li class=\"outcome {class}\"><div class=\"head\"><span class=\"letter\">{value}</span>\
             <span class=\"tag\">{tag}</span></div><div class=\"why\">"
        );
        assert!(page.contains(&outcome), "no {outcome} in {page}");
    }
    channel.close().await;
}

#[tokio::test]
async fn slugs_are_shown_as_words() {
    let channel = Channel::open(Bank::from_traps(vec![traps::choice(ROLES), traps::number()])).await;
    for (mut agent, path) in [(Agent::new(&channel.url), "/practice"), (admin(&channel).await, "/feed")] {
        let page = agent.get(path).await.body;
        assert!(page.contains("<option value=\"ml-system-design\">ML system design</option>"), "{path}: {page}");
    }
    channel.close().await;
}

#[tokio::test]
async fn topics_go_by_name_and_say_how_many_traps_they_have() {
    let mut other = traps::number();
    other.topics = ["training", "ab-testing", "zero-shot"].map(ToOwned::to_owned).to_vec();
    let channel = Channel::open(Bank::from_traps(vec![traps::choice(ROLES), other])).await;
    for (mut agent, path) in [(Agent::new(&channel.url), "/practice"), (admin(&channel).await, "/feed")] {
        let page = agent.get(path).await.body;
        let topics = "<option value=\"ab-testing\">A/B testing (1)</option><option value=\"training\">Training (2)</option>\
            <option value=\"zero-shot\">Zero-shot (1)</option>";
        assert!(page.contains(topics), "{path}: {page}");
    }
    channel.close().await;
}

#[tokio::test]
async fn who_has_no_name_is_led_to_the_form_for_one() {
    let channel = Channel::open(bank()).await;
    let page = Agent::new(&channel.url).get("/").await.body;
    let lead = "<a href=\"#name\">Give your name first to answer</a></p><p class=\"choice\">";
    assert!(page.contains(lead) && page.contains("<input id=\"name\""), "{page}");
    assert!(!Agent::named(&channel.url, "Ada").await.get("/").await.body.contains("Give your name first"));
    channel.close().await;
}

#[tokio::test]
async fn a_record_has_one_line_of_ranks_and_no_share_of_nothing() {
    let channel = Channel::open(bank()).await;
    let mut ada = Agent::named(&channel.url, "Ada").await;
    ada.post("/round/1/answer", &[("position", "0")]).await;
    channel.pass(TimeDelta::hours(9)).await;
    let page = ada.get("/me").await.body;
    let ranks = "<dt>Rank</dt><dd>1st this week, 1st this month, 1st this season, 1st all time</dd>";
    let page = page.replace('\u{a0}', " ");
    assert!(page.contains(ranks) && !page.contains("number 1"), "{page}");
    assert!(page.contains("Sure</th><td class=\"amount\">–</td>") && !page.contains("0 of 0"), "{page}");
    channel.close().await;
}

#[tokio::test]
async fn practice_is_judged_at_once_and_pays_nothing() {
    let channel = Channel::open(Bank::from_traps(vec![traps::choice(ROLES), traps::number()])).await;
    let mut ada = Agent::named(&channel.url, "Ada").await;
    let page = ada.get("/practice").await.body;
    let hidden = |name: &str| {
        let mark = format!("name=\"{name}\" value=\"");
        page[page.find(&mark).unwrap() + mark.len()..].split('"').next().unwrap().to_owned()
    };
    let (trap, variant, seed) = (hidden("trap"), hidden("variant"), hidden("seed"));
    let mut fields = vec![("trap", trap.as_str()), ("variant", &variant), ("seed", &seed)];
    fields.push(if trap.ends_with("number") { ("value", "28") } else { ("position", "0") });
    let answer = ada.post("/practice", &fields).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("secret-explanation") && answer.body.contains("Another trap"), "{}", answer.body);
    let fold = "<details class=\"question\"><summary>The question</summary><div class=\"prose\"><p>You train";
    assert!(answer.body.contains(fold), "{}", answer.body);
    assert!(ada.get("/standings").await.body.contains("Nobody has points"));
    let unknown = ada.get("/practice?topic=knitting").await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unknown.body.contains("value=\"knitting\""));
    let open = channel.open_round().await.round.trap.id;
    fields[0].1 = open.as_str();
    assert_eq!(ada.post("/practice", &fields).await.status, StatusCode::FORBIDDEN, "an open trap is no exercise");
    channel.close().await;
}

#[tokio::test]
async fn events_say_that_something_changed_and_never_what_is_right() {
    let channel = Channel::open(bank()).await;
    let mut watcher = Agent::named(&channel.url, "Watcher").await;
    let mut events = watcher.events().await;
    let mut heard = String::new();
    Agent::named(&channel.url, "Ada").await.post("/round/1/answer", &[("position", "0")]).await;
    hear(&mut events, &mut heard, "event: count").await;
    hear(&mut events, &mut heard, "1 has locked in").await;
    admin(&channel).await.post("/feed/1/reveal", &[]).await;
    hear(&mut events, &mut heard, "event: page").await;
    assert!(traps::SECRETS.iter().all(|secret| !heard.contains(secret)), "{heard}");
    // The stream is still open: a stop must not wait for its reader to leave.
    channel.close().await;
}

/// Reads on until the stream has said this.
async fn hear(events: &mut reqwest::Response, heard: &mut String, what: &str) {
    while !heard.contains(what) {
        let chunk = tokio::time::timeout(PATIENCE, events.chunk()).await.expect("an event comes").unwrap();
        heard.push_str(&String::from_utf8_lossy(&chunk.expect("the stream stays open")));
    }
}

#[tokio::test]
async fn unknown_pages_and_methods_and_bodies_are_refused() {
    let channel = Channel::open(bank()).await;
    let mut agent = Agent::new(&channel.url);
    for path in ["/nowhere", "/round/x", "/round/77", "/library/none", "/assets/../Cargo.toml", "/assets/nothing.js"] {
        let answer = agent.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.body.contains("Back to today's trap"), "{path}: {}", answer.body);
    }
    assert_eq!(agent.post("/standings", &[]).await.status, StatusCode::NOT_FOUND);
    let long = "x".repeat(70_000);
    assert_eq!(agent.post("/name", &[("name", &long)]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(agent.get("/round/1").await.location(), "/#round-1");
    channel.close().await;
}

#[tokio::test]
async fn health_is_told_without_a_key() {
    let channel = Channel::open_with(bank(), Some("a long shared key")).await;
    let answer = Agent::new(&channel.url).get("/healthz").await;
    assert_eq!(answer.status, StatusCode::OK);
    let said: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(said["status"], "ok");
    assert_eq!(said["platforms"]["discord"]["state"], "connecting");
    channel.close().await;
}

#[tokio::test]
async fn with_a_key_nobody_sees_a_page_before_they_give_it() {
    let channel = Channel::open_with(bank(), Some("a long shared key")).await;
    let mut agent = Agent::new(&channel.url);
    for path in PAGES.into_iter().chain(["/events", "/me/export", "/feed"]) {
        let answer = agent.get_with(path, for_host("traps.example")).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        assert!(!answer.body.contains("neutral headline"), "{path}");
    }
    let page = agent.get("/signin").await.body;
    let mark = "name=\"csrf\" value=\"";
    let token = page[page.find(mark).unwrap() + mark.len()..].split('"').next().unwrap().to_owned();
    let key = |key: &'static str| [("csrf", token.clone()), ("key", key.to_owned())];
    for _ in 0..10 {
        let fields = key("not it");
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        assert_eq!(agent.post_bare("/signin", &fields).await.status, StatusCode::UNAUTHORIZED);
    }
    let fields = key("a long shared key");
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(agent.post_bare("/signin", &fields).await.status, StatusCode::TOO_MANY_REQUESTS);
    channel.clock.advance(TimeDelta::minutes(1));
    assert_eq!(agent.post_bare("/signin", &fields).await.status, StatusCode::SEE_OTHER);
    assert!(agent.get("/").await.body.contains("neutral headline"));
    // The admin's link lets in by itself.
    let mut admin = Agent::new(&channel.url);
    assert_eq!(admin.get(&format!("/?admin={ADMIN_KEY}")).await.status, StatusCode::SEE_OTHER);
    assert_eq!(admin.get("/feed").await.status, StatusCode::OK);
    channel.close().await;
}

#[tokio::test]
async fn without_a_key_it_listens_on_this_machine_only() {
    let channel = Channel::open(bank()).await;
    let config = WebConfig { listen: "0.0.0.0:0".parse().unwrap(), key: None };
    let bound = Web::bind(config, channel.service.clone(), ADMIN_KEY.into(), std::sync::Arc::new(Vec::new)).await;
    let said = bound.err().expect("refused").to_string();
    assert!(said.contains("TRAPLINE_WEB_KEY"), "{said}");
    channel.close().await;
}
