//! Where a PostgreSQL database is, and how connections to it are protected.
//!
//! A server on another machine must prove by its certificate that it is the host of the URL
//! (`sslmode=verify-full`), unless the URL names another `sslmode`. The driver's own default,
//! `prefer`, would accept any certificate, and continue without TLS where an attacker refuses it. The
//! environment (`PGSSLMODE`) cannot weaken this.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::Url;

use crate::db::error::{StoreError, cause};

/// The parameters of a URL that name the mode.
const MODES: [&str; 2] = ["sslmode", "ssl-mode"];
/// The modes, in lowercase.
const VALUES: [&str; 6] = [
    "disable",
    "allow",
    "prefer",
    "require",
    "verify-ca",
    "verify-full",
];
/// The parameters of a URL that name the authorities to trust.
const ROOTS: [&str; 3] = ["sslrootcert", "ssl-root-cert", "ssl-ca"];
/// The parameters of a URL that name a file.
const FILES: [&str; 7] = [
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
];

/// The address of a PostgreSQL database.
pub(super) struct Address {
    /// With an `sslmode` wherever one is required. It may hold a password.
    url: Url,
    host: String,
    is_local: bool,
    mode: PgSslMode,
}

/// Without the URL, which may hold a password.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address")
            .field("host", &self.host)
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}

impl Address {
    /// Parses a URL as people write it.
    ///
    /// # Errors
    /// [`StoreError::Address`] if it cannot be used.
    pub(super) fn parse(text: &str) -> Result<Self, StoreError> {
        let problem = |problem: String| StoreError::Address { problem };
        let mut url = Url::parse(text).map_err(|error| problem(error.to_string()))?;
        check_modes(&url).map_err(problem)?;
        let host = read(&url)?.get_host().to_owned();
        if let Some(bare) = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
        {
            // The driver would compare the certificate's names with the brackets.
            let bare = bare.to_owned();
            url.query_pairs_mut().append_pair("host", &bare);
        }
        let modes: Vec<_> = values(&url, &MODES).collect();
        if let [first, .., last] = modes.as_slice() {
            // The driver would take the last one.
            let found = format!("expected one `sslmode`, found `{first}` and `{last}`");
            return Err(problem(found));
        }
        let options = read(&url)?;
        let is_local = options.get_socket().is_some() || is_local(options.get_host());
        if !is_local && modes.is_empty() {
            url.query_pairs_mut().append_pair(MODES[0], "verify-full");
        }
        let mut mode = read(&url)?.get_ssl_mode();
        if matches!(mode, PgSslMode::Require) && values(&url, &ROOTS).next().is_some() {
            // As libpq has it: someone who names an authority wants it to count. The driver would accept
            // any certificate.
            mode = PgSslMode::VerifyCa;
            set_mode(&mut url, name(mode));
        }
        Ok(Self {
            host: options.get_host().to_owned(),
            url,
            is_local,
            mode,
        })
    }

    /// The URL with its `sslmode`.
    pub(super) fn url(&self) -> &str {
        self.url.as_str()
    }

    /// The name of the database, for the names of files.
    pub(super) fn database(&self) -> String {
        /// What a file's name does not have.
        const ENCODED: &AsciiSet = &CONTROLS.add(b'/').add(b'\\').add(b'%');
        let options = read(&self.url).ok();
        let name = options.as_ref().and_then(PgConnectOptions::get_database);
        let name = name.filter(|name| !name.is_empty()).unwrap_or("postgres");
        utf8_percent_encode(name, ENCODED).to_string()
    }

    /// The options of a connection.
    ///
    /// # Errors
    /// [`StoreError::Address`], which [`Address::parse`] would have returned before.
    pub(super) fn options(&self) -> Result<PgConnectOptions, StoreError> {
        read(&self.url)
    }

    /// Checks that the files that the URL names can be read: the driver's error would not name them.
    ///
    /// # Errors
    /// [`StoreError::Address`] with the file.
    pub(super) fn check_files(&self) -> Result<(), StoreError> {
        for (name, file) in self.url.query_pairs() {
            // The driver also accepts the content in place of a file's name.
            if !FILES.contains(&&*name) || file.trim_start().starts_with("-----BEGIN") {
                continue;
            }
            std::fs::File::open(&*file).map_err(|error| StoreError::Address {
                problem: format!("the file `{file}` of `{name}` cannot be read: {error}"),
            })?;
        }
        Ok(())
    }

