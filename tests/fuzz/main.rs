//! The bounded run of the fuzz targets: all inputs of the corpus as they are, then thousands of changed ones, the same each time.
//!
//! `TRAPLINE_CASES` makes it longer (a factor), `TRAPLINE_SEED` another one. The long run is `scripts/fuzz`.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod mutate;

#[expect(unreachable_pub, reason = "there it is the library of a crate of its own")]
#[path = "../../fuzz/src/lib.rs"]
mod targets;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use targets::{TARGETS, Target};

/// The largest input that is kept: each is read by people, and changed in every run.
const LARGEST: usize = 16 * 1024;

macro_rules! runs {
    ($($name:ident: $cases:expr),* $(,)?) => {
        $(#[test]
        fn $name() {
            run(stringify!($name), targets::$name, $cases);
        })*

        const RUN: &[&str] = &[$(stringify!($name)),*];
    };
}

runs! {
    custom_id: 4_000,
    discord_event: 3_000,
    invite_code: 4_000,
    number_typed: 4_000,
    schedule: 200,
    slack_envelope: 3_000,
    trap_file: 500,
    web_form: 500,
}

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = fuzz().join("corpus").join(target);
    names(&folder).into_iter().map(|name| (name.clone(), fs::read(folder.join(name)).unwrap())).collect()
}

fn run(name: &str, target: Target, cases: u32) {
    let corpus = corpus(name);
    for (file, input) in &corpus {
        let broken = std::panic::catch_unwind(|| target(input)).is_err();
        assert!(!broken, "fuzz/corpus/{name}/{file} finds something");
    }
    let inputs = corpus.into_iter().map(|(_, input)| input).collect();
    let mut runner = runner(cases);
    let outcome = runner.run(&mutate::inputs(inputs), |input| {
        target(&input.0);
        Ok::<(), TestCaseError>(())
    });
    if let Err(found) = outcome {
        panic!("{found}\nKeep the input as a file in fuzz/corpus/{name}.");
    }
}

fn runner(cases: u32) -> TestRunner {
    let number = |key: &str| std::env::var(key).ok().and_then(|value| value.parse::<u32>().ok());
    let config = Config {
        cases: cases * number("TRAPLINE_CASES").unwrap_or(1),
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    };
    let mut seed = [7; 32];
    seed[..4].copy_from_slice(&number("TRAPLINE_SEED").unwrap_or(1).to_le_bytes());
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
}

#[test]
fn every_target_has_its_run_its_program_and_its_corpus() {
    let listed: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(RUN.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(), listed);
    assert_eq!(names(&fuzz().join("corpus")), listed);
    let programs: BTreeSet<String> = listed.iter().map(|name| format!("{name}.rs")).collect();
    assert_eq!(names(&fuzz().join("fuzz_targets")), programs);
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for name in &listed {
        let program = fs::read_to_string(fuzz().join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(program.ends_with(&format!("trapline_fuzz::{name}(input));\n")), "{program}");
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name} is no program of the crate");
    }
}

#[test]
fn what_is_kept_is_small() {
    for (target, _) in TARGETS {
        let kept = corpus(target);
        assert!(!kept.is_empty(), "{target} has nothing to begin with");
        for (file, input) in kept {
            assert!(input.len() <= LARGEST, "fuzz/corpus/{target}/{file} has {} bytes", input.len());
        }
    }
}
