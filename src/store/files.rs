//! The files of a database are read by their owner alone: in them is the secret that the web channel's admin key comes from, and who
//! answered what. SQLite gives what it keeps beside a database the database's mode.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::Path;

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
    let owner = path.metadata().or_else(|_| path.parent().unwrap_or(path).metadata());
    if let (Ok(owner), Ok(now)) = (owner, file.metadata())
        && (owner.uid(), owner.gid()) != (now.uid(), now.gid())
        && let Err(error) = fchown(file, Some(owner.uid()), Some(owner.gid()))
    {
        tracing::debug!(%error, "the restored database stays with whoever restored it");
    }
}
