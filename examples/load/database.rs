//! A look into the bot's database from outside.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::Outcome;
use crate::bot;

pub(crate) struct Database(pub(crate) SqliteConnection);

impl Database {
    /// That of a bot which was started in this folder at least once.
    pub(crate) async fn of(folder: &Path) -> Outcome<Self> {
        let options = SqliteConnectOptions::new().filename(bot::database(folder)).busy_timeout(Duration::from_secs(10));
        Ok(Self(options.connect().await?))
    }

    pub(crate) async fn number(&mut self, query: &'static str) -> Outcome<i64> {
        Ok(sqlx::query_scalar(query).fetch_one(&mut self.0).await?)
    }

    pub(crate) async fn answers(&mut self) -> Outcome<i64> {
        self.number("SELECT count(*) FROM answers").await
    }

    /// What it holds, in bytes, whether it is in the file yet or not.
    pub(crate) async fn bytes(&mut self) -> Outcome<i64> {
        let free = self.number("PRAGMA freelist_count").await?;
        Ok((self.number("PRAGMA page_count").await? - free) * self.number("PRAGMA page_size").await?)
    }

    /// # Errors
    /// Where it can't be closed, so that it would lie in the way of the bot.
    pub(crate) async fn close(self) -> Outcome<()> {
        Ok(self.0.close().await?)
    }
}
