//! Files, and the forms (`multipart/form-data`) that they come in.

/// A file as it was uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
    /// What the message says of it.
    pub description: Option<String>,
}

/// The boundary that a content type of `multipart/form-data` names.
#[must_use]
pub fn boundary(content_type: &str) -> Option<&str> {
    let (_, boundary) = content_type.strip_prefix("multipart/form-data")?.split_once("boundary=")?;
    Some(boundary.trim_matches('"'))
}

/// Name, file name and content of each part.
#[must_use]
pub fn parts<'a>(body: &'a [u8], boundary: &str) -> Vec<(String, Option<String>, &'a [u8])> {
    let mark = format!("--{boundary}");
    let mut found = Vec::new();
    let mut rest = body;
    while let Some(start) = find(rest, mark.as_bytes()) {
        let after = &rest[start + mark.len()..];
        let Some(end) = find(after, mark.as_bytes()) else { break };
        found.extend(part(&after[..end]));
        rest = &after[end..];
    }
    found
}

/// A part begins with a line break, and ends with one before the next mark.
fn part(bytes: &[u8]) -> Option<(String, Option<String>, &[u8])> {
    let split = find(bytes, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..split]).ok()?;
    let content = bytes[split + 4..].strip_suffix(b"\r\n")?;
    let quoted = |key: &str| {
        let value = head.split_once(&format!("; {key}=\""))?.1;
        value.split_once('"').map(|(value, _)| value.to_owned())
    };
    Some((quoted("name")?, quoted("filename"), content))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
