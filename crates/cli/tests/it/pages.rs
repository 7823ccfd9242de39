//! What people see is on pages of `docs`, whose examples are run here; `CLAIMGATE_WRITE_DOCS=1` writes them again.

use std::path::Path;

use crate::support::{code, errors, out, root, run_in};

/// Pages with examples, and the folders that they are run in.
const PAGES: [(&str, &str); 3] = [
    ("docs/cli.md", "examples/cli"),
    ("docs/environments.md", "examples/environments"),
    ("docs/who-gets-in.md", "examples/who"),
];

/// The answer to the lines of an example that begin with `$`, in a folder.
fn session(folder: &Path, commands: &[&str]) -> String {
    let mut text = String::new();
    let mut last = 0;
    for command in commands {
        text += &format!("$ {command}\n");
        if *command == "echo $?" {
            text += &format!("{last}\n");
            continue;
        }
        let (command, input) = command.split_once(" < ").unwrap_or((command, ""));
        let input = if input.is_empty() {
            String::new()
        } else {
            std::fs::read_to_string(folder.join(input)).unwrap()
        };
        let words: Vec<&str> = command
            .strip_prefix("claimgate ")
            .unwrap()
            .split(' ')
            .collect();
        let output = run_in(folder, &words, &input);
        last = code(&output);
        text += &(out(&output) + &errors(&output));
    }
    text
}

/// A page with the files that it shows: blocks whose first line is a comment with the name of one.
fn with_files(page: &str, folder: &Path) -> String {
    let mut parts = page.split("```yaml\n# ");
    let mut text = parts.next().unwrap().to_owned();
    for part in parts {
        let (block, rest) = part.split_once("```\n").unwrap();
        let name = block.lines().next().unwrap();
        let file = std::fs::read_to_string(folder.join(name));
        let file = file.unwrap_or_else(|_| format!("# {block}"));
        assert!(file.starts_with(&format!("# {name}\n")), "{name}");
        text += &format!("```yaml\n{file}```\n{rest}");
    }
    text
}

#[test]
fn the_examples_of_the_pages() {
    for (page, folder) in PAGES {
        the_examples_of(page, &root().join(folder));
    }
}

fn the_examples_of(name: &str, folder: &Path) {
    let path = root().join(name);
    let page = std::fs::read_to_string(&path).unwrap();
    let with_files = with_files(&page, folder);
    let mut parts = with_files.split("```console\n");
    let mut expected = parts.next().unwrap().to_owned();
    let mut examples = 0;
    for part in parts {
        let (example, rest) = part.split_once("```\n").unwrap();
        let commands: Vec<&str> = example
            .lines()
            .filter_map(|line| line.strip_prefix("$ "))
            .collect();
        expected += &format!("```console\n{}```\n{rest}", session(folder, &commands));
        examples += 1;
    }
    assert!(examples > 5, "{name} has its examples");
    if std::env::var_os("CLAIMGATE_WRITE_DOCS").is_some() {
        std::fs::write(&path, expected).unwrap();
    } else {
        assert!(
            page == expected,
            "{name} is not what the program says; CLAIMGATE_WRITE_DOCS=1 writes it again"
        );
    }
}
