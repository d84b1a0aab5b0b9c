//! Writes a bank of many full-size traps, to measure `trapline check` on: `cargo run --example large_bank -- DIR [COUNT]`.
//!
//! Each is one of the project's own with other words: as long, with as many numbers and variants, and unlike all others.
#![expect(clippy::print_stderr, reason = "its user watches it")]

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// No series of a real bank is longer.
const A_SERIES: usize = 500;

/// Words that rules look for keep their place, and come into no other.
const KEPT: [&str; 32] = [
    "all",
    "always",
    "bait",
    "becomes",
    "can",
    "cannot",
    "depends",
    "except",
    "false",
    "for",
    "general",
    "guaranteed",
    "had",
    "if",
    "impossible",
    "in",
    "least",
    "may",
    "mistake",
    "never",
    "not",
    "often",
    "on",
    "once",
    "only",
    "right",
    "typically",
    "usually",
    "when",
    "where",
    "would",
    "wrong",
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let Some(target) = arguments.next() else { return Err("name a folder that is not there yet".into()) };
    let count: usize = arguments.next().map_or(Ok(10_000), |n| n.parse())?;
    let (target, questions) = (Path::new(&target), Path::new(env!("CARGO_MANIFEST_DIR")).join("questions"));
    let mut models = Vec::new();
    for series in fs::read_dir(&questions)?.flatten().filter(|e| e.path().is_dir()) {
        for file in fs::read_dir(series.path())?.flatten() {
            models.push(fs::read_to_string(file.path())?);
        }
    }
    models.sort();
    let mut words: Vec<String> = models
        .iter()
        .flat_map(|m| body(m).split(|c: char| !c.is_ascii_alphabetic()))
        .filter(|w| changes(w))
        .map(str::to_owned)
        .collect();
    words.sort_by_key(|w| (w.len(), w.clone()));
    words.dedup();
    fs::create_dir(target)?;
    fs::copy(questions.join("misconceptions.toml"), target.join("misconceptions.toml"))?;
    for n in 0..count {
        let (series, number) = (format!("bulk-{:03}", n / A_SERIES), n % A_SERIES + 1);
        fs::create_dir_all(target.join(&series))?;
        let text = rewritten(&models[n % models.len()], n, &series, number, &words)?;
        fs::write(target.join(&series).join(format!("{number:03}-trap.md")), text)?;
    }
    eprintln!("{count} traps are in {}", target.display());
    Ok(())
}

fn body(text: &str) -> &str {
    text.splitn(3, "+++").nth(2).unwrap_or("")
}

fn changes(word: &str) -> bool {
    word.len() >= 2 && word.bytes().all(|b| b.is_ascii_lowercase()) && !KEPT.contains(&word)
}

/// The model with an id, a place and a day of its own, and in other words.
fn rewritten(model: &str, n: usize, series: &str, number: usize, words: &[String]) -> Result<String, std::fmt::Error> {
    let body = body(model);
    let mut out = String::with_capacity(model.len() + 100);
    for line in model[..model.len() - body.len()].lines() {
        let own = match line.split_once(" = ").map_or("", |(key, _)| key) {
            "id" => format!("id = \"bulk-{n}\""),
            "series" => format!("series = \"{series}\""),
            "number" => format!("number = {number}"),
            "published" => {
                format!("published = {}-{:02}-{:02}", 2000 + n / 336 % 100, n / 28 % 12 + 1, n % 28 + 1)
            }
            _ => line.to_owned(),
        };
        writeln!(out, "{own}")?;
    }
    for line in body.lines() {
        if line.starts_with("mistake") || line.starts_with("## ") || line == "### Outline" {
            writeln!(out, "{line}")?;
            continue;
        }
        // Headings of a number trap hold expressions.
        let expression = line.starts_with("### ") && model.contains("\n[answer]");
        if expression {
            out.push_str(line);
        } else {
            reword(line, n, words, &mut out);
        }
        out.push('\n');
    }
    Ok(out)
}

/// Writes a line in other words; what is printed by an expression, and code, stays.
fn reword(line: &str, n: usize, words: &[String], out: &mut String) {
    for (index, prose) in line.replace("{{", "`{{").replace("}}", "}}`").split('`').enumerate() {
        if index % 2 == 1 {
            out.push_str(&if prose.starts_with("{{") { prose.to_owned() } else { format!("`{prose}`") });
            continue;
        }
        for piece in prose.split_inclusive(|c: char| !c.is_ascii_alphabetic()) {
            let word = piece.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
            out.push_str(if changes(word) { other(word, n, words) } else { word });
            out.push_str(&piece[word.len()..]);
        }
    }
}

/// In one trap always the same word for a word, of about its length.
fn other<'w>(word: &str, n: usize, words: &'w [String]) -> &'w str {
    let mut hasher = DefaultHasher::new();
    (word, n).hash(&mut hasher);
    let alike =
        words.partition_point(|w| w.len() < word.len().min(9))..words.partition_point(|w| w.len() <= word.len().max(9));
    let alike = &words[alike];
    &alike[(hasher.finish() % alike.len() as u64) as usize]
}
