//! Where a message is: a channel, or a thread in one. Slack knows a thread by its channel and its first message.

use crate::ports::Sent;

/// A channel of Slack's, with the thread in it if there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) channel: String,
    /// The `ts` of the message that the thread hangs on.
    pub(super) thread: Option<String>,
}

impl Spot {
    /// Reads `C123`, or `C123:1712.34` for a thread.
    pub(super) fn parse(id: &str) -> Self {
        match id.split_once(':') {
            Some((channel, ts)) => Self { channel: channel.to_owned(), thread: Some(ts.to_owned()) },
            None => Self { channel: id.to_owned(), thread: None },
        }
    }

    /// The inverse of [`Spot::parse`].
    pub(super) fn id(&self) -> String {
        match &self.thread {
            Some(ts) => format!("{}:{ts}", self.channel),
            None => self.channel.clone(),
        }
    }
}

/// A message that was sent. One in a thread carries the thread's `ts` behind its own, so that what follows finds the thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Posted {
    pub(super) ts: String,
    pub(super) thread: Option<String>,
}

impl Posted {
    /// Reads `1712.34`, or `1712.34:1700.01` in a thread.
    pub(super) fn parse(id: &str) -> Self {
        match id.split_once(':') {
            Some((ts, thread)) => Self { ts: ts.to_owned(), thread: Some(thread.to_owned()) },
            None => Self { ts: id.to_owned(), thread: None },
        }
    }

    /// The message as the services keep it.
    pub(super) fn sent(self, channel: String) -> Sent {
        let message = match self.thread {
            Some(thread) => format!("{}:{thread}", self.ts),
            None => self.ts,
        };
        Sent { channel, message }
    }
}

/// The link that opens a message in the client. `workspace`: its address, such as `https://team.slack.com/`.
pub(super) fn jump_link(workspace: &str, channel: &str, message: &str) -> String {
    let (channel, ts) = (Spot::parse(channel).channel, Posted::parse(message).ts.replace('.', ""));
    format!("{}/archives/{channel}/p{ts}", workspace.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_has_an_id_of_its_own() {
        for id in ["C123", "C123:1712345678.000100"] {
            assert_eq!(Spot::parse(id).id(), id);
        }
        assert_eq!(Spot::parse("C1:2.3"), Spot { channel: "C1".into(), thread: Some("2.3".into()) });
    }

    #[test]
    fn a_message_in_a_thread_knows_it() {
        for id in ["1712.34", "1712.34:1700.01"] {
            assert_eq!(Posted::parse(id).sent("C1".into()), Sent { channel: "C1".into(), message: id.into() });
        }
        assert_eq!(
            jump_link("https://team.slack.com/", "C1", "1712345678.000100"),
            "https://team.slack.com/archives/C1/p1712345678000100"
        );
    }
}
