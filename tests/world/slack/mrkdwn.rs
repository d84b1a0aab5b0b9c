//! Slack's own markup, as a person sees it, and what is wrong with it.

/// The text without its marks: links by their labels, dates by their fallbacks, escapes undone.
#[must_use]
pub fn seen(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        shown.push_str(&plain(&rest[..start]));
        let Some(end) = rest[start..].find('>') else { break };
        shown.push_str(&reference(&rest[start + 1..start + end]));
        rest = &rest[start + end + 1..];
    }
    shown.push_str(&plain(rest));
    shown
}

/// Undoes the three escapes.
#[must_use]
pub fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// What stands between angle brackets.
fn reference(inner: &str) -> String {
    match inner.split_once('|') {
        Some((_, label)) => unescape(label),
        None => unescape(inner),
    }
}

/// Text outside of references: bold, italics and strikes are looks, not letters.
fn plain(text: &str) -> String {
    let pieces = text.split('`').enumerate();
    let mut shown = String::new();
    for (at, piece) in pieces {
        if at > 0 {
            shown.push('`');
        }
        shown.push_str(&if at % 2 == 1 { piece.to_owned() } else { unmarked(piece) });
    }
    unescape(&shown)
}

/// Takes pairs of `*`, `_` and `~` away that stand around words of one line.
fn unmarked(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut keep = vec![true; letters.len()];
    for mark in ['*', '_', '~'] {
        let mut open: Option<usize> = None;
        for (at, &letter) in letters.iter().enumerate() {
            let outside = |neighbour: Option<&char>| neighbour.is_none_or(|c| !c.is_alphanumeric());
            let before = at.checked_sub(1).and_then(|at| letters.get(at));
            let after = letters.get(at + 1);
            match (letter, open) {
                ('\n', _) => open = None,
                (l, None) if l == mark && outside(before) && after.is_some_and(|c| !c.is_whitespace()) => {
                    open = Some(at);
                }
                (l, Some(start)) if l == mark && outside(after) && before.is_some_and(|c| !c.is_whitespace()) => {
                    if at > start + 1 {
                        (keep[start], keep[at]) = (false, false);
                    }
                    open = None;
                }
                _ => {}
            }
        }
    }
    letters.iter().zip(keep).filter(|(_, keep)| *keep).map(|(letter, _)| letter).collect()
}

/// What Slack lets pass and this project does not send: pings of whole channels, and unescaped signs.
#[must_use]
pub fn doubts(text: &str, is_mrkdwn: bool) -> Vec<String> {
    let mut doubts = Vec::new();
    for ping in ["<!channel", "<!here", "<!everyone"] {
        if text.contains(ping) {
            doubts.push(format!("a message pings with {ping}>"));
        }
    }
    if !is_mrkdwn {
        return doubts;
    }
    for (at, _) in text.match_indices('<') {
        let inner = &text[at + 1..];
        let is_reference =
            ["@U", "@W", "#C", "!subteam^", "!date^", "!channel", "!here", "!everyone", "http", "mailto:"]
                .iter()
                .any(|start| inner.starts_with(start));
        if !is_reference || !inner.contains('>') {
            doubts.push(format!("an unescaped `<` in: {}", excerpt(inner)));
        }
    }
    for (at, _) in text.match_indices('&') {
        let inner = &text[at + 1..];
        if !["amp;", "lt;", "gt;"].iter().any(|escape| inner.starts_with(escape)) {
            doubts.push(format!("an unescaped `&` in: {}", excerpt(inner)));
        }
    }
    doubts
}

fn excerpt(text: &str) -> String {
    text.chars().take(40).collect()
}
