//! Somebody else who does something in a served sandbox, as the principal that vmlogin runs as.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value as Json;

use crate::stage::Server;

/// What a token is asked for with.
const FORM: &str = "grant_type=client_credentials&client_id=cccccccc-0000-4000-8000-00000000000a&client_secret=x&scope=https%3A%2F%2Fmanagement.azure.com%2F.default";

/// Somebody who signed in.
pub(crate) struct Neighbour {
    host: String,
    token: Option<String>,
}

impl Neighbour {
    /// Signs in.
    pub(crate) fn of(server: &Server) -> Neighbour {
        let mut neighbour = Neighbour {
            host: server.url.trim_start_matches("http://").to_owned(),
            token: None,
        };
        let request = "POST /11111111-1111-4111-8111-111111111111/oauth2/v2.0/token";
        let (status, got) = neighbour.exchange(request, "application/x-www-form-urlencoded", FORM);
        assert_eq!(status, 200, "{got}");
        let got: Json = serde_json::from_str(&got).expect("JSON");
        neighbour.token = got["access_token"].as_str().map(str::to_owned);
        neighbour
    }

    /// Sends a request such as `POST /subscriptions/…` and answers the status and the body.
    pub(crate) fn ask(&self, request: &str, body: &str) -> (u16, String) {
        self.exchange(request, "application/json", body)
    }

    fn exchange(&self, request: &str, kind: &str, body: &str) -> (u16, String) {
        let host = &self.host;
        let mut stream = TcpStream::connect(host).expect("a connection");
        let bearer = self.token.as_ref().map_or(String::new(), |token| {
            format!("authorization: Bearer {token}\r\n")
        });
        let request = format!(
            "{request} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: {kind}\r\n{bearer}content-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("it is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a body");
        let status = head.split(' ').nth(1).expect("a status");
        (status.parse().expect("a number"), body.to_owned())
    }
}
