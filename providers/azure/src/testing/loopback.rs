//! A server of a few lines on loopback that answers by a function and remembers what it was asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use url::Url;

/// Runs until the test's runtime ends.
pub(crate) struct Server {
    pub(crate) url: Url,
    seen: watch::Sender<Vec<Seen>>,
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// `GET /path?query`.
    pub(crate) line: String,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
    /// How many requests came before it.
    pub(crate) before: usize,
}

/// What the server does about a request.
#[derive(Clone)]
pub(crate) enum Answer {
    /// Status, headers, body.
    Reply(u16, Vec<(&'static str, String)>, String),
    /// Closes the connection.
    HangUp,
    /// Never answers.
    Silence,
}

impl Answer {
    pub(crate) fn json(status: u16, body: serde_json::Value) -> Answer {
        Answer::Reply(status, Vec::new(), body.to_string())
    }

    pub(crate) fn empty(status: u16) -> Answer {
        Answer::Reply(status, Vec::new(), String::new())
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        if let Answer::Reply(_, headers, _) = &mut self {
            headers.push((name, value.into()));
        }
        self
    }
}

impl Server {
    pub(crate) async fn start(answer: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let seen = watch::Sender::new(Vec::new());
        let (answer, log) = (Arc::new(answer), seen.clone());
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, answer.clone(), log.clone()));
            }
        });
        Server { url, seen }
    }

    /// The same over TLS, with a certificate of its own; the second value is its PEM.
    pub(crate) async fn start_tls(
        answer: impl Fn(&Seen) -> Answer + Send + Sync + 'static,
    ) -> (Server, String) {
        let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
        let config =
            ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(vec![own.cert.der().clone()], key)
                .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("https://{}/", listener.local_addr().unwrap())).unwrap();
        let seen = watch::Sender::new(Vec::new());
        let (answer, log) = (Arc::new(answer), seen.clone());
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                // A client that does not trust us hangs up in the middle.
                if let Ok(stream) = acceptor.accept(stream).await {
                    serve(stream, answer.clone(), log.clone()).await;
                }
            }
        });
        (Server { url, seen }, own.cert.pem())
    }

    /// Everything asked so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.borrow().clone()
    }

    /// Waits until this many requests have arrived.
    pub(crate) async fn asked(&self, count: usize) {
        self.seen
            .subscribe()
            .wait_for(|seen| seen.len() >= count)
            .await
            .unwrap();
    }

    /// Verb, path and query of everything asked so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }

    /// A URL at this server.
    pub(crate) fn at(&self, path: &str) -> String {
        self.url.join(path).unwrap().to_string()
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answer: Arc<impl Fn(&Seen) -> Answer>,
    log: watch::Sender<Vec<Seen>>,
) {
    let Some(mut seen) = read(&mut stream).await else {
        return;
    };
    log.send_modify(|log| {
        seen.before = log.len();
        log.push(seen.clone());
    });
    match answer(&seen) {
        Answer::Reply(status, headers, body) => {
            let headers: String = headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}\r\n"))
                .collect();
            let length = body.len();
            let text = format!(
                "HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
            );
            // The client may be gone already: then there is nobody to tell.
            let _ = stream.write_all(text.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        Answer::HangUp => {}
        Answer::Silence => std::future::pending().await,
    }
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Seen> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let line = lines
        .next()
        .unwrap()
        .trim_end_matches(" HTTP/1.1")
        .to_owned();
    let headers: BTreeMap<String, String> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    while bytes.len() < end + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8(bytes[end + 4..].to_vec()).unwrap();
    Some(Seen {
        line,
        headers,
        body,
        before: 0,
    })
}
