//! The file that holds a generated bootstrap token until its first use.
//!
//! A token on standard error would stay in journals and in the logs of containers, which more people
//! read than should have all rights. With several replicas, the file is beside the one that generated
//! the token; that it was used is therefore noted in the store, where that replica finds it.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::access_token::AccessToken;
use super::hash_key::HashKey;
use crate::clock::now;
use crate::config::Config;
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::{private_file, random};

/// The file of the bootstrap token, and whether the token was used.
#[derive(Debug)]
pub(crate) struct BootstrapFile {
    /// `None` if there is nothing to delete.
    file: Option<PathBuf>,
    /// Whether this process knows that the token was used.
    is_used: AtomicBool,
}

/// What a start has done about the bootstrap token.
pub(crate) struct Bootstrap {
    pub(crate) file: BootstrapFile,
    /// A generated token, for the program to show.
    pub(crate) shown: Option<AccessToken>,
}

impl Bootstrap {
    /// Stores the configured bootstrap token, or generates one on the first start.
    pub(crate) async fn set_up(store: &Store, config: &Config) -> Result<Self, StoreError> {
        let (key, path) = (&config.token_key, config.bootstrap_file.as_deref());
        if let Some(configured) = &config.bootstrap {
            store_configured(store, key, configured).await?;
            return Ok(Self::used(path));
        }
        let token = AccessToken::generate();
        let written = path.filter(|_| !config.show_bootstrap);
        let keep = || written.map_or(Ok(()), |path| write(path, token.reveal()));
        let is_first = store
            .create_bootstrap(&key.hash(token.reveal()), now(), keep)
            .await?;
        if is_first && written.is_none() {
            let shown = Some(token);
            return Ok(Self {
                shown,
                ..Self::used(path)
            });
        }
        if !is_first && store.is_bootstrap_used().await? {
            return Ok(Self::used(path));
        }
        let file = BootstrapFile {
            file: path.filter(|path| path.is_file()).map(Path::to_path_buf),
            is_used: AtomicBool::new(false),
        };
        Ok(Self { file, shown: None })
    }

    /// Without a token to wait for. A file that is left over holds one that is no longer needed.
    fn used(path: Option<&Path>) -> Self {
        path.into_iter().for_each(delete);
        Self {
            file: BootstrapFile {
                file: None,
                is_used: AtomicBool::new(true),
            },
            shown: None,
        }
    }
}

impl BootstrapFile {
    /// The file, until the token is used.
    pub(crate) fn pending(&self) -> Option<&Path> {
        self.file
            .as_deref()
            .filter(|_| !self.is_used.load(Ordering::Relaxed))
    }

    /// Deletes the file because the token was used, here for the first time.
    pub(crate) async fn note_use(&self, store: &Store) {
        if self.is_used.swap(true, Ordering::Relaxed) {
            return;
        }
        self.file.iter().for_each(|file| delete(file));
        if let Err(error) = store.note_bootstrap_use(now()).await {
            tracing::warn!(%error, "cannot note that the bootstrap token was used");
            self.is_used.store(false, Ordering::Relaxed);
        }
    }

    /// Deletes the file if the token was used on another replica.
    pub(crate) async fn poll(&self, store: &Store) -> Result<(), StoreError> {
        if self.pending().is_some() && store.is_bootstrap_used().await? {
            self.is_used.store(true, Ordering::Relaxed);
            self.file.iter().for_each(|file| delete(file));
        }
        Ok(())
    }
}

async fn store_configured(store: &Store, key: &HashKey, token: &str) -> Result<(), StoreError> {
    let hash = key.hash(token);
    store.set_bootstrap(&hash, now()).await?;
    if store
        .token(&hash)
        .await?
        .is_none_or(|token| !token.is_active(now()))
    {
        tracing::warn!("the configured bootstrap token was revoked; configure another one");
    }
    Ok(())
}

/// Writes a file for its owner alone: whole or not at all.
fn write(file: &Path, token: &str) -> Result<(), StoreError> {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{}", random::id()));
    let draft = PathBuf::from(name);
    let write = || -> io::Result<()> {
        let mut created = private_file::options()
            .write(true)
            .create_new(true)
            .open(&draft)?;
        created.write_all(format!("{token}\n").as_bytes())?;
        created.sync_all()?;
        std::fs::rename(&draft, file)
    };
    write().map_err(|error| {
        let _ = std::fs::remove_file(&draft);
        StoreError::BootstrapFile {
            file: file.to_path_buf(),
            error,
        }
    })
}

fn delete(file: &Path) {
    match std::fs::remove_file(file) {
        Ok(()) => tracing::info!(file = %file.display(), "deleted the file of the bootstrap token"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => {
            tracing::warn!(file = %file.display(), %error, "cannot delete the file of the bootstrap token");
        }
    }
}
