//! Upstream's own addresses. The only file that names the HTTP client.

use std::io::{self, Read, Seek};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Error, anyhow};
use ureq::http::{HeaderValue, Response, StatusCode, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{RequestBuilder, SendBody};

use super::pace::{Limits, Pace};
use super::part::PartialFile;
use super::refusal::{Denial, LONGEST_REASON, Refusal};
use crate::hint::innermost;
use crate::ui::Ui;

/// How often a server that answers is asked for the same file.
const TRIES: u32 = 4;

/// What is longer is sent when the server has seen its size and who sends it: it may say no to either.
const ASKED_FIRST: u64 = 1 << 20;

/// Asks servers. Proxies are those of the usual variables: `https_proxy`, `no_proxy` and so on. Who vouches for a server
/// is the machine's decision (`SSL_CERT_FILE` and `SSL_CERT_DIR` too): a company's proxy has an authority of its own.
pub struct Client {
    agent: ureq::Agent,
    /// Shown to nobody but the server, and not to one that it sends us to.
    authorization: Option<HeaderValue>,
    pause: Duration,
    limits: Limits,
    clock: Box<dyn Fn() -> Duration + Send + Sync>,
    /// Whether the user knows already that something does not answer.
    told: AtomicBool,
}

/// A request, and how fast its answer comes.
struct Transfer<'a> {
    ui: &'a Ui,
    url: &'a str,
    /// Bytes; 0 when it is not known.
    size: u64,
    pace: Pace,
}

/// What is sent, and how fast it goes.
struct Outgoing<'a, R, F> {
    contents: R,
    pace: Pace,
    clock: &'a (dyn Fn() -> Duration + Send + Sync),
    went: F,
}

/// Why one request did not bring the rest of the file.
enum Fault {
    /// It may work the next time.
    Passing(Error),
    /// It won't.
    Final(Error),
    /// The server is not to blame: the file can't be written.
    Local(Error),
}

impl Client {
    /// `pause` is how long it waits before the second try; before later ones longer.
    pub fn new(pause: Duration) -> Self {
        let began = Instant::now();
        Self::with(pause, Limits::default(), move || began.elapsed())
    }

    /// With other limits, and a clock that only goes forward.
    pub fn with(pause: Duration, limits: Limits, clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = ureq::Agent::config_builder()
            .tls_config(tls)
            .timeout_connect(Some(limits.connect))
            .timeout_recv_response(Some(limits.answer))
            .timeout_per_read(Some(limits.window))
            .timeout_per_write(Some(limits.window))
            .http_status_as_error(false);
        Self {
            agent: config.build().into(),
            authorization: None,
            pause,
            limits,
            clock: Box::new(clock),
            told: AtomicBool::new(false),
        }
    }

    /// Downloads what is missing of a file of a size, or of any when that is 0: then the server says it. Passing faults are
    /// tried again, where they happened; what came stays in the part, for whoever is asked next.
    ///
    /// # Errors
    /// When the server can't be reached, says no, is too slow, or has a file of another size; or when the part can't be
    /// written.
    pub fn download(&self, ui: &Ui, url: &str, size: u64, part: &mut PartialFile) -> Result<(), Refusal> {
        let mut tries = 1;
        let mut transfer = Transfer { ui, url, size, pace: Pace::new(self.limits, (self.clock)()) };
        loop {
            match self.request(&mut transfer, part) {
                Ok(()) => return Ok(()),
                Err(Fault::Passing(error)) if tries < TRIES => {
                    // Once for all files: without a network none of them comes.
                    if !self.told.swap(true, Ordering::Relaxed) {
                        let host = url.split('/').nth(2).unwrap_or(url);
                        ui.say(format_args!("  {host}: {}; trying again", innermost(&error)));
                    }
                    std::thread::sleep(self.pause * tries);
                    tries += 1;
                }
                Err(Fault::Passing(error) | Fault::Final(error)) => return Err(Refusal::Absent(error)),
                Err(Fault::Local(error)) => return Err(Refusal::Local(error)),
            }
        }
    }

    /// A text that a server has, of at most so many bytes; nothing when the server has none.
    ///
    /// # Errors
    /// When it can't be reached, says no, or the text is longer.
    pub fn text(&self, url: &str, limit: u64) -> anyhow::Result<Option<String>> {
        let request = self.agent.get(url).config().timeout_global(Some(self.limits.whole)).build();
        let mut response = self.authorized(request).call()?;
        if response.status() == StatusCode::OK {
            return Ok(Some(response.body_mut().with_config().limit(limit).read_to_string()?));
        }
        let denial = denial(response);
        if denial.is_absence() { Ok(None) } else { Err(denial.into()) }
    }

