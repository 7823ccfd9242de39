//! `claimgate oidc-documents`.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow};
use claimgate::time::format_utc;
use claimgate_server::db::Store;
use claimgate_server::openid::{Documents, export};

use crate::serve::{Serve, StateFlags, shown};

/// The options of `claimgate serve` that determine the database and the issuer.
#[derive(clap::Args, Debug)]
pub(crate) struct OidcDocuments {
    #[command(flatten)]
    state: StateFlags,

    /// The URL of the issuer, as for `claimgate serve`
    #[arg(long, env = "CLAIMGATE_OIDC_ISSUER", value_name = "URL")]
    oidc_issuer: Option<String>,

    /// The folder to write them to
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

impl OidcDocuments {
    /// Writes the documents. They have public keys only.
    pub(crate) fn run(self) -> Result<()> {
        let settings = Serve::from(self.state)
            .with_oidc_issuer(self.oidc_issuer)
            .with_file()?;
        let issuer = settings.oidc_issuer()?;
        let issuer = issuer
            .context("expected --oidc-issuer, the URL that the documents are published below")?;
        let issuer = issuer.trim_end_matches('/').to_owned();
        let state = settings.into_state();
        let database = shown(state.database());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let documents = runtime.block_on(async {
            let store = Store::open(state.database()).await?;
            let documents = export(&store, &issuer).await;
            store.close().await;
            documents
        });
        let documents = documents.map_err(|error| anyhow!("{database}: {error}"))?;
        write(&self.folder, &documents)?;
        let mut text = String::new();
        for document in &documents.files {
            let file = self.folder.join(&document.path);
            text += &format!("{} → {issuer}/{}\n", file.display(), document.path);
        }
        let until = format_utc(documents.complete_until);
        text += &format!(
            "publish them as `application/json`, and again before {until}, when a key signs that they lack\n"
        );
        std::io::stdout().write_all(text.as_bytes())?;
        Ok(())
    }
}

fn write(folder: &std::path::Path, documents: &Documents) -> Result<()> {
    for document in &documents.files {
        let file = folder.join(&document.path);
        let problem = || format!("cannot write {}", file.display());
        if let Some(parent) = file.parent() {
            std::fs::create_dir_all(parent).with_context(problem)?;
        }
        std::fs::write(&file, format!("{:#}\n", document.content)).with_context(problem)?;
    }
    Ok(())
}
