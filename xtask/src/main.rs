//! The two commands of the README, and what CI calls. `cargo xtask` alone lists them.

mod bench;
mod chunks;
mod editor;
mod npm;
mod serve;
mod shell;
mod soak;
mod split;
mod steps;
mod tools;

use std::path::Path;

use anyhow::{Result, bail};

const USAGE: &str = "\
cargo xtask COMMAND

  run [--port N] [--demo]
                       set up what is missing, build the app and the server, start it and print its address;
                       with sample data and tokens, if asked. What it keeps is in target/run/
  test [--only A,B]    set up what is missing and run every check and test, or only the named steps
  test --list          name the steps
  build                build the app into dist/
  npm                  build the npm package and pack it into target/npm/
  npm-api              write docs/npm-api.md anew
  schema               write docs/schema/ anew
  setup                set up what is missing, and nothing else
  bench                the numbers of docs/benchmarks.md
  bench-npm            those of the npm package, beside other packages
  soak [--minutes N] [--connections N] [--database URL]
                       the server under load for ten minutes: exchanges a second, latency, memory, the database";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["run", options @ ..] => run(options),
        ["test"] => steps::run_all(None),
        ["test", "--list"] => {
            steps::list();
            Ok(())
        }
        ["test", "--only", names] => steps::run_all(Some(names)),
        ["build"] => tools::App::set_up()?.build(),
        ["npm"] => npm::pack().map(|_| ()),
        ["npm-api"] => npm::write_reference(),
        ["schema"] => shell::run(
            shell::command("cargo", &["test", "-p", "claimgate", "--features", "schema", "--test", "schema"])
                .env("CLAIMGATE_WRITE_SCHEMA", "1"),
        ),
        ["setup"] => tools::set_up_everything(),
        ["bench"] => bench::run(),
        ["bench-npm"] => bench::npm(),
        ["soak", options @ ..] => soak::run(options),
        // Called by Trunk, see `split::shim`.
        ["wasm-bindgen", real, arguments @ ..] => split::bindgen(std::path::Path::new(real), arguments),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        other => bail!("expected a command, found `{}`\n\n{USAGE}", other.join(" ")),
    }
}

fn run(options: &[&str]) -> Result<()> {
    let (mut port, mut demo) = (8080, false);
    let mut options = options.iter();
    while let Some(option) = options.next() {
        match *option {
            "--demo" => demo = true,
            "--port" => {
                let number = options.next().copied().unwrap_or_default();
                port = match number.parse::<u16>() {
                    Ok(port) => port,
                    Err(_) => bail!("expected a port number after --port, found `{number}`"),
                };
            }
            other => bail!("expected --port or --demo, found `{other}`\n\n{USAGE}"),
        }
    }
    // A port that is taken is better known before a build of minutes.
    drop(serve::listen(port)?);
    tools::App::set_up()?.build()?;
    let files = shell::target().join("run");
    std::fs::create_dir_all(&files)?;
    let (listen, database) = (format!("127.0.0.1:{port}"), format!("sqlite:{}", files.join("claimgate.db").display()));
    let words = ["run", "-p", "claimgate-cli", "--features", "app", "--", "serve", "--log-format", "text"];
    let mut server = shell::command("cargo", &words);
    server.args(["--listen", &listen, "--database", &database]);
    if demo {
        server.arg("--demo");
    }
    let token = run_token(&files.join("bootstrap-token"))?;
    println!("\nSign in to the app with this token, the same in every run:\n\n    {token}\n");
    shell::run(server.env("CLAIMGATE_BOOTSTRAP_TOKEN", token))
}

/// The bootstrap token of servers that `run` starts: made once, for this machine only.
fn run_token(file: &Path) -> Result<String> {
    use std::hash::BuildHasher;
    if let Ok(token) = std::fs::read_to_string(file) {
        return Ok(token.trim().to_owned());
    }
    // Each state is keyed by the system's random numbers.
    let part = |number: u64| format!("{:016x}", std::hash::RandomState::new().hash_one(number));
    let token: String = (0..4).map(part).collect();
    std::fs::write(file, &token)?;
    Ok(token)
}
