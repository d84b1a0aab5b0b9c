//! A second copy of the program on a database that is in use.

use std::os::unix::fs::symlink;

use tempfile::TempDir;
use tokio::process::Command;

use crate::program::Program;
use crate::world::hub::PATIENCE;

#[tokio::test]
async fn a_second_copy_does_not_start_whichever_way_it_comes_to_the_database() {
    let first = Program::start(&[]).await;
    let (database, beside) = (first.database(), TempDir::new().unwrap());
    symlink(&database, beside.path().join("link.db")).unwrap();
    symlink(database.parent().unwrap(), beside.path().join("folder")).unwrap();
    for path in [database, beside.path().join("link.db"), beside.path().join("folder/trapline.db")] {
        let second = Command::new(env!("CARGO_BIN_EXE_trapline"))
            .env_clear()
            .env("DATABASE_URL", format!("sqlite://{}", path.display()))
            .env("TRAPLINE_HTTP", "127.0.0.1:0")
            .kill_on_drop(true)
            .output();
        let ended = tokio::time::timeout(PATIENCE, second).await.expect("it does not run beside the first");
        let ended = ended.unwrap();
        let said = String::from_utf8([ended.stdout, ended.stderr].concat()).unwrap();
        assert!(!ended.status.success(), "{said}");
        assert!(said.contains("in use by another process"), "{said}");
    }
    first.stop().await;
}
