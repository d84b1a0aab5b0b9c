//! How hard the stem is to read: its grade, and the abbreviations that it takes for known.

use crate::bank::make::Draft;
use crate::bank::report::Sink;
use crate::core::trap::Trap;

/// The grades of Flesch and Kincaid between which a stem reads well are 8 to 14; counting syllables by rule is a grade off.
const GRADES: std::ops::RangeInclusive<f64> = 7.0..=15.0;

/// How many abbreviations a reader may have to look up.
const MAX_UNDEFINED: usize = 2;

/// I25.
pub(super) fn check(draft: &Draft<'_>, trap: &Trap, sink: &mut Sink<'_>) {
    let line = draft.body.scenario.heading;
    let mut measure = Measure::default();
    measure.read(&trap.scenario);
    measure.read(&trap.ask);
    let grade = measure.grade();
    if !GRADES.contains(&grade) {
        let what = format!("scenario and ask read at grade {grade:.1}");
        let mend = if grade > *GRADES.end() {
            "bring it between 8 and 14: shorter sentences, plainer words"
        } else {
            "bring it between 8 and 14: join sentences that belong together"
        };
        sink.warn(line, "I25", what, mend);
    }
    let undefined = undefined(&trap.scenario, &trap.ask);
    if undefined.len() > MAX_UNDEFINED {
        let what = format!("{} abbreviations without their meaning: {}", undefined.len(), undefined.join(", "));
        sink.warn(line, "I25", what, format!("spell out all but {MAX_UNDEFINED}, as in 'mean reciprocal rank (MRR)'"));
    }
}

#[derive(Debug, Default)]
struct Measure {
    words: u32,
    sentences: u32,
    syllables: u32,
}

impl Measure {
    /// Adds a text. Code counts as one word; a paragraph ends a sentence.
    fn read(&mut self, text: &str) {
        // A line of code is looked at, not read.
        let code = |paragraph: &&str| paragraph.starts_with('`') && paragraph.ends_with('`');
        for paragraph in text.split("\n\n").filter(|p| !code(p)) {
            let (mut open, mut code) = (false, false);
            for token in paragraph.split_ascii_whitespace() {
                let inside = code;
                let ticks = token.bytes().filter(|b| *b == b'`').count();
                code ^= ticks % 2 == 1;
                let word = bare(token);
                if !inside && !word.is_empty() {
                    self.words += 1;
                    self.syllables += if ticks > 0 { 1 } else { syllables(word) };
                    open = true;
                }
                if !code && open && ends_sentence(token) {
                    self.sentences += 1;
                    open = false;
                }
            }
            self.sentences += u32::from(open);
        }
    }

    /// The grade by Kincaid et al. (1975).
    fn grade(&self) -> f64 {
        let (words, sentences) = (f64::from(self.words.max(1)), f64::from(self.sentences.max(1)));
        0.39 * words / sentences + 11.8 * f64::from(self.syllables) / words - 15.59
    }
}

/// Without signs around it.
fn bare(token: &str) -> &str {
    let is_plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = token.as_bytes();
    if is_plain(bytes.first()) && is_plain(bytes.last()) {
        return token;
    }
    token.trim_matches(|c: char| !c.is_alphanumeric())
}

fn ends_sentence(token: &str) -> bool {
    let letter = token.as_bytes().last().is_none_or(u8::is_ascii_alphanumeric);
    !letter && token.trim_end_matches(['"', '\'', ')', '*', '_', '”', '’']).ends_with(['.', '?', '!'])
}

/// Syllables as a reader says the word: numbers digit by digit, one and a half for each, abbreviations letter by letter.
fn syllables(word: &str) -> u32 {
    let (mut digits, mut letters, mut capitals, mut groups, mut before) = (0, 0, 0, 0, 0);
    for byte in word.bytes() {
        let kind = KIND[usize::from(byte)];
        digits += u32::from(kind & DIGIT != 0);
        letters += u32::from(kind & LETTER != 0);
        capitals += u32::from(kind & CAPITAL != 0);
        groups += u32::from(kind & !before & VOWEL != 0);
        before = kind;
    }
    if digits > 0 {
        return (digits * 3).div_ceil(2) + letters.min(4) + u32::from(word.contains('.'));
    }
    if (2..=5).contains(&word.len()) && capitals as usize == word.len() {
        return capitals + 2 * word.bytes().filter(|b| *b == b'W').count() as u32;
    }
    spoken(word, groups)
}

