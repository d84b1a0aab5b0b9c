//! The files that the program is deployed by, and that it can live as they want it to: as nobody in particular, in a tree that it
//! can't write, with one folder that it can.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use reqwest::StatusCode;
use tempfile::TempDir;
use tokio::process::Command;

use crate::program::Program;

const NOBODY: u32 = 65_534;

fn file(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<PathBuf> =
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect();
    all.sort();
    all
}

#[tokio::test]
async fn it_runs_as_nobody_in_a_tree_that_it_can_not_write() {
    let tree = TempDir::new().unwrap();
    let root = tree.path().to_owned();
    let (binary, data) = (root.join("trapline"), root.join("data"));
    fs::copy(env!("CARGO_BIN_EXE_trapline"), &binary).unwrap();
    fs::create_dir(&data).unwrap();
    let is_root = fs::metadata(&root).unwrap().uid() == 0;
    let command = if is_root {
        chown(&data, Some(NOBODY), Some(NOBODY)).unwrap();
        let mut command = Command::new("setpriv");
        let (user, group) = (format!("--reuid={NOBODY}"), format!("--regid={NOBODY}"));
        command.args([&*user, &*group, "--clear-groups", "--no-new-privs", "--bounding-set=-all"]).arg(&binary);
        command
    } else {
        Command::new(&binary)
    };
    // The log is opened by whoever starts it.
    fs::write(root.join("log"), "").unwrap();
    let before = files(&root);
    fs::set_permissions(&root, fs::Permissions::from_mode(0o555)).unwrap();
    let mut command = command;
    command.current_dir(&root);
    let program = Program::launch(command, tree, &[]).await;
    program.until("/readyz", |status, _| status == StatusCode::OK).await;
    let address = program.url.trim_start_matches("http://").to_owned();
    assert!(health(&binary, &root, &address).await, "trapline healthcheck, as the image asks");
    let written: Vec<PathBuf> = files(&root).into_iter().filter(|path| !before.contains(path)).collect();
    assert!(written.iter().all(|path| path.starts_with(&data)), "{written:?}");
    assert!(written.contains(&data.join("trapline.db")), "{written:?}");
    program.stop_and(|| fs::set_permissions(&root, fs::Permissions::from_mode(0o755)).unwrap()).await;
    let elsewhere = Path::new(env!("CARGO_BIN_EXE_trapline"));
    assert!(!health(elsewhere, Path::new("/"), &address).await, "and it says so when nobody is there");
}

async fn health(binary: &Path, folder: &Path, address: &str) -> bool {
    let mut command = Command::new(binary);
    command.arg("healthcheck").env_clear().env("TRAPLINE_HTTP", address).current_dir(folder);
    command.output().await.unwrap().status.success()
}

#[test]
fn the_image_is_pinned_small_and_not_root() {
    let text = file("Dockerfile");
    let bases: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("FROM ")).collect();
    assert_eq!(bases.len(), 2, "one stage builds, one runs");
    for base in &bases {
        let digest = base.split("@sha256:").nth(1).unwrap_or_default().split(' ').next().unwrap();
        assert!(digest.len() == 64 && digest.chars().all(|c| c.is_ascii_hexdigit()), "{base} is not pinned");
    }
    let run = text.rsplit("FROM ").next().unwrap();
    assert!(!run.contains("\nRUN "), "there is no shell in the image that runs");
    let command = "CMD [\"run\", \"--quiet\"]";
    for line in ["USER 65532:65532", "VOLUME /data", "ENTRYPOINT [\"/usr/local/bin/trapline\"]", command] {
        assert!(run.lines().any(|l| l == line), "no {line}");
    }
    assert!(run.lines().any(|line| line.starts_with("HEALTHCHECK ") && line.contains("\"healthcheck\"]")));
    let ignored = file(".dockerignore");
    for folder in ["/target", "/data", "/.git"] {
        assert!(ignored.lines().any(|line| line == folder), "{folder} is sent to the builder");
    }
}

#[test]
fn the_composition_gives_no_more_than_is_needed() {
    let text = file("deploy/compose.yaml");
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.starts_with('#')).collect();
    for line in [
        "read_only: true",
        "cap_drop: [ALL]",
        "security_opt: [\"no-new-privileges:true\"]",
        "user: \"65532:65532\"",
        "- data:/data",
    ] {
        assert!(lines.contains(&line), "no `{line}`");
    }
    assert_eq!(lines.iter().filter(|line| line.starts_with("- ")).count(), 1, "one volume, and no port");
    let secrets: Vec<&&str> = lines.iter().filter(|line| line.contains("TOKEN: ") || line.contains("KEY: ")).collect();
    assert!(secrets.len() == 4 && secrets.iter().all(|line| line.contains(": ${")), "{secrets:?}");
    assert!(!lines.iter().any(|line| line.starts_with("privileged")));
}

#[test]
fn files_with_tokens_get_neither_into_the_repository_nor_to_the_builder() {
    let lines = |path: &str| file(path).lines().map(str::to_owned).collect::<Vec<_>>();
    let (git, docker) = (lines(".gitignore"), lines(".dockerignore"));
    // A name alone is ignored by git in every folder, by Docker in the first alone.
    for name in [".env", "trapline.toml"] {
        assert!(git.contains(&name.to_owned()), "git takes {name}");
        assert!(docker.contains(&format!("**/{name}")), "{name} is sent to the builder");
    }
}

/// A unit file: the values of each key, section by section.
fn unit(text: &str) -> BTreeMap<(String, String), Vec<String>> {
    let mut section = String::new();
    let mut unit: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.clone_into(&mut section);
        } else {
            let (key, value) = line.split_once('=').unwrap_or_else(|| panic!("{line} is no setting"));
            unit.entry((section.clone(), key.to_owned())).or_default().push(value.to_owned());
        }
    }
    unit
}

#[test]
fn the_unit_is_hardened() {
    let unit = unit(&file("deploy/trapline.service"));
    let service = |key: &str| unit.get(&("Service".to_owned(), key.to_owned())).cloned().unwrap_or_default();
    assert_eq!(service("ExecStart"), ["/usr/local/bin/trapline run --quiet"], "the journal is told no key");
    assert_eq!(service("StateDirectory"), ["trapline"]);
    assert_eq!(service("Environment"), ["DATABASE_URL=sqlite:///var/lib/trapline/trapline.db"]);
    assert_eq!(
        (service("ProtectSystem"), service("CapabilityBoundingSet")),
        (vec!["strict".into()], vec![String::new()])
    );
    let files: u32 = service("LimitNOFILE").concat().parse().unwrap();
    assert!(files >= 1_024, "more than the web channel may take");
    for key in [
        "DynamicUser",
        "NoNewPrivileges",
        "ProtectHome",
        "PrivateTmp",
        "PrivateDevices",
        "PrivateUsers",
        "ProtectClock",
        "ProtectHostname",
        "ProtectKernelLogs",
        "ProtectKernelModules",
        "ProtectKernelTunables",
        "ProtectControlGroups",
        "LockPersonality",
        "MemoryDenyWriteExecute",
        "RestrictNamespaces",
        "RestrictRealtime",
        "RestrictSUIDSGID",
    ] {
        assert_eq!(service(key), ["yes"], "{key}");
    }
    assert!(service("EnvironmentFile").iter().all(|path| path.starts_with("/etc/")), "tokens stand in no unit");
    assert!(unit.contains_key(&("Install".to_owned(), "WantedBy".to_owned())));
}
