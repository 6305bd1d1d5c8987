//! https on loopback: an authority and a certificate made at the start, their keys only in memory.

use std::fs::File;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use uuid::Uuid;

use crate::problem::SandboxError;

/// Pause after a connection that could not be taken.
const BREATHER: Duration = Duration::from_millis(100);

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The authority that clients are to trust, as a file, and what it vouches for.
#[derive(Debug)]
pub(crate) struct Authority {
    path: PathBuf,
    config: Arc<ServerConfig>,
}

impl Authority {
    /// Makes an authority, a certificate for this machine, and the file that clients read.
    pub(crate) fn new() -> Result<Authority, SandboxError> {
        make().map_err(|source| SandboxError::Certificate { source })
    }

    /// The PEM file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        // Someone may have removed it already; there is nobody left to tell.
        let _removed = std::fs::remove_file(&self.path);
    }
}

fn make() -> Result<Authority, Cause> {
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "vmlogin sandbox authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![
        KeyUsagePurpose::KeyCertSign,
        KeyUsagePurpose::CrlSign,
        KeyUsagePurpose::DigitalSignature,
    ];
    let key = KeyPair::generate()?;
    let authority = params.self_signed(&key)?;
    let issuer = Issuer::new(params, key);

    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    params.is_ca = IsCa::ExplicitNoCa;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyEncipherment,
    ];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.subject_alt_names = vec![
        SanType::DnsName("localhost".try_into()?),
        SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        SanType::IpAddress(IpAddr::V6(Ipv6Addr::LOCALHOST)),
    ];
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, &issuer)?;

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let chain: Vec<CertificateDer<'static>> =
        vec![certificate.der().clone(), authority.der().clone()];
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];

    let name = format!("vmlogin-sandbox-{}.pem", Uuid::new_v4().simple());
    let path = std::env::temp_dir().join(name);
    let authority_file = Authority {
        path: path.clone(),
        config: Arc::new(config),
    };
    let mut file = File::create_new(&path)?;
    file.write_all(authority.pem().as_bytes())?;
    file.sync_all()?;
    Ok(authority_file)
}

/// Hands out connections whose handshake is done; one that never ends holds up nobody else.
#[derive(Debug)]
pub(crate) struct TlsListener {
    address: SocketAddr,
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    task: JoinHandle<()>,
}

impl TlsListener {
    pub(crate) fn new(
        listener: TcpListener,
        address: SocketAddr,
        authority: &Authority,
    ) -> TlsListener {
        let acceptor = TlsAcceptor::from(authority.config.clone());
        let (sender, ready) = mpsc::channel(64);
        let task = tokio::spawn(async move {
            loop {
                let Ok((stream, peer)) = listener.accept().await else {
                    // Out of files, most likely: asking again at once would only burn the processor.
                    tokio::time::sleep(BREATHER).await;
                    continue;
                };
                let (acceptor, sender) = (acceptor.clone(), sender.clone());
                tokio::spawn(async move {
                    // A client that does not trust us hangs up here, which is its right.
                    if let Ok(stream) = acceptor.accept(stream).await {
                        let _taken = sender.send((stream, peer)).await;
                    }
                });
            }
        });
        TlsListener {
            address,
            ready,
            task,
        }
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl axum::serve::Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            // The task that sends lives as long as this listener.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        Ok(self.address)
    }
}
