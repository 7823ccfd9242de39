//! A PostgreSQL of the test's own: as an unprivileged user, in a temporary folder, ended with the test.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

static SERVER: OnceLock<Option<Postgres>> = OnceLock::new();
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// The URL of a new, empty database; nothing where there is no PostgreSQL here. In CI there has to be one.
pub fn database() -> Option<String> {
    let server = SERVER.get_or_init(Postgres::start).as_ref()?;
    let name = format!("test{}", COUNT.fetch_add(1, Ordering::Relaxed));
    server.run_sql(&format!("CREATE DATABASE {name}"));
    Some(format!("postgres://claimgate@127.0.0.1:{}/{name}", server.port))
}

/// Ends the server at once, as a crash does.
pub fn crash() {
    if let Some(server) = SERVER.get_or_init(Postgres::start) {
        end(&mut server.process.lock().unwrap());
    }
}

/// Starts it again.
pub fn start_again() {
    if let Some(server) = SERVER.get_or_init(Postgres::start) {
        *server.process.lock().unwrap() = server.spawn();
        server.wait();
    }
}

struct Postgres {
    bin: PathBuf,
    files: tempfile::TempDir,
    port: u16,
    process: Mutex<Child>,
}

impl Postgres {
    fn start() -> Option<Self> {
        let Some(bin) = bin() else {
            assert!(std::env::var_os("CI").is_none(), "expected PostgreSQL; this would mend it: cargo xtask setup");
            eprintln!("NOT RUN: the tests on PostgreSQL, because it is not installed; `cargo xtask setup` would do it");
            return None;
        };
        let files = tempfile::tempdir().unwrap();
        give_away(files.path());
        let data = files.path().join("data");
        let words = ["--username=claimgate", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "-D"];
        let output = unprivileged(&bin.join("initdb")).args(words).arg(&data).output().unwrap();
        assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Self { bin, files, port, process: Mutex::new(placeholder()) };
        *server.process.lock().unwrap() = server.spawn();
        server.wait();
        Some(server)
    }

    /// The shell in between ends PostgreSQL when this process ends, however that comes about: its input is closed then. The
    /// files go too, unless a word says that they are needed still.
    fn spawn(&self) -> Child {
        let script = r#""$@" & pid=$!; read word; kill -QUIT $pid; wait $pid; [ -n "$word" ] || rm -rf "$0""#;
        let program = unprivileged(&self.bin.join("postgres"));
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).arg(self.files.path()).arg(program.get_program()).args(program.get_args());
        shell.arg("-D").arg(self.files.path().join("data")).arg("-k").arg(self.files.path());
        let settings = format!("-p {} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200", self.port);
        shell.args(settings.split(' ')).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        shell.spawn().unwrap()
    }

    fn wait(&self) {
        let started = Instant::now();
        while !self.psql("SELECT 1") {
            assert!(started.elapsed() < Duration::from_secs(60), "PostgreSQL does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn run_sql(&self, sql: &str) {
        assert!(self.psql(sql), "{sql}");
    }

    fn psql(&self, sql: &str) -> bool {
        let port = self.port.to_string();
        let words = ["-h", "127.0.0.1", "-p", &port, "-U", "claimgate", "-d", "postgres", "-q", "-c", sql];
        let status =
            Command::new(self.bin.join("psql")).args(words).stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    }
}

fn placeholder() -> Child {
    Command::new("true").stdin(Stdio::piped()).spawn().unwrap()
}

fn end(process: &mut Child) {
    if let Some(mut input) = process.stdin.take() {
        let _ = input.write_all(b"stay\n");
    }
    let _ = process.wait();
}

fn bin() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = versions.map(|version| version.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut dirs = debian.chain(std::env::split_paths(&path).collect::<Vec<_>>());
    dirs.find(|dir| ["initdb", "postgres", "psql"].iter().all(|program| dir.join(program).is_file()))
}

fn is_root() -> bool {
    let mut id = String::new();
    let output = Command::new("id").arg("-u").stdout(Stdio::piped()).spawn();
    output.is_ok_and(|mut child| {
        let read = child.stdout.as_mut().map(|stdout| stdout.read_to_string(&mut id));
        let _ = child.wait();
        read.is_some_and(|read| read.is_ok()) && id.trim() == "0"
    })
}

/// PostgreSQL refuses to run as root.
fn unprivileged(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program);
    command
}

fn give_away(dir: &Path) {
    if is_root() {
        assert!(Command::new("chown").arg("65534:65534").arg(dir).status().unwrap().success());
    }
}
