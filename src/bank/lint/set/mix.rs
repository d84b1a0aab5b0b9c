//! S07 and S08: what a year of traps is about, and how hard it is.

use super::Member;
use crate::core::trap::{Level, Trap};

/// A year's mix: areas with their traps of 365, and the series and topics that belong to each.
const AREAS: [(&str, f64, &[&str]); 14] = [
    (
        "LLM training, architecture, scaling",
        55.0,
        &[
            "architecture",
            "transformer-architecture",
            "attention",
            "checkpointing",
            "distributed-training",
            "embeddings",
            "llm-training",
            "mixed-precision",
            "mixture-of-experts",
            "normalisation",
            "parameter-counting",
            "positional-encoding",
            "pre-training",
            "precision",
            "rope",
            "scaling-laws",
            "transformers",
            "weight-decay",
        ],
    ),
    (
        "LLM inference and RAG",
        40.0,
        &[
            "agents",
            "decoding",
            "inference",
            "kv-cache",
            "llm-inference",
            "prompting",
            "quantization",
            "rag",
            "retrieval",
            "speculative-decoding",
            "structured-output",
            "vector-search",
        ],
    ),
    (
        "post-training",
        25.0,
        &[
            "alignment",
            "dpo",
            "fine-tuning",
            "grpo",
            "lora",
            "post-training",
            "preference-learning",
            "reward-models",
            "rlhf",
        ],
    ),
    (
        "NLP",
        25.0,
        &[
            "language-modelling",
            "machine-translation",
            "named-entities",
            "nlp",
            "parsing",
            "tagging",
            "text-classification",
            "tokenization",
            "translation",
        ],
    ),
    (
        "computer vision and generative models",
        35.0,
        &[
            "computer-vision",
            "detection",
            "diffusion",
            "gan",
            "generative-models",
            "receptive-field",
            "segmentation",
            "vae",
        ],
    ),
    (
        "reinforcement learning and bandits",
        30.0,
        &["bandits", "exploration", "off-policy", "policy-gradient", "q-learning", "reinforcement-learning"],
    ),
    (
        "ML system design, serving",
        30.0,
        &["batch-and-streaming", "caching", "capacity", "deployment", "latency", "ml-system-design", "serving"],
    ),
    (
        "data and data engineering",
        25.0,
        &[
            "data",
            "data-engineering",
            "data-loading",
            "data-mixture",
            "data-quality",
            "deduplication",
            "features",
            "feature-engineering",
            "labelling",
            "streaming",
            "training-data",
        ],
    ),
    (
        "evaluation and metrics",
        20.0,
        &["benchmarks", "calibration", "data-leakage", "evaluation", "leakage", "metrics"],
    ),
    (
        "statistics, experimentation, causality",
        25.0,
        &[
            "ab-testing",
            "causal-inference",
            "causality",
            "experimentation",
            "experiment-design",
            "sampling",
            "statistics",
        ],
    ),
    ("recommendation and ads", 15.0, &["ads", "click-through-rate", "ranking", "recommendation", "recommenders"]),
    (
        "MLOps, monitoring, security, privacy",
        15.0,
        &["drift", "governance", "mlops", "monitoring", "privacy", "security", "versioning"],
    ),
    (
        "GPU systems, performance, PyTorch",
        15.0,
        &["autograd", "communication", "cuda", "gpu", "gpu-systems", "pytorch", "roofline", "storage", "tensors"],
    ),
    (
        "deep-learning fundamentals",
        10.0,
        &[
            "activations",
            "backpropagation",
            "convolution",
            "deep-learning",
            "ensembles",
            "initialisation",
            "losses",
            "optimisation",
            "perceptrons",
            "regularisation",
        ],
    ),
];

/// From how many traps on no area may be empty: the smallest is worth about three of them.
const WHOLE: usize = 100;
/// From how many traps on shares are compared.
const YEAR: usize = 365;

/// Where in [`AREAS`] a trap belongs: by its series if that is an area's own, else by its first telling topic, else by
/// what its series is about at large.
fn area(trap: &Trap) -> Option<usize> {
    let of = |slug: &str| AREAS.iter().position(|(_, _, slugs)| slugs.contains(&slug));
    // These series go through many areas.
    let wide = ["deep-learning", "ml-system-design"].contains(&trap.series.as_str());
    let by_series = of(&trap.series);
    let by_topic = || trap.topics.iter().find_map(|topic| of(topic));
    if wide { by_topic().or(by_series) } else { by_series.or_else(by_topic) }
}

/// S07. A set about a few areas is about them on purpose.
pub(super) fn areas(members: &[Member<'_>], warn: &mut impl FnMut(&'static str, String, &str)) {
    let mut counts = [0usize; AREAS.len()];
    members.iter().filter_map(|m| area(m.trap)).for_each(|area| counts[area] += 1);
    let total: usize = counts.iter().sum();
    if counts.iter().filter(|c| **c > 0).count() * 2 < AREAS.len() {
        return;
    }
    let of_a_year: f64 = AREAS.iter().map(|(_, share, _)| share).sum();
    for ((name, share, _), count) in AREAS.iter().zip(counts) {
        let wanted = share / of_a_year * total as f64;
        let off = members.len() >= YEAR && (count as f64 - wanted).abs() > 0.25 * wanted;
        // Where one area has more than three times the others and three more, no order keeps four of it apart.
        let heap = count > 3 * (total - count + 1);
        if count == 0 && members.len() >= WHOLE {
            warn("S07", format!("no trap is about {name}"), "add some, or give a trap of it a topic that says so");
        } else if off || heap {
            let what = format!("{count} of {total} traps are about {name}, where a year's mix has {wanted:.0}");
            warn("S07", what, "bring each area within a quarter of its share");
        }
    }
}

/// S08.
pub(super) fn levels(members: &[Member<'_>], warn: &mut impl FnMut(&'static str, String, &str)) {
    let count = |levels: &[Level]| members.iter().filter(|m| levels.contains(&m.trap.level)).count();
    let groups = [
        ("easy (junior)", count(&[Level::Junior]), 25.0),
        ("medium (mid, senior)", count(&[Level::Mid, Level::Senior]), 50.0),
        ("hard (staff)", count(&[Level::Staff]), 25.0),
    ];
    for (name, count, wanted) in groups {
        let share = 100.0 * count as f64 / members.len() as f64;
        if (share - wanted).abs() > 10.0 {
            let what = format!("{count} of {} traps are {name}: {share:.0} %", members.len());
            warn("S08", what, &format!("bring the share near {wanted} %, within 10 points"));
        }
    }
}
