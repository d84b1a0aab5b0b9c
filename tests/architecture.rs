//! The dependency rule: which room may name which, and which crates a room may know.

use std::fs;
use std::path::{Path, PathBuf};

/// A room of `src/`, the rooms it may name, and the crates that it must not.
struct Room {
    path: &'static str,
    may_name: &'static [&'static str],
    no_crates: &'static [&'static str],
}

const PLATFORMS: &[&str] = &["serenity", "slack_morphism", "axum", "maud"];

/// Who may not name serenity may name none of Discord's crates.
const WITH_SERENITY: &[&str] = &["poise", "twilight_gateway"];

/// `main → app → {chat, scheduler} → service → {store, ports, bank} → {metrics, core}`; `guide` stands on `bank`, and draws
/// and writes like `chat` with `figure` and `html`, which know `core`.
const ROOMS: &[Room] = &[
    Room {
        path: "core",
        may_name: &["core"],
        no_crates: &["tokio", "sqlx", "serenity", "slack_morphism", "axum", "maud", "getrandom", "tracing"],
    },
    Room { path: "bank", may_name: &["bank", "core"], no_crates: &["tokio", "sqlx", "serenity", "axum"] },
    Room { path: "figure", may_name: &["core", "figure"], no_crates: &["tokio", "sqlx", "serenity", "axum", "maud"] },
    Room { path: "html.rs", may_name: &["core", "html"], no_crates: &["tokio", "sqlx", "serenity", "axum"] },
    Room {
        path: "guide",
        may_name: &["bank", "core", "figure", "guide", "html"],
        no_crates: &["tokio", "sqlx", "serenity", "axum"],
    },
    Room { path: "ports.rs", may_name: &["core", "ports"], no_crates: &["tokio", "sqlx", "serenity", "axum"] },
    Room { path: "metrics.rs", may_name: &["core", "metrics"], no_crates: PLATFORMS_AND_SQL },
    Room { path: "store", may_name: &["core", "metrics", "store"], no_crates: PLATFORMS },
    Room {
        path: "service",
        may_name: &["bank", "core", "metrics", "ports", "service", "store"],
        no_crates: PLATFORMS_AND_SQL,
    },
    Room {
        path: "scheduler.rs",
        may_name: &["core", "metrics", "ports", "scheduler", "service"],
        no_crates: PLATFORMS_AND_SQL,
    },
    Room {
        path: "chat/discord",
        may_name: &["chat::discord", "core", "figure", "metrics", "ports", "service"],
        no_crates: &["sqlx", "axum", "maud", "slack_morphism"],
    },
    Room {
        path: "chat/slack",
        may_name: &["chat::slack", "core", "figure", "metrics", "ports", "service"],
        no_crates: &["sqlx", "axum", "maud", "serenity"],
    },
    Room {
        path: "chat/web",
        may_name: &["chat::web", "core", "figure", "html", "metrics", "ports", "service"],
        no_crates: &["sqlx", "serenity", "slack_morphism"],
    },
    Room { path: "config.rs", may_name: &["config"], no_crates: PLATFORMS_AND_SQL },
    Room { path: "cli.rs", may_name: &["cli", "core"], no_crates: PLATFORMS_AND_SQL },
    Room { path: "telemetry.rs", may_name: &["config", "telemetry"], no_crates: &["sqlx", "axum"] },
    Room { path: "telemetry", may_name: &["telemetry"], no_crates: PLATFORMS_AND_SQL },
];

const PLATFORMS_AND_SQL: &[&str] = &["serenity", "slack_morphism", "axum", "maud", "sqlx"];

#[test]
fn rooms_name_only_what_lies_below_them() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut offences = Vec::new();
    for room in ROOMS {
        let files = rust_files(&src.join(room.path));
        assert!(!files.is_empty(), "{} is gone: mend the list of rooms", room.path);
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            offences.extend(offences_of(room, &text).into_iter().map(|what| format!("{}: {what}", file.display())));
        }
    }
    assert!(offences.is_empty(), "against the direction of dependence:\n{}", offences.join("\n"));
}

#[test]
fn every_room_is_listed() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let outside = ["main.rs", "lib.rs", "app.rs", "app", "chat/mod.rs"];
    for file in rust_files(&src) {
        let path = file.strip_prefix(&src).unwrap().to_str().unwrap().to_owned();
        let listed = ROOMS.iter().map(|room| room.path).chain(outside).any(|room| path.starts_with(room));
        assert!(listed, "src/{path} belongs to no room of this test");
    }
}

#[test]
fn the_rule_catches_what_it_forbids() {
    let core = &ROOMS[0];
    assert_eq!(offences_of(core, "use crate::store::Store;").len(), 1);
    assert_eq!(offences_of(core, "use tokio::time;\nlet x = axum::serve();").len(), 2);
    assert_eq!(offences_of(core, "use crate::core::{ids, trap};\n// tokio::spawn is not for here").len(), 0);
    let web = ROOMS.iter().find(|room| room.path == "chat/web").unwrap();
    assert_eq!(offences_of(web, "use crate::chat::discord::render;").len(), 1);
    assert_eq!(offences_of(web, "use crate::chat::web::render;").len(), 0);
}

/// What a file's code names against the rule, without its comments.
fn offences_of(room: &Room, text: &str) -> Vec<String> {
    let mut offences = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        for (start, _) in code.match_indices("crate::") {
            let named = &code[start + "crate::".len()..];
            let allowed = room.may_name.iter().any(|may| {
                named.strip_prefix(may).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
            });
            if !allowed {
                offences.push(format!("line {}: names crate::{named}", number + 1));
            }
        }
        let with_serenity = room.no_crates.contains(&"serenity").then_some(WITH_SERENITY);
        for name in room.no_crates.iter().chain(with_serenity.into_iter().flatten()) {
            let path = format!("{name}::");
            let hit = code
                .match_indices(&path)
                .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'));
            if hit {
                offences.push(format!("line {}: names the crate {name}", number + 1));
            }
        }
    }
    offences
}

fn rust_files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.flatten().flat_map(|entry| rust_files(&entry.path())).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    files.sort();
    files
}
