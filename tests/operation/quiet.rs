//! Where what is printed is kept, the link that makes the web channel's admin is not printed; whoever may read the database can ask
//! for it.

use std::fs::File;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use reqwest::{Client, StatusCode, redirect};
use tempfile::TempDir;
use tokio::process::Command;

use crate::world::hub::PATIENCE;

fn trapline(folder: &Path, port: u16, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trapline"));
    command.args(arguments).env_clear().env("TRAPLINE_HTTP", format!("127.0.0.1:{port}")).current_dir(folder);
    command
}

/// What the command prints, where it succeeds.
async fn printed(mut command: Command) -> Option<String> {
    let output = command.output().await.unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

#[tokio::test]
async fn what_is_kept_does_not_hold_the_key_of_the_admin() {
    let folder = TempDir::new().unwrap();
    // Nobody else is given it within the moment until the program takes it.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_eq!(printed(trapline(folder.path(), port, &["admin"])).await, None, "there is no database yet");
    let log = folder.path().join("log");
    let mut command = trapline(folder.path(), port, &["run", "--quiet"]);
    command.stdout(Stdio::piped()).stderr(File::create(&log).unwrap()).kill_on_drop(true);
    let child = command.spawn().unwrap();
    let logged = || std::fs::read_to_string(&log).unwrap();
    let opened = async {
        while !logged().contains("the web channel is open") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, opened).await.expect("it says where it is");

    let link = printed(trapline(folder.path(), port, &["admin"])).await.unwrap();
    let client = Client::builder().no_proxy().redirect(redirect::Policy::none()).build().unwrap();
    let answer = client.get(&link).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{link} is the admin's");
    let wrong = client.get(format!("{link}0")).send().await.unwrap();
    assert_ne!(wrong.status(), StatusCode::SEE_OTHER);

    let id = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await.expect("it ends").unwrap();
    assert!(output.status.success() && output.stdout.is_empty(), "{output:?}");
    let (_, key) = link.split_once("admin=").unwrap();
    let logged = logged();
    assert!(!logged.contains(key), "{logged}");
    assert!(logged.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{logged}");
}