    /// What the `sslmode` of the URL leaves unprotected, on the way to another machine.
    pub(super) fn warning(&self) -> Option<String> {
        if self.is_local {
            return None;
        }
        let risk = match self.mode {
            PgSslMode::VerifyFull => return None,
            PgSslMode::VerifyCa => {
                "any host with a certificate of a trusted authority may pose as the database"
            }
            PgSslMode::Require => {
                "anyone who can intercept the connection may pose as the database"
            }
            PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer => {
                "anyone who can intercept the connection can read and change all data"
            }
        };
        Some(format!(
            "the database is on another machine, `{}`, and its URL has `sslmode={}`: {risk}; expected `verify-full`",
            self.host,
            name(self.mode)
        ))
    }

    /// Names the host and the mode in an error of TLS.
    pub(super) fn explain(&self, error: StoreError) -> StoreError {
        let StoreError::Database(error) = error else {
            return error;
        };
        let problem = match &error {
            sqlx::Error::Tls(problem) => Some(problem.to_string()),
            sqlx::Error::Io(problem) => problem
                .get_ref()
                .and_then(|inner| inner.downcast_ref::<rustls::Error>())
                .map(ToString::to_string),
            _ => None,
        };
        match problem {
            None => error.into(),
            Some(problem) => StoreError::Tls {
                host: self.host.clone(),
                mode: name(self.mode),
                problem,
            },
        }
    }
}

/// Sets the mode of a URL in place of the present one.
fn set_mode(url: &mut Url, mode: &str) {
    let pairs = url.query_pairs().into_owned();
    let others: Vec<_> = pairs
        .filter(|(name, _)| !MODES.contains(&name.as_str()))
        .collect();
    url.query_pairs_mut()
        .clear()
        .extend_pairs(others)
        .append_pair(MODES[0], mode);
}

/// Checks the modes of a URL. The driver's error would have another name of the parameter.
fn check_modes(url: &Url) -> Result<(), String> {
    let mut pairs = url.query_pairs();
    let is_unknown = |(name, value): &(Cow<'_, str>, Cow<'_, str>)| {
        let is_known = |known: &&str| known.eq_ignore_ascii_case(value);
        MODES.contains(&&**name) && !VALUES.iter().any(is_known)
    };
    pairs.find(is_unknown).map_or(Ok(()), |(name, value)| {
        let expected = VALUES.join("`, `");
        Err(format!(
            "expected `{name}` to be one of `{expected}`, found `{value}`"
        ))
    })
}

/// The values of parameters of a URL.
fn values<'a>(url: &'a Url, names: &'a [&str]) -> impl Iterator<Item = String> + 'a {
    let pairs = url.query_pairs();
    let named = pairs.filter(|(name, _)| names.contains(&&**name));
    named.map(|(_, value)| value.into_owned())
}

fn read(url: &Url) -> Result<PgConnectOptions, StoreError> {
    url.as_str()
        .parse()
        .map_err(|error: sqlx::Error| StoreError::Address {
            problem: cause(&error),
        })
}

