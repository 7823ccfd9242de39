//! What is wrong with a definition that a server has refused.

use std::io::stderr;

use claimgate_api::ErrorBody;
use claimgate_environments::Diagnostic;
use claimgate_server::environments::{Name, Reference};

use super::folder::Folder;
use super::source::Source;
use crate::output;

/// Prints the diagnostics of a definition, each with the line of its file.
pub(super) fn report(folder: &Folder, name: &Name, text: &str, body: &ErrorBody) {
    let title = folder.file(name).display().to_string();
    let own = Source::new(name.to_string(), title, text.to_owned());
    let diagnostics = body.diagnostics.iter().cloned();
    let diagnostics = diagnostics.filter_map(|one| serde_json::from_value::<Diagnostic>(one).ok());
    for mut diagnostic in diagnostics {
        let elsewhere = diagnostic
            .range
            .as_ref()
            .map(|range| range.environment.to_string());
        let elsewhere = elsewhere.filter(|other| *other != own.name);
        let other = elsewhere.as_deref().and_then(|other| source(folder, other));
        if let (Some(name), None) = (&elsewhere, &other) {
            diagnostic.summary = format!("in `{name}`: {}", diagnostic.summary);
            diagnostic.range = None;
        }
        let source = other.as_ref().unwrap_or(&own);
        let located = source.located(&diagnostic);
        let is_colored = output::is_colored(&stderr());
        output::write_error(&source.render(&located, is_colored));
    }
}

/// The file of another environment, if the folder has it.
fn source(folder: &Folder, name: &str) -> Option<Source> {
    let reference = Reference::parse(name)?;
    let own = Name::of_new(&reference.name.project, &reference.name.name).ok()?;
    let text = folder.read(&own).ok()??;
    let title = folder.file(&own).display().to_string();
    Some(Source::new(name.to_owned(), title, text))
}
