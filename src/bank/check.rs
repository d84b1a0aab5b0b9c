//! `trapline check`: all that can be said about files, or about the built-in bank.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use chrono::NaiveDate;

use super::embed;
use super::examine::waived;
use super::files::{Document, Files};
use super::front::Waiver;
use super::ground::Ground;
use super::lint::set::{self, Member};
use super::report::Report;

/// Checks files and folders of traps; without any, the built-in bank. `today` is the day on which waivers must still hold.
///
/// A community's files are checked beside the built-in bank, whose ids, numbers and misconceptions they meet when they
/// are loaded; files that are the built-in bank's own are checked by themselves. From twenty traps on, the rules about a set apply too.
#[must_use]
pub fn check(paths: &[PathBuf], today: NaiveDate) -> Report {
    let builtin = || Files::embedded(&embed::QUESTIONS, embed::ROOT);
    if paths.is_empty() {
        return check_in(Ground::default(), builtin(), embed::ROOT, today);
    }
    let files = gathered(paths);
    let place = paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(" ");
    let builtin = builtin();
    let own: HashSet<(&str, &str)> = builtin.traps.iter().map(Document::place).collect();
    let is_own = own.is_empty() || files.traps.iter().any(|d| own.contains(&d.place()));
    let ground = if is_own && !files.vocabularies.is_empty() { Ground::default() } else { Ground::builtin() };
    check_in(ground, files, &place, today)
}

/// The files that the paths stand for, each once even where a file and its folder are both named.
fn gathered(paths: &[PathBuf]) -> Files {
    let mut all = Files::default();
    for path in paths {
        let files = Files::path(path);
        all.vocabularies.extend(files.vocabularies);
        all.traps.extend(files.traps);
        all.findings.extend(files.findings);
    }
    if paths.len() > 1 {
        for documents in [&mut all.vocabularies, &mut all.traps] {
            let mut seen = BTreeSet::new();
            documents.retain(|d| seen.insert(d.identity()));
        }
    }
    all
}

fn check_in(mut ground: Ground, files: Files, place: &str, today: NaiveDate) -> Report {
    let traps = files.traps.len();
    let (mut findings, admitted) = ground.admit(files, Some(today));
    let members: Vec<Member<'_>> = admitted
        .iter()
        .filter_map(|file| {
            let (trap, traits) = (file.variants.first()?, file.traits.as_ref()?);
            Some(Member { trap, traits, file: &file.label, mistakes: &file.mistakes })
        })
        .collect();
    // A finding about the set may be one about a file, whose waivers count here as well.
    let waivers: HashMap<&str, &[Waiver]> = admitted.iter().map(|f| (f.label.as_str(), &f.waivers[..])).collect();
    for finding in set::check(&members, place) {
        let of_file = waivers.get(finding.file.as_str()).copied().unwrap_or_default();
        findings.extend(waived(vec![finding], of_file, Some(today)));
    }
    drop(members);
    drop(waivers);
    // To let go of many traps takes a while, and the program that checks them ends with this.
    std::mem::forget(admitted);
    Report { traps, ..Report::new(findings) }
}