/// Groups of vowels, without endings that are silent.
fn spoken(word: &str, groups: u32) -> u32 {
    let silent = |ending: &str, voiced: [&str; 2]| word.ends_with(ending) && !voiced.iter().any(|v| word.ends_with(v));
    let is_silent = groups > 1 && (silent("e", ["le", "ee"]) || silent("ed", ["ted", "ded"]));
    (groups - u32::from(is_silent)).max(1)
}

const DIGIT: u8 = 1;
const LETTER: u8 = 2;
const CAPITAL: u8 = 4;
const VOWEL: u8 = 8;

/// What each byte is, as far as it is ASCII.
const KIND: [u8; 256] = {
    let (mut kinds, mut byte) = ([0; 256], 0);
    while byte < 256 {
        let sign = byte as u8;
        let vowel = matches!(sign.to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
        kinds[byte] = sign.is_ascii_digit() as u8 * DIGIT
            + sign.is_ascii_alphabetic() as u8 * LETTER
            + sign.is_ascii_uppercase() as u8 * CAPITAL
            + vowel as u8 * VOWEL;
        byte += 1;
    }
    kinds
};

/// Abbreviations that are neither common knowledge nor explained in brackets, each once.
fn undefined<'a>(scenario: &'a str, ask: &'a str) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    for text in [scenario, ask] {
        // Code names things that are no abbreviations.
        for prose in text.split('`').step_by(2) {
            for word in prose.split(|c: char| !c.is_alphanumeric()) {
                let word = word.strip_suffix('s').unwrap_or(word);
                if is_abbreviation(word) && !found.contains(&word) && KNOWN.binary_search(&word).is_err() {
                    found.push(word);
                }
            }
        }
    }
    let explained = |word: &&str| {
        let (before, behind) = (format!("({word}"), format!("{word} ("));
        [scenario, ask].iter().any(|text| text.contains(&before) || text.contains(&behind))
    };
    found.retain(|word| !explained(word));
    found
}

/// Two to six capitals. What has a digit is a name or a format.
fn is_abbreviation(word: &str) -> bool {
    (2..=6).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_uppercase())
}

/// What every reader of these questions knows, sorted: units, formats, hardware, staples of the field, words in capitals.
const KNOWN: [&str; 99] = [
    "ADAM", "AI", "API", "ASCII", "AUC", "AWS", "BERT", "BLEU", "BPE", "CDN", "CI", "CLI", "CNN", "CPU", "CSV", "CTR",
    "CUDA", "DDP", "DNS", "DPO", "DRAM", "EOS", "ETL", "EUR", "EXCEPT", "FALSE", "FIFO", "FLOP", "FSDP", "GAN", "GB",
    "GCP", "GDPR", "GELU", "GHZ", "GPT", "GPU", "GRU", "HBM", "HTTP", "HTTPS", "ID", "IO", "IP", "JPEG", "JSON", "KB",
    "KL", "KV", "LEAST", "LLM", "LRU", "LSTM", "MAE", "MB", "MHZ", "ML", "MLP", "MOE", "MSE", "NFS", "NLP", "NOT",
    "NVME", "OCR", "OOM", "PB", "PCA", "PDF", "PII", "PNG", "PPO", "RAG", "RAM", "REST", "RGB", "RLHF", "RMS", "RMSE",
    "RNN", "ROC", "SGD", "SLA", "SQL", "SRAM", "SSD", "SVM", "TB", "TCP", "TFLOP", "TPU", "TTL", "UI", "URL", "USA",
    "USD", "UTC", "UTF", "XML",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_abbreviations_are_sorted() {
        assert!(KNOWN.is_sorted());
    }

    #[test]
    fn syllables_are_counted_as_spoken() {
        for (word, count) in
            [("cache", 1), ("table", 2), ("trained", 1), ("needed", 2), ("queue", 1), ("GPU", 3), ("80", 3)]
        {
            assert_eq!(syllables(word), count, "{word}");
        }
    }

    #[test]
    fn abbreviations_may_be_explained() {
        let stem = "A GPU scores by mean reciprocal rank (MRR), NDCG (a gain) and ERR; `XYZ` is code, H100 a name.";
        assert_eq!(undefined(stem, "Which ERRs?"), ["ERR"]);
    }
}
