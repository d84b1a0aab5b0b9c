//! The admin's page: who may use it, what comes back when a form can't be saved, and what it takes to mean.

use reqwest::StatusCode;
use trapline::bank::Bank;

use crate::agent::Agent;
use crate::channel::{ADMIN_KEY, Channel};
use crate::{ROLES, admin, bank, traps};

/// The form as it stands in the page, in the order of its fields; `changed`: what somebody without a script typed or chose in it.
fn filled<'f>(page: &'f str, changed: &[(&'static str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let form = &page[page.find("action=\"/feed/1\"").unwrap()..];
    let form = &form[..form.find("</form>").unwrap()];
    let of = |tag: &'f str, attribute: &str| {
        let start = format!(" {attribute}=\"");
        tag.split(&start).nth(1).and_then(|rest| rest.split('"').next())
    };
    let inputs = form.split("<input").skip(1).map(|rest| rest.split('>').next().unwrap());
    let sent = inputs.filter(|tag| !tag.contains("type=\"radio\"") || tag.contains(" checked"));
    let mut fields: Vec<_> = sent.map(|tag| (of(tag, "name").unwrap(), of(tag, "value").unwrap())).collect();
    fields.retain(|(name, _)| *name != "csrf" && changed.iter().all(|(other, _)| other != name));
    fields.extend_from_slice(changed);
    fields
}

