//! The file that holds a generated bootstrap token until its first use.
//!
//! A token on standard error would stay in journals and in the logs of containers, which more people
//! read than should have all rights. With several replicas, the file is beside the one that generated
//! the token; that it was used is therefore noted in the store, where that replica finds it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::access_token::AccessToken;
use super::bootstrap_path::BootstrapPath;
use super::hash_key::HashKey;
use crate::clock::now;
use crate::config::Config;
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::private_file;

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

/// A place for the file, and what is there.
struct Place<'a> {
    path: &'a BootstrapPath,
    /// Whether the file is this database's, if there is one. One of another database stays as it is.
    is_ours: bool,
}

impl Bootstrap {
    /// Stores the configured bootstrap token, or generates one on the first start.
    pub(crate) async fn set_up(store: &Store, config: &Config) -> Result<Self, StoreError> {
        let key = &config.token_key;
        let place = Place::look(config, store).await?;
        if let Some(configured) = &config.bootstrap {
            store_configured(store, key, configured).await?;
            return Ok(Self::used(place));
        }
        let token = AccessToken::generate();
        let written = place.as_ref().filter(|_| !config.show_bootstrap);
        let keep = || written.map_or(Ok(()), |place| place.write(token.reveal()));
        let is_first = store
            .create_bootstrap(&key.hash(token.reveal()), now(), keep)
            .await?;
        if is_first && written.is_none() {
            let shown = Some(token);
            return Ok(Self {
                shown,
                ..Self::used(place)
            });
        }
        if !is_first && store.is_bootstrap_used().await? {
            return Ok(Self::used(place));
        }
        // Another process may have written it at the same moment.
        let place = Place::look(config, store).await?;
        let is_lost = |place: &&Place<'_>| !place.is_ours;
        if let Some(place) = place.as_ref().filter(is_lost) {
            let file = place.path.file().display();
            tracing::warn!(
                %file,
                "the bootstrap token was not used yet, and it is not in its file: if it was not kept elsewhere, start the \
                 server with --bootstrap-token-file, which replaces it"
            );
        }
        let file = place.filter(|place| place.is_ours);
        let file = BootstrapFile {
            file: file.map(|place| place.path.file().to_path_buf()),
            is_used: AtomicBool::new(false),
        };
        Ok(Self { file, shown: None })
    }

    /// Without a token to wait for. A file that is left over holds one that is no longer needed.
    fn used(place: Option<Place<'_>>) -> Self {
        let left_over = place.filter(|place| place.is_ours);
        left_over.iter().for_each(|place| delete(place.path.file()));
        Self {
            file: BootstrapFile {
                file: None,
                is_used: AtomicBool::new(true),
            },
            shown: None,
        }
    }
}

impl<'a> Place<'a> {
    /// Looks whether there is a file, and whose it is: this database's, if its token is known here or no
    /// other database may use that name.
    async fn look(config: &'a Config, store: &Store) -> Result<Option<Self>, StoreError> {
        let Some(path) = &config.bootstrap_file else {
            return Ok(None);
        };
        let is_ours = match std::fs::read_to_string(path.file()) {
            Ok(_) if path.is_own() => true,
            Ok(token) => {
                let hash = config.token_key.hash(token.trim());
                store.token(&hash).await?.is_some()
            }
            Err(_) => false,
        };
        Ok(Some(Self { path, is_ours }))
    }

    /// Writes the file for its owner alone: whole or not at all, and never in the place of another
    /// database's.
    fn write(&self, token: &str) -> Result<(), StoreError> {
        let file = self.path.file();
        if self.is_ours {
            delete(file);
        }
        private_file::create(file, format!("{token}\n").as_bytes()).map_err(|error| {
            let file = file.to_path_buf();
            match error.kind() {
                io::ErrorKind::AlreadyExists => StoreError::BootstrapTaken { file },
                _ => StoreError::BootstrapFile { file, error },
            }
        })
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
    // A generated one that was waiting for its use is invalid now.
    store.note_bootstrap_use(now()).await?;
    if store
        .token(&hash)
        .await?
        .is_none_or(|token| !token.is_active(now()))
    {
        tracing::warn!("the configured bootstrap token was revoked; configure another one");
    }
    Ok(())
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