    /// The size of a file that a server has, bytes; nothing when it has none, or doesn't say.
    ///
    /// # Errors
    /// When it can't be reached, or says no.
    pub fn size(&self, url: &str) -> anyhow::Result<Option<u64>> {
        let request = self.agent.head(url).config().timeout_global(Some(self.limits.whole)).build();
        let response = self.authorized(request).call()?;
        if response.status() == StatusCode::OK {
            let length = response.headers().get(header::CONTENT_LENGTH);
            return Ok(length.and_then(|length| length.to_str().ok()?.trim().parse().ok()));
        }
        let denial = denial(response);
        if denial.is_absence() { Ok(None) } else { Err(denial.into()) }
    }

    /// Puts a file where a server keeps it. Passing faults are tried again, from its beginning.
    ///
    /// # Errors
    /// When the server can't be reached, says no, or is too slow; or when the contents can't be read.
    pub fn upload(&self, ui: &Ui, url: &str, size: u64, contents: &mut (impl Read + Seek)) -> anyhow::Result<()> {
        let mut tries = 1;
        let pace = Pace::new(self.limits, (self.clock)());
        loop {
            contents.rewind()?;
            match self.send(ui, url, size, contents, pace) {
                Ok(()) => return Ok(()),
                Err(Fault::Passing(_)) if tries < TRIES => {
                    std::thread::sleep(self.pause * tries);
                    tries += 1;
                }
                Err(Fault::Passing(error) | Fault::Final(error) | Fault::Local(error)) => return Err(error),
            }
        }
    }

    fn send(&self, ui: &Ui, url: &str, size: u64, contents: &mut impl Read, mut pace: Pace) -> Result<(), Fault> {
        let left = pace.left((self.clock)()).map_err(too_slow)?;
        let mut request = self.authorized(self.agent.put(url)).header(header::CONTENT_TYPE, "application/octet-stream");
        request = request.header(header::CONTENT_LENGTH, size);
        if size > ASKED_FIRST {
            request = request.header(header::EXPECT, "100-continue");
        }
        let config = request.config().timeout_global(Some(left)).timeout_recv_response(Some(self.limits.stored));
        pace.begin((self.clock)());
        let bar = ui.bar("upload", size);
        let mut outgoing = Outgoing { contents, pace, clock: &*self.clock, went: |bytes| bar.inc(bytes) };
        let answer = config.build().send(SendBody::from_reader(&mut outgoing));
        bar.finish_and_clear();
        let response = answer.map_err(unanswered)?;
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        Err(denied(status, denial(response)))
    }

    /// Says who we are to the servers that are asked.
    #[must_use]
    pub fn with_authorization(self, value: &str) -> Option<Self> {
        let mut value = HeaderValue::from_str(value).ok()?;
        value.set_sensitive(true);
        Some(Self { authorization: Some(value), ..self })
    }

    fn authorized<B>(&self, request: RequestBuilder<B>) -> RequestBuilder<B> {
        match &self.authorization {
            Some(value) => request.header(header::AUTHORIZATION, value),
            None => request,
        }
    }

    /// Why a server can't be reached; nothing when it answers.
    pub fn unreachable(&self, url: &str) -> Option<Error> {
        self.agent.head(url).call().err().map(Error::from)
    }

    fn request(&self, transfer: &mut Transfer<'_>, part: &mut PartialFile) -> Result<(), Fault> {
        let size = transfer.size;
        if size > 0 && part.len() > size {
            part.restart().map_err(Fault::Local)?;
        }
        if size > 0 && part.len() == size {
            return Ok(());
        }
        // What a server packs for the journey, some clients unpack, and the digest is of neither.
        let mut request = self.authorized(self.agent.get(transfer.url)).header(header::ACCEPT_ENCODING, "identity");
        // The answer's head may come slowly, too, and so may the handshake.
        let left = transfer.pace.left((self.clock)()).map_err(too_slow)?;
        request = request.config().timeout_global(Some(left)).build();
        if !part.is_empty() {
            request = request.header(header::RANGE, format!("bytes={}-", part.len()));
        }
        let response = accept(request.call().map_err(unanswered)?, part)?;
        let told = response.body().content_length().map(|length| part.len().saturating_add(length));
        match (told, size) {
            (None, 0) => Err(Fault::Final(anyhow!("doesn't say how long the file is"))),
            (Some(told), 0) => self.receive(transfer, response, told, part),
            (Some(told), _) if told != size => Err(Fault::Final(anyhow!("has {told} bytes, not {size}"))),
            _ => self.receive(transfer, response, size, part),
        }
    }

