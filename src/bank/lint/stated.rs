//! What a stem must state where it matters: base of units, memory of a card, batch, precision, version.

use super::{Measured, OptionSet};
use crate::bank::make::Draft;
use crate::bank::report::Sink;
use crate::bank::words::Words;
use crate::core::trap::Trap;

/// I19. `stem`: the words of scenario and ask.
pub(super) fn check(draft: &Draft<'_>, trap: &Trap, stem: &Words, set: Option<&OptionSet>, sink: &mut Sink<'_>) {
    let seen = Seen::of(stem, set);
    let any = |of_kind: fn(&str) -> bool| stem.iter().any(of_kind);
    let line = draft.body.scenario.heading;
    for (missing, what, mend) in [
        (seen.mixes_bases(), "GB and GiB stand side by side", "use one of them, or say what each is in bytes"),
        (
            seen.card && seen.sizes() == 0 && asks_what_fits(&trap.ask),
            "whether it fits a card depends on the card's memory",
            "state the card's memory",
        ),
        (
            (seen.rate || unit(trap).starts_with("tokens/")) && !any(is_batch),
            "tokens per second depend on the batch",
            "state the batch, or how many requests run at once",
        ),
        (
            seen.parameters && asks_bytes(trap, set) && !any(is_format),
            "bytes of parameters depend on their precision",
            "state the format, such as BF16",
        ),
        (
            seen.library && seen.default && !seen.version,
            "what a library does by default depends on its version",
            "state the version",
        ),
    ] {
        if missing {
            sink.warn(line, "I19", what, mend);
        }
    }
}

/// What a stem speaks of, found in one walk over its words.
#[derive(Debug, Default)]
struct Seen {
    /// KB, MB, GB, TB as bits; and KiB, MiB, GiB, TiB. Those of the options count too.
    decimal: u8,
    binary: u8,
    /// A unit is said in bytes.
    defined: bool,
    card: bool,
    /// A figure in tokens per second.
    rate: bool,
    parameters: bool,
    default: bool,
    library: bool,
    version: bool,
}

impl Seen {
    fn of(stem: &Words, set: Option<&OptionSet>) -> Self {
        let mut seen = Self::default();
        let (mut last, mut before) = ("", "");
        for word in stem.iter() {
            seen.size(word);
            seen.word(word, last, before);
            (before, last) = (last, word);
        }
        set.into_iter().flat_map(|s| &s.options).flat_map(|o| o.words.iter()).for_each(|word| seen.size(word));
        seen
    }

    fn size(&mut self, word: &str) {
        match word {
            "kb" => self.decimal |= 1,
            "mb" => self.decimal |= 2,
            "gb" => self.decimal |= 4,
            "tb" => self.decimal |= 8,
            "kib" => self.binary |= 1,
            "mib" => self.binary |= 2,
            "gib" => self.binary |= 4,
            "tib" => self.binary |= 8,
            _ => {}
        }
    }

    fn word(&mut self, word: &str, last: &str, before: &str) {
        match word {
            "gpu" | "gpus" | "card" | "cards" | "accelerator" | "accelerators" => self.card = true,
            "2³⁰" | "2²⁰" | "10⁹" | "10⁶" => self.defined = true,
            "s" | "per" => self.rate |= last == "tokens" && before.starts_with(|c: char| c.is_ascii_digit()),
            "parameters" | "weights" => self.parameters = true,
            "default" => self.default |= last == "by",
            "defaults" => self.default = true,
            "version" => self.version = true,
            _ => self.library |= is_library(word),
        }
        // A figure right behind a library's name is its version.
        self.version |= self.library && is_library(last) && word.starts_with(|c: char| c.is_ascii_digit());
    }

    fn sizes(&self) -> u8 {
        self.decimal | self.binary
    }

    fn mixes_bases(&self) -> bool {
        self.decimal & self.binary != 0 && !self.defined
    }
}

fn is_library(word: &str) -> bool {
    matches!(
        word,
        "pytorch"
            | "tensorflow"
            | "cuda"
            | "numpy"
            | "pandas"
            | "spark"
            | "kafka"
            | "xgboost"
            | "lightgbm"
            | "scikit-learn"
    )
}

fn asks_what_fits(ask: &str) -> bool {
    let ask = Words::of(ask);
    ask.has("fit") || ask.has("fits") || ask.has_run(&["out", "of", "memory"])
}

/// Whether the answer is a number of bytes.
fn asks_bytes(trap: &Trap, set: Option<&OptionSet>) -> bool {
    let in_bytes = |o: &Measured| o.quantity.as_ref().is_some_and(|q| q.unit == "byte");
    matches!(unit(trap), "KB" | "MB" | "GB" | "TB" | "KiB" | "MiB" | "GiB" | "TiB")
        || set.is_some_and(|s| s.options.iter().all(in_bytes))
}

/// The unit in which a number trap is answered.
fn unit(trap: &Trap) -> &str {
    trap.number_kind().map_or("", |number| number.unit.as_str())
}

/// What says for how many sequences at once.
fn is_batch(word: &str) -> bool {
    let stems = ["batch", "sequence", "request", "stream", "user", "concurren", "train", "pre-train"];
    stems.iter().any(|stem| word.starts_with(stem))
}

/// A number format, or bytes or bits that say as much.
fn is_format(word: &str) -> bool {
    let known = ["byte", "bytes", "bit", "bits", "half-precision", "single-precision", "double-precision", "precision"];
    let named = ["bf", "fp", "int", "tf", "uint", "float", "bfloat", "nf"]
        .iter()
        .any(|f| word.strip_prefix(f).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())));
    named || known.contains(&word) || word.ends_with("-bit") || word.ends_with("-byte") || word.ends_with("-bytes")
}

#[cfg(test)]
mod tests {
    use super::is_format;

    #[test]
    fn formats_are_told_from_other_words() {
        assert!(["bf16", "fp32", "int8", "16-bit", "bytes", "e4m3-bit"].iter().all(|w| is_format(w)));
        assert!(!["integer", "format", "weights", "fp"].iter().any(|w| is_format(w)));
    }
}
