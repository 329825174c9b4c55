//! A web server on the loopback: one request a connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `POST`.
    pub method: String,
    /// `/notary/v2/submissions?x=y`.
    pub path: String,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// What was sent.
    pub body: Vec<u8>,
}

impl Request {
    /// A header's value, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// `200`.
    pub status: u16,
    /// `application/json`.
    pub content_type: &'static str,
    /// The answer.
    pub body: Vec<u8>,
}

impl Response {
    /// An answer.
    pub fn new(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, content_type, body: body.into() }
    }
}

/// A server. It ends when it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts it on a free port; connections are served side by side.
    pub fn start(answer: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let answer = Arc::new(answer);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let answer = Arc::clone(&answer);
                // A client that goes away is none of our business.
                std::thread::spawn(move || converse(stream, &|request| Some(answer(request))).ok());
            }
        });
        Self { address, stop, thread: Some(thread) }
    }

    /// `http://127.0.0.1:PORT` and a path that begins with `/`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // It waits for a connection, so it gets one.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// Serves one request on a connection of any kind. Without an answer the connection just ends.
///
/// # Errors
/// The connection's.
pub(crate) fn converse(
    stream: impl Read + Write,
    answer: &dyn Fn(&Request) -> Option<Response>,
) -> std::io::Result<()> {
    let mut input = BufReader::new(stream);
    let Some(mut request) = head(&mut input)? else { return Ok(()) };
    if request.header("expect") == Some("100-continue") {
        input.get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    (&mut input).take(length).read_to_end(&mut request.body)?;
    let Some(Response { status, content_type, body }) = answer(&request) else { return Ok(()) };
    let head = format!(
        "HTTP/1.1 {status} -\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let output = input.get_mut();
    output.write_all(head.as_bytes())?;
    output.write_all(&body)?;
    output.flush()
}

/// Reads a request up to its body; nothing when the connection ends.
///
/// # Errors
/// The connection's.
pub(crate) fn head(input: &mut impl BufRead) -> std::io::Result<Option<Request>> {
    let mut first = String::new();
    input.read_line(&mut first)?;
    let mut words = first.split_whitespace().map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(None) };
    let mut request = Request { method, path, headers: Vec::new(), body: Vec::new() };
    loop {
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 || line.trim().is_empty() {
            return Ok(Some(request));
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}
