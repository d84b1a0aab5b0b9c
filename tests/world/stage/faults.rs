//! What goes wrong on either platform.

use std::time::Duration;

use crate::world::{discord, slack};

/// A fault in the making.
pub enum Planned {
    Discord(discord::faults::Planned),
    Slack(slack::faults::Planned),
}

/// A fault in force.
pub enum Fault {
    Discord(discord::faults::Fault),
    Slack(slack::faults::Fault),
}

macro_rules! planned {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $kind:ty),*) -> $made:ident;)+) => {
        impl Planned {
            $($(#[$doc])*
            #[must_use]
            pub fn $name(self, $($argument: $kind),*) -> $made {
                match self {
                    Self::Discord(planned) => $made::Discord(planned.$name($($argument),*)),
                    Self::Slack(planned) => $made::Slack(planned.$name($($argument),*)),
                }
            })+
        }
    };
}

planned! {
    times(times: u32) -> Planned;
    /// Until it is lifted.
    always() -> Planned;
    status(status: u16) -> Fault;
    too_many(retry_after: Duration) -> Fault;
    hold() -> Fault;
    hold_answer() -> Fault;
    cut_before() -> Fault;
    cut_after() -> Fault;
    garbage() -> Fault;
}

impl Planned {
    /// What the platform answers where a payload is not to its liking.
    #[must_use]
    pub fn refused_for_what_it_is(self) -> Fault {
        match self {
            Self::Discord(planned) => Fault::Discord(planned.error(400, 50035, "Invalid Form Body")),
            Self::Slack(planned) => Fault::Slack(planned.says("msg_too_long")),
        }
    }
}

impl Fault {
    /// How many calls met it.
    #[must_use]
    pub fn hits(&self) -> u32 {
        match self {
            Self::Discord(fault) => fault.hits(),
            Self::Slack(fault) => fault.hits(),
        }
    }

    /// Waits until so many calls have met it.
    pub async fn hit(&self, times: u32) {
        match self {
            Self::Discord(fault) => fault.hit(times).await,
            Self::Slack(fault) => fault.hit(times).await,
        }
    }

    /// Ends it, and lets go whoever waits at it.
    pub fn lift(&self) {
        match self {
            Self::Discord(fault) => fault.lift(),
            Self::Slack(fault) => fault.lift(),
        }
    }
}
