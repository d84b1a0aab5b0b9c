//! Who somebody is: their name and whether they run the workspace, asked of Slack and remembered for a while.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::time::Instant;

use super::api::{Api, ApiError, Call};

/// A name changes seldom.
const NAMED: Duration = Duration::from_secs(3600);
/// Whoever is no admin any more can do harm for no longer than this.
const TRUSTED: Duration = Duration::from_secs(5);
/// People remembered before the longest known are dropped.
const MOST: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct People(Mutex<HashMap<String, Known>>);

#[derive(Debug, Clone)]
struct Known {
    name: String,
    admin: bool,
    /// An IANA time zone.
    zone: Option<String>,
    at: Instant,
}

#[derive(Deserialize)]
struct Asked {
    user: User,
}

#[derive(Deserialize)]
struct User {
    #[serde(default)]
    name: String,
    #[serde(default)]
    real_name: Option<String>,
    #[serde(default)]
    profile: Profile,
    #[serde(default)]
    tz: Option<String>,
    #[serde(default)]
    deleted: bool,
    #[serde(default)]
    is_admin: bool,
    #[serde(default)]
    is_owner: bool,
    #[serde(default)]
    is_primary_owner: bool,
}

#[derive(Deserialize, Default)]
struct Profile {
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    real_name: String,
}

impl People {
    /// What others see a user as. None where Slack does not say just now.
    pub(super) async fn name(&self, api: &Api, user: &str) -> Option<String> {
        match self.known(user, NAMED) {
            Some(known) => Some(known.name),
            None => self.ask(api, user).await.ok().map(|known| known.name),
        }
    }

    /// The time zone that a user has chosen.
    pub(super) async fn zone(&self, api: &Api, user: &str) -> Option<String> {
        match self.known(user, NAMED) {
            Some(known) => known.zone,
            None => self.ask(api, user).await.ok()?.zone,
        }
    }

    /// Whether a user is an admin or an owner of the workspace. Where Slack does not say, nobody is.
    pub(super) async fn is_admin(&self, api: &Api, user: &str) -> bool {
        match self.known(user, TRUSTED) {
            Some(known) => known.admin,
            None => match self.ask(api, user).await {
                Ok(known) => known.admin,
                Err(error) => {
                    tracing::warn!(user, %error, "Slack does not say whether somebody is an admin");
                    false
                }
            },
        }
    }

    fn known(&self, user: &str, for_: Duration) -> Option<Known> {
        let known = self.lock().get(user).cloned();
        known.filter(|known| known.at.elapsed() < for_)
    }

    async fn ask(&self, api: &Api, user: &str) -> Result<Known, ApiError> {
        let asked: Asked = api.call(Call::form("users.info", vec![("user", user.to_owned())])).await?;
        let (name, admin) = (asked.user.shown(), asked.user.rules());
        let known = Known { name, admin, zone: asked.user.tz, at: Instant::now() };
        let mut all = self.lock();
        if all.len() >= MOST {
            all.retain(|_, known| known.at.elapsed() < NAMED / 2);
        }
        if all.len() < MOST {
            all.insert(user.to_owned(), known.clone());
        }
        Ok(known)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Known>> {
        // Entries are whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl User {
    fn shown(&self) -> String {
        let names = [
            self.profile.display_name.as_str(),
            self.profile.real_name.as_str(),
            self.real_name.as_deref().unwrap_or_default(),
            self.name.as_str(),
        ];
        names.into_iter().find(|name| !name.trim().is_empty()).unwrap_or_default().to_owned()
    }

    fn rules(&self) -> bool {
        !self.deleted && (self.is_admin || self.is_owner || self.is_primary_owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(json: serde_json::Value) -> User {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn people_go_by_the_name_that_they_chose() {
        let named = |json| user(json).shown();
        assert_eq!(named(serde_json::json!({ "name": "ada.l", "profile": { "display_name": "Ada" } })), "Ada");
        assert_eq!(named(serde_json::json!({ "name": "ada.l", "real_name": "Ada L", "profile": {} })), "Ada L");
        assert_eq!(named(serde_json::json!({ "name": "ada.l" })), "ada.l");
    }

    #[test]
    fn admins_and_owners_rule_while_they_are_there() {
        assert!(user(serde_json::json!({ "is_admin": true })).rules());
        assert!(user(serde_json::json!({ "is_owner": true })).rules());
        assert!(!user(serde_json::json!({})).rules());
        assert!(!user(serde_json::json!({ "is_admin": true, "deleted": true })).rules());
    }
}
