//! A listener between vmlogin and a sandbox: it remembers every exchange as it was on the wire, and may answer in the sandbox's place.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// One request and its answer, as bytes.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    /// `PUT /subscriptions/… HTTP/1.1`.
    pub(crate) line: String,
    pub(crate) request: String,
    pub(crate) answer: Vec<u8>,
}

/// What is answered in the sandbox's place; `None` where its own answer stands. Asked twice: without an answer before the sandbox is
/// asked, and with the sandbox's own.
pub(crate) type Twist = dyn Fn(&Exchange) -> Option<Vec<u8>> + Send + Sync;

/// The listener. It ends with the test's process.
pub(crate) struct Between {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Exchange>>>,
}

impl Between {
    /// Listens in front of the server at a URL.
    pub(crate) fn start(server: &str, twist: Box<Twist>) -> Between {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let server = server.trim_start_matches("http://").to_owned();
        let seen: Arc<Mutex<Vec<Exchange>>> = Arc::default();
        let kept = seen.clone();
        let twist: Arc<Twist> = twist.into();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (server, kept, twist) = (server.clone(), kept.clone(), twist.clone());
                std::thread::spawn(move || pass(client, &server, &kept, &*twist));
            }
        });
        Between { url, seen }
    }

    /// Everything so far.
    pub(crate) fn seen(&self) -> Vec<Exchange> {
        self.seen.lock().expect("no panic").clone()
    }
}

/// An answer of JSON.
pub(crate) fn json(status: u16, headers: &[(&str, &str)], body: &serde_json::Value) -> Vec<u8> {
    answer(
        status,
        "application/json",
        headers,
        body.to_string().as_bytes(),
    )
}

/// An answer of any bytes.
pub(crate) fn answer(status: u16, kind: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} Said\r\ncontent-type: {kind}\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!(
        "content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    ));
    [head.as_bytes(), body].concat()
}

fn pass(
    mut client: TcpStream,
    server: &str,
    kept: &Mutex<Vec<Exchange>>,
    twist: &Twist,
) -> Option<()> {
    let mut reader = BufReader::new(client.try_clone().ok()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let mut exchange = Exchange {
        line: head.lines().next()?.to_owned(),
        request: head.clone() + &String::from_utf8_lossy(&body),
        answer: Vec::new(),
    };
    exchange.answer = match twist(&exchange) {
        Some(own) => own,
        None => {
            exchange.answer = asked(server, &head, &body)?;
            twist(&exchange).unwrap_or(exchange.answer)
        }
    };
    let answer = exchange.answer.clone();
    kept.lock().expect("no panic").push(exchange);
    client.write_all(&answer).ok()
}

/// What the sandbox answers.
fn asked(server: &str, head: &str, body: &[u8]) -> Option<Vec<u8>> {
    let asked = head.replacen("\r\n\r\n", "\r\nconnection: close\r\n\r\n", 1);
    let mut upstream = TcpStream::connect(server).ok()?;
    upstream
        .write_all(&[asked.as_bytes(), body].concat())
        .ok()?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer).ok()?;
    Some(answer)
}
