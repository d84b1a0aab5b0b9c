//! Configuration: the environment, over `trapline.toml` beside the binary, over the defaults.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use secrecy::SecretString;

/// Every key there is, under one name for the environment and the file.
const KEYS: [&str; 9] = [
    "DISCORD_TOKEN",
    "DISCORD_API_URL",
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_API_URL",
    "DATABASE_URL",
    "TRAPLINE_HTTP",
    "TRAPLINE_QUESTIONS",
    "TRAPLINE_WEB_KEY",
];
/// As [`KEYS`], but read by the logs before anything else.
const LOG_KEYS: [&str; 2] = ["TRAPLINE_LOG", "RUST_LOG"];
const FILE: &str = "trapline.toml";

/// What the program runs with.
#[derive(Debug, Clone)]
pub struct Config {
    /// None: Discord is off.
    pub discord_token: Option<SecretString>,
    /// Base of REST calls, without `/api`; none for Discord's own.
    pub discord_api_url: Option<String>,
    /// None: Slack is off.
    pub slack: Option<SlackSettings>,
    pub database_url: String,
    /// None: the web channel is off.
    pub http: Option<SocketAddr>,
    /// Needed to listen anywhere but on this machine.
    pub web_key: Option<SecretString>,
    /// More folders of traps.
    pub questions: Vec<PathBuf>,
    pub log: LogSettings,
}

/// The two tokens that Slack's Socket Mode needs.
#[derive(Debug, Clone)]
pub struct SlackSettings {
    pub bot_token: SecretString,
    pub app_token: SecretString,
    /// Base of Web API calls; none for Slack's own.
    pub api_url: Option<String>,
}

/// How the logs are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// None: pretty on a terminal, else JSON.
    pub format: Option<LogFormat>,
    /// A `tracing` filter, as in `RUST_LOG`.
    pub filter: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Pretty,
    Json,
}

/// What is wrong with the configuration; never holds a secret's value.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("{place}: unknown key {key}; did you mean {nearest}?")]
    UnknownKey { place: String, key: String, nearest: String },
    #[error("{place}: {key} must be text")]
    NotText { place: String, key: String },
    #[error("{place}: not TOML: {why}")]
    NotToml { place: String, why: String },
    #[error("{place}: can't be read: {why}")]
    Unreadable { place: String, why: String },
    #[error("{key}: {why}")]
    BadValue { key: &'static str, why: String },
}

impl Config {
    /// Reads the process's environment and `trapline.toml`, in the working folder or beside the binary.
    ///
    /// # Errors
    /// Any [`ConfigError`]; the first that is found.
    pub fn load() -> Result<Self, ConfigError> {
        let env = std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
        let beside = std::env::current_exe().ok().and_then(|exe| exe.parent().map(|folder| folder.join(FILE)));
        let file = [Some(PathBuf::from(FILE)), beside].into_iter().flatten().find(|path| path.is_file());
        Self::from_parts(env, file.as_deref())
    }

    /// Reads the given environment over the given file.
    ///
    /// # Errors
    /// Any [`ConfigError`]; the first that is found.
    pub fn from_parts(
        env: impl IntoIterator<Item = (String, String)>,
        file: Option<&Path>,
    ) -> Result<Self, ConfigError> {
        let mut values = file.map_or_else(|| Ok(BTreeMap::new()), read_file)?;
        for (key, value) in env {
            if let Some(known) = known(&key) {
                values.insert(known, value);
            } else if key.starts_with("TRAPLINE_") || is_misspelt(&key) {
                return Err(unknown("environment", &key));
            }
        }
        // A variable that is set to nothing is a variable that is not set.
        values.retain(|_, value| !value.trim().is_empty());
        Self::parse(&mut values)
    }

    fn parse(values: &mut BTreeMap<&'static str, String>) -> Result<Self, ConfigError> {
        let secret = |value: String| SecretString::from(value.trim().to_owned());
        Ok(Self {
            discord_token: values.remove("DISCORD_TOKEN").map(secret),
            discord_api_url: values.remove("DISCORD_API_URL").map(|v| base_url("DISCORD_API_URL", &v)).transpose()?,
            slack: slack(values)?,
            database_url: values
                .remove("DATABASE_URL")
                .map_or_else(|| Ok("sqlite://data/trapline.db".to_owned()), database_url)?,
            http: values.remove("TRAPLINE_HTTP").map_or_else(|| Ok(Some(LOCAL)), |v| http(&v))?,
            web_key: values.remove("TRAPLINE_WEB_KEY").map(secret),
            questions: values.remove("TRAPLINE_QUESTIONS").map(|v| folders(&v)).unwrap_or_default(),
            log: LogSettings {
                format: values.remove("TRAPLINE_LOG").map(|v| log_format(&v)).transpose()?,
                filter: values.remove("RUST_LOG").unwrap_or_else(|| "info".to_owned()),
            },
        })
    }
}

