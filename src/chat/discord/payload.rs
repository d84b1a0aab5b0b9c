//! A message as Discord's API takes it, and the limits it has to keep.
//!
//! The same shape serves for posts, edits, interaction responses and follow-ups. Field names are Discord's
//! ("Message", "Embed" and "Message components" in its reference).

use serde::Serialize;

use crate::core::figure::Figure;

/// Lengths are counted in UTF-16 units: never fewer than the characters that Discord counts.
pub(super) mod limit {
    pub(in crate::chat::discord) const TITLE: usize = 256;
    pub(in crate::chat::discord) const DESCRIPTION: usize = 4096;
    pub(in crate::chat::discord) const FOOTER: usize = 2048;
    /// All titles, descriptions and footers of one message together.
    pub(in crate::chat::discord) const TOTAL: usize = 6000;
    pub(in crate::chat::discord) const EMBEDS: usize = 10;
    pub(in crate::chat::discord) const ROWS: usize = 5;
    pub(in crate::chat::discord) const BUTTONS: usize = 5;
    pub(in crate::chat::discord) const LABEL: usize = 80;
    pub(in crate::chat::discord) const URL: usize = 512;
    /// Of what is said of a file.
    pub(in crate::chat::discord) const ALT: usize = 1024;
    pub(in crate::chat::discord) const THREAD_NAME: usize = 100;
    /// Of a modal's title, and of a field's label.
    pub(in crate::chat::discord) const MODAL: usize = 45;
    /// Of an autocomplete's choice, name and value alike.
    pub(in crate::chat::discord) const CHOICE: usize = 100;
    pub(in crate::chat::discord) const CHOICES: usize = 25;
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Payload {
    /// Only a ping: all else is in embeds, where nothing pings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content: Option<String>,
    pub(super) embeds: Vec<Embed>,
    pub(super) components: Vec<Row>,
    pub(super) allowed_mentions: Mentions,
    /// What is said of the files that come along; of an edit, also that no others stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) attachments: Option<Vec<Attachment>>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub(super) struct Embed {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    /// 0xRRGGBB
    pub(super) color: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) footer: Option<Footer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) image: Option<Image>,
}

/// A picture that comes along as a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Image {
    url: &'static str,
    /// What is to be drawn when the message is sent.
    #[serde(skip)]
    figure: Box<Figure>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Attachment {
    /// The number of the file's part. Text, as all ids are.
    id: &'static str,
    filename: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Footer {
    pub(super) text: String,
}

/// A row of buttons.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Row {
    #[serde(rename = "type")]
    kind: u8,
    pub(super) components: Vec<Button>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Button {
    #[serde(rename = "type")]
    kind: u8,
    pub(super) style: u8,
    pub(super) label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) custom_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
    pub(super) disabled: bool,
}

/// Who may be pinged: nobody, or the one role of a feed.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub(super) struct Mentions {
    parse: [&'static str; 0],
    pub(super) roles: Vec<String>,
}

impl Row {
    pub(super) fn new(components: Vec<Button>) -> Self {
        Self { kind: 1, components }
    }
}

impl Button {
    pub(super) fn new(style: u8, label: String, custom_id: Option<String>, url: Option<String>) -> Self {
        Self { kind: 2, style, label, custom_id, url, disabled: false }
    }
}

/// A picture's name says nothing of what it shows.
pub(super) const PICTURE: &str = "figure.png";

impl Image {
    pub(super) fn new(figure: &Figure) -> Self {
        Self { url: "attachment://figure.png", figure: Box::new(figure.clone()) }
    }
}

impl Attachment {
    pub(super) fn new(filename: &'static str, description: Option<String>) -> Self {
        Self { id: "0", filename, description }
    }
}

impl Embed {
    /// What counts towards [`limit::TOTAL`].
    pub(super) fn len(&self) -> usize {
        let footer = self.footer.as_ref().map_or(0, |f| units(&f.text));
        self.title.as_deref().map_or(0, units) + self.description.as_deref().map_or(0, units) + footer
    }
}

impl Payload {
    /// What counts towards [`limit::TOTAL`].
    pub(super) fn len(&self) -> usize {
        self.embeds.iter().map(Embed::len).sum()
    }

    /// The picture that is to come along; a message has one at most.
    pub(super) fn picture(&self) -> Option<&Figure> {
        self.embeds.iter().find_map(|embed| embed.image.as_ref()).map(|image| &*image.figure)
    }

    /// Says it without the picture.
    pub(super) fn drop_picture(&mut self) {
        self.embeds.iter_mut().for_each(|embed| embed.image = None);
        self.embeds.retain(|embed| embed.title.is_some() || embed.description.is_some());
    }

    pub(super) fn custom_ids(&self) -> impl Iterator<Item = &str> {
        self.components.iter().flat_map(|row| &row.components).filter_map(|button| button.custom_id.as_deref())
    }
}

/// The length of a text in UTF-16 units: one for each character, two for those of four bytes in UTF-8.
pub(super) fn units(text: &str) -> usize {
    text.bytes().map(|b| usize::from(b & 0xC0 != 0x80) + usize::from(b >= 0xF0)).sum()
}

/// Cuts text to a number of units, at a word where there is one near the end, with `…` in place of the rest.
pub(super) fn cut(text: &str, most: usize) -> String {
    if units(text) <= most {
        return text.to_owned();
    }
    let (head, _) = split_at_units(text, most.saturating_sub(1));
    let word = head.rfind(char::is_whitespace).filter(|at| *at * 4 >= head.len() * 3);
    let kept = word.map_or(head, |at| &head[..at]).trim_end().trim_end_matches('\\');
    if most == 0 { String::new() } else { format!("{kept}…") }
}

/// Splits text so that the first part has at most that many units.
pub(super) fn split_at_units(text: &str, most: usize) -> (&str, &str) {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.len_utf16();
        if used > most {
            return text.split_at(at);
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cut_text_ends_at_a_word() {
        assert_eq!(cut("one two three four", 17), "one two three…");
        assert_eq!(cut("one two", 7), "one two");
        assert_eq!(cut("donaudampfschiff", 6), "donau…");
        assert_eq!(cut("😀😀😀", 4), "😀…");
    }

    proptest! {
        #[test]
        fn a_cut_text_fits(text in ".{0,80}", most in 0_usize..90) {
            prop_assert!(units(&cut(&text, most)) <= most);
            prop_assert_eq!(units(&text), text.encode_utf16().count());
        }
    }
}
