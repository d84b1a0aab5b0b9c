//! JSON taken for what is wanted of it, whatever it is: what can't be read counts as not there, and what is not wanted is passed over.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A single value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Scalar {
    Text(String),
    Number(u64),
    Flag(bool),
    /// Null, another number, or no single value.
    #[default]
    Other,
}

impl Scalar {
    /// An id, which Discord writes as text. None of them is 0.
    pub(super) fn id(&self) -> Option<u64> {
        self.number().filter(|id| *id > 0)
    }

    /// A whole number, as such or as text.
    pub(super) fn number(&self) -> Option<u64> {
        match self {
            Self::Text(text) => text.parse().ok(),
            Self::Number(number) => Some(*number),
            Self::Flag(_) | Self::Other => None,
        }
    }

    pub(super) fn text(self) -> Option<String> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// An object; nothing where it is anything else.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Loose<T>(pub(super) Option<T>);

impl<T> Default for Loose<T> {
    fn default() -> Self {
        Self(None)
    }
}

/// A list of which all items are taken that are objects.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LooseList<T>(pub(super) Vec<T>);

impl<T> Default for LooseList<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Every visitor takes anything, and each kind of value that it does not want is passed over by the same lines.
macro_rules! nothing_of {
    ($nothing:expr; $($visit:ident: $type:ty),*) => {
        $(fn $visit<E>(self, _: $type) -> Result<Self::Value, E> {
            Ok($nothing)
        })*
    };
    ($nothing:expr; unit) => {
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($nothing)
        }

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("anything")
        }
    };
    ($nothing:expr; map) => {
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok($nothing)
        }
    };
    ($nothing:expr; seq) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok($nothing)
        }
    };
}

struct OfScalar;

impl<'de> Visitor<'de> for OfScalar {
    type Value = Scalar;

    nothing_of!(Scalar::Other; unit);
    nothing_of!(Scalar::Other; map);
    nothing_of!(Scalar::Other; seq);
    nothing_of!(Scalar::Other; visit_i64: i64, visit_f64: f64);

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Scalar::Flag(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Scalar::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OfScalar)
    }
}

struct OfObject<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OfObject<T> {
    type Value = Loose<T>;

    nothing_of!(Loose(None); unit);
    nothing_of!(Loose(None); seq);
    nothing_of!(Loose(None); visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|object| Loose(Some(object)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Loose<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OfObject(PhantomData))
    }
}

struct OfList<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OfList<T> {
    type Value = LooseList<T>;

    nothing_of!(LooseList::default(); unit);
    nothing_of!(LooseList::default(); map);
    nothing_of!(LooseList::default(); visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Loose(item)) = list.next_element()? {
            items.extend(item);
        }
        Ok(LooseList(items))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for LooseList<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OfList(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Clone, PartialEq, Default, Deserialize)]
    #[serde(default)]
    struct Thing {
        id: Scalar,
        inner: Loose<Inner>,
        list: LooseList<Inner>,
    }

    #[derive(Debug, Clone, PartialEq, Default, Deserialize)]
    #[serde(default)]
    struct Inner {
        name: Scalar,
    }

    const ANYTHING: [&str; 9] =
        ["null", "true", "-1", "1.5", "7", r#""a\nb""#, r#"[1, [2], {"id": 3}]"#, r#"{"list": 1, "x": [{}]}"#, "[]"];

    #[test]
    fn whatever_stands_anywhere_is_passed_over() {
        for anything in ANYTHING {
            serde_json::from_str::<Loose<Thing>>(anything).unwrap();
            for field in ["id", "inner", "list", "unheard_of"] {
                let text = format!(r#"{{"before": {anything}, "{field}": {anything}, "after": {{"id": 2}}}}"#);
                serde_json::from_str::<Thing>(&text).unwrap();
            }
        }
        assert!(serde_json::from_str::<Thing>(r#"{"id": [1"#).is_err(), "it has to be JSON");
    }

    #[test]
    fn what_is_wanted_is_found() {
        let text =
            r#"{"id": "12", "inner": {"name": "Zoë\u0021", "x": {"name": 1}}, "list": [1, {"name": "a"}, {}, null]}"#;
        let thing: Thing = serde_json::from_str(text).unwrap();
        assert_eq!(thing.id.id(), Some(12));
        assert_eq!(thing.inner.0.unwrap().name.text().as_deref(), Some("Zoë!"));
        let names: Vec<_> = thing.list.0.into_iter().map(|inner| inner.name.text()).collect();
        assert_eq!(names, [Some("a".to_owned()), None]);
    }

    #[test]
    fn an_id_is_a_number_above_nothing() {
        let id = |text| serde_json::from_str::<Scalar>(text).unwrap().id();
        assert_eq!((id(r#""5""#), id("5")), (Some(5), Some(5)));
        for none in ["0", r#""0""#, "-5", "5.0", r#""five""#, "null", "true", "[5]"] {
            assert_eq!(id(none), None, "{none}");
        }
    }
}
