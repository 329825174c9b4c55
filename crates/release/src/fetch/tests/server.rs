//! A web server on the loopback, one answer a connection.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    /// `/a.tar`.
    pub path: String,
    /// The first byte of `Range: bytes=N-`.
    pub from: Option<usize>,
}

/// What is sent back before the connection is closed; nothing at all when empty.
pub(super) type Answer = Vec<u8>;

pub(super) struct Server {
    address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// `answer` gets the request and how many there were before.
    pub(super) fn new(answer: impl Fn(&Request, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (requests.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (log, answer) = (log.clone(), answer.clone());
                std::thread::spawn(move || serve(stream, &log, &*answer));
            }
        });
        Self { address, requests }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The first bytes that were asked for, in order.
    pub(super) fn ranges(&self) -> Vec<Option<usize>> {
        self.requests().into_iter().map(|request| request.from).collect()
    }
}

fn serve(mut stream: TcpStream, log: &Mutex<Vec<Request>>, answer: &dyn Fn(&Request, usize) -> Answer) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let Some(mut first) = lines.next() else { return };
    // As a proxy: it becomes the server that was asked for.
    if let Some(host) = first.strip_prefix("CONNECT ") {
        log.lock().unwrap().push(Request { path: host.to_owned(), from: None });
        lines.by_ref().take_while(|line| !line.is_empty()).for_each(drop);
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        let Some(next) = lines.next() else { return };
        first = next;
    }
    let mut request = Request { path: first.split(' ').nth(1).unwrap_or_default().to_owned(), from: None };
    for line in lines.take_while(|line| !line.is_empty()) {
        if let Some(range) = line.to_ascii_lowercase().strip_prefix("range: bytes=") {
            request.from = range.trim_end_matches('-').parse().ok();
        }
    }
    let before = {
        let mut log = log.lock().unwrap();
        log.push(request.clone());
        log.len() - 1
    };
    // The client may have gone.
    _ = stream.write_all(&answer(&request, before));
}

/// Headers with the body's length, then the body.
pub(super) fn whole(body: &[u8]) -> Answer {
    head("200 OK", &[], body.len(), body)
}

/// The rest of a file, as a server does that knows ranges; all of it when no range was asked for.
pub(super) fn ranged(request: &Request, file: &[u8]) -> Answer {
    match request.from {
        Some(from) if from < file.len() => {
            let range = format!("Content-Range: bytes {from}-{}/{}", file.len() - 1, file.len());
            head("206 Partial Content", &[&range], file.len() - from, &file[from..])
        }
        Some(_) => status("416 Range Not Satisfiable"),
        None => whole(file),
    }
}

/// An answer that breaks off: so many bytes of its body arrive.
pub(super) fn cut(answer: Answer, body: usize) -> Answer {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    answer[..answer.len().min(end + body)].to_vec()
}

pub(super) fn status(status: &str) -> Answer {
    head(status, &[], 0, b"")
}

fn head(status: &str, headers: &[&str], length: usize, body: &[u8]) -> Answer {
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}
