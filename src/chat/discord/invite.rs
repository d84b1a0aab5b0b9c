//! Links into Discord.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::permissions;

/// The application's id, as the link needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApplicationId(u64);

impl fmt::Display for ApplicationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ApplicationId {
    /// Reads the id out of a bot token, whose first part is the id in base 64. (The bot's user has the same id as its
    /// application, except for bots made before 2016.) None where the token has another form.
    #[must_use]
    pub fn from_token(token: &SecretString) -> Option<Self> {
        let token = token.expose_secret().trim();
        let (id, _) = token.strip_prefix("Bot ").unwrap_or(token).split_once('.')?;
        let digits = String::from_utf8(base64(id)?).ok()?;
        digits.parse().ok().filter(|id| *id > 0).map(Self)
    }

    pub(super) fn get(self) -> u64 {
        self.0
    }
}

/// The link by which an admin adds the bot to a server: with commands, and the least permissions that a feed needs.
#[must_use]
pub fn invite_url(application: ApplicationId) -> String {
    let permissions = permissions::least().bits();
    format!(
        "https://discord.com/oauth2/authorize?client_id={application}&permissions={permissions}&scope=bot%20applications.commands"
    )
}

/// The link that opens a message in the client.
pub(super) fn jump_link(guild: &str, channel: &str, message: &str) -> String {
    format!("https://discord.com/channels/{guild}/{channel}/{message}")
}

/// Base 64 in either alphabet, padded or not (RFC 4648).
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for c in text.trim_end_matches('=').bytes() {
        let six = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).expect("masked to eight bits"));
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_in_the_token() {
        let id = |token: &str| ApplicationId::from_token(&SecretString::from(token.to_owned())).map(ApplicationId::get);
        assert_eq!(id("Mjg4NzYwMjQxMzYzODc3ODg4.C_ikow.j3VupLBuE1QWZng3TMGH0z_UAwg"), Some(288_760_241_363_877_888));
        assert_eq!(id("Bot Mjg4NzYwMjQxMzYzODc3ODg4.a.b"), Some(288_760_241_363_877_888));
        for other in ["", "sim-token", "abc.def.ghi", "….a.b"] {
            assert_eq!(id(other), None, "{other}");
        }
    }

    #[test]
    fn the_invitation_asks_for_the_least() {
        assert_eq!(
            invite_url(ApplicationId(7)),
            "https://discord.com/oauth2/authorize?client_id=7&permissions=309237763072&scope=bot%20applications.commands"
        );
    }
}