    fn receive(
        &self,
        transfer: &mut Transfer<'_>,
        response: Response<ureq::Body>,
        size: u64,
        part: &mut PartialFile,
    ) -> Result<(), Fault> {
        let bar = transfer.ui.bar("download", size);
        bar.set_position(part.len());
        let mut body = response.into_body().into_reader();
        let mut buffer = vec![0; 1 << 16];
        transfer.pace.begin((self.clock)());
        let received = loop {
            match body.read(&mut buffer) {
                Ok(0) => break Ok(()),
                Ok(n) => {
                    if part.len() + n as u64 > size {
                        break Err(Fault::Final(anyhow!("is larger than the {size} bytes expected")));
                    }
                    if let Err(error) = part.append(buffer.get(..n).unwrap_or_default()) {
                        break Err(Fault::Local(error));
                    }
                    bar.set_position(part.len());
                    if let Err(said) = transfer.pace.came(n as u64, (self.clock)())
                        && part.len() < size
                    {
                        break Err(too_slow(said));
                    }
                }
                Err(error) if took_too_long(&error) => break Err(Fault::Final(error.into())),
                Err(error) => break Err(Fault::Passing(error.into())),
            }
        };
        bar.finish_and_clear();
        match received {
            Ok(()) | Err(Fault::Passing(_)) if part.len() < size => {
                Err(Fault::Passing(anyhow!("the download broke off at byte {} of {size}", part.len())))
            }
            received => received,
        }
    }
}

/// Whether nothing came for as long as a server may be silent.
fn took_too_long(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    error.kind() == io::ErrorKind::TimedOut || matches!(inner, Some(ureq::Error::Timeout(_)))
}

/// Asking again would not help: another provider is faster.
fn too_slow(said: String) -> Fault {
    Fault::Final(anyhow!("{said}"))
}

/// Makes the part end where the server's answer begins.
fn accept(response: Response<ureq::Body>, part: &mut PartialFile) -> Result<Response<ureq::Body>, Fault> {
    let status = response.status();
    match status {
        StatusCode::PARTIAL_CONTENT if begins_at(&response) == Some(part.len()) => Ok(response),
        // It doesn't know ranges: all of it comes again.
        StatusCode::OK => part.restart().map_err(Fault::Local).map(|()| response),
        StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
            let at = part.len();
            part.restart().map_err(Fault::Local)?;
            Err(Fault::Passing(anyhow!("the server can't go on at byte {at}")))
        }
        _ => Err(denied(status, denial(response))),
    }
}

/// Whether it helps to ask again.
fn denied(status: StatusCode, denial: Denial) -> Fault {
    let busy = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS].contains(&status);
    if busy || status.is_server_error() { Fault::Passing(denial.into()) } else { Fault::Final(denial.into()) }
}

/// What a server says instead. What can't be read of it was not said.
fn denial(response: Response<ureq::Body>) -> Denial {
    let status = response.status();
    let mut text = Vec::new();
    _ = response.into_body().into_reader().take(LONGEST_REASON).read_to_end(&mut text);
    Denial::new(status.as_u16(), status.to_string(), &String::from_utf8_lossy(&text))
}

impl<R: Read, F: FnMut(u64)> Read for Outgoing<'_, R, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.contents.read(buffer)?;
        self.pace.went(count as u64, (self.clock)()).map_err(|said| io::Error::new(io::ErrorKind::TimedOut, said))?;
        (self.went)(count as u64);
        Ok(count)
    }
}

/// The first byte's place in the file: 100 in `bytes 100-199/200`.
fn begins_at(response: &Response<ureq::Body>) -> Option<u64> {
    let range = response.headers().get(header::CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split_once('-')?.0.trim().parse().ok()
}

/// A server that can't be reached now is not asked again: another provider may be nearer.
fn unanswered(error: ureq::Error) -> Fault {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    let broke_off = |kind| matches!(kind, BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof);
    match error {
        ureq::Error::Io(error) if broke_off(error.kind()) => Fault::Passing(error.into()),
        error => Fault::Final(error.into()),
    }
}
