//! A static file server for the built app, on the loopback address only.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use tiny_http::{Header, Method, Response, ResponseBox, Server};

/// Checks that a port of the loopback address is free, before a build of several minutes. `name`
/// is the command of xtask that wants it.
pub(crate) fn check_port(name: &str, port: u16) -> Result<()> {
    match TcpListener::bind(("127.0.0.1", port)) {
        Ok(_) => Ok(()),
        Err(error) => bail!(
            "cannot listen on port {port}: {error}; how to fix: cargo xtask {name} --port {}",
            port ^ 1
        ),
    }
}

/// Listens on any free port of the loopback address.
pub(crate) fn listen() -> Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", 0)).context("cannot listen on a port of 127.0.0.1")
}

/// Serves `dir` on any free port until the program ends; paths that are not files are pages of the
/// app.
pub(crate) fn in_background(dir: &Path) -> Result<SocketAddr> {
    let listener = listen()?;
    let address = listener.local_addr()?;
    // Connections inherit this. Without it, the end of a response waits for the browser's
    // acknowledgement of the rest, up to 40 ms.
    rustix::net::sockopt::set_tcp_nodelay(&listener, true)?;
    let server = Server::from_listener(listener, None)
        .map_err(|error| anyhow!("cannot serve on {address}: {error}"))?;
    let dir = dir.to_path_buf();
    std::thread::spawn(move || {
        for request in server.incoming_requests() {
            let dir = dir.clone();
            std::thread::spawn(move || {
                let response = respond(request.method(), request.url(), request.headers(), &dir);
                // A browser that closes the connection early is not an error.
                let _ = request.respond(response);
            });
        }
    });
    Ok(address)
}

fn respond(method: &Method, target: &str, headers: &[Header], dir: &Path) -> ResponseBox {
    let file = match method {
        Method::Get | Method::Head => resolve(dir, target),
        _ => None,
    };
    let found = file.and_then(|file| {
        let (copy, encoding) = smallest_copy(&file, accepted_encodings(headers));
        Some((mime(&file), encoding, File::open(copy).ok()?))
    });
    let Some((mime, encoding, content)) = found else {
        return Response::from_string("not found\n")
            .with_status_code(404)
            .boxed();
    };
    let mut headers = vec![
        ("Content-Type", mime),
        ("Vary", "Accept-Encoding"),
        ("Cache-Control", "no-cache"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
    ];
    headers.extend(encoding.map(|encoding| ("Content-Encoding", encoding)));
    let mut response = Response::from_file(content).with_chunked_threshold(usize::MAX);
    for (name, value) in headers {
        let header = Header::from_bytes(name, value).expect("the header is ASCII");
        response.add_header(header);
    }
    response.boxed()
}

fn accepted_encodings(headers: &[Header]) -> &str {
    let accepted = |header: &&Header| header.field.equiv("Accept-Encoding");
    let header = headers.iter().find(accepted);
    header.map_or("", |header| header.value.as_str())
}

/// The path of a file or of its compressed copy, if the browser accepts one, with its encoding.
fn smallest_copy(file: &Path, accepted: &str) -> (PathBuf, Option<&'static str>) {
    for (extension, encoding) in [("br", "br"), ("gz", "gzip")] {
        let is_accepted = accepted
            .split(',')
            .any(|word| word.trim().split(';').next() == Some(encoding));
        let copy = PathBuf::from(format!("{}.{extension}", file.display()));
        if is_accepted && copy.is_file() {
            return (copy, Some(encoding));
        }
    }
    (file.to_path_buf(), None)
}

/// The file of a request; a path without an extension is a page of the app, so it gets
/// `index.html`.
fn resolve(dir: &Path, target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?.strip_prefix('/')?;
    let is_plain = Path::new(path)
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    if !is_plain || path.contains(['\\', '%', '\0']) {
        return None;
    }
    let file = dir.join(path);
    match file.is_file() {
        true => Some(file),
        false if Path::new(path).extension().is_none() => Some(dir.join("index.html")),
        false => None,
    }
}

fn mime(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{SocketAddr, TcpStream};
    use std::path::Path;

    use super::{check_port, in_background, listen, mime, resolve};

    #[test]
    fn a_port_in_use_is_the_cause_and_another_port_the_advice() {
        let listener = listen().unwrap();
        let port = listener.local_addr().unwrap().port();
        let error = check_port("dev", port).unwrap_err().to_string();
        let (cause, advice) = error.split_once("; how to fix: ").unwrap();
        assert!(cause.contains("in use"), "{cause}");
        assert_eq!(advice, format!("cargo xtask dev --port {}", port ^ 1));
    }

    #[test]
    fn a_page_of_the_app_is_its_index() {
        let index = Path::new("/nowhere/index.html");
        for target in ["/", "/playground?issuer=1", "/issuers/new"] {
            assert_eq!(
                resolve(Path::new("/nowhere"), target).as_deref(),
                Some(index),
                "{target}"
            );
        }
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        for target in [
            "/../Cargo.toml",
            "//etc/passwd",
            "/a/../../b.txt",
            "/%2e%2e/x",
            "",
            "x",
            "/missing.js",
        ] {
            assert_eq!(resolve(Path::new("/nowhere"), target), None, "{target}");
        }
    }

    /// Requests on one connection, which the last one closes; returns all that is received.
    fn received(address: SocketAddr, requests: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(requests.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    fn request(line: &str, headers: &str) -> String {
        format!("{line} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n")
    }

    #[test]
    fn files_are_served_compressed_where_the_browser_accepts_it() {
        let dir = std::env::temp_dir().join(format!("claimgate-serve-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        for (name, text) in [
            ("index.html", "the page"),
            ("a.js", "plain"),
            ("a.js.br", "by Brotli"),
            ("a.js.gz", "by gzip"),
        ] {
            std::fs::write(dir.join(name), text).unwrap();
        }
        let address = in_background(&dir).unwrap();
        let get = |line: &str, accepted: &str| {
            let headers = format!("Accept-Encoding: {accepted}\r\nConnection: close\r\n");
            received(address, &request(line, &headers))
        };
        for (accepted, encoding, body) in [
            ("gzip, deflate, br", Some("br"), "by Brotli"),
            ("gzip;q=1.0", Some("gzip"), "by gzip"),
            ("identity", None, "plain"),
        ] {
            let answer = get("GET /a.js", accepted);
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
            assert!(answer.ends_with(&format!("\r\n\r\n{body}")), "{answer}");
            let length = format!("Content-Length: {}\r\n", body.len());
            assert!(answer.contains(&length), "{answer}");
            let header = encoding.map(|encoding| format!("Content-Encoding: {encoding}\r\n"));
            assert_eq!(
                answer.contains("Content-Encoding"),
                header.is_some(),
                "{answer}"
            );
            assert!(answer.contains(&header.unwrap_or_default()), "{answer}");
        }
        assert!(get("GET /playground?issuer=1", "").ends_with("\r\n\r\nthe page"));
        assert!(get("HEAD /a.js", "").ends_with("\r\n\r\n"));
        for line in ["GET /b.js", "GET /../a.js", "POST /a.js"] {
            assert!(get(line, "").starts_with("HTTP/1.1 404"), "{line}");
        }
        let two = request("GET /", "") + &request("GET /a.js", "Connection: close\r\n");
        let both = received(address, &two);
        assert_eq!(both.matches("HTTP/1.1 200 OK").count(), 2, "{both}");
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn wasm_has_the_type_that_browsers_demand() {
        assert_eq!(mime(Path::new("a_bg.wasm")), "application/wasm");
    }
}
