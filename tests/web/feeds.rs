//! The admin's form: what comes back when it can't be saved, and what it takes to mean.

use reqwest::StatusCode;

use crate::channel::Channel;
use crate::{admin, bank};

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