/// Whether a host is this machine: a folder with a socket, `localhost`, or a loopback address.
fn is_local(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    host.starts_with('/')
        || name == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

fn name(mode: PgSslMode) -> &'static str {
    match mode {
        PgSslMode::Disable => "disable",
        PgSslMode::Allow => "allow",
        PgSslMode::Prefer => "prefer",
        PgSslMode::Require => "require",
        PgSslMode::VerifyCa => "verify-ca",
        PgSslMode::VerifyFull => "verify-full",
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, name};

    fn mode(url: &str) -> &'static str {
        let address = Address::parse(url).unwrap();
        let mode = address.options().unwrap().get_ssl_mode();
        assert_eq!(name(mode), name(address.mode), "{url}");
        name(mode)
    }

    fn warning(url: &str) -> Option<String> {
        Address::parse(url).unwrap().warning()
    }

    #[test]
    fn another_machine_must_prove_its_name() {
        for url in [
            "postgres://db.example/claimgate",
            "postgresql://user:secret@db.example:5433/claimgate?application_name=a",
            "postgres://10.0.0.1/claimgate",
            "postgres://[2001:db8::1]/claimgate",
            "postgres://localhost/claimgate?host=db.example",
            "postgres://localhost/claimgate?hostaddr=10.0.0.1",
            "postgres://localhost.example/claimgate",
            // Resolvers may ask DNS for it.
            "postgres://db.localhost/claimgate",
        ] {
            assert_eq!((mode(url), warning(url)), ("verify-full", None), "{url}");
        }
    }

    #[test]
    fn this_machine_need_not() {
        for url in [
            "postgres://localhost/claimgate",
            "postgres://LOCALHOST./claimgate",
            "postgres://127.0.0.1/claimgate",
            "postgres://[::1]/claimgate",
            "postgres://[::ffff:127.0.0.1]/claimgate",
            "postgres://%2Fvar%2Frun%2Fpostgresql/claimgate",
            "postgres:///claimgate?host=/var/run/postgresql",
        ] {
            assert_eq!((mode(url), warning(url)), ("prefer", None), "{url}");
        }
        assert_eq!(
            mode("postgres://localhost/claimgate?sslmode=verify-full"),
            "verify-full"
        );
    }

    #[test]
    fn a_url_may_name_another_mode_and_is_warned_of() {
        for (named, risk) in [
            ("disable", "read and change"),
            ("allow", "read and change"),
            ("prefer", "read and change"),
            ("require", "may pose as the database"),
            ("verify-ca", "any host with a certificate"),
        ] {
            for parameter in ["sslmode", "ssl-mode"] {
                let url =
                    format!("postgres://user:secret@db.example/claimgate?{parameter}={named}");
                assert_eq!(mode(&url), named);
                let warning = warning(&url).unwrap();
                assert!(
                    warning.contains(risk)
                        && warning.contains("`db.example`")
                        && warning.contains(&format!("`sslmode={named}`"))
                        && !warning.contains("secret"),
                    "{warning}"
                );
            }
        }
    }

    #[test]
    fn with_an_authority_require_checks_it() {
        for root in ["sslrootcert", "ssl-root-cert", "ssl-ca"] {
            for named in ["sslmode=require&", "ssl-mode=require&"] {
                let url = format!("postgres://db.example/claimgate?{named}{root}=ca.pem");
                assert_eq!(mode(&url), "verify-ca", "{url}");
                assert!(warning(&url).unwrap().contains("`sslmode=verify-ca`"));
            }
            let url = format!("postgres://localhost/claimgate?{root}=ca.pem&sslmode=require");
            assert_eq!(mode(&url), "verify-ca", "{url}");
            for kept in ["prefer", "verify-full"] {
                let url = format!("postgres://db.example/a?{root}=ca.pem&sslmode={kept}");
                assert_eq!(mode(&url), kept);
            }
        }
    }

    #[test]
    fn an_address_of_ipv6_is_without_brackets() {
        let address = Address::parse("postgres://[2001:db8::1]/claimgate").unwrap();
        assert_eq!(address.options().unwrap().get_host(), "2001:db8::1");
    }

    #[test]
    fn what_cannot_be_used_is_named_without_the_password() {
        let problem = |url: &str| match Address::parse(url) {
            Ok(address) => address.check_files().unwrap_err().to_string(),
            Err(error) => error.to_string(),
        };
        for (url, expected) in [
            (
                "postgres://u:secret@db.example/a?sslmode=bogus",
                "expected `sslmode` to be one of `disable`, `allow`, `prefer`, `require`, `verify-ca`, `verify-full`, found `bogus`",
            ),
            (
                "postgres://u:secret@db.example/a?ssl-mode=",
                "expected `ssl-mode` to be one of",
            ),
            ("postgres://u:secret@db.example:port/a", "port"),
            (
                "postgres://u:secret@db.example/a?sslmode=verify-full&sslmode=disable",
                "expected one `sslmode`, found `verify-full` and `disable`",
            ),
            (
                "postgres://u:secret@db.example/a?ssl-mode=require&application_name=b&sslmode=require",
                "found `require` and `require`",
            ),
            (
                "postgres://u:secret@db.example/a?sslrootcert=/nonexistent.pem",
                "`/nonexistent.pem` of `sslrootcert`",
            ),
        ] {
            let problem = problem(url);
            assert!(
                problem.contains(expected) && !problem.contains("secret"),
                "{problem}"
            );
        }
        let debug = format!("{:?}", Address::parse("postgres://u:secret@db.example/a"));
        assert!(!debug.contains("secret"), "{debug}");
    }
}
