//! Strangers on the web port who say nothing, or half of it: they take neither the program's files nor its end.

use std::fs::File;
use std::time::Duration;

use futures::future::join_all;
use reqwest::StatusCode;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::program::Program;

/// A connection on which one byte of a request has been sent, and which the program has taken.
async fn half_a_request(program: &Program) -> TcpStream {
    let mut stream = connect(program).await;
    stream.write_all(b"G").await.unwrap();
    // Connections are taken in the order in which they come.
    assert_eq!(program.get("/healthz").await.0, StatusCode::OK);
    stream
}

async fn connect(program: &Program) -> TcpStream {
    TcpStream::connect(program.url.trim_start_matches("http://")).await.unwrap()
}

#[tokio::test]
async fn half_a_request_does_not_keep_the_program_from_ending() {
    let program = Program::start(&[]).await;
    let _half = half_a_request(&program).await;
    let lock = program.database().with_extension("db.lock");
    let log = program.stop_and(|| File::open(lock).unwrap().try_lock().expect("its lock is free")).await;
    assert!(log.contains("stopped"), "{log}");
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    let program = Program::start(&[]).await;
    let _half = half_a_request(&program).await;
    program.ask_to_end().await;
    program.logs("what is in hand is finished").await;
    program.ask_to_end().await;
    let (code, log) = program.ended().await;
    assert!(code == Some(1) && log.contains("stopped at once"), "{code:?}: {log}");
}

#[tokio::test]
async fn idle_connections_leave_files_to_the_rest_of_the_program_and_make_way() {
    let program = Program::start(&[]).await;
    let before = program.files();
    let mut most = 0_usize;
    let counting = async {
        loop {
            most = most.max(program.files().saturating_sub(before));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let story = async {
        let idle = join_all((0..700).map(|_| connect(&program))).await;
        // Whoever asks waits for a place like all others, and gets it.
        program.until("/healthz", |status, _| status == StatusCode::OK).await;
        idle
    };
    let idle = tokio::select! {
        never = counting => never,
        idle = story => idle,
    };
    assert!(most < 600, "{most} files");
    drop(idle);
    program.stop().await;
}