#[tokio::test]
async fn what_was_not_saved_is_said_at_the_top_and_the_field_has_the_focus() {
    let channel = Channel::open(bank()).await;
    let mut admin = admin(&channel).await;
    let cron = [("rule", "cron"), ("cron", "99 9 * * *")];
    let cases = [
        ("timezone", "Time zone", vec![("timezone", "berlin")]),
        ("time", "Time", vec![("time", "9 o'clock")]),
        ("days", "Days", vec![("days", "someday")]),
        ("reveal_after", "Reveal after", vec![("reveal_after", "100")]),
        ("cron", "Crontab", cron.to_vec()),
        ("topic", "Topic", vec![("topic", "knitting")]),
    ];
    for (field, label, changed) in cases {
        let page = admin.get("/feed").await.body;
        let answer = admin.post("/feed/1", &filled(&page, &changed)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        let page = answer.body;
        assert!(page.contains("<title>Not saved: feed settings · Trapline</title>"), "{field}: {page}");
        let lead = format!("see <a href=\"#feed-1-{field}\">{label}</a>");
        assert!(page.contains("<strong>Not saved.</strong>") && page.contains(&lead), "{field}: {page}");
        let tag = page.split('<').find(|tag| tag.contains(&format!(" id=\"feed-1-{field}\""))).unwrap();
        for part in [" autofocus", "aria-invalid=\"true\"", &format!("aria-describedby=\"feed-1-{field}-error\"")] {
            assert!(tag.contains(part), "{field} has no {part}: {tag}");
        }
        assert_eq!(page.matches(" autofocus").count(), 1, "{field}");
    }
    channel.close().await;
}

#[tokio::test]
async fn what_is_typed_is_meant_whichever_way_is_chosen() {
    let channel = Channel::open(bank()).await;
    let mut admin = admin(&channel).await;
    let steps = [
        // Typed, with the choice left where it was.
        (vec![("cron", "0 7 * * 1-5")], "07:00"),
        (vec![("time", "18:30")], "18:30 every day"),
        // Chosen with what was there.
        (vec![("rule", "cron"), ("cron", "15 6 * * *")], "06:15"),
        (vec![("rule", "time"), ("cron", "15 6 * * *")], "09:00 every day"),
    ];
    for (changed, said) in steps {
        let page = admin.get("/feed").await.body;
        let answer = admin.post("/feed/1", &filled(&page, &changed)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{changed:?}: {}", answer.body);
        let page = admin.get("/feed").await.body;
        let now = &page[page.find("<h2>Feed 1</h2>").unwrap()..page.find("<form").unwrap()];
        assert!(now.contains(said), "{changed:?} is no {said}: {now}");
    }
    channel.close().await;
}

#[tokio::test]
async fn an_edit_that_changes_nothing_is_no_mistake() {
    let channel = Channel::open(bank()).await;
    let mut admin = admin(&channel).await;
    let page = admin.get("/feed").await.body;
    let page = admin.post("/feed/1", &filled(&page, &[])).await.body;
    assert!(page.contains("Nothing was changed.") && !page.contains("Name at least one"), "{page}");
    assert!(!page.contains("Not saved"), "{page}");
    channel.close().await;
}

#[tokio::test]
async fn a_reveal_takes_a_second_tap() {
    let channel = Channel::open(bank()).await;
    let page = admin(&channel).await.get("/feed").await.body;
    let fold = &page[page.find("<summary>Reveal now</summary>").unwrap()..];
    let fold = &fold[..fold.find("</details>").unwrap()];
    assert!(fold.contains("be taken back") && fold.contains("action=\"/feed/1/reveal\""), "{fold}");
    assert_eq!(page.matches("/feed/1/reveal").count(), 1, "{page}");
    channel.close().await;
}

#[tokio::test]
async fn settings_are_for_the_admin() {
    let channel = Channel::open(bank()).await;
    let mut ada = Agent::named(&channel.url, "Ada").await;
    for path in ["/feed", "/feed/preview"] {
        let refused = ada.get(path).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
        assert!(refused.body.contains("Only the admin of this page can do that."), "{}", refused.body);
    }
    for path in ["/feed", "/feed/1", "/feed/1/pause", "/feed/1/reveal", "/feed/1/remove"] {
        assert_eq!(ada.post(path, &[("time", "10:00")]).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let wrong = ada.get("/?admin=0123").await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert!(wrong.body.contains("<code>trapline admin</code> prints it again"), "{}", wrong.body);
    assert!(!ada.cookies.contains_key("trapline_admin"));
    ada.cookies.insert("trapline_admin".to_owned(), ADMIN_KEY.to_owned());
    assert_eq!(ada.get("/feed").await.status, StatusCode::FORBIDDEN, "the key itself is no cookie");
    assert_eq!(admin(&channel).await.get("/feed").await.status, StatusCode::OK);
    channel.close().await;
}

#[tokio::test]
async fn bad_settings_come_back_with_the_message_by_their_field_and_change_nothing() {
    let channel = Channel::open(bank()).await;
    let mut admin = admin(&channel).await;
    let cases = [
        ("timezone", "Europe/Berlim", "Europe/Berlin"),
        ("time", "25:61", "09:00"),
        ("days", "somedays", "weekdays"),
        ("series", "ml-sistem-design", "ml\\-system\\-design"),
        ("reveal_after", "soon", "1 to 72 hours"),
        ("reveal_after", "73", "1 to 72 hours"),
    ];
    for (field, value, hint) in cases {
        let mut fields = vec![
            ("rule", "time"),
            ("time", "10:30"),
            ("days", "daily"),
            ("timezone", "Europe/Paris"),
            ("order", "mixed"),
            ("reveal_after", "8"),
        ];
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let answer = admin.post("/feed/1", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(answer.body.contains(&format!("id=\"feed-1-{field}-error\"")), "{field}: {}", answer.body);
        assert!(answer.body.contains(&format!("value=\"{value}\"")), "{field} is not filled in again");
        assert!(answer.body.contains(&hint.replace('\\', "")), "{field} does not hint at {hint}: {}", answer.body);
    }
    let cron = [("rule", "cron"), ("cron", "61 9 * * *"), ("timezone", "Europe/Paris")];
    let answer = admin.post("/feed/1", &cron).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("id=\"feed-1-cron-error\"") && answer.body.contains("value=\"61 9 * * *\""));
    assert!(admin.get("/feed").await.body.contains("09:00 every day, Europe/Berlin"));

    let good = [
        ("rule", "time"),
        ("time", "18:30"),
        ("days", "weekdays"),
        ("timezone", "Europe/Paris"),
        ("reveal_after", "0"),
    ];
    let answer = admin.post("/feed/1", &good).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/feed?done=edit&feed=1"));
    let page = admin.get(answer.location()).await.body;
    assert!(page.contains("18:30 on weekdays, Europe/Paris") && page.contains("Feed 1 is changed"), "{page}");
    let receipt = &page[page.find("class=\"receipt\"").unwrap()..page.find("<h2>Feed 1</h2>").unwrap()];
    assert!(receipt.contains("18:30 Europe/Paris") && !receipt.contains("<time"), "each time once: {receipt}");
    channel.close().await;
}

#[tokio::test]
async fn an_admin_runs_the_feed_by_hand() {
    let channel = Channel::open(Bank::from_traps(vec![traps::choice(ROLES), traps::number()])).await;
    let mut admin = admin(&channel).await;
    assert_eq!(admin.post("/feed/1/pause", &[]).await.status, StatusCode::SEE_OTHER);
    assert!(admin.get("/feed").await.body.contains("<strong>paused</strong>"));
    admin.post("/feed/1/resume", &[]).await;
    admin.post("/feed/1/reveal", &[]).await;
    channel.settle().await;
    assert!(admin.get("/").await.body.contains("Latest reveal"));
    assert!(admin.get("/feed/preview").await.body.contains("A neutral headline"));
    admin.post("/feed/1/post", &[]).await;
    channel.settle().await;
    assert!(admin.get("/").await.body.contains("Today's trap"));
    assert_eq!(admin.post("/feed/1/explode", &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(admin.post("/feed/7/pause", &[]).await.status, StatusCode::NOT_FOUND);
    assert!(admin.get("/feed").await.body.contains("Add another feed"));
    let removed = admin.post("/feed/1/remove", &[]).await;
    assert_eq!((removed.status, removed.location()), (StatusCode::SEE_OTHER, "/feed?done=remove&feed=1"));
    let page = admin.get(removed.location()).await.body;
    assert!(page.contains("Feed 1 is removed") && page.contains("Add a feed"), "{page}");
    assert!(!admin.get("/feed").await.body.contains("Feed 1<"));
    channel.close().await;
}
