//! What is found by comparing traps: with each other, and as a set.

use std::fmt::Write;

use super::{CHOICE, check, folder, today};

const RIGHT: &str = "Run {{ needed }} replicas, so that the work of each second finishes within it";
const BAIT: &str = "Double the gateway's buffer, so that the burst waits until replicas are ready";
const ALERT: &str = "Alert on the mean latency, so that replicas restart before the wait builds up";
const HALVE: &str = "Halve the weights' precision, so that each replica holds twice the requests";

/// The good trap as number `n`, in words that no other has: each gets letters of its own behind it.
fn in_other_words(n: usize, text: &str) -> String {
    let code: String = format!("{n:03}").bytes().map(|digit| char::from(b'b' + digit - b'0')).collect();
    let front = text.rfind("+++").expect("front matter");
    let mut out = text[..front].replace("id = \"test-queue-or-capacity\"", &format!("id = \"t-{n}\""));
    out = out.replace("number = 12", &format!("number = {n}"));
    for line in text[front..].lines() {
        let kept = line.starts_with("mistake") || line.starts_with("## ") || line == "### Outline";
        let from = if kept { line.len() } else { line.find(": ").map_or(0, |at| at + 2) };
        out.push_str(&line[..from]);
        for (index, prose) in line[from..].replace("{{", "`{{").replace("}}", "}}`").split('`').enumerate() {
            for word in prose.split_inclusive(|c: char| !c.is_ascii_alphabetic()) {
                let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
                let common = ["would", "right", "only", "Run", "The", "if"].contains(&bare) || bare.len() < 3;
                let code = if index % 2 == 1 || common { "" } else { &code };
                let _ = write!(out, "{bare}{code}{}", &word[bare.len()..]);
            }
        }
        out.push('\n');
    }
    out
}

/// The report on so many traps, each made out of the good one by `change`, with the folder's path taken off.
fn report(count: usize, change: impl Fn(usize, &str) -> String) -> String {
    let files: Vec<(String, String)> =
        (1..=count).map(|n| (format!("memory/{n:03}-t.md"), in_other_words(n, &change(n, CHOICE)))).collect();
    let borrowed: Vec<(&str, &[u8])> = files.iter().map(|(n, t)| (n.as_str(), t.as_bytes())).collect();
    let dir = folder(&borrowed);
    let report = check(&[dir.path().to_owned()], today()).to_string();
    report.replace(&format!("{}/", dir.path().display()), "").replace(&dir.path().display().to_string(), "BANK")
}

/// The findings of a rule.
fn of_rule(report: &str, rule: &str) -> Vec<String> {
    report.lines().filter(|line| line.contains(&format!("[{rule}]"))).map(str::to_owned).collect()
}

#[test]
fn twenty_traps_are_judged_as_a_set() {
    let report = report(20, |_, text| text.to_owned());
    assert!(!report.contains("error["), "{report}");
    let set: String = report.lines().filter(|line| line.contains("[S")).fold(String::new(), |all, l| all + l + "\n");
    insta::assert_snapshot!(set);
    assert_eq!(of_rule(&self::report(19, |_, text| text.to_owned()), "S02"), [""; 0], "nineteen are too few to judge");
}

#[test]
fn a_learner_that_sees_only_options_finds_the_word_that_gives_them_away() {
    // Where each text is right in every fourth trap, it tells nothing.
    let swapped = |n: usize, text: &str| {
        let other = [RIGHT, BAIT, ALERT, HALVE][n % 4];
        text.replace(RIGHT, "RIGHT").replace(other, RIGHT).replace("RIGHT", other)
    };
    assert_eq!(of_rule(&report(40, swapped), "S03"), [""; 0]);
    let told = of_rule(&report(40, |_, text| text.to_owned()), "S03");
    assert!(
        told.len() == 1 && told[0].contains("right in 100 % of 40 traps") && told[0].contains("memory 1, memory 2"),
        "{told:?}"
    );
}

#[test]
fn absolute_words_that_tell_wrong_options_are_counted_over_the_set() {
    let told = of_rule(&report(20, |_, text| text.replace("Alert on", "Alert only on")), "S04");
    assert!(
        told.len() == 1 && told[0].contains("0 % of right options hold an absolute word, and 33 % of wrong"),
        "{told:?}"
    );
}

