//! Discord's ids: the milliseconds since 2015 in the upper 42 bits, a count below.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};
use serde_json::Value;

/// The first millisecond of 2015, as Unix time.
const EPOCH_MS: i64 = 1_420_070_400_000;
const COUNT_BITS: u32 = 22;

/// An id of anything on Discord. The order of ids is the order of creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Snowflake(pub u64);

impl Snowflake {
    /// The `count`-th id made; ids of one millisecond differ by the count.
    #[must_use]
    pub fn new(time: DateTime<Utc>, count: u64) -> Self {
        let ms = u64::try_from(time.timestamp_millis() - EPOCH_MS).unwrap_or(0);
        Self((ms << COUNT_BITS) | (count & ((1 << COUNT_BITS) - 1)))
    }

    /// When it was made, to the millisecond.
    #[must_use]
    pub fn time(self) -> DateTime<Utc> {
        let ms = i64::try_from(self.0 >> COUNT_BITS).expect("42 bits fit") + EPOCH_MS;
        DateTime::from_timestamp_millis(ms).expect("42 bits of milliseconds are a date")
    }

    /// Reads an id as JSON carries it: a string of digits.
    #[must_use]
    pub fn from_json(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }
}

impl fmt::Display for Snowflake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Snowflake {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl From<Snowflake> for Value {
    fn from(id: Snowflake) -> Self {
        Self::String(id.to_string())
    }
}

/// JSON carries ids as strings: they do not fit a double.
impl Serialize for Snowflake {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
