//! What platforms with buttons for everything show: feeds, the library, a page of one's own.

use super::*;

fn all(cards: &[Card]) -> String {
    cards.iter().map(dump).collect::<Vec<_>>().join("\n\n")
}

#[test]
fn a_board_of_feeds() {
    let paused = FeedView { open: Some(RoundId(7)), ..feed_view(State::Paused) };
    insta::assert_snapshot!(all(&[
        feed_board(&[], noon()),
        feed_board(&[feed_view(State::Active), paused], noon()),
        vec![scopes_missing(&["im:write".to_owned(), "users:read".to_owned()]), token_refused("token_revoked")],
        vec![form_unopened()],
    ]
    .concat()));
}

#[test]
fn a_receipt_to_change_the_answer_in() {
    let receipt = Receipt {
        round: RoundId(7),
        headline: trap().headline,
        said: b(),
        confidence: Confidence::Sure,
        before: None,
        reveal_at: None,
        zone: Berlin,
    };
    insta::assert_snapshot!(dump(&receipt_here(&receipt, &round(trap()))));
}

#[test]
fn a_page_of_ones_own() {
    let mine = |said| Mine { round: round(trap()), answered: 3, said, channel: "42".into(), message: Some("5".into()) };
    let open = [mine(None), mine(Some((b(), Confidence::Certain)))];
    let link = |_: &Mine| Some("https://example.org/post".to_owned());
    insta::assert_snapshot!(all(&[home(&open, Some(noon()), link), home(&[], None, |_| None)].concat()));
}

#[test]
fn a_library_to_press() {
    let found = [(trap().id, "The FP32 Hidden Tax · llm-system-design 45".to_owned())];
    insta::assert_snapshot!(all(&[library_found(&found), library_found(&[]), privacy(), privacy_export_sent(2100)]));
}

#[test]
fn refusals_of_places_that_invite() {
    let all = [
        Refusal::NotInChannel { channel: "42".into() },
        Refusal::ChannelArchived { channel: "42".into() },
        Refusal::UnknownCommand { given: "tody`".into(), near: vec!["today".into()] },
        Refusal::UnknownCommand { given: String::new(), near: vec![] },
    ];
    let blocked = [Blocked::NotInChannel, Blocked::ChannelUnseen, Blocked::ChannelArchived].map(|reason| {
        dump(&super::blocked(&feed_view(State::Blocked { reason: reason.clone(), since: noon() }), &reason))
    });
    let lines: Vec<String> = all.iter().map(|refused| dump(&refusal(refused))).chain(blocked).collect();
    insta::assert_snapshot!(lines.join("\n"));
}