/// Both tokens or none: with one alone there is nothing that works.
fn slack(values: &mut BTreeMap<&'static str, String>) -> Result<Option<SlackSettings>, ConfigError> {
    let mut token = |key| values.remove(key).map(|value: String| SecretString::from(value.trim().to_owned()));
    let tokens = (token("SLACK_BOT_TOKEN"), token("SLACK_APP_TOKEN"));
    let api_url = values.remove("SLACK_API_URL").map(|v| base_url("SLACK_API_URL", &v)).transpose()?;
    let missing =
        |key, other| ConfigError::BadValue { key, why: format!("is missing beside {other}: Slack needs both") };
    match tokens {
        (Some(bot_token), Some(app_token)) => Ok(Some(SlackSettings { bot_token, app_token, api_url })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(missing("SLACK_APP_TOKEN", "SLACK_BOT_TOKEN")),
        (None, Some(_)) => Err(missing("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")),
    }
}

const LOCAL: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// The key's one spelling, whatever its case.
fn known(key: &str) -> Option<&'static str> {
    KEYS.into_iter().chain(LOG_KEYS).find(|known| known.eq_ignore_ascii_case(key))
}

/// Letters that a misspelt name has wrong, missing or too many.
const SLIPS: usize = 2;

/// Whether a variable of the environment was meant for this program. Other programs have names with these beginnings too: what is
/// further from each of ours is theirs.
fn is_misspelt(key: &str) -> bool {
    ["DISCORD_", "SLACK_"].into_iter().any(|beginning| key.starts_with(beginning))
        && distance(nearest(key), key) <= SLIPS
}

fn unknown(place: &str, key: &str) -> ConfigError {
    ConfigError::UnknownKey { place: place.to_owned(), key: key.to_owned(), nearest: nearest(key).to_owned() }
}

fn nearest(key: &str) -> &'static str {
    KEYS.into_iter().chain(LOG_KEYS).min_by_key(|known| distance(known, key)).unwrap_or_default()
}

fn distance(known: &str, key: &str) -> usize {
    strsim::levenshtein(known, &key.to_ascii_uppercase())
}

fn read_file(path: &Path) -> Result<BTreeMap<&'static str, String>, ConfigError> {
    let place = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|why| ConfigError::Unreadable { place: place.clone(), why: why.to_string() })?;
    // The parser's own message quotes the line, which may hold a token: only its place is told.
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        ConfigError::NotToml { place: place.clone(), why: format!("see line {line}") }
    })?;
    let mut values = BTreeMap::new();
    for (key, value) in table {
        let known = known(&key).ok_or_else(|| unknown(&place, &key))?;
        let toml::Value::String(value) = value else { return Err(ConfigError::NotText { place, key }) };
        values.insert(known, value);
    }
    Ok(values)
}

fn base_url(key: &'static str, value: &str) -> Result<String, ConfigError> {
    let value = value.trim().trim_end_matches('/');
    if value.starts_with("http://") || value.starts_with("https://") {
        Ok(value.to_owned())
    } else {
        Err(ConfigError::BadValue { key, why: "must begin with http:// or https://".into() })
    }
}

fn database_url(value: String) -> Result<String, ConfigError> {
    if value.starts_with("sqlite:") {
        Ok(value)
    } else {
        Err(ConfigError::BadValue {
            key: "DATABASE_URL",
            why: "must begin with sqlite:, such as sqlite://data/trapline.db".into(),
        })
    }
}

fn http(value: &str) -> Result<Option<SocketAddr>, ConfigError> {
    let value = value.trim();
    if value.eq_ignore_ascii_case("off") {
        return Ok(None);
    }
    let value = value.replacen("localhost:", "127.0.0.1:", 1);
    value.parse().map(Some).map_err(|_| ConfigError::BadValue {
        key: "TRAPLINE_HTTP",
        why: "must be an address and a port, such as 127.0.0.1:8080, or off".into(),
    })
}

