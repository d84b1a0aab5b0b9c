//! Options as commands read them. Each is registered with Discord's own type for it, and read from whatever form holds
//! the same value: a client of another version may still send the form of that version.

use async_trait::async_trait;
use poise::{SlashArgError, SlashArgument};
use serenity::all::{
    ChannelId, CommandInteraction, CommandOptionType, Context, CreateCommandOption, ResolvedValue, RoleId, Unresolved,
    UserId,
};

use crate::core::ids::Period;

fn mismatch(expected: &'static str) -> SlashArgError {
    SlashArgError::new_command_structure_mismatch(expected)
}

/// The number that a feed has in its server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::chat::discord) struct FeedNumber(pub(in crate::chat::discord) String);

#[async_trait]
impl SlashArgument for FeedNumber {
    async fn extract(_: &Context, _: &CommandInteraction, value: &ResolvedValue<'_>) -> Result<Self, SlashArgError> {
        match value {
            ResolvedValue::Integer(number) => Ok(Self(number.to_string())),
            ResolvedValue::String(text) => Ok(Self((*text).to_owned())),
            _ => Err(mismatch("expected the number of a feed")),
        }
    }

    fn create(builder: CreateCommandOption) -> CreateCommandOption {
        builder.kind(CommandOptionType::Integer).min_int_value(1)
    }
}

/// Whole hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hours(pub(super) i64);

#[async_trait]
impl SlashArgument for Hours {
    async fn extract(_: &Context, _: &CommandInteraction, value: &ResolvedValue<'_>) -> Result<Self, SlashArgError> {
        let hours = match value {
            ResolvedValue::Integer(hours) => Some(*hours),
            ResolvedValue::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        hours.map(Self).ok_or_else(|| mismatch("expected a number of hours"))
    }

    fn create(builder: CreateCommandOption) -> CreateCommandOption {
        builder.kind(CommandOptionType::Integer)
    }
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flag(pub(super) bool);

impl Flag {
    fn read(text: &str) -> Option<Self> {
        match text.trim().to_lowercase().as_str() {
            "yes" | "y" | "true" | "on" | "1" => Some(Self(true)),
            "no" | "n" | "false" | "off" | "0" => Some(Self(false)),
            _ => None,
        }
    }
}

#[async_trait]
impl SlashArgument for Flag {
    async fn extract(_: &Context, _: &CommandInteraction, value: &ResolvedValue<'_>) -> Result<Self, SlashArgError> {
        let flag = match value {
            ResolvedValue::Boolean(yes) => Some(Self(*yes)),
            ResolvedValue::String(text) => Self::read(text),
            _ => None,
        };
        flag.ok_or_else(|| mismatch("expected yes or no"))
    }

    fn create(builder: CreateCommandOption) -> CreateCommandOption {
        builder.kind(CommandOptionType::Boolean)
    }
}

/// A channel, role or member that was picked. Only its id counts, so nothing hangs on what Discord tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Picked<T>(pub(super) T);

/// What can be picked.
trait Pick: From<u64> + Send {
    const KIND: CommandOptionType;
    fn id(value: &ResolvedValue<'_>) -> Option<u64>;
}

impl Pick for ChannelId {
    const KIND: CommandOptionType = CommandOptionType::Channel;

    fn id(value: &ResolvedValue<'_>) -> Option<u64> {
        match value {
            ResolvedValue::Channel(channel) => Some(channel.id.get()),
            ResolvedValue::Unresolved(Unresolved::Channel(id)) => Some(id.get()),
            _ => None,
        }
    }
}

impl Pick for RoleId {
    const KIND: CommandOptionType = CommandOptionType::Role;

    fn id(value: &ResolvedValue<'_>) -> Option<u64> {
        match value {
            ResolvedValue::Role(role) => Some(role.id.get()),
            ResolvedValue::Unresolved(Unresolved::RoleId(id)) => Some(id.get()),
            _ => None,
        }
    }
}

impl Pick for UserId {
    const KIND: CommandOptionType = CommandOptionType::User;

    fn id(value: &ResolvedValue<'_>) -> Option<u64> {
        match value {
            ResolvedValue::User(user, _) => Some(user.id.get()),
            ResolvedValue::Unresolved(Unresolved::User(id)) => Some(id.get()),
            _ => None,
        }
    }
}

/// An id in digits, or a mention around it.
fn digits(text: &str) -> Option<u64> {
    let inner = text.trim().trim_start_matches(['<', '#', '@', '&', '!']).trim_end_matches('>');
    inner.parse().ok().filter(|id| *id > 0)
}

#[async_trait]
impl<T: Pick> SlashArgument for Picked<T> {
    async fn extract(_: &Context, _: &CommandInteraction, value: &ResolvedValue<'_>) -> Result<Self, SlashArgError> {
        let id = match value {
            ResolvedValue::String(text) => digits(text),
            ResolvedValue::Unresolved(Unresolved::Mentionable(id)) => Some(id.get()),
            other => T::id(other),
        };
        id.map(|id| Self(T::from(id))).ok_or_else(|| mismatch("expected a channel, role or member"))
    }

    fn create(builder: CreateCommandOption) -> CreateCommandOption {
        builder.kind(T::KIND)
    }
}
/// One of some words.
trait Word: Sized + Send {
    const ALL: &'static [&'static str];
    fn from_word(word: &str) -> Option<Self>;
}

impl Word for Period {
    const ALL: &'static [&'static str] = &["week", "month", "season", "all"];

    fn from_word(word: &str) -> Option<Self> {
        Self::from_name(word)
    }
}

/// What `/privacy` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Privacy {
    Export,
    Delete,
}

impl Word for Privacy {
    const ALL: &'static [&'static str] = &["export", "delete"];

    fn from_word(word: &str) -> Option<Self> {
        match word {
            "export" => Some(Self::Export),
            "delete" => Some(Self::Delete),
            _ => None,
        }
    }
}

/// A word as an option; the type that poise sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice<T>(pub(super) T);

#[async_trait]
impl<T: Word> SlashArgument for Choice<T> {
    async fn extract(_: &Context, _: &CommandInteraction, value: &ResolvedValue<'_>) -> Result<Self, SlashArgError> {
        let ResolvedValue::String(word) = value else {
            return Err(mismatch("expected a word"));
        };
        T::from_word(word).map(Self).ok_or_else(|| mismatch("expected one of the words on offer"))
    }

    fn create(builder: CreateCommandOption) -> CreateCommandOption {
        let builder = builder.kind(CommandOptionType::String);
        T::ALL.iter().fold(builder, |builder, word| builder.add_string_choice(*word, *word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_on_offer_is_understood() {
        assert!(Period::ALL.len() == <Period as Word>::ALL.len());
        assert!(<Period as Word>::ALL.iter().all(|word| Period::from_word(word).is_some()));
        assert!(Privacy::ALL.iter().all(|word| Privacy::from_word(word).is_some()));
    }

    #[test]
    fn yes_and_no_are_read_in_words() {
        assert_eq!(Flag::read(" Yes"), Some(Flag(true)));
        assert_eq!(Flag::read("false"), Some(Flag(false)));
        assert_eq!(Flag::read("maybe"), None);
    }

    #[test]
    fn an_id_is_read_from_digits_and_mentions() {
        for text in ["42", "<#42>", "<@&42>", "<@!42>"] {
            assert_eq!(digits(text), Some(42), "{text}");
        }
        assert_eq!((digits("0"), digits("general"), digits("")), (None, None, None));
    }
}
