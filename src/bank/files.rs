//! Which files make up a bank, and their text: from folders of others, so within bounds and never outside of them.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use include_dir::Dir;

use super::report::{Finding, Sink};

/// The name of the vocabulary of mistakes, at the top of a folder of traps.
pub(super) const VOCABULARY: &str = "misconceptions.toml";

/// The largest file, in bytes.
pub(super) const MAX_BYTES: u64 = 256 * 1024;

/// The most files that one folder gives.
const MAX_FILES: usize = 50_000;

/// A file that may hold a trap or a vocabulary.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// How messages name it.
    pub(super) label: String,
    /// The name of the folder it is in.
    pub(super) series: String,
    /// Its own name.
    pub(super) name: String,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    Embedded(&'static [u8]),
    Given(Vec<u8>),
    Disk(PathBuf),
}

impl Document {
    /// The text, with `\n` line ends and no byte order mark; or why it can't be had.
    pub(super) fn text(&self) -> Result<Cow<'static, str>, String> {
        let text = match &self.content {
            Content::Embedded(bytes) => Cow::Borrowed(std::str::from_utf8(bytes).map_err(|_| not_utf8())?),
            Content::Given(bytes) => Cow::Owned(bounded(bytes.clone())?),
            Content::Disk(path) => Cow::Owned(read(path)?),
        };
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) => Cow::Owned(rest.to_owned()),
            None => text,
        };
        Ok(if memchr::memchr(b'\r', text.as_bytes()).is_some() { Cow::Owned(text.replace("\r\n", "\n")) } else { text })
    }

    /// Where it stands within its bank.
    pub(super) fn place(&self) -> (&str, &str) {
        (&self.series, &self.name)
    }

    /// The same for two documents that are one file.
    pub(super) fn identity(&self) -> PathBuf {
        match &self.content {
            Content::Embedded(_) | Content::Given(_) => PathBuf::from(&self.label),
            Content::Disk(path) => fs::canonicalize(path).unwrap_or_else(|_| path.clone()),
        }
    }

    fn disk(path: &Path) -> Self {
        let name = |path: Option<&Path>| path.and_then(Path::file_name).map(|n| n.to_string_lossy().into_owned());
        let parent = path.parent().filter(|p| p.file_name().is_some());
        Self {
            label: path.display().to_string(),
            // A folder typed as `.` or left out has a name all the same.
            series: name(parent).or_else(|| name(fs::canonicalize(path).ok()?.parent())).unwrap_or_default(),
            name: name(Some(path)).unwrap_or_default(),
            content: Content::Disk(path.to_owned()),
        }
    }
}

fn not_utf8() -> String {
    "not UTF-8".to_owned()
}

fn read(path: &Path) -> Result<String, String> {
    let cause = |e: std::io::Error| e.to_string();
    // A pipe would block when it is opened: look before.
    let metadata = fs::metadata(path).map_err(cause)?;
    if !metadata.is_file() {
        return Err("not a plain file".to_owned());
    }
    let mut bytes = Vec::with_capacity(metadata.len().min(MAX_BYTES) as usize + 1);
    File::open(path).map_err(cause)?.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(cause)?;
    bounded(bytes)
}

fn bounded(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("more than {} KiB", MAX_BYTES / 1024));
    }
    String::from_utf8(bytes).map_err(|_| not_utf8())
}

/// The files of one bank.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) vocabularies: Vec<Document>,
    pub(super) traps: Vec<Document>,
    /// What could not be listed.
    pub(super) findings: Vec<Finding>,
}

impl Files {
    /// The bank that is part of the program. `root` is how messages name it.
    pub(super) fn embedded(dir: &'static Dir<'static>, root: &str) -> Self {
        let mut files = Self::default();
        let document = |file: &'static include_dir::File<'static>| {
            let path = file.path();
            Document {
                label: format!("{root}/{}", path.display()),
                series: path.parent().map(|p| p.display().to_string()).unwrap_or_default(),
                name: path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
                content: Content::Embedded(file.contents()),
            }
        };
        files.vocabularies = dir.files().filter(|f| f.path() == Path::new(VOCABULARY)).map(document).collect();
        files.traps = dir.dirs().flat_map(Dir::files).map(document).filter(|d| is_trap(&d.name)).collect();
        files
    }

    /// Files that stand nowhere, by the paths that they would have in a folder.
    pub(super) fn given(all: &[(&str, &[u8])]) -> Self {
        let mut files = Self::default();
        for (path, bytes) in all {
            let (series, name) = path.rsplit_once('/').unwrap_or(("", path));
            let document = Document {
                label: (*path).to_owned(),
                series: series.to_owned(),
                name: name.to_owned(),
                content: Content::Given(bytes.to_vec()),
            };
            let kind = if *path == VOCABULARY { &mut files.vocabularies } else { &mut files.traps };
            kind.push(document);
        }
        files
    }

