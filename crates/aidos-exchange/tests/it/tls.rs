//! TLS with an authority of one's own, and mutual TLS: real handshakes with a server on loopback.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use aidos_exchange::http::{Client, Request};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use crate::stand::still;

/// An authority, and what it signed: PEM.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Self { issuer }
    }

    fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A certificate and its key.
    fn sign(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        let own = CertificateDer::from_pem_slice(self.pem().as_bytes()).unwrap();
        roots.add(own).unwrap();
        roots
    }
}

/// A server that answers `who came`, for those that it lets in; `clients` signs them.
fn serve(server: &Authority, clients: Option<&Authority>) -> String {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let (certificate, key) = server.sign("127.0.0.1");
    let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let begun = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .unwrap();
    let config = match clients {
        None => begun.with_no_client_auth(),
        Some(clients) => {
            let roots = Arc::new(clients.roots());
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider);
            begun.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let config = Arc::new(config.with_single_cert(chain, key).unwrap());
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(config.clone()).unwrap();
            let mut stream = StreamOwned::new(connection, stream);
            let mut asked = Vec::new();
            let mut byte = [0];
            while !asked.ends_with(b"\r\n\r\n") {
                match stream.read(&mut byte) {
                    Ok(1) => asked.push(byte[0]),
                    _ => break,
                }
            }
            let named = stream.conn.peer_certificates().map_or(0, <[_]>::len);
            let body = format!("{named} certificates");
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            // Who was not let in does not read it.
            let _ = stream.write_all(answer.as_bytes());
            let _ = stream.flush();
        }
    });
    address
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path
}

/// What the server says, or why it could not be asked.
fn ask(address: &str, ca: Option<&Path>, own: Option<(&Path, &Path)>) -> Result<String, String> {
    let (mut settings, _) = still();
    settings.ca_file = ca.map(Path::to_owned);
    settings.client_certificate = own.map(|(chain, key)| (chain.to_owned(), key.to_owned()));
    settings.retry.attempts = 1;
    let client = Client::new(address, settings).map_err(|error| error.to_string())?;
    let answer = client
        .send(&Request::get("/"))
        .map_err(|error| error.to_string())?;
    Ok(String::from_utf8(answer.into_body()).unwrap())
}

#[test]
fn the_authority_that_is_named_is_trusted_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, others) = (Authority::new("ours"), Authority::new("others"));
    let address = serve(&ours, None);
    let ca = write(folder.path(), "ca.pem", &ours.pem());
    assert_eq!(ask(&address, Some(&ca), None).unwrap(), "0 certificates");
    let wrong = write(folder.path(), "others.pem", &others.pem());
    for ca in [Some(wrong.as_path()), None] {
        let error = ask(&address, ca, None).unwrap_err();
        assert!(error.to_lowercase().contains("certificate"), "{error}");
    }
    // A certificate of another name is refused.
    let error = ask(&address.replace("127.0.0.1", "localhost"), Some(&ca), None).unwrap_err();
    assert!(error.to_lowercase().contains("certificate"), "{error}");
}

#[test]
fn who_has_no_certificate_is_not_let_in() {
    let folder = tempfile::tempdir().unwrap();
    let (server, clients, strangers) = (
        Authority::new("server"),
        Authority::new("clients"),
        Authority::new("strangers"),
    );
    let address = serve(&server, Some(&clients));
    let ca = write(folder.path(), "ca.pem", &server.pem());
    let pair = |authority: &Authority, name: &str| {
        let (chain, key) = authority.sign("hospital.example");
        (
            write(folder.path(), &format!("{name}.pem"), &chain),
            write(folder.path(), &format!("{name}.key"), &key),
        )
    };
    let (chain, key) = pair(&clients, "own");
    let answer = ask(&address, Some(&ca), Some((&chain, &key)));
    assert_eq!(answer.unwrap(), "1 certificates");
    assert!(ask(&address, Some(&ca), None).is_err());
    let (chain, key) = pair(&strangers, "stranger");
    assert!(ask(&address, Some(&ca), Some((&chain, &key))).is_err());
}
