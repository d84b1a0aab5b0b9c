//! Pieces of text → descriptions that each fit an embed.

use super::markdown::{Piece, fenced};
use crate::chat::discord::payload::{cut, split_at_units, units};

/// Joins pieces into as few descriptions as fit, each at most `most` units long. A piece is parted only where it
/// alone is too long: prose at a paragraph, line, sentence or word, a code block between its lines.
pub(super) fn descriptions(pieces: &[Piece], most: usize) -> Vec<String> {
    let mut done = Vec::new();
    let mut current = String::new();
    for (part, tight) in pieces.iter().flat_map(|piece| parts(piece, most)) {
        let gap = if current.is_empty() {
            ""
        } else if tight || current.ends_with("```") {
            // A code block brings its own distance.
            "\n"
        } else {
            "\n\n"
        };
        if units(&current) + gap.len() + units(&part) <= most {
            current.push_str(gap);
        } else {
            done.push(std::mem::take(&mut current));
        }
        current.push_str(&part);
    }
    done.push(current);
    done.retain(|text| !text.trim().is_empty());
    done
}

/// A piece in parts that fit, each with whether it may follow without an empty line.
fn parts(piece: &Piece, most: usize) -> Vec<(String, bool)> {
    match piece {
        Piece::Prose { text, tight } => prose(text, most).into_iter().map(|part| (part, *tight)).collect(),
        Piece::Fence { language, text } => fence(language, text, most).into_iter().map(|part| (part, true)).collect(),
    }
}

fn prose(text: &str, most: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while units(rest) > most {
        let (head, _) = split_at_units(rest, most);
        let at = boundary(head);
        let (head, tail) = rest.split_at(at);
        parts.push(head.trim_end().to_owned());
        rest = tail.trim_start_matches(['\n', ' ']);
    }
    parts.push(rest.to_owned());
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// Where to part a text that has to end here: the best kind of boundary in its second half, else before the last
/// character that stands by itself.
fn boundary(head: &str) -> usize {
    let half = head.len() / 2;
    let found = ["\n\n", "\n", ". ", " "]
        .iter()
        .find_map(|mark| head.rfind(mark).map(|at| at + mark.len()).filter(|at| *at >= half));
    // Between a backslash and what it escapes there is no boundary.
    found.unwrap_or_else(|| head.trim_end_matches('\\').len()).max(1)
}

fn fence(language: &str, text: &str, most: usize) -> Vec<String> {
    let room = most.saturating_sub(units(&fenced(language, "")) + 2);
    let mut parts = Vec::new();
    let mut lines: Vec<String> = Vec::new();
    let mut used = 0;
    for line in text.trim_end().lines() {
        // Escaping a fence inside makes a line longer; cutting it is the last resort.
        let line = cut(&line.replace("```", "``\u{200b}`"), room);
        if used + units(&line) + 1 > room && !lines.is_empty() {
            parts.push(fenced(language, &std::mem::take(&mut lines).join("\n")));
            used = 0;
        }
        used += units(&line) + 1;
        lines.push(line);
    }
    if !lines.is_empty() {
        parts.push(fenced(language, &lines.join("\n")));
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn short_pieces_share_a_description() {
        let pieces = [Piece::prose("one"), Piece::tight("two"), Piece::fence("x = 1"), Piece::prose("three")];
        assert_eq!(descriptions(&pieces, 100), ["one\ntwo\n```\nx = 1\n```\nthree"]);
    }

    #[test]
    fn long_prose_parts_at_a_sentence_and_code_between_lines() {
        let text = "First sentence here. Second one follows it.";
        assert_eq!(descriptions(&[Piece::prose(text)], 30), ["First sentence here.", "Second one follows it."]);
        let code = descriptions(&[Piece::fence("aaaa\nbbbb\ncccc")], 20);
        assert_eq!(code, ["```\naaaa\nbbbb\n```", "```\ncccc\n```"]);
    }

    proptest! {
        #[test]
        fn every_description_fits_and_no_word_is_lost(words in prop::collection::vec("[a-z]{1,12}", 1..60), most in 30_usize..80) {
            let text = words.join(" ");
            let all = descriptions(&[Piece::prose(text.clone())], most);
            prop_assert!(all.iter().all(|d| units(d) <= most));
            prop_assert_eq!(all.join(" "), text);
        }

        #[test]
        fn any_piece_fits(text in "(?s).{0,300}", language in "[a-z]{0,8}", most in 40_usize..80) {
            for piece in [Piece::prose(text.clone()), Piece::Fence { language: language.clone(), text: text.clone() }] {
                for description in descriptions(&[piece], most) {
                    prop_assert!(units(&description) <= most, "{description:?}");
                    prop_assert!(!description.trim().is_empty());
                }
            }
        }
    }
}
