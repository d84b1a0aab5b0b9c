//! The answer to a number trap, as a member types it.

use trapline::core::number;
use trapline::core::round::parse_number;

use super::fits;

/// # Panics
/// Where what is read is no number, or is not read back from how it is printed.
pub fn number_typed(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    match parse_number(&text) {
        Ok(x) => {
            assert!(x.is_finite(), "{x} is no number to compare with");
            assert_eq!(parse_number(&format!("{x:e}")), Ok(x), "it is read back as it was");
            let printed = number::show(x);
            assert!(printed.len() < 64, "{printed} is too long to print");
            for unit in ["", "%", "GB"] {
                assert!(number::with_unit(x, unit).starts_with(&printed), "the unit stands behind the number");
            }
        }
        Err(refusal) => fits::refusal(&refusal),
    }
}