fn folders(value: &str) -> Vec<PathBuf> {
    value.split(':').filter(|part| !part.trim().is_empty()).map(PathBuf::from).collect()
}

fn log_format(value: &str) -> Result<LogFormat, ConfigError> {
    match value.trim() {
        "pretty" => Ok(LogFormat::Pretty),
        "json" => Ok(LogFormat::Json),
        _ => Err(ConfigError::BadValue { key: "TRAPLINE_LOG", why: "must be pretty or json".into() }),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_parts(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())), None)
    }

    #[test]
    fn nothing_set_runs_the_web_channel_alone() {
        let config = env(&[("PATH", "/bin"), ("DISCORD_TOKEN", " ")]).unwrap();
        assert!(config.discord_token.is_none());
        assert_eq!(config.http, Some("127.0.0.1:8080".parse().unwrap()));
        assert_eq!(config.database_url, "sqlite://data/trapline.db");
    }

    #[test]
    fn an_unknown_key_names_the_nearest() {
        let error = env(&[("TRAPLINE_HTPP", "x")]).unwrap_err();
        assert_eq!(error.to_string(), "environment: unknown key TRAPLINE_HTPP; did you mean TRAPLINE_HTTP?");
    }

    #[test]
    fn a_slip_in_a_token_s_name_is_told_and_names_of_other_programs_are_left_alone() {
        for (key, meant) in [
            ("DISCORD_TOKE", "DISCORD_TOKEN"),
            ("DISCORD_TOKENS", "DISCORD_TOKEN"),
            ("SLACK_BOT_TOKN", "SLACK_BOT_TOKEN"),
            ("SLACK_APP_TOEKN", "SLACK_APP_TOKEN"),
            ("SLACK_API_URI", "SLACK_API_URL"),
        ] {
            let error = env(&[(key, "s3cret")]).unwrap_err().to_string();
            assert_eq!(error, format!("environment: unknown key {key}; did you mean {meant}?"));
        }
        for key in ["DISCORD_WEBHOOK", "DISCORD_API_KEY", "SLACK_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_WEBHOOK_URL"] {
            assert!(env(&[(key, "x")]).is_ok(), "{key}");
        }
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trapline.toml");
        std::fs::write(&path, "discord_token = \"from-file\"\nTRAPLINE_HTTP = \"off\"\n").unwrap();
        let config = Config::from_parts([("DISCORD_TOKEN".to_owned(), "from-env".to_owned())], Some(&path)).unwrap();
        assert_eq!(config.discord_token.unwrap().expose_secret(), "from-env");
        assert_eq!(config.http, None);
    }

    #[test]
    fn a_broken_file_is_named_without_its_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trapline.toml");
        for (text, expected) in [
            ("discord_tokn = \"s3cret\"", "unknown key discord_tokn; did you mean DISCORD_TOKEN?"),
            ("discord_token = 5", "discord_token must be text"),
            ("\ndiscord_token = s3cret", "not TOML: see line 2"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = Config::from_parts([], Some(&path)).unwrap_err().to_string();
            assert!(error.contains(expected) && !error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn slack_needs_both_tokens() {
        assert!(env(&[("SLACK_API_URL", "https://proxy.example/api")]).unwrap().slack.is_none());
        let both = env(&[("SLACK_BOT_TOKEN", "xoxb-1"), ("SLACK_APP_TOKEN", " xapp-1 ")]).unwrap().slack.unwrap();
        assert_eq!(both.app_token.expose_secret(), "xapp-1");
        let error = env(&[("SLACK_BOT_TOKEN", "xoxb-s3cret")]).unwrap_err().to_string();
        assert_eq!(error, "SLACK_APP_TOKEN: is missing beside SLACK_BOT_TOKEN: Slack needs both");
    }

    #[test]
    fn bad_values_say_what_would_do() {
        for pair in [
            ("TRAPLINE_HTTP", "8080"),
            ("DATABASE_URL", "postgres://x"),
            ("DISCORD_API_URL", "discord.com"),
            ("TRAPLINE_LOG", "xml"),
        ] {
            assert!(matches!(env(&[pair]), Err(ConfigError::BadValue { .. })), "{pair:?}");
        }
        assert_eq!(env(&[("TRAPLINE_HTTP", "localhost:0")]).unwrap().http.unwrap().port(), 0);
    }
}
