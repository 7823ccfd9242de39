//! Issuers of the tests: real TLS servers on this machine, with certificates and answers as a test
//! wants them.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use claimgate_server::keys::{IssuerKeys, KeyConfig, KeyError, KeyStore, Resolve, ResolveFuture};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::TlsAcceptor;

/// The name of the issuer's host.
pub(crate) const HOST: &str = "ci.test";

/// An authority.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// What a server shows: certificates, its own first, and its own one's key.
pub(crate) struct Identity {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    key: Vec<u8>,
}

impl Clone for Identity {
    fn clone(&self) -> Self {
        Self {
            chain: self.chain.clone(),
            key: self.key.clone(),
        }
    }
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, name);
    params
}

fn authority(name: &str) -> CertificateParams {
    let mut params = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

/// Parameters of a server's certificate.
pub(crate) fn server(host: &str) -> CertificateParams {
    let mut params = CertificateParams::new([host.to_owned()]).unwrap();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        Self::with(authority(name))
    }

    /// One with a certificate of its own making.
    pub(crate) fn with(params: CertificateParams) -> Self {
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// An authority below this one.
    pub(crate) fn below(&self, name: &str) -> Self {
        Self(
            CertifiedIssuer::signed_by(authority(name), KeyPair::generate().unwrap(), &self.0)
                .unwrap(),
        )
    }

    /// A certificate of its own that may not sign others, and does.
    pub(crate) fn impostor(&self, name: &str) -> Self {
        Self(
            CertifiedIssuer::signed_by(server(name), KeyPair::generate().unwrap(), &self.0)
                .unwrap(),
        )
    }

    pub(crate) fn certificate(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    pub(crate) fn issue(&self, params: &CertificateParams) -> Identity {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Identity {
            chain: vec![certificate.der().clone()],
            key: key.serialize_der(),
        }
    }

    /// Its certificate as a file.
    pub(crate) fn file(&self, folder: &tempfile::TempDir) -> PathBuf {
        let path = folder.path().join("root.pem");
        std::fs::write(&path, self.0.pem()).unwrap();
        path
    }
}

impl Identity {
    /// Its own certificate and its key, in PEM.
    pub(crate) fn pem(&self) -> [String; 2] {
        let pem = |label: &str, der: &[u8]| {
            let text = base64::prelude::BASE64_STANDARD.encode(der);
            format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
        };
        [
            pem("CERTIFICATE", &self.chain[0]),
            pem("PRIVATE KEY", &self.key),
        ]
    }

    /// A self-signed certificate.
    pub(crate) fn self_signed(params: &CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self {
            chain: vec![certificate.der().clone()],
            key: key.serialize_der(),
        }
    }

    /// The same, with another certificate sent along.
    pub(crate) fn with(mut self, other: &CertificateDer<'static>) -> Self {
        self.chain.push(other.clone());
        self
    }

    /// Somebody else's certificates, with a key that is not theirs.
    pub(crate) fn stolen(&self, other: &Self) -> Self {
        Self {
            chain: other.chain.clone(),
            key: self.key.clone(),
        }
    }
}

/// SHA-256 as people write it, by another way than the code's.
pub(crate) fn thumbprint(certificate: &CertificateDer<'_>) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, certificate);
    digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What a server answers.
#[derive(Clone)]
pub(crate) enum Reply {
    /// A status, headers and a body.
    Plain(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Bytes without an end.
    Endless,
    /// One byte after the other, with pauses.
    Drip,
    /// Headers without an end.
    EndlessHead,
    /// Nothing, ever.
    Silence,
    /// The end of the connection.
    HangUp,
}

impl Reply {
    pub(crate) fn json(body: impl Into<String>) -> Self {
        Self::Plain(
            200,
            vec![("content-type", "application/json".to_owned())],
            body.into().into_bytes(),
        )
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::Plain(status, Vec::new(), Vec::new())
    }

    pub(crate) fn redirect(to: &str) -> Self {
        Self::Plain(302, vec![("location", to.to_owned())], Vec::new())
    }

    pub(crate) fn header(self, name: &'static str, value: &str) -> Self {
        match self {
            Self::Plain(status, mut headers, body) => {
                headers.push((name, value.to_owned()));
                Self::Plain(status, headers, body)
            }
            other => other,
        }
    }
}

/// A request that a server got.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) path: String,
    /// All lines before the body.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Sent {
    /// The value of a header, whose name is in lower case; empty if it is absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut values = lines.filter(|(found, _)| found.eq_ignore_ascii_case(name));
        values.next().map_or("", |(_, value)| value)
    }
}

type Answer = dyn Fn(&Sent) -> Reply + Send + Sync;

/// A TLS server of the tests.
pub(crate) struct Server {
    pub(crate) port: u16,
    answer: Mutex<Arc<Answer>>,
    acceptor: Mutex<TlsAcceptor>,
    /// The value of an `Accept` header that is answered with 406.
    refused_accept: Mutex<Option<String>>,
    /// How many requests there were.
    hits: AtomicUsize,
}

impl Server {
    /// Serves until the test ends.
    pub(crate) async fn start(identity: Identity) -> Arc<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Arc::new(Self {
            port,
            answer: Mutex::new(Arc::new(|_: &Sent| Reply::status(404))),
            acceptor: Mutex::new(acceptor(identity)),
            refused_accept: Mutex::default(),
            hits: 0.into(),
        });
        let own = Arc::clone(&server);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let own = Arc::clone(&own);
                let acceptor = own.acceptor.lock().unwrap().clone();
                tokio::spawn(async move { own.serve(acceptor, stream).await });
            }
        });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("https://{HOST}:{}", self.port)
    }

    pub(crate) fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }

    /// Shows other certificates from now on.
    pub(crate) fn show(&self, identity: Identity) {
        *self.acceptor.lock().unwrap() = acceptor(identity);
    }

    /// Answers by path from now on.
    pub(crate) fn answer(&self, answer: impl Fn(&str) -> Reply + Send + Sync + 'static) {
        self.answer_requests(move |sent| answer(&sent.path));
    }

    /// Answers requests from now on.
    pub(crate) fn answer_requests(&self, answer: impl Fn(&Sent) -> Reply + Send + Sync + 'static) {
        *self.answer.lock().unwrap() = Arc::new(answer);
    }

    /// From now on, requests that accept only that type are answered with 406.
    pub(crate) fn refuse_accept(&self, only: &str) {
        *self.refused_accept.lock().unwrap() = Some(only.to_owned());
    }

    /// Answers as an honest issuer does, with these keys.
    pub(crate) fn publish(&self, jwks: &str) {
        self.publish_as(&self.url(), Reply::json(jwks));
    }

    /// Answers as the issuer of that URL does.
    pub(crate) fn publish_as(&self, issuer: &str, keys: Reply) {
        let discovery = self.discovery(issuer);
        self.answer(move |path| match path {
            "/.well-known/openid-configuration" => Reply::json(discovery.clone()),
            "/keys" => keys.clone(),
            _ => Reply::status(404),
        });
    }

    pub(crate) fn discovery(&self, issuer: &str) -> String {
        format!(
            r#"{{"issuer": "{issuer}", "jwks_uri": "{}/keys"}}"#,
            self.url()
        )
    }

    async fn serve(&self, acceptor: TlsAcceptor, stream: TcpStream) -> io::Result<()> {
        let mut stream = acceptor.accept(stream).await?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        self.hits.fetch_add(1, Ordering::SeqCst);
        let head = String::from_utf8(head).unwrap();
        let mut words = head.split(' ').map(str::to_owned);
        let mut sent = Sent {
            method: words.next().unwrap(),
            path: words.next().unwrap(),
            head: head.clone(),
            body: String::new(),
        };
        let mut body = vec![0; sent.header("content-length").parse().unwrap_or_default()];
        stream.read_exact(&mut body).await?;
        sent.body = String::from_utf8(body).unwrap();
        let answer = Arc::clone(&*self.answer.lock().unwrap());
        let refused = self.refused_accept.lock().unwrap().clone();
        let is_refused = refused.is_some_and(|only| {
            let header = format!("\r\naccept: {only}\r\n");
            head.to_ascii_lowercase().contains(&header)
        });
        let reply = if is_refused {
            Reply::status(406)
        } else {
            answer(&sent)
        };
        match reply {
            Reply::Plain(status, headers, body) => {
                let mut text = format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\n", body.len());
                for (name, value) in headers {
                    text.push_str(&format!("{name}: {value}\r\n"));
                }
                stream.write_all(format!("{text}\r\n").as_bytes()).await?;
                stream.write_all(&body).await?;
            }
            Reply::Endless => {
                stream
                    .write_all(b"HTTP/1.1 200 x\r\ncontent-type: application/json\r\n\r\n[")
                    .await?;
                loop {
                    stream.write_all(&[b' '; 4096]).await?;
                }
            }
            Reply::Drip => {
                stream
                    .write_all(b"HTTP/1.1 200 x\r\ntransfer-encoding: chunked\r\n\r\n")
                    .await?;
                loop {
                    stream.write_all(b"1\r\n \r\n").await?;
                    stream.flush().await?;
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
            Reply::EndlessHead => {
                stream.write_all(b"HTTP/1.1 200 x\r\n").await?;
                loop {
                    stream
                        .write_all(b"a: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n")
                        .await?;
                }
            }
            Reply::Silence => std::future::pending::<()>().await,
            Reply::HangUp => {}
        }
        stream.shutdown().await
    }
}

fn acceptor(identity: Identity) -> TlsAcceptor {
    let key = PrivateKeyDer::try_from(identity.key).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let signing_key = provider.key_provider.load_private_key(key).unwrap();
    // A certificate and a key that do not belong together are what some tests are about.
    let certified = Arc::new(rustls::sign::CertifiedKey::new(identity.chain, signing_key));
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(certified)));
    TlsAcceptor::from(Arc::new(config))
}

