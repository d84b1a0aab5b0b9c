//! What people call themselves: text of any origin, which is to be seen, and to turn or hide nothing that stands around it.

use std::collections::HashSet;

/// Marks that change how the text around them is read without being seen (directional overrides; zero-width joiners, which
/// emoji and some scripts need, are left alone).
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Signs that some texts need between others, and fillers: by themselves they leave nothing to see.
fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200c}' | '\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// The name on one line, without control characters or marks that are not seen. None: nothing of it would be seen.
#[must_use]
pub fn clean(name: &str) -> Option<String> {
    let clean: String = name.chars().filter(|c| !c.is_control() && !is_invisible(*c)).collect();
    let has_ink = clean.chars().any(|c| !c.is_whitespace() && !is_blank(c));
    has_ink.then(|| clean.trim().to_owned())
}

/// What a name is to the eye: two names with the same one look alike. Empty where nothing would be seen.
#[must_use]
pub fn look(name: &str) -> String {
    let seen: String = name.chars().filter(|c| !c.is_control() && !is_invisible(*c) && !is_blank(*c)).collect();
    // Capitals first: that makes one of letters which have two small forms, such as those of sigma.
    let words: Vec<String> = seen.split_whitespace().map(|word| word.to_uppercase().to_lowercase()).collect();
    words.join(" ")
}

/// The name with the least number behind it that makes it look like none of these, each as [`look`] gives it. `longest`: of the
/// result, in characters; the name gives way to the number.
#[must_use]
pub fn numbered(name: &str, looks: &HashSet<String>, longest: usize) -> String {
    let with = |number: usize| {
        let behind = format!(" {number}");
        let room = longest.saturating_sub(behind.len());
        let start: String = name.chars().take(room).collect();
        format!("{}{behind}", start.trim_end())
    };
    let free = (2..).map(with).find(|name| !looks.contains(&look(name)));
    free.expect("there are more numbers than names")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_or_hides_goes_and_what_scripts_need_stays() {
        assert_eq!(clean(" Ann\n\u{7}a ").unwrap(), "Anna");
        assert_eq!(clean("\u{202e}99 +\u{2069}\u{200b}").unwrap(), "99 +");
        let joined = ["می‌خواهم", "👩‍🚀", "❤️"];
        assert!(joined.into_iter().all(|name| clean(name).is_some_and(|clean| clean == name)));
    }

    #[test]
    fn names_that_look_alike_are_told() {
        for alike in
            ["ada lovelace", " ADA  Lovelace", "Ada\u{200d} Love\u{ad}lace", "\u{202e}Ada\u{a0}LOVELACE\u{fe0f}"]
        {
            assert_eq!(look(alike), look("Ada Lovelace"), "{alike:?}");
        }
        assert_eq!((look("ΣΑΣ"), look("STRASSE")), (look("σας"), look("Straße")));
        assert_ne!(look("Ada"), look("Ada L"));
        assert_eq!(look("\u{200b} \u{3164}"), "");
    }

    #[test]
    fn a_number_makes_a_name_another_one() {
        let looks = HashSet::from(["ada", "ada 2"].map(ToOwned::to_owned));
        assert_eq!(numbered("Ada", &looks, 32), "Ada 3");
        assert_eq!(numbered("Bob", &looks, 32), "Bob 2");
        assert_eq!(numbered("Ada Lovelace", &looks, 6), "Ada 3", "the number has room");
    }

    #[test]
    fn a_name_without_ink_is_none() {
        for name in ["", " \t", "\u{200b}\u{200b}", "\u{200d}\u{2060}", "\u{3164}", "\u{2800} \u{ad}", "\u{fe0f}"] {
            assert_eq!(clean(name), None, "{name:?}");
        }
    }
}
