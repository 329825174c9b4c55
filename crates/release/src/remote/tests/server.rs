//! A store of files on the loopback, and what may go wrong with one.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::digest::Sha256;

/// What it does when it is asked for a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Manner {
    /// Gives it.
    #[default]
    Honest,
    /// Gives a page instead.
    Page,
    /// Says nothing, ever.
    Silent,
    /// Breaks off after so many bytes of its body, always.
    Truncates(usize),
    /// Says that it can't.
    Broken,
    /// Sends so many bytes of its body, and then nothing more.
    Stalls(usize),
    /// Says no, as a store that speaks S3 does.
    Denies,
}

/// What such a store says.
const DENIED: &str = "<?xml version='1.0'?>\n<Error><Code>AccessDenied</Code><Message>Not you</Message></Error>";

#[derive(Default)]
struct State {
    files: BTreeMap<String, Vec<u8>>,
    manner: BTreeMap<&'static str, Manner>,
    asked: usize,
    received: usize,
    /// Connections that nobody listens to.
    unread: Vec<TcpStream>,
}

pub(super) struct Server {
    address: String,
    state: Arc<Mutex<State>>,
}

impl Server {
    pub(super) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = shared.clone();
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { address, state }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/prefix", self.address)
    }

    /// How it answers from now on to what begins so, `ac` or `cas`, or to those who put something there: `PUT`.
    pub(super) fn set(&self, what: &'static str, manner: Manner) {
        self.state.lock().unwrap().manner.insert(what, manner);
    }

    /// How many files it was asked for.
    pub(super) fn asked(&self) -> usize {
        self.state.lock().unwrap().asked
    }

    /// How many bytes of files it was sent.
    pub(super) fn received(&self) -> usize {
        self.state.lock().unwrap().received
    }

    /// Loses every archive, and keeps the records.
    pub(super) fn forget_archives(&self) {
        self.state.lock().unwrap().files.retain(|name, _| !name.contains("/cas/"));
    }

    /// The folders of all files.
    pub(super) fn names(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        state.files.keys().map(|name| name.split('/').nth(2).unwrap().to_owned()).collect()
    }

    pub(super) fn forget(&self, key: Sha256) {
        self.state.lock().unwrap().files.remove(&record(key)).unwrap();
    }

    pub(super) fn record(&self, key: Sha256) -> String {
        String::from_utf8(self.state.lock().unwrap().files[&record(key)].clone()).unwrap()
    }

    pub(super) fn replace(&self, key: Sha256, text: &str) {
        self.state.lock().unwrap().files.insert(record(key), text.as_bytes().to_vec());
    }

    /// Changes every archive.
    pub(super) fn change_archives(&self, change: impl Fn(&mut Vec<u8>)) {
        let mut state = self.state.lock().unwrap();
        state.files.iter_mut().filter(|(name, _)| name.contains("/cas/")).for_each(|(_, bytes)| change(bytes));
    }
}

fn record(key: Sha256) -> String {
    format!("/prefix/ac/{key}")
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut first, mut length, mut asks_first) = (String::new(), 0, false);
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() <= 2 {
            break;
        }
        let line = line.to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        asks_first |= line.trim() == "expect: 100-continue";
    }
    let mut words = first.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    // An address that is signed says so after its name.
    let path = path.split('?').next().unwrap_or_default().to_owned();
    let manner_of = |what| state.lock().unwrap().manner.get(what).copied().unwrap_or_default();
    if method == "PUT" {
        let manner = manner_of("PUT");
        if manner == Manner::Denies {
            return answer(&mut stream, "403 Forbidden", DENIED.as_bytes(), usize::MAX);
        }
        if asks_first {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
        }
        if manner == Manner::Silent {
            return state.lock().unwrap().unread.push(stream);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let mut state = state.lock().unwrap();
        state.received += length;
        state.files.insert(path, body);
        drop(state);
        return answer(&mut stream, "201 Created", b"", 0);
    }
    let manner = manner_of(path.split('/').nth(2).unwrap_or_default());
    let file = {
        let mut state = state.lock().unwrap();
        state.asked += 1;
        state.files.get(&path).cloned()
    };
    match (manner, file) {
        (Manner::Page, _) => answer(&mut stream, "200 OK", b"<html>Please log in</html>", usize::MAX),
        (Manner::Broken, _) => answer(&mut stream, "503 Service Unavailable", b"", 0),
        (Manner::Denies, _) => answer(&mut stream, "403 Forbidden", DENIED.as_bytes(), usize::MAX),
        // Until the client goes.
        (Manner::Silent, _) => _ = reader.read(&mut [0]),
        (_, None) => answer(&mut stream, "404 Not Found", b"", 0),
        (_, Some(file)) if method == "HEAD" => answer(&mut stream, "200 OK", &file, 0),
        (Manner::Truncates(at), Some(file)) => answer(&mut stream, "200 OK", &file, at),
        (Manner::Stalls(at), Some(file)) => {
            answer(&mut stream, "200 OK", &file, at);
            _ = reader.read(&mut [0]);
        }
        (Manner::Honest, Some(file)) => answer(&mut stream, "200 OK", &file, usize::MAX),
    }
}

fn answer(stream: &mut TcpStream, status: &str, body: &[u8], at: usize) {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let body = &body[..body.len().min(at)];
    // The client may have gone.
    _ = stream.write_all(&[head.as_bytes(), body].concat());
}
