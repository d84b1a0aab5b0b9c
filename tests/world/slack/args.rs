//! The methods that the Web API has here: their arguments, and what they want of whoever calls.

/// A method of the Web API.
#[derive(Debug)]
pub struct Method {
    pub name: &'static str,
    /// Takes a JSON body; others read forms and queries alone, and overlook what JSON says.
    pub json: bool,
    /// The scope that it wants in any case.
    pub scope: Option<&'static str>,
    pub required: &'static [&'static str],
    pub optional: &'static [&'static str],
}

impl Method {
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        METHODS.iter().find(|method| method.name == name)
    }

    #[must_use]
    pub fn knows(&self, argument: &str) -> bool {
        self.required.contains(&argument) || self.optional.contains(&argument)
    }
}

const fn form(
    name: &'static str,
    scope: Option<&'static str>,
    required: &'static [&'static str],
    optional: &'static [&'static str],
) -> Method {
    Method { name, json: false, scope, required, optional }
}

const fn json(
    name: &'static str,
    scope: Option<&'static str>,
    required: &'static [&'static str],
    optional: &'static [&'static str],
) -> Method {
    Method { name, json: true, scope, required, optional }
}

const PAGED: &[&str] = &["cursor", "limit", "latest", "oldest", "inclusive", "include_all_metadata"];

const METHODS: &[Method] = &[
    json("apps.connections.open", None, &[], &[]),
    json("auth.test", None, &[], &[]),
    json("chat.delete", Some("chat:write"), &["channel", "ts"], &["as_user"]),
    form("chat.getPermalink", None, &["channel", "message_ts"], &[]),
    json(
        "chat.postEphemeral",
        Some("chat:write"),
        &["channel", "user"],
        &[
            "as_user",
            "attachments",
            "blocks",
            "icon_emoji",
            "icon_url",
            "link_names",
            "markdown_text",
            "parse",
            "text",
            "thread_ts",
            "username",
        ],
    ),
    json(
        "chat.postMessage",
        Some("chat:write"),
        &["channel"],
        &[
            "as_user",
            "attachments",
            "blocks",
            "icon_emoji",
            "icon_url",
            "link_names",
            "markdown_text",
            "metadata",
            "mrkdwn",
            "parse",
            "reply_broadcast",
            "text",
            "thread_ts",
            "unfurl_links",
            "unfurl_media",
            "username",
        ],
    ),
    json(
        "chat.update",
        Some("chat:write"),
        &["channel", "ts"],
        &[
            "as_user",
            "attachments",
            "blocks",
            "file_ids",
            "link_names",
            "markdown_text",
            "metadata",
            "parse",
            "reply_broadcast",
            "text",
        ],
    ),
    form("conversations.history", None, &["channel"], PAGED),
    form("conversations.info", None, &["channel"], &["include_locale", "include_num_members"]),
    json("conversations.join", Some("channels:join"), &["channel"], &[]),
    form("conversations.list", None, &[], &["cursor", "exclude_archived", "limit", "team_id", "types"]),
    form("conversations.members", None, &["channel"], &["cursor", "limit"]),
    json("conversations.open", Some("im:write"), &[], &["channel", "prevent_creation", "return_im", "users"]),
    form(
        "conversations.replies",
        None,
        &["channel", "ts"],
        &["cursor", "limit", "latest", "oldest", "inclusive", "include_all_metadata"],
    ),
    json(
        "files.completeUploadExternal",
        Some("files:write"),
        &["files"],
        &["blocks", "channel_id", "channels", "initial_comment", "thread_ts"],
    ),
    form(
        "files.getUploadURLExternal",
        Some("files:write"),
        &["filename", "length"],
        &["alt_txt", "alt_text", "snippet_type"],
    ),
    form("users.conversations", None, &[], &["cursor", "exclude_archived", "limit", "team_id", "types", "user"]),
    form("users.info", Some("users:read"), &["user"], &["include_locale"]),
    form("users.list", Some("users:read"), &[], &["cursor", "include_locale", "limit", "team_id"]),
    json("views.open", None, &["view"], &["interactivity_pointer", "trigger_id"]),
    json("views.publish", None, &["user_id", "view"], &["hash"]),
    json("views.push", None, &["view"], &["interactivity_pointer", "trigger_id"]),
    json("views.update", None, &["view"], &["external_id", "hash", "view_id"]),
];