/// A resolver with the answers of a test: each time the next of a host's answers, and then always the
/// last one.
#[derive(Default)]
pub(crate) struct Names {
    answers: Mutex<HashMap<String, Vec<Vec<IpAddr>>>>,
    questions: AtomicUsize,
}

impl Names {
    pub(crate) fn say(&self, host: &str, answers: &[&[&str]]) {
        let answers = answers
            .iter()
            .map(|one| one.iter().map(|address| address.parse().unwrap()).collect())
            .collect();
        self.answers
            .lock()
            .unwrap()
            .insert(host.to_owned(), answers);
    }

    /// How often it was asked.
    pub(crate) fn questions(&self) -> usize {
        self.questions.load(Ordering::SeqCst)
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, host: &'a str) -> ResolveFuture<'a> {
        self.questions.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        let answer = match answers.get_mut(host) {
            None => Err(io::Error::other("no such host")),
            Some(answers) if answers.len() > 1 => Ok(answers.remove(0)),
            Some(answers) => Ok(answers[0].clone()),
        };
        Box::pin(async move { answer })
    }
}

/// An issuer, its server, and a store that trusts it.
pub(crate) struct World {
    pub(crate) authority: Authority,
    pub(crate) server: Arc<Server>,
    pub(crate) names: Arc<Names>,
    pub(crate) store: KeyStore,
    _folder: tempfile::TempDir,
}

/// A configuration for tests: nothing happens by itself, and the only address that may be connected
/// to is 127.0.0.1.
pub(crate) fn config() -> KeyConfig {
    KeyConfig {
        allow_networks: vec!["127.0.0.1".parse().unwrap()],
        system_roots: false,
        timeout: Duration::from_secs(20),
        retry_interval: Duration::ZERO,
        unknown_kid_interval: Duration::ZERO,
        ..KeyConfig::default()
    }
}

impl World {
    pub(crate) async fn new(config: KeyConfig) -> Self {
        let authority = Authority::new("root");
        let identity = authority.issue(&server(HOST));
        Self::with(config, authority, identity).await
    }