    /// A folder of traps: its vocabulary, and the traps in the folders right below it.
    pub(super) fn folder(root: &Path) -> Self {
        let mut files = Self::default();
        let Ok(home) = fs::canonicalize(root) else {
            files.complain(root, "P02", "there is no such folder", "correct the path");
            return files;
        };
        for path in files.list(root, &home) {
            if path.is_dir() {
                let below = files.list(&path, &home);
                files.traps.extend(below.iter().filter(|p| trap_path(p)).map(|p| Document::disk(p)));
            } else if path.file_name().is_some_and(|n| n == VOCABULARY) {
                files.vocabularies.push(Document::disk(&path));
            } else if numbered_path(&path) {
                files.complain(&path, "P01", "it stands in no series", "put it into a folder named like its `series`");
            }
        }
        if files.traps.len() > MAX_FILES {
            files.complain(root, "P02", &format!("more than {MAX_FILES} files"), "split the folder");
            files.traps.truncate(MAX_FILES);
        }
        files
    }

    /// What a path on the command line stands for: a trap, a series, or a folder of series. A folder without any is a slip.
    pub(super) fn path(path: &Path) -> Self {
        let mut files = Self::at(path);
        if files.traps.is_empty() && files.vocabularies.is_empty() && files.findings.is_empty() {
            files.complain(
                path,
                "P02",
                "it holds no trap",
                "name a file, a folder of them, or a folder of such folders",
            );
        }
        files
    }

    fn at(path: &Path) -> Self {
        let has_traps = |dir: &Path| fs::read_dir(dir).is_ok_and(|all| all.flatten().any(|e| trap_path(&e.path())));
        if path.is_dir() && (!has_traps(path) || path.join(VOCABULARY).exists()) {
            return Self::folder(path);
        }
        let mut files = Self::default();
        let series = if path.is_dir() {
            match fs::canonicalize(path) {
                Ok(home) => {
                    let listed = files.list(path, &home);
                    files.traps.extend(listed.iter().filter(|p| trap_path(p)).map(|p| Document::disk(p)));
                }
                Err(error) => files.complain(path, "P02", &error.to_string(), "make it readable"),
            }
            path.to_owned()
        } else if !path.exists() {
            files.complain(path, "P02", "there is no such file or folder", "correct the path");
            return files;
        } else if path.file_name().is_some_and(|n| n == VOCABULARY) {
            files.vocabularies.push(Document::disk(path));
            return files;
        } else {
            files.traps.push(Document::disk(path));
            path.parent().map(Path::to_owned).unwrap_or_default()
        };
        let series = if series.as_os_str().is_empty() { PathBuf::from(".") } else { series };
        let vocabulary = fs::canonicalize(&series).ok().and_then(|s| Some(s.parent()?.join(VOCABULARY)));
        files.vocabularies.extend(vocabulary.filter(|v| v.is_file()).map(|v| Document::disk(&v)));
        files
    }

    /// The entries of a folder by name, without hidden ones and without links that lead out of `home`.
    fn list(&mut self, dir: &Path, home: &Path) -> Vec<PathBuf> {
        let entries = match fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(error) => {
                self.complain(dir, "P02", &error.to_string(), "make it a folder that can be read");
                return Vec::new();
            }
        };
        let mut paths = Vec::new();
        for entry in entries.flatten().take(MAX_FILES + 1) {
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            let link = entry.file_type().is_ok_and(|t| t.is_symlink());
            if link && !fs::canonicalize(&path).is_ok_and(|target| target.starts_with(home)) {
                self.complain(&path, "P02", "a link that leads out of its folder, or nowhere", "copy the file instead");
                continue;
            }
            paths.push(path);
        }
        paths.sort_unstable_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
        paths
    }

    fn complain(&mut self, path: &Path, rule: &'static str, what: &str, mend: &str) {
        let label = path.display().to_string();
        let mut sink = Sink::new(&label);
        sink.error(0, rule, what, mend);
        self.findings.extend(sink.into_findings());
    }
}

fn trap_path(path: &Path) -> bool {
    path.file_name().is_some_and(|name| is_trap(&name.to_string_lossy()))
}

/// What can only be a trap, also where a page about the folder may stand.
fn numbered_path(path: &Path) -> bool {
    let numbered = |name: &OsStr| name.as_encoded_bytes().first().is_some_and(u8::is_ascii_digit);
    trap_path(path) && path.file_name().is_some_and(numbered)
}

/// Every Markdown file of a series is a trap, but for one that introduces the series.
fn is_trap(name: &str) -> bool {
    name.ends_with(".md") && name != "README.md"
}
