//! What holds for every page in every window: no sideways scrolling, targets big enough, labels, and a quiet console; pictures.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::driver::{Browser, SCHEMES, SIZES};

/// Finds what is wrong with the page as it stands, as a list of sentences.
const FAULTS: &str = r#"
const faults = [];
const say = (what, e) => faults.push(`${what}: ${e ? e.outerHTML.slice(0, 120) : ""}`);
const root = document.documentElement;
if (root.scrollWidth > window.innerWidth) say(`scrolls sideways: ${root.scrollWidth} in ${window.innerWidth}`);
if (root.lang !== "en") say("no language");
if (document.querySelectorAll("h1").length !== 1) say("not one h1");
if (document.querySelectorAll("main").length !== 1) say("not one main");
const visible = (e) => e.getClientRects().length > 0 && !e.closest(".hidden");
for (const e of document.querySelectorAll("input:not([type=hidden]), select")) if (!e.labels.length) say("no label", e);
for (const e of document.querySelectorAll("button, .button, nav a, select, input:not([type=hidden]):not([type=radio]), summary")) {
  if (visible(e) && e.getBoundingClientRect().height < 43.5 && !e.matches("details.card > summary")) say("too small to touch", e);
}
for (const e of document.querySelectorAll("table")) if (e.closest(".scroll") && !e.querySelector("th[scope]")) say("no scope", e);
let last = 0;
for (const e of document.querySelectorAll("main h1, main h2, main h3, main h4, main h5, main h6")) {
  const level = Number(e.tagName[1]);
  if (level > last + 1) say(`heading skips from ${last} to ${level}`, e);
  last = level;
}
const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const parse = (text) => { const n = text.match(/[\d.]+/g).map(Number); return n.length > 3 && n[3] === 0 ? null : n.slice(0, 3); };
const ground = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c) return c; } return [255, 255, 255]; };
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const e = walker.currentNode.parentElement;
  if (!walker.currentNode.textContent.trim() || !visible(e) || e.closest(".skip, :disabled, [aria-disabled]")) continue;
  const a = light(parse(getComputedStyle(e).color)), b = light(ground(e));
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < 4.5) say(`contrast ${ratio.toFixed(2)}`, e);
}
return faults;
"#;

/// Looks at the page in each size and scheme, and keeps a picture of each.
pub(crate) async fn page(browser: &Browser, name: &str) {
    for size in SIZES {
        for scheme in SCHEMES {
            window(browser, name, size, scheme, &[]).await;
        }
    }
    browser.look((SIZES[1].1, SIZES[1].2), SCHEMES[0]).await;
    quiet(browser).await;
}

/// The same for a page of the guide, which arranges itself as it loads. Its frame is mdBook's: a book's title is a heading of
/// its own there, and buttons are small.
pub(crate) async fn leaf(browser: &Browser, name: &str) {
    for size in SIZES {
        for scheme in SCHEMES {
            browser.look((size.1, size.2), scheme).await;
            browser.client.refresh().await.unwrap();
            window(browser, name, size, scheme, &["not one h1", "too small to touch"]).await;
        }
    }
    browser.look((SIZES[1].1, SIZES[1].2), SCHEMES[0]).await;
    browser.client.refresh().await.unwrap();
    quiet(browser).await;
}

/// `excused`: how faults begin that are none here.
async fn window(browser: &Browser, name: &str, size: (&str, u32, u32), scheme: &str, excused: &[&str]) {
    let (window, width, height) = size;
    let picture = browser.picture((width, height), scheme, 12_000).await;
    keep(&Path::new("target/screenshots").join(format!("{name}-{window}-{scheme}.png")), &picture);
    let mut faults: Vec<String> = browser.value(FAULTS, vec![]).await;
    faults.retain(|fault| !excused.iter().any(|kind| fault.starts_with(kind)));
    assert!(faults.is_empty(), "{name} on a {window} in {scheme}:\n{}", faults.join("\n"));
}

/// A picture for the documentation, where one is asked for by `TRAPLINE_SCREENSHOTS=docs`.
pub(crate) async fn document(browser: &Browser, name: &str, window: usize, scheme: &str, tallest: u32) {
    if std::env::var("TRAPLINE_SCREENSHOTS").is_ok_and(|wanted| wanted == "docs") {
        let (_, width, height) = SIZES[window];
        let picture = browser.picture((width, height.min(tallest)), scheme, tallest).await;
        keep(&Path::new("docs/images").join(format!("{name}.png")), &picture);
        browser.look((SIZES[1].1, SIZES[1].2), SCHEMES[0]).await;
    }
}

/// The console has no error: no policy was broken, no script failed. A form that was refused is noted there by its status.
pub(crate) async fn quiet(browser: &Browser) {
    let mut said = browser.console().await;
    said.retain(|line| !line.contains("status of 422"));
    assert!(said.is_empty(), "the console says: {said:#?}");
}

/// What the page says about itself that a reader of the screen hears.
pub(crate) async fn pressed(browser: &Browser, selector: &str) -> Value {
    browser
        .value("return document.querySelector(arguments[0])?.getAttribute('aria-pressed');", vec![selector.into()])
        .await
}

/// Somebody who looks sees this, and all others like it: they are not hidden, and within the window. Waits for what still moves.
pub(crate) async fn seen(browser: &Browser, selector: &str) {
    let seen = "const all = [...document.querySelectorAll(arguments[0])]; \
        return all.length > 0 && all.every((e) => { const box = e.getBoundingClientRect(); \
            return !e.closest('.hidden') && box.height > 10 && box.top >= 0 && box.bottom <= innerHeight; });";
    browser.until(seen, vec![selector.into()], &format!("{selector} is seen")).await;
}

/// On paper no page ends behind these.
pub(crate) async fn keeps_together(browser: &Browser, selectors: &[&str]) {
    browser.paper(true).await;
    for selector in selectors {
        let end = "return getComputedStyle(document.querySelector(arguments[0])).breakAfter;";
        let end: String = browser.value(end, vec![(*selector).into()]).await;
        assert_eq!(end, "avoid", "{selector} may end a page");
    }
    browser.paper(false).await;
}

fn keep(path: &Path, picture: &[u8]) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, picture).unwrap();
}
