//! `gleaner serve` as a process of its own, for tests of several processes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::pipeline::Fixture;

/// A running `gleaner serve`; killed when it is dropped.
pub struct Served {
    pub child: Child,
    address: String,
}

impl Served {
    /// Starts it with these arguments after `serve`, and waits until it listens.
    pub fn start(fixture: &Fixture, args: &[&str]) -> Self {
        let mut command = fixture.command(&[&["serve", "--port", "0", "--json"], args].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (mut text, mut stdout) = (String::new(), BufReader::new(child.stdout.take().unwrap()));
        while !text.trim_end().ends_with('}') {
            assert!(stdout.read_line(&mut text).unwrap() > 0, "no address was printed");
        }
        let url = serde_json::from_str::<Value>(&text).unwrap()["url"].as_str().unwrap().to_owned();
        let address = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Self { child, address }
    }

    /// Sends a request as the page does; returns the whole response.
    pub fn send(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nX-Gleaner: 1\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Kills it.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
