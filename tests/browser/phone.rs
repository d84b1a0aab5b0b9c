//! What somebody with a phone must see without looking for it, with the page's script and without.

use serde_json::json;
use trapline::bank::Bank;
use trapline::core::trap::Kind;
use trapline::guide;

use crate::channel::Channel;
use crate::driver::Browser;
use crate::{builtin, fill, inspect};

/// Width and height in CSS pixels: a small phone, and one as high as most are at least.
const PHONES: [(u32, u32); 2] = [(360, 640), (360, 740)];

/// The browser goes by this name from now on.
async fn join(browser: &Browser, channel: &Channel, name: &str) {
    browser.go(&channel.url).await;
    browser.see("#name").await.send_keys(name).await.unwrap();
    browser.enter().await;
    browser.see("[data-options], [name=value]").await;
}

async fn tap(browser: &Browser, selector: &str) {
    browser.see(selector).await.click().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn how_sure_one_is_can_be_said_at_once() {
    let channel = Channel::open(builtin(|trap| matches!(trap.kind, Kind::Choice { .. }))).await;
    let round = channel.open_round().await.round;
    let browser = Browser::start().await;
    join(&browser, &channel, "Ada").await;
    for (size, runs) in PHONES.into_iter().flat_map(|size| [(size, true), (size, false)]) {
        browser.look(size, "light").await;
        browser.script(runs).await;
        // Where things move, they arrive.
        browser.motion(if size == PHONES[0] { "reduce" } else { "no-preference" }).await;
        browser.go(&channel.url).await;
        for (position, letter) in ('A'..).take(round.order.len()).enumerate() {
            tap(&browser, &format!("#o-{}-{position}", round.id)).await;
            browser.read(".receipt", &format!("Locked in: {letter}, ")).await;
            inspect::seen(&browser, ".receipt .buttons button").await;
        }
        let certain = format!("[id='t1:c:{}:certain']", round.id);
        tap(&browser, &certain).await;
        browser.read(".receipt", ", certain").await;
        inspect::seen(&browser, ".receipt .buttons button").await;
        tap(&browser, &format!("[id='t1:c:{}:guess']", round.id)).await;
        browser.read(".receipt", ", guess").await;
    }
    browser.close().await;
    channel.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_feed_is_seen_where_it_is() {
    let channel = Channel::open(builtin(|_| true)).await;
    let browser = Browser::start().await;
    browser.go(&channel.admin_url).await;
    let wrong = [
        ("timezone", "berlin"),
        ("time", "9 o'clock"),
        ("days", "someday"),
        ("reveal_after", "100"),
        ("cron", "99 9 * * *"),
    ];
    for (size, runs) in [(PHONES[0], true), (PHONES[0], false), ((1280, 900), true)] {
        browser.look(size, "light").await;
        browser.script(runs).await;
        for (field, typed) in wrong {
            browser.go(&format!("{}/feed", channel.url)).await;
            let id = format!("#feed-1-{field}");
            fill(&browser, &id, typed).await;
            let error = format!("{id}-error");
            browser.see(&error).await;
            inspect::seen(&browser, &format!("{id}, {error}")).await;
            let kept: String = browser.value("return document.activeElement.value;", vec![]).await;
            assert_eq!(kept, typed, "{field} has the focus");
            let radio = "return document.querySelector('form.feed [name=rule]:checked').value;";
            let rule: String = browser.value(radio, vec![]).await;
            assert_eq!(rule == "cron", field == "cron", "{field}");
            let top: String = browser.text("main .card.bad").await;
            assert!(top.starts_with("Not saved."), "{field}: {top}");
        }
        browser.go(&format!("{}/feed", channel.url)).await;
        fill(&browser, "#feed-1-reveal_after", "8").await;
        inspect::seen(&browser, "#feed-1--error").await;
        assert_eq!(browser.text("#feed-1--error").await, "Nothing was changed.");
    }
    inspect::quiet(&browser).await;
    browser.close().await;
    channel.close().await;
}

/// Help, which has a card of facts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_each_confidence_pays_has_one_line() {
    let channel = Channel::open(builtin(|trap| trap.number == 1)).await;
    let browser = Browser::start().await;
    browser.look(PHONES[0], "light").await;
    browser.go(&format!("{}/help", channel.url)).await;
    browser.read(".facts", "Certain").await;
    let beside = "return [...document.querySelectorAll('.facts > div')].map((fact) => \
        fact.querySelector('dd').getBoundingClientRect().top < fact.querySelector('dt').getBoundingClientRect().bottom);";
    let beside: Vec<bool> = browser.value(beside, vec![]).await;
    assert_eq!(beside, [true; 3]);
    browser.close().await;
    channel.close().await;
}

/// A table of the guide that does not fit shows that there is more of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wide_tables_of_the_guide_have_a_shade_at_the_edge() {
    let folder = tempfile::tempdir().unwrap();
    guide::write(&Bank::builtin().expect("the built-in bank is good"), folder.path()).unwrap();
    let browser = Browser::start().await;
    // The shade is behind the table: of its rows none may hide it.
    let shaded = "const table = document.querySelector(arguments[0]), box = table.closest('.scroll'); \
        const clear = (e) => /, 0(\\.\\d+)?\\)|\\/ 0?\\.\\d+\\)/.test(getComputedStyle(e).backgroundColor); \
        return box.scrollWidth > box.clientWidth && getComputedStyle(box).backgroundImage.split('gradient').length === 5 \
            && [table, ...table.querySelectorAll('thead, tr, th, td')].every(clear);";
    for scheme in ["light", "dark"] {
        // On a phone all of them may fit.
        browser.look((260, 640), scheme).await;
        browser.go(&format!("file://{}/transformer-architecture.html", folder.path().display())).await;
        browser.until(shaded, vec![json!(".guide .scroll table")], "a wide table has its shade").await;
    }
    browser.close().await;
}
