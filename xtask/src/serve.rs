//! A static file server for the built app, on the loopback address only.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};

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

/// Serves `dir` on any free port until the program ends.
pub(crate) fn in_background(dir: &Path) -> Result<SocketAddr> {
    let listener = listen()?;
    let address = listener.local_addr()?;
    let dir = dir.to_path_buf();
    std::thread::spawn(move || serve(&listener, &dir));
    Ok(address)
}

/// Serves `dir`; paths that are not files are pages of the app.
pub(crate) fn serve(listener: &TcpListener, dir: &Path) {
    for stream in listener.incoming().flatten() {
        let dir = dir.to_path_buf();
        std::thread::spawn(move || {
            // A browser that closes the connection early is not an error.
            let _ = answer(&stream, &dir);
        });
    }
}

fn answer(stream: &TcpStream, dir: &Path) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut reader = BufReader::new(stream).take(16 * 1024);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut accepted = String::new();
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("accept-encoding:") {
            value.trim().clone_into(&mut accepted);
        }
        line.clear();
    }
    let mut words = request.split(' ');
    let (method, target) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let file = match method {
        "GET" | "HEAD" => resolve(dir, target),
        _ => None,
    };
    let Some(file) = file.filter(|file| file.is_file()) else {
        return respond(
            stream,
            "404 Not Found",
            "Content-Type: text/plain\r\n",
            b"not found\n",
            false,
        );
    };
    let (body, encoding) = read(&file, &accepted)?;
    let headers = format!(
        "Content-Type: {}\r\nVary: Accept-Encoding\r\n{encoding}",
        mime(&file)
    );
    respond(stream, "200 OK", &headers, &body, method == "HEAD")
}

/// The file, or its compressed copy if the browser accepts it, with the header for it.
fn read(file: &Path, accepted: &str) -> std::io::Result<(Vec<u8>, &'static str)> {
    let encodings = [
        ("br", "Content-Encoding: br\r\n"),
        ("gz", "Content-Encoding: gzip\r\n"),
    ];
    for (extension, header) in encodings {
        let name = if extension == "gz" { "gzip" } else { extension };
        let is_accepted = accepted
            .split(',')
            .any(|word| word.trim().split(';').next() == Some(name));
        let copy = PathBuf::from(format!("{}.{extension}", file.display()));
        if is_accepted && copy.is_file() {
            return Ok((std::fs::read(copy)?, header));
        }
    }
    Ok((std::fs::read(file)?, ""))
}

fn respond(
    mut stream: &TcpStream,
    status: &str,
    headers: &str,
    body: &[u8],
    is_head: bool,
) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nCache-Control: no-cache\r\n\
         X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    if is_head {
        Ok(())
    } else {
        stream.write_all(body)
    }
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
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{check_port, listen, mime, read, resolve};

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

    #[test]
    fn the_compressed_copy_is_sent_to_those_who_take_it() {
        let dir = std::env::temp_dir().join(format!("claimgate-serve-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let file = dir.join("a.js");
        for (name, text) in [("a.js", "plain"), ("a.js.br", "br"), ("a.js.gz", "gz")] {
            std::fs::write(dir.join(name), text).unwrap();
        }
        let sent = |accepted: &str| String::from_utf8(read(&file, accepted).unwrap().0).unwrap();
        assert_eq!(
            ["gzip, deflate, br", "gzip;q=1.0", "identity", ""].map(sent),
            ["br", "gz", "plain", "plain"]
        );
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn wasm_has_the_type_that_browsers_demand() {
        assert_eq!(mime(Path::new("a_bg.wasm")), "application/wasm");
    }
}
