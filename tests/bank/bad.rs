//! Files that are wrong, each in its own way, and what is said of them.

use super::*;

/// The front matter of a figure, before the sources that follow it.
fn figure(kind: &str, rest: &str) -> String {
    format!("[figure]\nkind = \"{kind}\"\ntitle = \"T\"\nalt = \"A\"\n\n{rest}\n\n[[source]]")
}

fn curve(x: &str, y: &str, point: &str) -> String {
    let axes = format!("[figure.x]\nlabel = \"x\"\n{x}\n\n[figure.y]\nlabel = \"y\"");
    let data = format!(
        "[[figure.curve]]\nlabel = \"c\"\ny = \"{y}\"\n\n[[figure.point]]\nlabel = \"p\"\nx = \"{point}\"\ny = \"1\""
    );
    figure("curve", &format!("{axes}\n\n{data}"))
}

fn grid(rows: &str, value: &str) -> String {
    figure("grid", &format!("[figure.grid]\nrows = \"{rows}\"\ncolumns = \"2\"\nvalue = \"{value}\""))
}

fn timeline(spans: &str) -> String {
    figure("timeline", &format!("[[figure.lane]]\nlabel = \"l\"\nspans = [ {spans} ]"))
}

/// One change to a good file for each rule that a file can break.
#[test]
fn bad_files_are_reported_by_line_and_rule() {
    let long = |words: usize| "word ".repeat(words);
    let part = |from: &str, to: &str| &CHOICE[CHOICE.find(from).unwrap()..CHOICE.find(to).unwrap()];
    let wrong = part("### bait: Double", "\n## Explanation");
    let rest = part("### bait: Double", "\n## Follow-up");
    let explanation = part("A queue changes", "\n## Follow-up");
    let rows: Vec<(&str, &str, &str, String)> = vec![
        ("P01 series", CHOICE, "series = \"memory\"", "series = \"serving\"".into()),
        ("P01 number", CHOICE, "number = 12", "number = 13".into()),
        ("P03 no front matter", CHOICE, "+++\nid", "---\nid".into()),
        ("P03 toml", CHOICE, "minutes = 2", "minutes = = 2".into()),
        ("P04 key", CHOICE, "minutes = 2", "minute = 2".into()),
        ("P04 key of a source", CHOICE, "year = 1961", "year = 1961\nurls = \"x\"".into()),
        ("P05 level", CHOICE, "level = \"mid\"", "level = \"medium\"".into()),
        ("P05 date", CHOICE, "2026-05-09", "\"2026-05-09\"".into()),
        ("P05 topics", CHOICE, "[\"serving\"]", "[\"Serving!\"]".into()),
        ("P05 vary lengths", NUMBER, "card_gb = [80, 40, 141]", "card_gb = [80, 40]".into()),
        ("P05 reserved name", CHOICE, "excess = ", "max = ".into()),
        ("P05 expression without quotes", CHOICE, "excess = \"arrivals - capacity\"", "excess = 24".into()),
        ("P05 url", CHOICE, "https://doi.org", "javascript:doi.org".into()),
        ("P05 answer without kind", CHOICE, "[given]", "[answer]\nunit = \"GB\"\ntolerance = 0.02\n\n[given]".into()),
        ("P06 section", CHOICE, "## Explanation", "## Explanations".into()),
        ("P06 second section", CHOICE, "## Ask", "## Scenario\n\nAgain.\n\n## Ask".into()),
        ("P06 text before", CHOICE, "## Scenario", "Hello.\n\n## Scenario".into()),
        ("P06 answer in a choice trap", CHOICE, "## Options", "## Answer".into()),
        ("P06 part", CHOICE, "### Outline", "### Outlines".into()),
        ("P07 role", CHOICE, "### bait:", "### trap:".into()),
        ("P07 mistake", CHOICE, "mistake = \"test-queue-hides-load\"", "mistake = test-queue-hides-load".into()),
        ("P08 unknown name", CHOICE, "\"servers * per_server\"", "\"server * per_server\"".into()),
        ("P08 division by zero", CHOICE, "\"excess * 60\"", "\"excess / (servers - 8)\"".into()),
        ("P08 in a variant only", CHOICE, "\"excess * 60\"", "\"1 / (arrivals - 150)\"".into()),
        ("P08 answer", NUMBER, "### bait: weights_gb", "### bait: weight_gb".into()),
        ("P09 unknown name", CHOICE, "by {{ excess }} a second", "by {{ exces }} a second".into()),
        ("P09 syntax", CHOICE, "{{ needed }}", "{{ needed".into()),
        ("P09 filter", CHOICE, "{{ needed }}", "{{ needed | bytes }}".into()),
        ("P10 html", CHOICE, "drops nothing.", "drops <b>nothing</b>.".into()),
        ("P10 image", CHOICE, "drops nothing.", "drops ![x](https://a.b/c.png).".into()),
        ("P10 heading", CHOICE, "drops nothing.", "drops nothing.\n\n#### More".into()),
        ("P10 link", CHOICE, "drops nothing.", "drops [it](role:1).".into()),
        ("P10 list in an option", CHOICE, "### right: Run", "### right: - Run".into()),
        ("P11 scenario", CHOICE, "drops nothing.", format!("drops nothing. {}", long(300))),
        ("P11 why", CHOICE, "Memory is not", format!("{}Memory is not", long(80))),
        ("P12 no bait", CHOICE, "### bait:", "### wrong:".into()),
        ("P12 second bait", CHOICE, "### wrong: Alert", "### bait: Alert".into()),
        ("P13 misconception", CHOICE, "\"test-queue-hides-load\"", "\"test-queue-hide-load\"".into()),
        (
            "P15 waiver",
            CHOICE,
            "+++\n\n## Sc",
            "[[waive]]\nrule = \"I99\"\nreason = \"x\"\nuntil = 2027-01-01\n+++\n\n## Sc".into(),
        ),
        ("P04 key of a figure", NUMBER, "unit = \"GB\"\n\n[[figure", "units = \"GB\"\n\n[[figure".into()),
        ("P05 kind of a figure", NUMBER, "kind = \"stack\"", "kind = \"pie\"".into()),
        ("P05 mark of a figure", NUMBER, "mark = \"bait\"", "mark = \"wrong\"".into()),
        ("P08 value of a figure", NUMBER, "value = \"master_gb\"", "value = \"master_mb\"".into()),
        ("P09 text of a figure", NUMBER, "\"{{ total_gb }} GB at", "\"{{ total }} GB at".into()),
        ("P11 title of a figure", NUMBER, "at the first step", format!("at the first {}", long(10))),
        ("P16 part in a variant", NUMBER, "value = \"master_gb\"", "value = \"params_b - 5\"".into()),
        ("P16 bars", NUMBER, "parts = [ { label = \"weights\", value = \"weights_gb\" } ]", "parts = []".into()),
        ("P16 empty text", NUMBER, "label = \"the card\"", "label = \" \"".into()),
        ("P16 character", NUMBER, "label = \"the card\"", "label = \"the 卡\"".into()),
        ("N01 typed number in a figure", NUMBER, "{{ total_gb }} GB at", "112 GB at".into()),
        ("I01 curve without its ends", CHOICE, "[[source]]", curve("", "1 / x", "2")),
        ("P16 axis", CHOICE, "[[source]]", curve("from = \"servers\"\nto = \"8\"", "1 / x", "8")),
        ("P16 curve without points", CHOICE, "[[source]]", curve("from = \"0\"\nto = \"9\"", "ln(0 - x - 1)", "2")),
        ("P08 name in a curve", CHOICE, "[[source]]", curve("from = \"0\"\nto = \"9\"", "z * 2", "2")),
        ("P16 point off the axis", CHOICE, "[[source]]", curve("from = \"0\"\nto = \"9\"", "1 / x", "12")),
        (
            "P16 logarithm of nothing",
            CHOICE,
            "[[source]]",
            curve("scale = \"log\"\nfrom = \"0\"\nto = \"9\"", "1 / x", "2"),
        ),
        ("P16 grid", CHOICE, "[[source]]", grid("excess", "row")),
        ("P08 cell", CHOICE, "[[source]]", grid("2", "1 / row")),
        (
            "P16 timeline",
            CHOICE,
            "[[source]]",
            timeline("{ label = \"a\", from = \"0\", to = \"2\" }, { label = \"b\", from = \"1\", to = \"3\" }"),
        ),
        ("N01 typed number", CHOICE, "by {{ excess }} a second", "by 24 a second".into()),
        ("I01 key", CHOICE, "minutes = 2\n", String::new()),
        ("I01 section", CHOICE, "## Ask\n\nWhich change ends the time-outs of that hour?\n", String::new()),
        (
            "I01 why",
            CHOICE,
            "Memory is not what runs out here: each replica's rate is given, whatever the batch.",
            String::new(),
        ),
        ("I01 mistake", CHOICE, "mistake = \"test-queue-hides-load\"\n", String::new()),
        ("I02 two options", CHOICE, part("### wrong: Alert", "\n## Explanation"), String::new()),
        ("I03 two right", CHOICE, "### wrong: Alert", "### right: Alert".into()),
        (
            "I03 same option",
            CHOICE,
            "Halve the weights' precision, so that each replica holds twice the requests",
            "Double the gateway's buffer so that the **burst** waits until replicas are ready!".into(),
        ),
        (
            "I04 all of the above",
            CHOICE,
            "Halve the weights' precision, so that each replica holds twice the requests",
            "Each alone is too little: all of the above are needed to end them".into(),
        ),
        (
            "I05 error",
            CHOICE,
            "finishes within it",
            "finishes within it and no request has to wait in the gateway any more".into(),
        ),
        ("I05 warning", CHOICE, "finishes within it", "finishes within it at the busy gateway".into()),
        ("I08 question marks", CHOICE, "of that hour?", "of that hour? And why?".into()),
        ("I09 option", CHOICE, "finishes within it", format!("finishes {}", long(30))),
        ("I10 negative", CHOICE, "Which change ends", "Which change does not end".into()),
        ("I11 absolutes", CHOICE, wrong, wrong.replace("so that", "so that always")),
        ("I12 hedge", CHOICE, "finishes within it", "usually finishes within it".into()),
        (
            "I13 clang",
            CHOICE,
            "the work of each second finishes within it",
            "requests of a ranking service finish as callers of the gateway arrive".into(),
        ),
        (
            "I14 centre",
            CHOICE,
            "Run {{ needed }} replicas, so that the work of each second finishes within it",
            "Double the gateway's buffer, alert on mean latency, so that the burst waits and each replica holds twice the requests".into(),
        ),
        (
            "I15 another form",
            CHOICE,
            "Alert on the mean latency, so that replicas",
            "The alerts come at the mean latency, so that replicas".into(),
        ),
        (
            "I15 units",
            CHOICE,
            part("### right: Run", "\n## Explanation"),
            part("### right: Run", "\n## Explanation")
                .replace("Run {{ needed }} replicas, so that the work of each second finishes within it", "10 replicas")
                .replace("Double the gateway's buffer, so that the burst waits until replicas are ready", "20 s")
                .replace("Alert on the mean latency, so that replicas restart before the wait builds up", "40 replicas")
                .replace("Halve the weights' precision, so that each replica holds twice the requests", "80 replicas"),
        ),
        ("I16 words", CHOICE, explanation, "It would be right if short.\n".into()),
        ("I16 condition", CHOICE, rest, rest.replace("would be", "is")),
        (
            "I16 belief",
            CHOICE,
            rest,
            rest.replace("queue", "line")
                .replace("load", "rate")
                .replace("capacity.", "rate.")
                .replace("absorb", "help with")
                .replace("long", "much")
                .replace("test-line-hides-rate", "test-queue-hides-load"),
        ),
        (
            "I17 right twice",
            NUMBER,
            "no_master_gb = \"total_gb - master_gb\"",
            "no_master_gb = \"total_gb * 1.01\"".into(),
        ),
        ("I18 too near", NUMBER, "no_master_gb = \"total_gb - master_gb\"", "no_master_gb = \"total_gb * 1.1\"".into()),
        (
            "I18 in a variant",
            NUMBER,
            "no_master_gb = \"total_gb - master_gb\"",
            "no_master_gb = \"84 if params_b != 3 else 50\"".into(),
        ),
        ("I19 bases", CHOICE, "drops nothing.", "drops nothing; it holds 4 GB of its 8 GiB.".into()),
        ("I19 card", CHOICE, "Which change ends the time-outs of that hour?", "Which model fits the card?".into()),
        ("I19 batch", NUMBER, "Nothing is sharded", "It reads 900 tokens/s. Nothing is sharded".into()),
        (
            "I19 precision",
            NUMBER,
            &NUMBER[NUMBER.find("Weights and gradients are").unwrap()..NUMBER.find("\n\n## Ask").unwrap()],
            "Weights and gradients are kept, and so are both moments of Adam beside a master copy of the weights. Nothing is sharded, \
             offloaded or kept twice."
                .into(),
        ),
        ("I19 version", CHOICE, "drops nothing.", "drops nothing. It runs what PyTorch does by default.".into()),
        ("I20 title", CHOICE, "The Patient Queue", "A Queue Never Helps".into()),
        ("I22 company", CHOICE, "A ranking service", "A ranking service of Netflix".into()),
        ("I22 asked at", CHOICE, "A queue changes", "Often asked at Example Corp. A queue changes".into()),
        ("I23 headline", CHOICE, "Time-outs of an inference service at noon", "When work piles up at noon".into()),
        ("I24 no source", CHOICE, part("[[source]]", "+++\n\n## Sc"), String::new()),
        (
            "I24 four",
            CHOICE,
            "[[source]]",
            "[[source]]\ntitle = \"Queues\"\nby = \"Author\"\nyear = 2001\nurl = \"https://doi.org/10.1000/1\"\n\n".repeat(3) + "[[source]]",
        ),
        ("I24 a blog", CHOICE, "https://doi.org/10.1287/opre.9.3.383", "https://blog.example.org/queues".into()),
        (
            "I24 contested",
            CHOICE,
            "A queue changes when work is done, not how much.",
            "A queue changes when work is done, not how much, which is contested.".into(),
        ),
        ("I25 hard to read", CHOICE, "From noon to one,", format!("Notwithstanding {}considerations,", "organisational ".repeat(9))),
        ("I25 choppy", CHOICE, "Callers give up after two seconds, and the gateway", "It is so. It is. They go. Up we go. A cat. Go on. It is. So it is. It".into()),
        ("I25 abbreviations", CHOICE, "drops nothing.", "drops nothing but NACK, ECN and QFI.".into()),
        ("I27 dated", CHOICE, "A queue changes", "In the latest version, a queue changes".into()),
    ];
    let report: String =
        rows.iter().map(|(name, base, from, to)| format!("{name}\n{}\n", changed(base, from, to))).collect();
    insta::assert_snapshot!(report);
}
