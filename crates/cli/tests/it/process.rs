//! The program as a process, and requests to it.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};

use crate::issuer::{Issuer, URL};

pub(crate) const ROOT: &str = "the-bootstrap-token-of-all-the-tests";

/// A server that runs; killed with the test.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: String,
    errors: Arc<Mutex<String>>,
    /// Ends with what is written to standard error.
    reader: Option<JoinHandle<()>>,
}

/// How a server is started.
pub(crate) struct Builder {
    files: PathBuf,
    arguments: Vec<String>,
    bootstrap: bool,
    file_blocks: Option<u32>,
    read_only: bool,
    environment: Vec<[String; 2]>,
    places: bool,
    terminal: bool,
}

impl Process {
    pub(crate) fn builder(files: &Path) -> Builder {
        Builder {
            files: files.to_owned(),
            arguments: Vec::new(),
            bootstrap: true,
            file_blocks: None,
            read_only: false,
            environment: Vec::new(),
            places: true,
            terminal: false,
        }
    }

    pub(crate) fn help() -> String {
        String::from_utf8(run(Path::new("."), &["serve", "--help"]).stdout).unwrap()
    }

    /// What it has written to standard error so far: all of it, once it was stopped.
    pub(crate) fn errors(&self) -> String {
        self.errors.lock().unwrap().clone()
    }