#[test]
fn a_hundred_traps_leave_no_area_out() {
    let topics = [
        "attention",
        "rag",
        "post-training",
        "nlp",
        "computer-vision",
        "bandits",
        "serving",
        "data",
        "evaluation",
        "statistics",
        "recommendation",
        "privacy",
        "gpu",
        "losses",
    ];
    let about = |areas: usize| {
        move |n: usize, text: &str| {
            text.replace("topics = [\"serving\"]", &format!("topics = [\"{}\"]", topics[n % areas]))
        }
    };
    assert_eq!(of_rule(&report(100, about(14)), "S07"), [""; 0]);
    let told = of_rule(&report(100, about(13)), "S07");
    assert!(told.len() == 1 && told[0].contains("no trap is about deep-learning fundamentals"), "{told:?}");
    assert_eq!(of_rule(&report(99, about(13)), "S07"), [""; 0], "a small bank may have gaps");
    assert_eq!(of_rule(&report(100, about(6)), "S07"), [""; 0], "a bank about a few areas means to be");
}

#[test]
fn a_run_of_words_in_two_traps_is_named_with_line_and_other_file() {
    let said = |text: String| {
        let dir =
            folder(&[("memory/012-queue-or-capacity.md", CHOICE.as_bytes()), ("memory/013-t.md", text.as_bytes())]);
        check(&[dir.path().to_owned()], today()).to_string().replace(&format!("{}/", dir.path().display()), "")
    };
    let seven = "any buffer fills; a larger one means nobody";
    let eight = "Any buffer *fills*; a larger one means\nthat callers, 3 of them, leave";
    let other =
        |run: &str| in_other_words(13, CHOICE).replace("\n## Follow-up", &format!("\nHence {run}.\n\n## Follow-up"));
    assert_eq!(of_rule(&said(other(seven)), "I21"), [""; 0]);
    let told = of_rule(&said(other(eight)), "I21");
    let line = other(eight).lines().position(|line| line.starts_with("Hence")).unwrap() + 1;
    assert!(
        told.len() == 1 && told[0].starts_with(&format!("memory/013-t.md:{line}: error[I21]: 9 words in a row")),
        "{told:?}"
    );
    assert!(
        told[0].contains("memory/012-queue-or-capacity.md") && told[0].contains("'Any buffer *fills*;"),
        "{told:?}"
    );
}

#[test]
fn a_trap_that_asks_the_same_in_nearly_the_same_words_is_refused() {
    let said = |text: &str| {
        let dir =
            folder(&[("memory/012-queue-or-capacity.md", CHOICE.as_bytes()), ("memory/013-t.md", text.as_bytes())]);
        of_rule(&check(&[dir.path().to_owned()], today()).to_string(), "I26")
    };
    let same = CHOICE.replace("number = 12", "number = 13").replace("id = \"test-queue-or-capacity\"", "id = \"t-13\"");
    let told = said(&same);
    assert!(told.len() == 1 && told[0].contains("error[I26]"), "{told:?}");
    // The same case and question, with another answer.
    let fresh = in_other_words(13, CHOICE);
    let cut = |text: &str, from: &str, to: &str| text[text.find(from).unwrap()..text.find(to).unwrap()].to_owned();
    let case = |text: &str| cut(text, "## Scenario", "\n## Options");
    let near = said(&fresh.replace(&case(&fresh), &case(CHOICE)));
    assert!(near.len() == 1 && near[0].contains("warning[I26]"), "{near:?}");
    assert_eq!(said(&fresh), [""; 0]);
}

#[test]
fn a_waiver_in_a_file_holds_for_what_the_set_finds_in_it() {
    let waived = |n: usize, text: &str| {
        let waiver =
            "[[waive]]\nrule = \"S11\"\nreason = \"one belief, three cases\"\nuntil = 2027-01-01\n+++\n\n## Sc";
        if n == 3 { text.replacen("+++\n\n## Sc", waiver, 1) } else { text.to_owned() }
    };
    let plain = of_rule(&report(20, |_, text| text.to_owned()), "S11");
    assert!(plain.len() == 3 && plain[0].starts_with("memory/003-t.md"), "{plain:?}");
    assert_eq!(of_rule(&report(20, waived), "S11"), [""; 0]);
}
