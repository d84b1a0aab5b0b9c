//! Files of databases: where they really are, what SQLite keeps beside them, how one is put in a place for good, and whose they are.
//!
//! They are read by their owner alone: in them is the secret that the web channel's admin key comes from, and who answered what.
//! SQLite gives what it keeps beside a database the database's mode.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{Error, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

/// What SQLite keeps beside a database.
pub(super) const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];
/// More links in a row than any system follows.
const MOST_LINKS: u32 = 40;

/// Where a path leads, through every link; also where the file is not there yet. As given where that can't be told.
pub(super) fn real_path(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        if let Ok(real) = path.canonicalize() {
            return real;
        }
        let Ok(target) = path.read_link() else { break };
        path = folder_of(&path).join(target);
    }
    match (folder_of(&path).canonicalize(), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path,
    }
}

/// Gives a file its final name, unless something has it already ([`ErrorKind::AlreadyExists`]): durable once this returns.
pub(super) fn put_in_place(part: &Path, to: &Path) -> std::io::Result<()> {
    File::open(part)?.sync_all()?;
    // A link overwrites nothing, as a rename would.
    match fs::hard_link(part, to) {
        Ok(()) => fs::remove_file(part)?,
        Err(taken) if taken.kind() == ErrorKind::AlreadyExists => return Err(taken),
        Err(_) if to.try_exists()? => return Err(ErrorKind::AlreadyExists.into()),
        // A file system without links.
        Err(_) => fs::rename(part, to)?,
    }
    sync_folder(to)
}

pub(super) fn remove_with_companions(path: &Path) {
    let _ = fs::remove_file(path);
    remove_companions(path);
}

pub(super) fn remove_companions(path: &Path) {
    for suffix in COMPANIONS {
        // Most are not there.
        let _ = fs::remove_file(with_suffix(path, suffix));
    }
}

/// A new name is on the disk once its folder is.
pub(super) fn sync_folder(path: &Path) -> std::io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

pub(super) fn with_suffix(path: &Path, suffix: impl AsRef<OsStr>) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Options that make a file for its owner alone, where there is none, and open it for writing.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    options
}

/// Makes an empty file, which to SQLite is an empty database; one that is there stays as it is.
pub(super) fn make(path: &Path) -> Result<(), Error> {
    match private().create_new(true).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Copies a file, over what may be there.
pub(super) fn copy(from: &Path, to: &Path) -> Result<File, Error> {
    let mut source = File::open(from)?;
    let mut copy = private().truncate(true).open(to)?;
    std::io::copy(&mut source, &mut copy)?;
    Ok(copy)
}

/// Gives a file to whom this path belongs, or else its folder. Root can, and should: what root restores, the bot is to write.
pub(super) fn give_to_owner_of(path: &Path, file: &File) {
    let owner = path.metadata().or_else(|_| folder_of(path).metadata());
    if let (Ok(owner), Ok(now)) = (owner, file.metadata())
        && (owner.uid(), owner.gid()) != (now.uid(), now.gid())
        && let Err(error) = fchown(file, Some(owner.uid()), Some(owner.gid()))
    {
        tracing::debug!(%error, "the restored database stays with whoever restored it");
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_path_is_followed_to_its_end_whether_or_not_there_is_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        fs::create_dir(root.join("data")).unwrap();
        symlink(root.join("data"), root.join("folder")).unwrap();
        symlink("data/t.db", root.join("file")).unwrap();
        symlink("file", root.join("link")).unwrap();
        symlink("round", root.join("round")).unwrap();
        for _ in 0..2 {
            for name in ["data/t.db", "folder/t.db", "file", "link", "data/../folder/t.db"] {
                assert_eq!(real_path(&root.join(name)), root.join("data/t.db"), "{name}");
            }
            fs::write(root.join("data/t.db"), "").unwrap();
        }
        assert_eq!(real_path(&root.join("round")), root.join("round"), "a link to itself leads nowhere");
        assert_eq!(real_path(&root.join("gone/t.db")), root.join("gone/t.db"));
    }

    #[test]
    fn nothing_is_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let (part, to) = (dir.path().join("a.part"), dir.path().join("a"));
        fs::write(&part, "new").unwrap();
        fs::write(&to, "old").unwrap();
        assert_eq!(put_in_place(&part, &to).unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&to).unwrap(), "old");
        fs::remove_file(&to).unwrap();
        put_in_place(&part, &to).unwrap();
        assert_eq!((fs::read_to_string(&to).unwrap().as_str(), part.exists()), ("new", false));
    }
}
