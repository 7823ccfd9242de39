//! `claimgate env import` and `export`, with a server.

mod tokens;
mod trouble;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use super::{folder, told, write};
use crate::process::{Process, ROOT};

const BASE: &str =
    "# what all share\nvalues:\n  region: eu-west-1\n  password: {fn::secret: hunter2}\n";
/// Its name comes before the one that it imports.
const PROD: &str = "imports: [web/base]\nvalues:\n  place: in ${region}\n";

/// The variable with the access token.
const TOKEN: [(&str, &str); 1] = [("PULUMI_ACCESS_TOKEN", ROOT)];

/// A server with the organization `acme`, which has no environments.
struct Fixture {
    server: Process,
    _files: tempfile::TempDir,
}

impl Fixture {
    fn start() -> Self {
        let fixture = Self::without_organization();
        let body = json!({"name": "acme"});
        let created = fixture.server.call("POST", "/api/orgs", ROOT, &body);
        assert_eq!(created.0, 200);
        fixture
    }

    fn without_organization() -> Self {
        let files = tempfile::tempdir().unwrap();
        let server = Process::builder(files.path());
        let server = server.arguments(&["--environment-key-file", &key(files.path())]);
        Self {
            server: server.start(),
            _files: files,
        }
    }

    fn run(&self, folder: &Path, arguments: &[&str]) -> (i32, String, String) {
        let url = format!("http://{}", self.server.address);
        told(&run(folder, arguments, &url, &TOKEN))
    }

    /// Changes an environment as someone else.
    fn change(&self, name: &str, text: &str) {
        let path = format!("/api/esc/environments/acme/{name}");
        let answer = self
            .server
            .send("PATCH", &path, ROOT, "application/x-yaml", text);
        assert_eq!(answer.0, 200, "{}", answer.1);
    }

    fn names(&self) -> Vec<String> {
        let list = self
            .server
            .call("GET", "/api/esc/environments/acme", ROOT, &Value::Null)
            .1;
        let list = list["environments"].as_array().unwrap();
        let name = |one: &Value| format!("{}/{}", one["project"], one["name"]).replace('"', "");
        list.iter().map(name).collect()
    }

    /// The definitions with their secrets.
    fn exported(&self) -> tempfile::TempDir {
        let folder = folder(&[]);
        let (status, _, errors) = self.run(folder.path(), &["export", ".", "--show-secrets"]);
        assert_eq!(status, 0, "{errors}");
        folder
    }
}

fn run(folder: &Path, arguments: &[&str], url: &str, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
    command.arg("env").args(arguments).current_dir(folder);
    for name in [
        "PULUMI_ACCESS_TOKEN",
        "PULUMI_BACKEND_URL",
        "PULUMI_DEFAULT_ORGANIZATION",
    ] {
        command.env_remove(name);
    }
    command.args(["--server", url, "--org", "acme"]);
    command.envs(variables.iter().copied()).output().unwrap()
}

