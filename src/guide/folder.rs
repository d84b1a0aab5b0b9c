//! The folder that a guide is written to: ours alone, and replaced as a whole.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::Error;

/// Says that a folder is ours, and which files in it: after the first line one a line, relative to it.
const MARKER: &str = ".trapline-guide";
const FIRST_LINE: &str = "Files written by `trapline guide`; its next run replaces them.";
/// Where a guide is made before it takes its place.
const SCRATCH: &str = ".building";

/// A folder that may be written to.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// What the last run left here.
    before: BTreeSet<PathBuf>,
}

impl Folder {
    /// Takes a folder that is new, empty, or ours already.
    pub(super) fn claim(path: &Path) -> Result<Self, Error> {
        let cant = |error| Error::Write(path.to_owned(), error);
        if path.exists() && !path.is_dir() {
            return Err(Error::NoFolder(path.to_owned()));
        }
        fs::create_dir_all(path).map_err(cant)?;
        let marker = path.join(MARKER);
        let before = match fs::read_to_string(&marker) {
            Ok(text) if text.lines().next() == Some(FIRST_LINE) => listed(&text),
            _ if fs::read_dir(path).map_err(cant)?.next().is_some() => return Err(Error::NotOurs(path.to_owned())),
            _ => BTreeSet::new(),
        };
        let folder = Self { path: path.to_owned(), before };
        // Before any page, so that a run that is cut off leaves a folder that the next one knows.
        folder.mark(&folder.before).map_err(cant)?;
        Ok(folder)
    }

    /// Has `make` write files below a folder of its own, then puts them in place of those of the last run.
    pub(super) fn fill(self, make: impl FnOnce(&Scratch) -> Result<(), Error>) -> Result<(), Error> {
        let scratch = Scratch { root: self.path.join(SCRATCH) };
        scratch.clear().map_err(|error| self.cant(error))?;
        fs::create_dir_all(scratch.output()).map_err(|error| self.cant(error))?;
        let done = make(&scratch).and_then(|()| self.swap(&scratch.output()).map_err(|error| self.cant(error)));
        // What went wrong before matters more than what is left lying about.
        let cleared = scratch.clear().map_err(|error| self.cant(error));
        done.and(cleared)
    }

    fn swap(&self, output: &Path) -> io::Result<()> {
        let after = files_below(output, Path::new(""))?;
        self.mark(&self.before.union(&after).cloned().collect())?;
        for file in self.before.difference(&after) {
            match fs::remove_file(self.path.join(file)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        for file in &after {
            let target = self.path.join(file);
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::rename(output.join(file), target)?;
        }
        self.mark(&after)
    }

    fn mark(&self, files: &BTreeSet<PathBuf>) -> io::Result<()> {
        let lines = files.iter().map(|file| format!("{}\n", file.display()));
        fs::write(self.path.join(MARKER), format!("{FIRST_LINE}\n{}", lines.collect::<String>()))
    }

    fn cant(&self, error: io::Error) -> Error {
        Error::Write(self.path.clone(), error)
    }
}

/// A place for files on the way.
#[derive(Debug)]
pub(super) struct Scratch {
    root: PathBuf,
}

impl Scratch {
    /// What is put here becomes the guide.
    pub(super) fn output(&self) -> PathBuf {
        self.root.join("book")
    }

    /// What is put here does not.
    pub(super) fn inputs(&self) -> PathBuf {
        self.root.join("inputs")
    }

    fn clear(&self) -> io::Result<()> {
        match fs::remove_dir_all(&self.root) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// The files that a marker names, but for names that lead elsewhere.
fn listed(marker: &str) -> BTreeSet<PathBuf> {
    let inside = |path: &PathBuf| path.components().all(|part| matches!(part, Component::Normal(_)));
    marker.lines().skip(1).filter(|line| !line.is_empty()).map(PathBuf::from).filter(inside).collect()
}

fn files_below(root: &Path, relative: &Path) -> io::Result<BTreeSet<PathBuf>> {
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(root.join(relative))? {
        let entry = entry?;
        let path = relative.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            files.append(&mut files_below(root, &path)?);
        } else {
            files.insert(path);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(path: &Path, files: &[&str]) -> Result<(), Error> {
        Folder::claim(path)?.fill(|scratch| {
            for file in files {
                fs::create_dir_all(scratch.output().join(file).parent().unwrap()).unwrap();
                fs::write(scratch.output().join(file), file).unwrap();
            }
            Ok(())
        })
    }

    fn names(path: &Path) -> Vec<String> {
        let files = files_below(path, Path::new("")).unwrap();
        files.iter().map(|file| file.display().to_string()).filter(|name| name != MARKER).collect()
    }

    #[test]
    fn a_second_run_replaces_the_first_and_nothing_else() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("new/guide");
        fill(&path, &["index.html", "css/old.css"]).unwrap();
        fs::write(path.join("mine.txt"), "mine").unwrap();
        fill(&path, &["index.html", "fonts/new.woff2"]).unwrap();
        assert_eq!(names(&path), ["fonts/new.woff2", "index.html", "mine.txt"]);
    }

    #[test]
    fn a_folder_of_others_is_left_alone() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("thesis.txt"), "mine").unwrap();
        assert!(matches!(fill(home.path(), &["index.html"]), Err(Error::NotOurs(_))));
        assert_eq!(names(home.path()), ["thesis.txt"]);
        let file = home.path().join("thesis.txt");
        assert!(matches!(fill(&file, &["index.html"]), Err(Error::NoFolder(_))));
        assert_eq!(fs::read_to_string(file).unwrap(), "mine");
    }

    #[test]
    fn what_fails_leaves_the_last_guide_as_it_was() {
        let home = tempfile::tempdir().unwrap();
        fill(home.path(), &["index.html"]).unwrap();
        let failed = Folder::claim(home.path()).unwrap().fill(|scratch| {
            fs::write(scratch.output().join("half.html"), "half").unwrap();
            Err(Error::Outline("no".to_owned()))
        });
        assert!(failed.is_err());
        assert_eq!(names(home.path()), ["index.html"]);
    }

    #[test]
    fn a_marker_that_leads_out_deletes_nothing_there() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("guide");
        fill(&path, &["index.html"]).unwrap();
        fs::write(home.path().join("precious"), "mine").unwrap();
        fs::write(path.join(MARKER), format!("{FIRST_LINE}\n../precious\nindex.html\n")).unwrap();
        fill(&path, &["other.html"]).unwrap();
        assert!(home.path().join("precious").exists());
        assert_eq!(names(&path), ["other.html"]);
    }
}
