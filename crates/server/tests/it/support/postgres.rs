//! PostgreSQL of the tests' own: as an unprivileged user, in a temporary folder, ended with the
//! process that started it.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

static SHARED: OnceLock<Option<Postgres>> = OnceLock::new();

/// The URL of a new, empty database on a server that all tests share; nothing where there is no
/// PostgreSQL here. In CI there has to be one.
pub(crate) fn database() -> Option<String> {
    SHARED
        .get_or_init(Postgres::start)
        .as_ref()
        .map(Postgres::database)
}

/// A server. It ends when this is dropped.
pub(crate) struct Postgres {
    bin: PathBuf,
    files: tempfile::TempDir,
    port: u16,
    /// Further settings, as arguments.
    settings: Vec<String>,
    /// Nothing while it is down.
    process: Mutex<Option<Child>>,
    databases: AtomicUsize,
}

impl Postgres {
    /// Nothing where there is no PostgreSQL here.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with(None)
    }

    /// With a certificate and its key in PEM, it offers TLS.
    pub(crate) fn start_with(tls: Option<[&str; 2]>) -> Option<Self> {
        let Some(bin) = bin() else {
            assert!(
                std::env::var_os("CI").is_none(),
                "expected PostgreSQL; to install it: cargo xtask setup"
            );
            eprintln!(
                "NOT RUN: the tests on PostgreSQL, because it is not installed; `cargo xtask setup` would do it"
            );
            return None;
        };
        let files = tempfile::tempdir().unwrap();
        give_away(files.path());
        let data = files.path().join("data");
        let words = [
            "--username=claimgate",
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C",
            "-D",
        ];
        let output = unprivileged(&bin.join("initdb"))
            .args(words)
            .arg(&data)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "initdb: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let settings = tls.map(|tls| tls_settings(files.path(), tls));
        let server = Self {
            bin,
            files,
            port: free_port(),
            settings: settings.unwrap_or_default(),
            process: Mutex::default(),
            databases: AtomicUsize::new(0),
        };
        server.start_again();
        Some(server)
    }

    /// The URL of a new, empty database.
    pub(crate) fn database(&self) -> String {
        self.database_at("127.0.0.1")
    }

    /// The same, with another name of this machine.
    pub(crate) fn database_at(&self, host: &str) -> String {
        let name = format!("test{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.run_sql(&format!("CREATE DATABASE {name}"));
        format!("postgres://claimgate@{host}:{}/{name}", self.port)
    }

    /// Whether there are connections to a database, and all of them use TLS or none.
    pub(crate) fn all_use_tls(&self, database: &str, tls: bool) -> bool {
        self.psql(&format!(
            "SELECT 1 / (count(*) > 0 AND bool_and(ssl = {tls}))::int
             FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE datname = '{database}'"
        ))
    }

    /// Ends it at once, as a crash does. The files stay.
    pub(crate) fn crash(&self) {
        if let Some(mut process) = self.process.lock().unwrap().take() {
            process.stdin.take().unwrap().write_all(b"stay\n").unwrap();
            process.wait().unwrap();
        }
    }

    /// Starts it after a crash.
    pub(crate) fn start_again(&self) {
        *self.process.lock().unwrap() = Some(self.spawn());
        self.wait();
    }

    /// The shell in between ends PostgreSQL when this process ends, however that comes about: its
    /// input is closed then. The files go too, unless a word says that they are needed still.
    fn spawn(&self) -> Child {
        let script = r#""$@" & pid=$!; read word; kill -QUIT $pid; wait $pid; [ -n "$word" ] || rm -rf "$0""#;
        let program = unprivileged(&self.bin.join("postgres"));
        let mut shell = Command::new("sh");
        shell
            .args(["-c", script])
            .arg(self.files.path())
            .arg(program.get_program())
            .args(program.get_args());
        shell
            .arg("-D")
            .arg(self.files.path().join("data"))
            .arg("-k")
            .arg(self.files.path());
        let settings = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=500",
            self.port
        );
        shell
            .args(settings.split(' '))
            .args(&self.settings)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        shell.spawn().unwrap()
    }

    fn wait(&self) {
        let started = Instant::now();
        while !self.psql("SELECT 1") {
            assert!(
                started.elapsed() < Duration::from_secs(60),
                "PostgreSQL does not start"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn run_sql(&self, sql: &str) {
        assert!(self.psql(sql), "{sql}");
    }

    fn psql(&self, sql: &str) -> bool {
        let port = self.port.to_string();
        let words = [
            "-h",
            "127.0.0.1",
            "-p",
            &port,
            "-U",
            "claimgate",
            "-d",
            "postgres",
            "-q",
            "-c",
            sql,
        ];
        let status = Command::new(self.bin.join("psql"))
            .args(words)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Ok(Some(process)) = self.process.get_mut() {
            drop(process.stdin.take());
            let _ = process.wait();
        }
    }
}

/// A port below those that the system gives out by itself: no other test is given it while the
/// server is down.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let own = u16::try_from(std::process::id() % 1_000).unwrap() * 20;
    let next = || 10_000 + own + NEXT.fetch_add(1, Ordering::Relaxed);
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    std::iter::repeat_with(next).find(is_free).unwrap()
}

fn bin() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let debian = versions.map(|version| version.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut dirs = debian.chain(std::env::split_paths(&path).collect::<Vec<_>>());
    dirs.find(|dir| {
        ["initdb", "postgres", "psql"]
            .iter()
            .all(|program| dir.join(program).is_file())
    })
}

fn is_root() -> bool {
    let mut id = String::new();
    let output = Command::new("id").arg("-u").stdout(Stdio::piped()).spawn();
    output.is_ok_and(|mut child| {
        let read = child
            .stdout
            .as_mut()
            .map(|stdout| stdout.read_to_string(&mut id));
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
    command
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(program);
    command
}

/// Writes the files, which only the server may read.
fn tls_settings(folder: &Path, [certificate, key]: [&str; 2]) -> Vec<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let file = |name: &str, text: &str| {
        let file = folder.join(name);
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        give_away(&file);
        file.display().to_string()
    };
    let settings = [
        "ssl=on".to_owned(),
        format!("ssl_cert_file={}", file("server.pem", certificate)),
        format!("ssl_key_file={}", file("server.key", key)),
    ];
    let words = settings.map(|setting| ["-c".to_owned(), setting]);
    words.into_iter().flatten().collect()
}

fn give_away(dir: &Path) {
    if is_root() {
        assert!(
            Command::new("chown")
                .arg("65534:65534")
                .arg(dir)
                .status()
                .unwrap()
                .success()
        );
    }
}
