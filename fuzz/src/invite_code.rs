//! A code that one group reads off its screen and another types in.

use trapline::core::invite::{code, shown, typed};
use trapline::core::refusal::Refusal;

use super::fits;

/// # Panics
/// Where a code is not what it was made of, or what was typed grows.
pub fn invite_code(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let kept = typed(&text);
    assert!(kept.chars().count() <= text.chars().count(), "what is kept is no longer than what was typed");
    assert_eq!(typed(&kept), kept, "reading again changes nothing");
    drop(shown(&text));
    if let Some(random) = input.first_chunk() {
        let code = code(random);
        assert_eq!(typed(&shown(&code)), code, "a code is read as it is shown");
        assert_eq!(typed(&format!(" {} ", shown(&code).to_lowercase())), code, "in small letters too");
    }
    fits::refusal(&Refusal::BadCode { given: text.into_owned() });
}
