//! Checks and opens end, whatever the definition and what it imports.
#![no_main]

use claimgate_environments::value::Content;
use claimgate_environments::{
    Context, Decrypter, Document, Environments, Host, HostError, Inputs, Loaded, Options, Provider,
    Providers, Schema, Secrets, Value, check, open,
};
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;

/// A provider that returns its inputs, and one environment to import.
struct Rig(String);

impl Provider for Rig {
    fn inputs(&self) -> Arc<Schema> {
        Arc::default()
    }

    fn outputs(&self) -> Arc<Schema> {
        Arc::default()
    }

    fn open(&self, inputs: &Inputs, _: &Context) -> Result<Value, HostError> {
        Ok(Content::Object(inputs.clone()).into())
    }
}

impl Providers for Rig {
    fn provider(&self, _: &str) -> Result<&dyn Provider, HostError> {
        Ok(self)
    }
}

impl Environments for Rig {
    fn authorize(&self, _: &str, _: &str, _: bool) -> Result<(), HostError> {
        Ok(())
    }

    fn load(&self, name: &str) -> Result<Loaded<'_>, HostError> {
        Ok(Loaded {
            name: name.to_owned(),
            source: self.0.clone(),
            decrypter: self,
        })
    }
}

impl Decrypter for Rig {
    fn decrypt(&self, ciphertext: &[u8]) -> Result<Vec<u8>, HostError> {
        Ok(ciphertext.to_vec())
    }
}

fuzz_target!(|input: (String, String)| {
    let (source, import) = input;
    let rig = Rig(import);
    let context = Context::default();
    let host = Host {
        providers: &rig,
        environments: &rig,
        decrypter: &rig,
        context: &context,
    };
    if let (Some(document), _) = Document::parse("p/fuzz", &source) {
        for evaluate in [check, open] {
            let evaluation = evaluate("p/fuzz", &document, host, Options::default());
            if let Some(environment) = evaluation.environment {
                serde_json::to_string(&environment).expect("JSON");
                let _ = environment.to_json(Secrets::Redacted);
            }
        }
    }
});
