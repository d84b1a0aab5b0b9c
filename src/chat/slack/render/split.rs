//! Pieces of text → sections that each fit.

use super::mrkdwn::{Piece, fenced};
use crate::chat::slack::payload::{split_at_units, units};

/// Joins pieces into as few sections as fit, each at most `most` units long. A piece is parted only where it alone is too
/// long: prose at a paragraph, line, sentence or word, a code block between its lines.
pub(super) fn sections(pieces: &[Piece], most: usize) -> Vec<String> {
    let mut done = Vec::new();
    let mut current = String::new();
    for (part, tight) in pieces.iter().flat_map(|piece| parts(piece, most)) {
        let gap = match current.as_str() {
            "" => "",
            // A code block brings its own distance.
            before if tight || before.ends_with("```") => "\n",
            _ => "\n\n",
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
        Piece::Fence(text) => fence(text, most).into_iter().map(|part| (part, true)).collect(),
    }
}

fn prose(text: &str, most: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while units(rest) > most {
        let (head, tail) = rest.split_at(boundary(split_at_units(rest, most).0));
        parts.push(head.trim_end().to_owned());
        rest = tail.trim_start_matches(['\n', ' ']);
    }
    parts.push(rest.to_owned());
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// Where to part a text that has to end here: the best kind of boundary in its second half, else before the last character;
/// never within a link or an escape.
pub(super) fn boundary(head: &str) -> usize {
    let half = head.len() / 2;
    let found = ["\n\n", "\n", ". ", " "].iter().find_map(|mark| {
        let mut ends = head.rmatch_indices(mark).map(|(at, _)| at + mark.len()).take_while(|at| *at >= half);
        ends.find(|at| whole(&head[..*at]) == *at)
    });
    found.unwrap_or_else(|| whole(head)).max(head.chars().next().map_or(1, char::len_utf8))
}

/// The length of a text without the link or escape that its end cuts through; all of it where there is nothing before that.
fn whole(text: &str) -> usize {
    let open = text.rfind('<').filter(|at| !text[*at..].contains('>'));
    let escape = text.rfind('&').filter(|at| !text[*at..].contains(';') && text.len() - at < 5);
    match [open, escape].into_iter().flatten().min() {
        Some(at) if at > 0 => at,
        _ => text.len(),
    }
}

fn fence(text: &str, most: usize) -> Vec<String> {
    let room = most.saturating_sub(units(&fenced("")));
    let mut parts = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    let mut used = 0;
    for line in text.lines().flat_map(|line| broken(line, room)) {
        if used + units(line) + 1 > room && !lines.is_empty() {
            parts.push(fenced(&std::mem::take(&mut lines).join("\n")));
            used = 0;
        }
        used += units(line) + 1;
        lines.push(line);
    }
    if !lines.is_empty() {
        parts.push(fenced(&lines.join("\n")));
    }
    parts
}

/// A line of code in parts that fit.
fn broken(line: &str, most: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = line;
    while units(rest) > most {
        let head = split_at_units(rest, most).0;
        let (head, tail) = rest.split_at(whole(head).max(rest.chars().next().map_or(1, char::len_utf8)));
        parts.push(head);
        rest = tail;
    }
    parts.push(rest);
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn short_pieces_share_a_section() {
        let mut tight = Piece::prose("two");
        tight.tighten();
        let pieces = [Piece::prose("one"), tight, Piece::fence("x = 1"), Piece::prose("three")];
        assert_eq!(sections(&pieces, 100), ["one\ntwo\n```\nx = 1\n```\nthree"]);
    }

    #[test]
    fn long_prose_parts_at_a_sentence_and_never_in_a_link() {
        let text = "First sentence here. Second one follows it.";
        assert_eq!(sections(&[Piece::prose(text)], 30), ["First sentence here.", "Second one follows it."]);
        let linked = "Look into <https://e.org|this long paper> now";
        assert_eq!(sections(&[Piece::prose(linked)], 36), ["Look into", "<https://e.org|this long paper> now"]);
        assert_eq!(sections(&[Piece::prose("aaaaaaaa&amp;b")], 10), ["aaaaaaaa", "&amp;b"]);
    }

    proptest! {
        #[test]
        fn every_section_fits_and_no_word_is_lost(
            words in prop::collection::vec("[a-z]{1,12}", 1..60), most in 30_usize..80,
        ) {
            let text = words.join(" ");
            let all = sections(&[Piece::prose(text.clone())], most);
            prop_assert!(all.iter().all(|d| units(d) <= most));
            prop_assert_eq!(all.join(" "), text);
        }

        #[test]
        fn any_piece_fits(text in "(?s).{0,300}", most in 40_usize..80) {
            for piece in [Piece::prose(text.clone()), Piece::fence(&text)] {
                for section in sections(&[piece], most) {
                    prop_assert!(units(&section) <= most, "{section:?}");
                    prop_assert!(!section.trim().is_empty());
                }
            }
        }
    }
}
