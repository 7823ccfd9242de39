//! A playground as a file: the content of a link, readable and with a higher limit.

use claimgate::json::Value;
use serde::Serialize;

use super::write::Content;
use super::{ShareError, Shared, read};

/// The longest file that is read, in bytes.
pub const MAX_FILE: usize = 8 << 20;

/// The member that identifies the file, with its version.
const KEY: &str = "claimgatePlayground";

#[derive(Serialize)]
struct File<'a> {
    #[serde(rename = "claimgatePlayground")]
    version: u8,
    content: Content<'a>,
}

pub(super) fn write(shared: &Shared) -> Result<String, ShareError> {
    let file = File {
        version: 1,
        content: Content::of(shared),
    };
    let text = serde_json::to_string_pretty(&file).map_err(|error| ShareError::Content {
        problem: error.to_string(),
    })?;
    // Whatever is written must be readable.
    parse(&text).map(|_| text)
}

pub(super) fn parse(text: &str) -> Result<Shared, ShareError> {
    if text.len() > MAX_FILE {
        return Err(ShareError::FileTooLarge { found: text.len() });
    }
    let problem = |problem: String| ShareError::File { problem };
    let value = Value::parse(text).map_err(|error| problem(error.to_string()))?;
    match value.member(KEY) {
        Some(Value::Integer(1)) => {}
        Some(other) => {
            return Err(problem(format!(
                "expected `{KEY}` 1, found {}",
                other.to_json()
            )));
        }
        None => {
            return Err(problem(format!(
                "expected `{KEY}`, found none: this is not a playground file"
            )));
        }
    }
    read::only(&value, &[KEY, "content"])?;
    let content = value
        .member("content")
        .ok_or_else(|| problem("expected `content`, found none".to_owned()))?;
    read::content_of(content)
}
