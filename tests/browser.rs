//! The web channel in real Chromium: a day of the channel by keyboard, live, in two sizes and two colour schemes. And the study book.
//!
//! Pictures of all pages go to `target/screenshots`; with `TRAPLINE_SCREENSHOTS=docs` those of the documentation go to `docs/images`.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

#[path = "browser/agent.rs"]
mod agent;
#[path = "browser/channel.rs"]
mod channel;
#[path = "browser/driver.rs"]
mod driver;
#[path = "browser/inspect.rs"]
mod inspect;
#[path = "browser/phone.rs"]
mod phone;

use agent::Agent;
use channel::{ADMIN_KEY, Channel, answer_path, position};
use driver::Browser;
use serde_json::json;
use trapline::bank::Bank;
use trapline::core::trap::{Kind, Role, Trap};
use trapline::guide;

/// The built-in traps of one kind.
fn builtin(wanted: impl Fn(&Trap) -> bool) -> Bank {
    let bank = Bank::builtin().expect("the built-in bank is good");
    Bank::from_traps(bank.entries().iter().map(|entry| entry.trap().clone()).filter(wanted).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_in_the_channel() {
    // A closed list, so that pictures change only where the page does.
    let channel = Channel::open(builtin(|trap| trap.series == "ml-system-design" && trap.number <= 33)).await;
    let browser = Browser::start().await;
    let mine = channel.open_round().await;
    let (round, bait) = (&mine.round, position(&mine.round, Role::Bait));

    browser.go(&channel.url).await;
    browser.see("form.name").await;
    inspect::page(&browser, "1-welcome").await;
    browser.tab_to("#name").await;
    browser.type_text("Ada").await;
    browser.enter().await;
    browser.see("[data-options]").await;
    inspect::page(&browser, "2-open").await;
    inspect::document(&browser, "open-phone", 0, "light", 1_700).await;

    answer_by_keyboard(&browser, round.id.0, bait).await;
    inspect::page(&browser, "3-answered").await;
    others_answer(&channel, &browser).await;
    reveal_live(&channel, &browser).await;

    inspect::page(&browser, "4-reveal").await;
    tags_stand_above_on_a_phone(&browser).await;
    inspect::document(&browser, "reveal-phone", 0, "light", 1_700).await;
    inspect::document(&browser, "reveal-desk", 1, "light", 1_500).await;
    let title = round.trap.title.as_str();
    browser.go(&format!("{}/standings", channel.url)).await;
    browser.read("table.standings tbody tr:first-child", "Bob").await;
    browser.read("table.standings tr.own", "Ada (you)").await;
    inspect::page(&browser, "5-standings").await;
    browser.go(&format!("{}/archive", channel.url)).await;
    browser.read("main .list", title).await;
    browser.client.find(fantoccini::Locator::Css("main .list a")).await.unwrap().click().await.unwrap();
    browser.read("h1", title).await;
    for (path, name) in [
        ("/me", "6-me"),
        ("/me/delete", "7-delete"),
        ("/library", "8-library"),
        ("/help", "9-help"),
        ("/round/1", "10-round"),
    ] {
        browser.go(&format!("{}{path}", channel.url)).await;
        inspect::page(&browser, name).await;
    }
    browser.close().await;
    channel.close().await;
}

/// Beside a tag, an option's text would have half of a narrow line.
async fn tags_stand_above_on_a_phone(browser: &Browser) {
    browser.look((360, 740), "light").await;
    let above = "const box = (part) => document.querySelector(`.outcome.bait .head ${part}`).getBoundingClientRect(); \
        return box('.tag').bottom <= box('.text').top;";
    assert!(browser.value::<bool>(above, vec![]).await, "the tag stands beside the text");
    browser.look((1280, 900), "light").await;
}

/// The key of a letter chooses, Tab and Enter raise the confidence; neither loads the page anew.
async fn answer_by_keyboard(browser: &Browser, round: i64, bait: usize) {
    browser.client.execute("window.sameDocument = true;", vec![]).await.unwrap();
    browser.tab_to("[data-options] button").await;
    let letter = char::from(b'a' + u8::try_from(bait).unwrap());
    browser.press(letter).await;
    browser.read(".receipt", &format!("Locked in: {}, guess", letter.to_ascii_uppercase())).await;
    assert_eq!(inspect::pressed(browser, &format!("#o-{round}-{bait}")).await, "true");
    browser.tab_to(&format!("[id='t1:c:{round}:certain']")).await;
    browser.enter().await;
    browser.read(".receipt", "certain").await;
    browser.read("#announcer", "Locked in").await;
    assert_eq!(inspect::pressed(browser, &format!("[id='t1:c:{round}:certain']")).await, "true");
    browser.read(".count", "1 has locked in").await;
    let focus: String = browser.value("return document.activeElement.id;", vec![]).await;
    assert_eq!(focus, format!("t1:c:{round}:certain"), "the focus stays where it was");
    still_the_same(browser).await;
}

async fn still_the_same(browser: &Browser) {
    let same: bool = browser.value("return window.sameDocument === true;", vec![]).await;
    assert!(same, "the page was loaded anew");
}

async fn others_answer(channel: &Channel, browser: &Browser) {
    let round = channel.open_round().await.round;
    let right = position(&round, Role::Right).to_string();
    let wrong = position(&round, Role::Wrong).to_string();
    for (name, option, confidence) in [("Bob", &right, "sure"), ("Chidi", &right, "guess"), ("Dana", &wrong, "guess")] {
        let mut member = Agent::named(&channel.url, name).await;
        member.post(&answer_path(round.id), &[("position", option)]).await;
        member.post(&format!("/round/{}/confidence", round.id), &[("confidence", confidence)]).await;
    }
    browser.read(".count", "4 have locked in").await;
    still_the_same(browser).await;
}

/// The admin reveals elsewhere; the page that is open here turns by itself.
async fn reveal_live(channel: &Channel, browser: &Browser) {
    let mut admin = Agent::named(&channel.url, "Grace").await;
    admin.get(&format!("/?admin={ADMIN_KEY}")).await;
    admin.post("/feed/1/reveal", &[]).await;
    channel.settle().await;
    browser.read("h1", "Latest reveal").await;
    browser.read(".bait-line", "1 of 4").await;
    browser.see(".outcome.bait .bar svg").await;
    browser.read(".receipt", "You took the bait").await;
    browser.read("aside table", "Bob").await;
    browser.read("#announcer", "Latest reveal").await;
    still_the_same(browser).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_sets_the_feed() {
    let channel = Channel::open(builtin(|_| true)).await;
    let browser = Browser::start().await;
    browser.look((1280, 900), "light").await;
    browser.go(&channel.admin_url).await;
    let url = browser.client.current_url().await.unwrap();
    assert_eq!(url.query(), None, "the key leaves the address bar");
    browser.go(&format!("{}/feed", channel.url)).await;
    browser.see("form.feed").await;
    inspect::page(&browser, "11-feed").await;
    fill(&browser, "#feed-1-timezone", "Europe/Pariss").await;
    browser.read("#feed-1-timezone-error", "Europe/Paris").await;
    inspect::page(&browser, "12-feed-refused").await;
    fill(&browser, "#feed-1-timezone", "Europe/Paris").await;
    browser.read(".receipt", "Feed 1 is changed").await;
    inspect::page(&browser, "13-feed-changed").await;
    typing_chooses(&browser).await;
    browser.go(&format!("{}/feed/preview", channel.url)).await;
    inspect::page(&browser, "14-preview").await;
    browser.close().await;
    channel.close().await;
}

/// Whoever types a crontab or a time has not to say that they mean it.
async fn typing_chooses(browser: &Browser) {
    let chosen = "return document.querySelector('form.feed [name=rule]:checked').value;";
    for (field, rule) in [("cron", "cron"), ("days", "time")] {
        let input = browser.see(&format!("form.feed [name={field}]")).await;
        input.send_keys("x").await.unwrap();
        assert_eq!(browser.value::<String>(chosen, vec![]).await, rule);
    }
}

/// Types into a field of the feed's form, and sends it.
async fn fill(browser: &Browser, selector: &str, text: &str) {
    let field = browser.see(selector).await;
    field.clear().await.unwrap();
    field.send_keys(text).await.unwrap();
    browser.enter().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_and_practice() {
    let channel = Channel::open(builtin(|trap| matches!(trap.kind, Kind::Number(_)))).await;
    let mut browser_member = Browser::start().await;
    let browser = &mut browser_member;
    browser.look((1280, 900), "light").await;
    browser.go(&channel.url).await;
    browser.tab_to("#name").await;
    browser.type_text("Ada").await;
    browser.enter().await;
    browser.tab_to("[name=value]").await;
    browser.type_text("a lot").await;
    browser.enter().await;
    browser.read(".error", "a lot").await;
    inspect::page(browser, "15-number-refused").await;
    browser.client.execute("document.querySelector('[name=value]').value = '';", vec![]).await.unwrap();
    browser.tab_to("[name=value]").await;
    browser.type_text("28").await;
    browser.enter().await;
    browser.read(".receipt", "Locked in: 28").await;
    inspect::page(browser, "16-number").await;
    // A name without a place to break it, which the reveal shows.
    let right = channel.open_round().await.round.trap.number_kind().unwrap().value.to_string();
    let mut wide = Agent::named(&channel.url, &"W".repeat(32)).await;
    wide.post("/round/1/answer", &[("value", &right)]).await;
    channel.pass(chrono::TimeDelta::hours(9)).await;
    browser.read("h1", "Latest reveal").await;
    browser.read(".gains .name", "WWW").await;
    inspect::page(browser, "17-number-reveal").await;
    browser_member.close().await;
    channel.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn practice_and_library() {
    let channel = Channel::open(builtin(|trap| matches!(trap.kind, Kind::Choice { .. }))).await;
    let browser = Browser::start().await;
    browser.look((1280, 900), "light").await;
    browser.go(&format!("{}/practice", channel.url)).await;
    inspect::page(&browser, "18-practice").await;
    browser.tab_to("[data-options] button").await;
    browser.press('2').await;
    browser.see(".again").await;
    inspect::page(&browser, "19-practice-judged").await;
    browser.go(&format!("{}/library", channel.url)).await;
    let first: String = browser.value("return document.querySelector('main .list a').href;", vec![json!(0)]).await;
    browser.go(&first).await;
    inspect::page(&browser, "20-library-trap").await;

    // The server is gone: who presses sees it beside what they pressed.
    browser.go(&format!("{}/practice", channel.url)).await;
    browser.see("[data-options]").await;
    channel.close().await;
    for _ in 0..2 {
        browser.tab_to("[data-options] button").await;
        browser.press('2').await;
        browser.read("[data-options] button:nth-of-type(2) + .unsent", "could not be sent").await;
    }
    browser.read("#announcer", "could not be sent").await;
    let said: usize = browser.value("return document.querySelectorAll('.unsent').length;", vec![]).await;
    assert_eq!(said, 1, "the last press alone is spoken of");
    inspect::seen(&browser, ".unsent").await;
    browser.close().await;
}

/// Two traps at once, on a phone, before and after a name is picked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_open_traps() {
    let channel = Channel::open(builtin(|trap| matches!(trap.kind, Kind::Choice { .. }))).await;
    let mut admin = Agent::named(&channel.url, "Grace").await;
    admin.get(&format!("/?admin={ADMIN_KEY}")).await;
    admin.post("/feed", &[("time", "12:00"), ("reveal_after", "8")]).await;
    admin.post("/feed/2/post", &[]).await;
    channel.settle().await;
    let browser = Browser::start().await;
    browser.look((360, 740), "light").await;
    browser.go(&channel.url).await;
    browser.see(".trap + .trap").await;
    inspect::page(&browser, "25-two-traps-to-read").await;
    let border = "return [getComputedStyle(document.querySelector(arguments[0])).borderTopWidth];";
    let ruled: Vec<String> = browser.value(border, vec![json!(".trap + .trap")]).await;
    let letters: Vec<String> = browser.value(border, vec![json!(".choice .letter")]).await;
    assert_eq!((ruled, letters), (vec!["1px".to_owned()], vec!["0px".to_owned()]), "a rule between, no frame to press");
    browser.look((360, 640), "light").await;
    browser.see(".trap + .trap .first a").await.click().await.unwrap();
    inspect::seen(&browser, "#name, form.name label").await;
    let focus: String = browser.value("return document.activeElement.id;", vec![]).await;
    assert_eq!(focus, "name");
    browser.close().await;
    channel.close().await;
}

/// From the contents to a question, to its answer and back, as the book lies on a disk.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_of_the_guide() {
    let folder = tempfile::tempdir().unwrap();
    // With its vocabulary of misconceptions, so the whole of it.
    let bank = Bank::builtin().expect("the built-in bank is good");
    guide::write(&bank, folder.path()).unwrap();
    let browser = Browser::start().await;
    browser.look((1280, 900), "light").await;
    browser.go(&format!("file://{}/index.html", folder.path().display())).await;
    browser.read("main h1", "Trapline").await;
    inspect::leaf(&browser, "21-guide").await;

    press_link(&browser, "table.contents a[href='memory-and-precision.html']").await;
    browser.read("main h1", "Memory").await;
    inspect::leaf(&browser, "22-guide-questions").await;
    let question: String = browser.value("return document.querySelector('.question h2').id;", vec![]).await;
    let id = question.strip_prefix("q-").unwrap().to_owned();
    press_link(&browser, &format!("#{question} ~ .jump a")).await;
    at_place(&browser, "memory-and-precision-answers.html", &format!("a-{id}")).await;
    inspect::leaf(&browser, "23-guide-answers").await;
    inspect::document(&browser, "guide-desk", 1, "light", 1_000).await;
    inspect::keeps_together(&browser, &[".answer h2", ".answer .meta"]).await;
    press_link(&browser, &format!("#a-{id} ~ .meta a")).await;
    at_place(&browser, "memory-and-precision.html", &question).await;
    browser.client.back().await.unwrap();
    at_place(&browser, "memory-and-precision-answers.html", &format!("a-{id}")).await;

    for page in ["transformer-architecture", "topics", "sources"] {
        browser.go(&format!("file://{}/{page}.html", folder.path().display())).await;
        inspect::leaf(&browser, &format!("24-guide-{page}")).await;
    }
    browser.close().await;
}

async fn press_link(browser: &Browser, selector: &str) {
    browser.see(selector).await.click().await.unwrap();
}

/// On this page with this heading in view, and with nothing loaded but what lies beside it.
async fn at_place(browser: &Browser, page: &str, id: &str) {
    let there = "const e = document.getElementById(arguments[1]); \
        return location.pathname.endsWith('/' + arguments[0]) && location.hash === '#' + arguments[1] && !!e \
            && e.getBoundingClientRect().top >= 0 && e.getBoundingClientRect().top < innerHeight;";
    browser.until(there, vec![json!(page), json!(id)], &format!("{page} shows {id}")).await;
    let loaded = "return performance.getEntriesByType('resource').map((entry) => entry.name);";
    let loaded: Vec<String> = browser.value(loaded, vec![]).await;
    assert!(loaded.iter().all(|address| address.starts_with("file:")), "{loaded:?}");
    inspect::quiet(browser).await;
}
