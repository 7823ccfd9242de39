//! Files that only their owner may read.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use crate::random;

/// Options that create a file for its owner alone, where they create one.
pub(crate) fn options() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there are no modes to set"))]
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Creates a file for its owner alone, whole or not at all: it is written under another name and then
/// linked, which fails where there is a file, even one that was made at the same moment.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] if there is a file, and others if it cannot be written.
pub fn create(file: &Path, content: &[u8]) -> io::Result<()> {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{}", random::id()));
    let draft = Path::new(&name);
    let mut created = options().write(true).create_new(true).open(draft)?;
    let linked = created
        .write_all(content)
        .and_then(|()| created.sync_all())
        .and_then(|()| std::fs::hard_link(draft, file));
    std::fs::remove_file(draft).and(linked)
}