    /// A world whose store trusts the authority, and whose issuer shows that identity.
    pub(crate) async fn with(
        mut config: KeyConfig,
        authority: Authority,
        identity: Identity,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        config.extra_roots_pem.push(authority.file(&folder));
        let names = Arc::new(Names::default());
        names.say(HOST, &[&["127.0.0.1"]]);
        let store = KeyStore::with_resolver(config, Arc::clone(&names) as _).unwrap();
        let server = Server::start(identity).await;
        Self {
            authority,
            server,
            names,
            store,
            _folder: folder,
        }
    }

    /// The `kid`s of the issuer's keys.
    pub(crate) async fn kids(&self, kid: Option<&str>) -> Result<Vec<String>, KeyError> {
        self.kids_by(kid, &[]).await
    }

    pub(crate) async fn kids_by(
        &self,
        kid: Option<&str>,
        thumbprints: &[String],
    ) -> Result<Vec<String>, KeyError> {
        let url = self.server.url();
        let issuer = IssuerKeys {
            id: "issuer",
            url: &url,
            static_jwks: None,
            thumbprints,
        };
        let keys = self.store.keys(issuer, kid).await?;
        Ok(keys
            .keys()
            .iter()
            .map(|key| key.kid.clone().unwrap_or_default())
            .collect())
    }

