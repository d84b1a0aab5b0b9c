//! The numbers that are known so far, as expressions and texts see them.

use std::cell::OnceCell;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Object, Value};

use super::numbers::is_reserved;
use super::report::nearest;

/// Numbers by name, in the order in which they came. Of two with one name, the first counts.
#[derive(Debug)]
pub(super) struct Scope<'n> {
    known: Vec<(&'n str, f64)>,
    /// What the template engine sees of them, once it has been asked.
    seen: OnceCell<Value>,
}

#[derive(Debug, Default)]
struct Names(Mutex<Vec<(String, f64)>>);

impl Object for Names {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.iter().find(|(known, _)| known == name).map(|(_, x)| Value::from(*x))
    }
}

impl<'n> Scope<'n> {
    pub(super) fn new(known: impl IntoIterator<Item = (&'n str, f64)>) -> Self {
        Self { known: known.into_iter().collect(), seen: OnceCell::new() }
    }

    /// These numbers behind some names of one's own, which have no value yet.
    pub(super) fn within(&self, names: &[&'static str]) -> Self {
        Self::new(names.iter().map(|name| (*name, f64::NAN)).chain(self.known.iter().copied()))
    }

    /// Gives the name at a place its value.
    pub(super) fn set(&mut self, place: usize, x: f64) {
        self.known[place].1 = x;
    }

    pub(super) fn push(&mut self, name: &'n str, x: f64) {
        self.known.push((name, x));
    }

    pub(super) fn known(&self) -> &[(&'n str, f64)] {
        &self.known
    }

    pub(super) fn get(&self, name: &str) -> Option<f64> {
        self.known.iter().find(|(known, _)| *known == name).map(|(_, x)| *x)
    }

    /// The numbers for the template engine.
    pub(super) fn value(&self) -> Value {
        let seen = self.seen.get_or_init(|| Value::from_object(Names::default()));
        let names = seen.downcast_object_ref::<Names>().expect("the engine sees Names and nothing else");
        let mut names = names.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.iter_mut().zip(&self.known).for_each(|((_, seen), (_, x))| *seen = *x);
        let fresh = self.known[names.len()..].iter().map(|(name, x)| ((*name).to_owned(), *x));
        names.extend(fresh);
        drop(names);
        seen.clone()
    }

    /// The first of the names that has no value, and what may have been meant.
    pub(super) fn unknown(&self, used: impl IntoIterator<Item = String>) -> Option<(String, String)> {
        let strange = |used: &String| self.get(used).is_none() && !is_reserved(used);
        let name = used.into_iter().filter(strange).min()?;
        let hint = nearest(&name, self.known.iter().map(|(known, _)| *known));
        Some((name, hint))
    }
}

#[cfg(test)]
mod tests {
    use crate::bank::numbers::Engine;

    use super::Scope;

    #[test]
    fn the_engine_sees_what_has_come_since_it_was_asked() {
        let engine = Engine::new();
        let text = engine.text("{{ x % 10 }} {{ a % 10 }}").unwrap();
        let mut scope = Scope::new([("a", 1.0)]).within(&["x"]);
        scope.set(0, 2.0);
        assert_eq!(text.render(&scope).unwrap(), "2 1");
        scope.set(0, 3.0);
        scope.push("b", 4.0);
        assert_eq!(text.render(&scope).unwrap(), "3 1");
        assert_eq!(engine.text("{{ (b + x) % 10 }}").unwrap().render(&scope).unwrap(), "7");
        assert_eq!(Scope::new([("x", 1.0)]).within(&["x"]).get("x").map(f64::is_nan), Some(true));
    }
}