/// A file with a key for environments.
fn key(files: &Path) -> String {
    let file = files.join("environment.key");
    let key = claimgate_server::environments::MasterKeys::generate();
    claimgate_server::private_file::create(&file, key.as_bytes()).unwrap();
    file.display().to_string()
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn a_folder_goes_to_a_server_and_back() {
    let fixture = Fixture::start();
    let own = folder(&[
        ("app/prod.yaml", PROD),
        ("web/base.yaml", BASE),
        ("web/empty.yaml", ""),
        ("README.md", "# Environments\n"),
    ]);
    let (status, said, errors) = fixture.run(own.path(), &["import", "."]);
    assert_eq!((status, errors.as_str()), (0, ""));
    let created = "created web/base\ncreated web/empty\ncreated app/prod\n3 created, 0 updated, 0 unchanged\n";
    assert_eq!(said, created);
    let (status, said, _) = fixture.run(own.path(), &["import", "."]);
    assert_eq!(
        (status, said.as_str()),
        (0, "0 created, 0 updated, 3 unchanged\n")
    );
    assert_eq!(
        std::fs::read_dir(own.path()).unwrap().count(),
        3,
        "nothing is written to the folder"
    );

    let sealed = folder(&[]);
    let (status, said, errors) = fixture.run(sealed.path(), &["export", "environments"]);
    assert_eq!((status, errors.as_str()), (0, ""));
    let created = "created environments/app/prod.yaml\ncreated environments/web/base.yaml\ncreated environments/web/empty.yaml\n3 created, 0 updated, 0 unchanged\n";
    assert_eq!(said, created);
    let base = read(sealed.path(), "environments/web/base.yaml");
    assert!(
        base.contains("# what all share") && base.contains("{ciphertext: "),
        "{base}"
    );
    assert!(!base.contains("hunter2"), "{base}");
    let (status, said, _) = fixture.run(sealed.path(), &["import", "environments"]);
    assert_eq!(
        (status, said.as_str()),
        (0, "0 created, 0 updated, 3 unchanged\n")
    );

    let open = fixture.exported();
    for (name, text) in [
        ("app/prod.yaml", PROD),
        ("web/base.yaml", BASE),
        ("web/empty.yaml", ""),
    ] {
        assert_eq!(read(open.path(), name), text);
        let mode = std::fs::metadata(open.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let left: Vec<_> = std::fs::read_dir(open.path().join("web"))
        .unwrap()
        .collect();
    assert_eq!(left.len(), 2, "no draft is left over");
}

#[test]
fn a_dry_run_changes_nothing() {
    let fixture = Fixture::start();
    let own = folder(&[("app/prod.yaml", PROD), ("web/base.yaml", BASE)]);
    let dry = || fixture.run(own.path(), &["import", ".", "--dry-run"]);
    let expected =
        "would create app/prod\nwould create web/base\n2 to create, 0 to update, 0 unchanged\n";
    assert_eq!(dry(), (0, expected.to_owned(), String::new()));
    assert_eq!(fixture.names(), [""; 0]);
    assert_eq!(fixture.run(own.path(), &["import", "."]).0, 0);
    // The server's secrets are encrypted: only it can compare them.
    let expected =
        "may update, if its secrets differ: web/base\n0 to create, 1 to update, 1 unchanged\n";
    assert_eq!(dry(), (0, expected.to_owned(), String::new()));
    write(own.path(), "app/prod.yaml", "values: {}\n");
    write(
        own.path(),
        "web/base.yaml",
        &BASE.replace("eu-west-1", "eu-west-2"),
    );
    let expected =
        "would update app/prod\nwould update web/base\n0 to create, 2 to update, 0 unchanged\n";
    assert_eq!(dry(), (0, expected.to_owned(), String::new()));
    let there = fixture.exported();
    assert_eq!(read(there.path(), "app/prod.yaml"), PROD);
    assert_eq!(read(there.path(), "web/base.yaml"), BASE);

    let (status, said, _) = fixture.run(own.path(), &["export", ".", "--dry-run"]);
    let expected = "would update ./app/prod.yaml\nwould update ./web/base.yaml\n0 to create, 2 to update, 0 unchanged\n";
    assert_eq!((status, said.as_str()), (0, expected));
    assert_eq!(read(own.path(), "app/prod.yaml"), "values: {}\n");
    assert!(!own.path().join(".claimgate.json").exists());
}

#[test]
fn what_others_have_changed_is_a_conflict() {
    let fixture = Fixture::start();
    let own = folder(&[
        ("web/base.yaml", BASE),
        ("web/one.yaml", "values: {a: 1}\n"),
        ("web/two.yaml", "values: {a: 2}\n"),
    ]);
    assert_eq!(fixture.run(own.path(), &["import", "."]).0, 0);
    assert_eq!(fixture.run(own.path(), &["export", "."]).0, 0);
    fixture.change("web/one", "values: {a: theirs}\n");
    fixture.change("web/two", "values: {a: theirs}\n");
    write(own.path(), "web/one.yaml", "values: {a: mine}\n");
    write(own.path(), "web/base.yaml", "values: {region: eu-west-3}\n");
    // The same change is no conflict.
    write(own.path(), "web/two.yaml", "values: {a: theirs}\n");
    for more in [&["--dry-run"][..], &[]] {
        let (status, said, errors) = fixture.run(own.path(), &[&["import", "."], more].concat());
        assert_eq!(status, 1, "{said}");
        assert!(said.contains("1 unchanged, 1 conflict\n"), "{said}");
        let expected = "error: web/one: it was changed on the server since it was exported: export it to another folder and combine the changes, or replace it with `--force`\n";
        assert_eq!(errors, expected);
    }
    let there = fixture.exported();
    assert_eq!(read(there.path(), "web/one.yaml"), "values: {a: theirs}\n");
    assert_eq!(
        read(there.path(), "web/base.yaml"),
        "values: {region: eu-west-3}\n"
    );
    // What was imported can be changed again.
    write(own.path(), "web/base.yaml", "values: {region: eu-west-4}\n");
    let (status, said, _) = fixture.run(own.path(), &["import", ".", "--force"]);
    let expected = "updated web/base\nupdated web/one\n0 created, 2 updated, 1 unchanged\n";
    assert_eq!((status, said.as_str()), (0, expected));
    assert_eq!(
        read(fixture.exported().path(), "web/one.yaml"),
        "values: {a: mine}\n"
    );
    assert_eq!(fixture.run(own.path(), &["import", "."]).0, 0);
}

/// Passes requests on, and lets someone else change an environment before a definition is saved.
fn pass_on(proxy: &TcpListener, fixture: &Fixture) {
    while let Ok((mut client, _)) = proxy.accept() {
        let mut request = Vec::new();
        while !is_whole(&request) {
            let mut part = [0; 4096];
            let length = client.read(&mut part).unwrap();
            request.extend(&part[..length]);
        }
        let request = String::from_utf8(request).unwrap();
        let is_last = request.starts_with("PATCH ");
        if is_last {
            fixture.change("web/base", "values: {a: theirs}\n");
        }
        // The server closes the connection after its answer.
        let request = request.replacen("\r\n\r\n", "\r\nconnection: close\r\n\r\n", 1);
        let mut server = TcpStream::connect(&fixture.server.address).unwrap();
        server.write_all(request.as_bytes()).unwrap();
        std::io::copy(&mut server, &mut client).unwrap();
        if is_last {
            return;
        }
    }
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.split_once("content-length: ");
    let length = length.and_then(|(_, rest)| rest.lines().next()?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

#[test]
fn what_others_change_while_an_import_runs_is_a_conflict() {
    let fixture = Fixture::start();
    let own = folder(&[("web/base.yaml", BASE)]);
    assert_eq!(fixture.run(own.path(), &["import", "."]).0, 0);
    write(own.path(), "web/base.yaml", "values: {a: mine}\n");
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", proxy.local_addr().unwrap());
    let output = std::thread::scope(|scope| {
        scope.spawn(|| pass_on(&proxy, &fixture));
        run(own.path(), &["import", "."], &url, &TOKEN)
    });
    let (status, said, errors) = told(&output);
    assert_eq!(
        (status, said.as_str()),
        (1, "0 created, 0 updated, 0 unchanged, 1 conflict\n")
    );
    let expected =
        "error: web/base: it was changed on the server in the meantime: import it again\n";
    assert_eq!(errors, expected);
    let there = fixture.exported();
    assert_eq!(read(there.path(), "web/base.yaml"), "values: {a: theirs}\n");
}

#[test]
fn an_import_deletes_nothing() {
    let fixture = Fixture::start();
    let own = folder(&[("web/base.yaml", BASE), ("app/prod.yaml", PROD)]);
    assert_eq!(fixture.run(own.path(), &["import", "."]).0, 0);
    std::fs::remove_file(own.path().join("app/prod.yaml")).unwrap();
    assert_eq!(fixture.run(own.path(), &["import", "."]).0, 0);
    assert_eq!(fixture.names(), ["app/prod", "web/base"]);
}

#[test]
fn a_definition_that_is_refused_is_shown_with_its_line() {
    let fixture = Fixture::start();
    let own = folder(&[
        ("app/broken.yaml", "values:\n  a: ${b}\n"),
        (
            "app/copied.yaml",
            "values:\n  a: {fn::secret: {ciphertext: ZXNjeAAAAAEAAQIDBAUGBwgJCgsMDQ4PMBWSJw==}}\n",
        ),
        ("app/importer.yaml", "imports: [app/none]\n"),
        ("web/base.yaml", BASE),
    ]);
    let (status, said, errors) = fixture.run(own.path(), &["import", "."]);
    assert_eq!(status, 1);
    assert_eq!(
        said,
        "created web/base\n1 created, 0 updated, 0 unchanged, 3 failed\n"
    );
    for expected in [
        "error: unknown property \"b\"\n --> ./app/broken.yaml:2:8\n",
        "error: app/broken: created without values: unknown property \"b\"\n",
        "error: the ciphertext is not of this environment: enter the secret itself, as `fn::secret: TEXT`\n --> ./app/copied.yaml:2:19\n",
        "error: environment \"app/none\" not found\n --> ./app/importer.yaml:1:11\n",
    ] {
        assert!(errors.contains(expected), "{expected}\n{errors}");
    }
    assert!(!errors.contains("hunter2"));
    // Corrected, it is an update.
    write(own.path(), "app/broken.yaml", "values: {a: 1}\n");
    let said = fixture.run(own.path(), &["import", "."]).1;
    assert!(said.contains("updated app/broken\n"), "{said}");
}

#[test]
fn a_file_with_a_new_secret_is_saved_and_the_same_one_makes_no_revision() {
    let fixture = Fixture::start();
    let own = folder(&[("web/base.yaml", BASE)]);
    assert_eq!(fixture.run(own.path(), &["import", "."]).0, 0);
    let import = || fixture.run(own.path(), &["import", "."]).1;
    assert_eq!(import(), "0 created, 0 updated, 1 unchanged\n");
    write(
        own.path(),
        "web/base.yaml",
        &BASE.replace("hunter2", "hunter3"),
    );
    assert_eq!(
        import(),
        "updated web/base\n0 created, 1 updated, 0 unchanged\n"
    );
    let path = "/api/esc/environments/acme/web/base/versions";
    let versions = fixture.server.call("GET", path, ROOT, &Value::Null).1;
    assert_eq!(versions.as_array().unwrap().len(), 3, "{versions}");
}
