//! The two commands of the README, and what CI calls. `cargo xtask` alone lists them.

mod bench;
mod npm;
mod serve;
mod shell;
mod steps;
mod tools;

use anyhow::{Result, bail};

const USAGE: &str = "\
cargo xtask COMMAND

  run [--port N]       set up what is missing, build the app, serve it and print its address
  test [--only A,B]    set up what is missing and run every check and test, or only the named steps
  test --list          name the steps
  build                build the app into dist/
  npm                  build the npm package and pack it into target/npm/
  npm-api              write docs/npm-api.md anew
  schema               write docs/schema/ anew
  setup                set up what is missing, and nothing else
  bench                the numbers of docs/benchmarks.md
  bench-npm            those of the npm package, beside other packages";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["run"] => run("8080"),
        ["run", "--port", port] => run(port),
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
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        other => bail!("expected a command, found `{}`\n\n{USAGE}", other.join(" ")),
    }
}

fn run(port: &str) -> Result<()> {
    let Ok(port) = port.parse::<u16>() else {
        bail!("expected a port number after --port, found `{port}`");
    };
    let listener = serve::listen(port)?;
    tools::App::set_up()?.build()?;
    println!("Claimgate is at http://{}/  (Ctrl+C ends it)", listener.local_addr()?);
    serve::serve(&listener, &shell::root().join("dist"));
    Ok(())
}
