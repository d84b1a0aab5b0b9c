//! Which request means what. A request that has no line here is written down as unexpected.

mod channels;
mod commands;
mod guilds;
mod interactions;
mod messages;
mod threads;

use serde_json::{Value, json};

use super::error::{self, ApiError};
use super::rest::{Reply, Request};
use super::snowflake::Snowflake;
use super::state::State;
use super::wire;

pub use messages::keep_message;

type Answer = Result<Reply, ApiError>;

/// # Errors
/// What Discord answers.
pub fn route(state: &mut State, gateway_url: &str, request: &Request) -> Answer {
    let steps: Vec<&str> = request.path.split('/').filter(|step| !step.is_empty()).collect();
    match (request.method.as_str(), steps.as_slice()) {
        ("GET", ["gateway"]) => Ok(Reply::ok(json!({"url": gateway_url}))),
        ("GET", ["gateway", "bot"]) => Ok(Reply::ok(gateway(gateway_url))),
        ("GET", ["users", "@me"]) => Ok(Reply::ok(current_user(state))),
        ("POST", ["users", "@me", "channels"]) => channels::open_conversation(state, request),
        ("GET", ["applications" | "oauth2", "@me"] | ["oauth2", "applications", "@me"]) => {
            Ok(Reply::ok(application(state)))
        }

        ("GET", ["applications", app, "commands"]) => commands::list(state, id(app)?, None),
        ("PUT", ["applications", app, "commands"]) => commands::overwrite(state, id(app)?, None, request),
        ("POST", ["applications", app, "commands"]) => commands::upsert(state, id(app)?, None, request),
        ("DELETE", ["applications", app, "commands", command]) => commands::delete(state, id(app)?, None, id(command)?),
        ("GET", ["applications", app, "guilds", guild, "commands"]) => {
            commands::list(state, id(app)?, Some(id(guild)?))
        }
        ("PUT", ["applications", app, "guilds", guild, "commands"]) => {
            commands::overwrite(state, id(app)?, Some(id(guild)?), request)
        }
        ("POST", ["applications", app, "guilds", guild, "commands"]) => {
            commands::upsert(state, id(app)?, Some(id(guild)?), request)
        }
        ("DELETE", ["applications", app, "guilds", guild, "commands", command]) => {
            commands::delete(state, id(app)?, Some(id(guild)?), id(command)?)
        }

        ("GET", ["guilds", guild]) => guilds::get(state, id(guild)?),
        ("GET", ["guilds", guild, "channels"]) => guilds::channels(state, id(guild)?),
        ("GET", ["guilds", guild, "roles"]) => guilds::roles(state, id(guild)?),
        ("GET", ["guilds", guild, "threads", "active"]) => guilds::active_threads(state, id(guild)?),
        ("GET", ["guilds", guild, "members", user]) => guilds::member(state, id(guild)?, id(user)?),

        ("GET", ["channels", channel]) => channels::get(state, id(channel)?),
        ("GET", ["channels", channel, "messages"]) => messages::list(state, id(channel)?, request),
        ("POST", ["channels", channel, "messages"]) => messages::create(state, id(channel)?, request),
        ("GET", ["channels", channel, "messages", message]) => messages::get(state, id(channel)?, id(message)?),
        ("PATCH", ["channels", channel, "messages", message]) => {
            messages::edit(state, id(channel)?, id(message)?, request)
        }
        ("DELETE", ["channels", channel, "messages", message]) => messages::delete(state, id(channel)?, id(message)?),
        ("POST", ["channels", channel, "messages", message, "threads"]) => {
            threads::create(state, id(channel)?, id(message)?, request)
        }

        ("POST", ["interactions", interaction, token, "callback"]) => {
            interactions::callback(state, id(interaction)?, token, request)
        }
        ("POST", ["webhooks", app, token]) => interactions::follow_up(state, id(app)?, token, request),
        ("GET", ["webhooks", app, token, "messages", message]) => interactions::get(state, id(app)?, token, message),
        ("PATCH", ["webhooks", app, token, "messages", message]) => {
            interactions::edit(state, id(app)?, token, message, request)
        }
        ("DELETE", ["webhooks", app, token, "messages", message]) => {
            interactions::delete(state, id(app)?, token, message)
        }
        (method, _) => {
            state.unexpected.push(format!("{method} {}", request.path));
            Err(error::no_such_route())
        }
    }
}

fn id(text: &str) -> Result<Snowflake, ApiError> {
    let not_an_id = |_| {
        let message = format!("Value \"{text}\" is not snowflake.");
        error::bad_form("id", "NUMBER_TYPE_COERCE", &message)
    };
    text.parse().map_err(not_an_id)
}

fn gateway(url: &str) -> Value {
    json!({
        "url": url, "shards": 1,
        "session_start_limit": {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1},
    })
}

fn current_user(state: &State) -> Value {
    let mut user = state.users.get(&state.bot).map_or(Value::Null, wire::user);
    user["mfa_enabled"] = json!(false);
    user["verified"] = json!(true);
    user["email"] = Value::Null;
    user["flags"] = json!(0);
    user
}

fn application(state: &State) -> Value {
    let name = state.users.get(&state.bot).map(|bot| bot.name.clone());
    json!({
        "id": state.bot, "name": name, "icon": null, "description": "", "summary": "", "bot_public": true,
        "bot_require_code_grant": false, "verify_key": "0".repeat(64), "flags": 0, "owner": null, "team": null,
        "rpc_origins": [], "redirect_uris": [], "integration_types_config": {},
        "approximate_guild_count": state.guilds.len(), "bot": current_user(state),
    })
}