    /// SIGTERM, and how it ended.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        assert!(
            Command::new("kill")
                .arg(self.child.id().to_string())
                .status()
                .unwrap()
                .success()
        );
        let status = self.child.wait().unwrap();
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        status
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn unlimit_files(&self) {
        let pid = format!("--pid={}", self.child.id());
        assert!(
            Command::new("prlimit")
                .args([&pid, "--fsize=unlimited"])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Organization `acme` with an issuer that lets everything of `repo:acme/` in.
    pub(crate) fn set_up(&self, issuer: &Issuer) {
        let ok = |(status, body): (u16, Value)| {
            assert_eq!(status, 200, "{body}");
            body
        };
        ok(self.call("POST", "/api/orgs", ROOT, &json!({"name": "acme"})));
        let body = json!({"name": "CI", "url": URL, "jwks": issuer.jwks()});
        let id = ok(self.call("POST", "/api/orgs/acme/oidc/issuers", ROOT, &body))["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let path = format!("/api/orgs/acme/auth/policies/oidcissuers/{id}");
        let policy = ok(self.call("GET", &path, ROOT, &Value::Null))["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let rules = json!({"sub": "repo:acme/*"});
        let policies = json!({"policies": [{"decision": "allow", "tokenType": "organization", "rules": rules}]});
        ok(self.call(
            "PATCH",
            &format!("/api/orgs/acme/auth/policies/{policy}"),
            ROOT,
            &policies,
        ));
    }

    pub(crate) fn call(&self, method: &str, path: &str, token: &str, body: &Value) -> (u16, Value) {
        call(&self.address, method, path, token, body).expect("the server answers")
    }

    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        token: &str,
        kind: &str,
        body: &str,
    ) -> (u16, Value) {
        send(&self.address, method, path, token, kind, body).expect("the server answers")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Builder {
    pub(crate) fn arguments(mut self, arguments: &[&str]) -> Self {
        self.arguments
            .extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    pub(crate) fn environment(mut self, name: &str, value: &str) -> Self {
        self.environment.push([name.to_owned(), value.to_owned()]);
        self
    }

    /// Neither an address nor a database but those of the environment and the arguments.
    pub(crate) fn without_places(mut self) -> Self {
        self.places = false;
        self
    }

    pub(crate) fn without_bootstrap(mut self) -> Self {
        self.bootstrap = false;
        self
    }

    /// The largest file that may be written, in units of 1024 bytes.
    pub(crate) fn file_blocks(mut self, blocks: u32) -> Self {
        self.file_blocks = Some(blocks);
        self
    }

    /// Nothing in the folder may be written; where the test runs as root, by somebody who is not.
    pub(crate) fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Its standard error is a terminal.
    pub(crate) fn on_terminal(mut self) -> Self {
        self.terminal = true;
        self
    }

    pub(crate) fn start(self) -> Process {
        let mut command = self.command();
        let screen = self.terminal.then(|| {
            let (screen, own) = terminal();
            command.stderr(own);
            screen
        });
        let mut child = command.spawn().unwrap();
        // It holds the other end of the terminal, which otherwise never ends.
        drop(command);
        let output: Box<dyn Read + Send> = match screen {
            Some(screen) => Box::new(screen),
            None => Box::new(child.stderr.take().unwrap()),
        };
        let errors = Arc::new(Mutex::new(String::new()));
        let (lines, all) = (BufReader::new(output).lines(), Arc::clone(&errors));
        let (serves, served) = mpsc::channel();
        let reader = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                *all.lock().unwrap() += &format!("{line}\n");
                // Its log says that it serves once everything for the terminal was printed.
                let url = line.split_once("\"url\":\"http");
                let address = url.and_then(|(_, url)| url.split_once("://"));
                if let Some((_, rest)) = address {
                    let _ = serves.send(rest.split('"').next().unwrap().to_owned());
                }
            }
        });
        let mut process = Process {
            child,
            address: String::new(),
            errors,
            reader: Some(reader),
        };
        // If the program ends before it serves, there is nothing to wait for.
        match served.recv_timeout(Duration::from_secs(120)) {
            Ok(address) => process.address = address,
            Err(error) => panic!("it does not start, {error}: {}", process.errors()),
        }
        process
    }

    /// What it writes to standard error when it does not start.
    pub(crate) fn log_of_failure(self) -> String {
        let output = self.command().output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(!text.contains("panicked"), "{text}");
        text
    }

    /// What it says when it does not start.
    pub(crate) fn fail(self) -> String {
        let text = self.log_of_failure();
        // The error is a line of the log, unless that is text.
        let lines = text.lines().map(|line| {
            let log: Value = serde_json::from_str(line).unwrap_or_default();
            let message = log["message"].as_str().filter(|_| log["level"] == "ERROR");
            message.map_or(line.to_owned(), |message| format!("error: {message}"))
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn command(&self) -> Command {
        let program = env!("CARGO_BIN_EXE_claimgate");
        let mut command = match (self.file_blocks, self.read_only) {
            (Some(blocks), _) => {
                let mut shell = Command::new("bash");
                // A program that ignores the signal fails the test.
                let script = format!("trap '' XFSZ; ulimit -S -f {blocks}; exec \"$@\"");
                shell.args(["-c", &script, "bash", program]);
                shell
            }
            (None, true) => unprivileged(program, &self.files),
            (None, false) => Command::new(program),
        };
        let database = format!("sqlite:{}", self.files.join("claimgate.db").display());
        command.args(["serve", "--address-rate", "0", "--issuer-rate", "0"]);
        for [name, value] in [["--listen", "127.0.0.1:0"], ["--database", &database]] {
            if self.places && !self.arguments.iter().any(|argument| argument == name) {
                command.args([name, value]);
            }
        }
        command.args(&self.arguments).current_dir(&self.files);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command.env_remove("CLAIMGATE_BOOTSTRAP_TOKEN");
        command.envs(self.environment.iter().map(|[name, value]| (name, value)));
        if self.bootstrap {
            command.env("CLAIMGATE_BOOTSTRAP_TOKEN", ROOT);
        }
        command
    }
}

/// A terminal: what is shown on it, and the end that a program writes to.
fn terminal() -> (File, File) {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&screen).unwrap();
    unlockpt(&screen).unwrap();
    let name = ptsname(&screen, Vec::new()).unwrap();
    let mut options = File::options();
    let own = options.read(true).write(true).open(name.to_str().unwrap());
    (screen.into(), own.unwrap())
}

/// The program among files, until it ends.
pub(crate) fn run(files: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .args(arguments)
        .current_dir(files)
        .output()
        .unwrap()
}

/// The program as somebody who may read the files of a folder, and write none.
fn unprivileged(program: &str, files: &Path) -> Command {
    let run = |words: &[&str]| {
        let status = Command::new(words[0]).args(&words[1..]).arg(files).status();
        assert!(status.unwrap().success(), "{words:?}");
    };
    run(&["chmod", "-R", "a+r,a-w"]);
    run(&["chmod", "a+x"]);
    let id = Command::new("id").arg("-u").output().unwrap();
    if id.stdout.trim_ascii() != b"0" {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", program]);
    command
}

pub(crate) fn exchange_body(token: &str) -> Value {
    json!({
        "audience": "urn:pulumi:org:acme",
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
        "requested_token_type": "urn:pulumi:token-type:access_token:organization",
        "subject_token": token,
    })
}

/// Status and JSON; nothing where the server went away.
pub(crate) fn call(
    address: &str,
    method: &str,
    path: &str,
    token: &str,
    body: &Value,
) -> Option<(u16, Value)> {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    send(address, method, path, token, "application/json", &body)
}

fn send(
    address: &str,
    method: &str,
    path: &str,
    token: &str,
    kind: &str,
    body: &str,
) -> Option<(u16, Value)> {
    let mut stream = TcpStream::connect(address).ok()?;
    let authorization = if token.is_empty() {
        String::new()
    } else {
        format!("authorization: token {token}\r\n")
    };
    let head =
        format!("{method} {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{authorization}");
    let request = format!(
        "{head}content-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length: ")?
            .parse()
            .ok()
    });
    // An answer that was cut short is none.
    if length.is_some_and(|length: usize| body.len() < length) {
        return None;
    }
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, serde_json::from_str(body).unwrap_or_default()))
}
