//! Prose beside the bank whose numbers are computed in the way of a trap's.

use super::numbers::Engine;
use super::scope::Scope;

/// Fills texts in with numbers: expressions by name, each of which may use those before it.
///
/// # Errors
/// In one sentence, what can't be computed or printed.
pub fn fill(numbers: &[(String, String)], texts: &[&str]) -> Result<Vec<String>, String> {
    let engine = Engine::new();
    let mut scope = Scope::new([]);
    for (name, source) in numbers {
        let value = engine.expression(source).and_then(|formula| formula.value(&scope));
        scope.push(name, value.map_err(|trouble| format!("'{name}' can't be computed: {}", trouble.what))?);
    }
    let filled = texts.iter().map(|text| engine.text(text).and_then(|text| text.render(&scope)));
    filled.collect::<Result<_, _>>().map_err(|trouble| format!("the prose can't be filled in: {}", trouble.what))
}

#[cfg(test)]
mod tests {
    use super::fill;

    fn numbers(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|(name, source)| ((*name).to_owned(), (*source).to_owned())).collect()
    }

    #[test]
    fn prose_prints_what_is_computed() {
        let known = numbers(&[("width", "4096"), ("hidden", "8 * width / 3")]);
        let filled = fill(&known, &["{{ hidden | fixed(1) }} of {{ width }}", "plain"]).unwrap();
        assert_eq!(filled, ["10,922.7 of 4,096", "plain"]);
    }

    #[test]
    fn what_is_missing_is_named() {
        assert!(fill(&[], &["{{ absent }}"]).unwrap_err().contains("'absent'"));
        assert!(fill(&numbers(&[("a", "b + 1")]), &[]).unwrap_err().contains("'a' can't be computed: 'b'"));
    }
}
