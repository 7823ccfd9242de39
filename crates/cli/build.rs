//! Puts the built app into the program: every file of `dist/`, as it is, and compressed. Without
//! the feature `app` there is none.

use std::path::{Path, PathBuf};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    println!("cargo::rerun-if-env-changed=CLAIMGATE_DIST");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let (entries, policy) = assets(&out)?;
    let text = format!("Assets {{ files: &[{entries}], content_security_policy: {policy:?} }}\n");
    std::fs::write(out.join("assets.rs"), text)?;
    Ok(())
}

#[cfg(not(feature = "app"))]
fn assets(_: &Path) -> Result<(String, String)> {
    Ok((String::new(), "default-src 'none'".to_owned()))
}

/// The files, and the page's own Content Security Policy, which goes into a header too: there it
/// holds from the first byte, and may forbid frames.
#[cfg(feature = "app")]
fn assets(out: &Path) -> Result<(String, String)> {
    // At run time: several checkouts may share a target folder, and so this program.
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
        .ok_or("expected CARGO_MANIFEST_DIR, which cargo sets")?;
    let dist = std::env::var_os("CLAIMGATE_DIST")
        .map_or_else(|| Path::new(&manifest).join("../../dist"), PathBuf::from);
    println!("cargo::rerun-if-changed={}", dist.display());
    if !dist.join("index.html").is_file() {
        return Err("expected the built app in dist/, found none: run cargo xtask build".into());
    }
    let mut files = Vec::new();
    list(&dist, &mut files)?;
    files.sort();
    let mut text = String::new();
    for (number, file) in files.iter().enumerate() {
        let path = file
            .strip_prefix(&dist)?
            .to_string_lossy()
            .replace('\\', "/");
        let is_index = path == "index.html";
        let content = std::fs::read(file)?;
        let content = if is_index { marked(&content)? } else { content };
        let store = |kind: &str, content: &[u8]| -> Result<String> {
            let to = out.join(format!("{number}.{kind}"));
            std::fs::write(&to, content)?;
            Ok(format!("include_bytes!({:?})", to.display().to_string()))
        };
        let packed = |kind: &str, pack: fn(&[u8]) -> Result<Vec<u8>>| -> Result<String> {
            let mut ready = file.clone().into_os_string();
            ready.push(format!(".{kind}"));
            let packed = match std::fs::read(ready) {
                Ok(packed) if !is_index => packed,
                _ => pack(&content)?,
            };
            if packed.len() < content.len() {
                store(kind, &packed)
            } else {
                Ok("&[]".to_owned())
            }
        };
        text.push_str(&format!(
            "\n    Asset {{ path: {path:?}, mime: {:?}, digest: {:?}, is_named_by_content: {}, plain: {}, gzip: {}, brotli: {} }},",
            mime(&path),
            digest(&content),
            is_named_by_content(&path),
            store("plain", &content)?,
            packed("gz", gzip)?,
            packed("br", brotli)?,
        ));
    }
    let page = std::fs::read_to_string(dist.join("index.html"))?;
    let policy = page
        .split("Content-Security-Policy")
        .nth(1)
        .and_then(|rest| rest.split('"').find(|part| part.contains("-src ")));
    let policy =
        policy.ok_or("expected a Content-Security-Policy in dist/index.html, found none")?;
    Ok((
        text,
        format!(
            "{}; frame-ancestors 'none'",
            policy.trim().trim_end_matches(';')
        ),
    ))
}

/// The page with the mark by which the app knows that there is a server to ask.
#[cfg(feature = "app")]
fn marked(page: &[u8]) -> Result<Vec<u8>> {
    let (before, after) = std::str::from_utf8(page)?
        .split_once("<head>")
        .ok_or("expected a <head> in dist/index.html")?;
    Ok(
        format!("{before}<head><meta name=\"claimgate-server\" content=\"1\" />{after}")
            .into_bytes(),
    )
}

/// Whether it is a file that the app's build has compressed.
#[cfg(feature = "app")]
fn is_packed(path: &Path) -> bool {
    let is_packed = path
        .extension()
        .is_some_and(|extension| extension == "br" || extension == "gz");
    is_packed && path.with_extension("").is_file()
}

#[cfg(feature = "app")]
fn list(dir: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else if !is_packed(&path) {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(feature = "app")]
fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

#[cfg(feature = "app")]
fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &*content, &mut packed, &parameters)?;
    Ok(packed)
}

/// FNV-1a, twice: it tells two builds apart, and need not withstand anybody.
#[cfg(feature = "app")]
fn digest(content: &[u8]) -> String {
    let hash = |seed: u64| {
        content.iter().fold(seed, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        })
    };
    format!(
        "{:016x}{:016x}",
        hash(0xcbf2_9ce4_8422_2325),
        hash(content.len() as u64)
    )
}

/// Trunk puts a hash of 16 hexadecimal digits into a name: `web-0123456789abcdef.js`, `…_bg.wasm`.
#[cfg(feature = "app")]
fn is_named_by_content(path: &str) -> bool {
    path.split(['-', '_', '.', '/'])
        .any(|part| part.len() >= 15 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(feature = "app")]
fn mime(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json" | "webmanifest" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