    /// The code and the message of the error that there has to be.
    pub(crate) async fn error(&self) -> (&'static str, String) {
        let error = self.kids(None).await.unwrap_err();
        (error.code(), error.to_string())
    }
}

/// A key that tokens are signed with.
pub(crate) struct Signer {
    pub(crate) kid: String,
    pair: Ed25519KeyPair,
}

impl Signer {
    pub(crate) fn new(kid: &str) -> Self {
        Self {
            kid: kid.to_owned(),
            pair: Ed25519KeyPair::generate().unwrap(),
        }
    }

    pub(crate) fn jwk(&self) -> String {
        let x = BASE64_URL_SAFE_NO_PAD.encode(self.pair.public_key());
        format!(
            r#"{{"kty": "OKP", "crv": "Ed25519", "kid": "{}", "x": "{x}"}}"#,
            self.kid
        )
    }

    pub(crate) fn token(&self, claims: &str) -> String {
        let header = format!(r#"{{"alg": "EdDSA", "kid": "{}"}}"#, self.kid);
        let input = [header.as_str(), claims]
            .map(|part| BASE64_URL_SAFE_NO_PAD.encode(part))
            .join(".");
        let signature = BASE64_URL_SAFE_NO_PAD.encode(self.pair.sign(input.as_bytes()));
        format!("{input}.{signature}")
    }
}

/// A set of these keys.
pub(crate) fn jwks(signers: &[&Signer]) -> String {
    let keys: Vec<String> = signers.iter().map(|signer| signer.jwk()).collect();
    format!(r#"{{"keys": [{}]}}"#, keys.join(", "))
}

/// A set of keys that are good for nothing, with these names.
pub(crate) fn named_keys(kids: &[&str]) -> String {
    let keys: Vec<String> = kids
        .iter()
        .map(|kid| format!(r#"{{"kty": "RSA", "kid": "{kid}"}}"#))
        .collect();
    format!(r#"{{"keys": [{}]}}"#, keys.join(", "))
}

/// A port of this machine on which nothing listens, and nothing can while the socket is open.
pub(crate) fn closed_port() -> (TcpSocket, u16) {
    let socket = TcpSocket::new_v4().unwrap();
    socket
        .bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
        .unwrap();
    let port = socket.local_addr().unwrap().port();
    (socket, port)
}
