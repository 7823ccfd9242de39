//! Locks for folders that several commands write, between processes.

use std::fs::File;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::children;
use super::shell::target;

/// A held lock; the system releases it when the process ends.
pub(crate) struct Lock {
    _file: File,
}

/// Takes the lock of that name; says so if it has to wait.
pub(crate) fn hold(name: &str, say: impl FnOnce(&str)) -> Result<Lock> {
    let folder = target().join("xtask/locks");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join(name);
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut say = Some(say);
    loop {
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(Lock { _file: file }),
            Err(Errno::WOULDBLOCK | Errno::INTR) => {}
            Err(error) => bail!("cannot lock {}: {error}", path.display()),
        }
        if children::is_ending() {
            bail!("interrupted");
        }
        if let Some(say) = say.take() {
            say(&format!("waiting for another cargo xtask ({name})"));
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::hold;

    #[test]
    fn the_second_waits_for_the_first_and_says_so() {
        let name = format!("test-{}", std::process::id());
        let first = hold(&name, |_| panic!("expected no wait")).unwrap();
        let (sender, said) = mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(|| hold(&name, |line| sender.send(line.to_owned()).unwrap()).unwrap());
            assert!(said.recv().unwrap().starts_with("waiting for another"));
            drop(first);
        });
        std::fs::remove_file(super::super::shell::target().join("xtask/locks").join(name)).unwrap();
    }
}
