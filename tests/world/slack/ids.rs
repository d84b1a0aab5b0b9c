//! Slack's identifiers: letters and digits for things, a time with a counter for messages.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};
use serde_json::Value;

/// `T…`, `U…`, `C…`, `D…`, `G…`, `V…`, `F…`, `A…`, `B…`.
pub type Id = String;

/// A message's timestamp, which is its id: microseconds since 1970, no two the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ts(pub u64);

impl Ts {
    /// # Panics
    /// Before 1970.
    #[must_use]
    pub fn new(time: DateTime<Utc>, count: u64) -> Self {
        let seconds = u64::try_from(time.timestamp()).expect("tests play after 1970");
        Self(seconds * 1_000_000 + count % 1_000_000)
    }
}

impl fmt::Display for Ts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

impl Serialize for Ts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl From<Ts> for Value {
    fn from(ts: Ts) -> Self {
        Self::String(ts.to_string())
    }
}

impl FromStr for Ts {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (seconds, micros) = text.split_once('.').unwrap_or((text, "0"));
        let micros = format!("{micros:0<6}");
        let number = |text: &str| text.parse::<u64>().map_err(|_| ());
        Ok(Self(number(seconds)? * 1_000_000 + number(micros.get(..6).ok_or(())?)?))
    }
}
