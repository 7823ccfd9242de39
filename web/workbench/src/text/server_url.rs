//! The URL of the server that exchanges tokens, as a person types it.

/// Reads the URL of a server: `https`, or `http` on this machine only; without a trailing slash.
pub fn read_server(text: &str) -> Result<String, &'static str> {
    let text = text.trim().trim_end_matches('/');
    if text.is_empty() {
        return Err("Enter the server's URL");
    }
    let (is_secure, rest) = match text.split_once("://") {
        Some(("https", rest)) => (true, rest),
        Some(("http", rest)) => (false, rest),
        _ => return Err("The URL must begin with `https://`"),
    };
    let (host, _) = rest.split_once('/').unwrap_or((rest, ""));
    if host.is_empty() || host.starts_with(':') {
        return Err("The URL has no host");
    }
    if rest.contains(['?', '#', '@', '"', '\'', '\\', '`', '$'])
        || rest.chars().any(|c| c.is_whitespace() || c.is_control())
    {
        return Err("The URL must have a host and a path only");
    }
    if !is_secure && !is_local(host) {
        return Err("The URL must begin with `https://`: the request contains an ID token");
    }
    Ok(text.to_owned())
}

fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    matches!(name, "localhost" | "127.0.0.1" | "::1")
}

#[cfg(test)]
mod tests {
    use super::read_server;

    #[test]
    fn a_server_has_a_host_and_perhaps_a_path() {
        for (text, expected) in [
            ("https://api.pulumi.com", "https://api.pulumi.com"),
            (" https://tokens.example/ ", "https://tokens.example"),
            ("https://a.example:8443/sub/", "https://a.example:8443/sub"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(read_server(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "tokens.example",
            "ftp://tokens.example",
            "https://",
            "https://:1",
            "http://tokens.example",
            "http://localhost.example",
            "https://user@tokens.example",
            "https://tokens.example/?a",
            "https://tokens.example/a b",
            "https://tokens.example/$(id)",
        ] {
            assert!(read_server(text).is_err(), "{text}");
        }
    }
}
