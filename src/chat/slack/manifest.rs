//! The app's manifest: an admin creates the app by pasting it. It asks for the least that the adapter needs.

/// As it is kept in `deploy/`, and printed by `trapline invite --slack`.
pub const MANIFEST: &str = include_str!("../../../deploy/slack-manifest.yaml");

/// The scopes that the manifest asks for.
fn scopes() -> impl Iterator<Item = &'static str> {
    let list = MANIFEST.lines().skip_while(|line| line.trim() != "bot:").skip(1);
    list.map_while(|line| line.trim().strip_prefix("- ")).map(|line| line.split('#').next().unwrap_or_default().trim())
}

/// The scopes that a token lacks; none where it is not known what it has.
pub(super) fn missing(have: Option<&[String]>) -> Vec<String> {
    let Some(have) = have else { return Vec::new() };
    scopes().filter(|scope| have.iter().all(|has| has != scope)).map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_asks_for_the_least() {
        let asked: Vec<&str> = scopes().collect();
        let least = [
            "channels:history",
            "channels:read",
            "chat:write",
            "commands",
            "files:write",
            "groups:history",
            "groups:read",
            "im:history",
            "im:write",
            "users:read",
        ];
        assert_eq!(asked, least);
    }

    #[test]
    fn what_a_token_lacks_is_named() {
        let have: Vec<String> = scopes().filter(|scope| *scope != "im:write").map(ToOwned::to_owned).collect();
        assert_eq!(missing(Some(&have)), ["im:write"]);
        assert_eq!(missing(None), Vec::<String>::new());
    }

    #[test]
    fn the_manifest_switches_on_what_is_used() {
        for line in ["socket_mode_enabled: true", "is_enabled: true", "home_tab_enabled: true", "command: /trap"] {
            assert!(MANIFEST.contains(line), "{line}");
        }
        assert!(MANIFEST.contains("- app_home_opened") && MANIFEST.contains("should_escape: true"));
    }
}
