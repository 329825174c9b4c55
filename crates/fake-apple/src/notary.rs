//! Apple's notary service, the storage it has packages uploaded to, and the service that hands out tickets, behind an HTTPS
//! proxy: a program that is told of the proxy and of its authority talks to this instead of to Apple.
//!
//! The shapes are those of Apple's documentation of the notary API and of what `rcodesign` asks for.

use std::collections::VecDeque;
use std::io::{BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fs_err as fs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::OpenSsl;
use crate::http::{self, Request, Response};

/// The hosts that are Apple's.
const HOSTS: &str = "DNS:appstoreconnect.apple.com,DNS:api.apple-cloudkit.com";

const CONFIGURATION: &str = "[req]
distinguished_name = subject
[subject]
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[server]
subjectAltName = @@
extendedKeyUsage = serverAuth
";

/// What the service does.
#[derive(Debug, Clone)]
pub struct Script {
    /// What it says of a submission, one answer after the other; the last one stays.
    pub statuses: Vec<&'static str>,
    /// What it answers first, before it accepts a submission: status and body.
    pub refusals: Vec<(u16, &'static str)>,
    /// The connection ends in the middle of this many uploads.
    pub cut_uploads: usize,
    /// There is no ticket for this many first questions.
    pub tickets_late: usize,
    /// The log has none.
    pub no_log: bool,
}

impl Script {
    /// It says these, and everything else works.
    pub fn saying(statuses: &[&'static str]) -> Self {
        let statuses = statuses.to_vec();
        Self { statuses, refusals: Vec::new(), cut_uploads: 0, tickets_late: 0, no_log: false }
    }
}

/// What it has seen.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Submissions that were made: their SHA-256.
    pub submissions: Vec<String>,
    /// Sizes of packages that arrived, bytes.
    pub uploads: Vec<usize>,
    /// How often it was asked for the state of a submission.
    pub questions: usize,
    /// Records of tickets that were asked for.
    pub tickets: Vec<String>,
}

/// See the module's text. It ends when it is dropped.
#[derive(Debug)]
pub struct NotaryServer {
    address: SocketAddr,
    dir: TempDir,
    seen: Arc<Mutex<Seen>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl NotaryServer {
    /// Starts it on a free port.
    pub fn start(openssl: OpenSsl, script: Script) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let tls = Arc::new(tls(openssl, dir.path()));
        let key = ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "AuthKey_FAKE.p8"];
        openssl.run(dir.path(), &key, b"");
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (seen, stop) = (Arc::new(Mutex::new(Seen::default())), Arc::new(AtomicBool::new(false)));
        let service = Arc::new(Service { script: Mutex::new(Progress::new(script)), seen: Arc::clone(&seen) });
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let (tls, service) = (Arc::clone(&tls), Arc::clone(&service));
                // A client that goes away is none of our business.
                std::thread::spawn(move || serve(stream, tls, &service).ok());
            }
        });
        Self { address, dir, seen, stop, thread: Some(thread) }
    }

    /// The variables that make a program talk to it instead of to Apple.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let url = format!("http://{}", self.address);
        let authority = self.dir.path().join("authority.pem").to_string_lossy().into_owned();
        vec![
            ("HTTPS_PROXY", url.clone()),
            ("SSL_CERT_FILE", authority),
            ("NO_PROXY", "127.0.0.1".into()),
            ("AWS_ENDPOINT_URL", url),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ]
    }

    /// A key of App Store Connect that it takes: a file.
    pub fn key(&self) -> PathBuf {
        self.dir.path().join("AuthKey_FAKE.p8")
    }

    /// What it has seen so far.
    pub fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for NotaryServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // It waits for a connection, so it gets one.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// An authority that nobody but the test's programs trusts, and a certificate for Apple's hosts.
fn tls(openssl: OpenSsl, dir: &Path) -> rustls::ServerConfig {
    fs::write(dir.join("tls.cnf"), CONFIGURATION.replace("@@", HOSTS)).unwrap();
    let request = ["req", "-config", "tls.cnf", "-newkey", "rsa:2048", "-nodes"];
    let authority = ["-x509", "-extensions", "authority", "-subj", "/CN=Fake web authority", "-days", "30"];
    let files = ["-keyout", "authority.key", "-out", "authority.pem"];
    openssl.run(dir, &[&request[..], &authority, &files].concat(), b"");
    let files = ["-subj", "/CN=fake", "-keyout", "server.key", "-out", "server.csr"];
    openssl.run(dir, &[&request[..], &files].concat(), b"");
    let sign = ["x509", "-req", "-in", "server.csr", "-CA", "authority.pem", "-CAkey", "authority.key", "-days", "30"];
    let how = ["-extfile", "tls.cnf", "-extensions", "server", "-out", "server.pem"];
    openssl.run(dir, &[&sign[..], &how].concat(), b"");
    let certificate = CertificateDer::from_pem_file(dir.join("server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(dir.join("server.key")).unwrap();
    rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap()
}

/// A proxy's connection becomes one to Apple; any other one is to the storage.
fn serve(mut stream: TcpStream, tls: Arc<rustls::ServerConfig>, service: &Service) -> std::io::Result<()> {
    let mut first = [0; 8];
    if stream.peek(&mut first)? < first.len() || &first != b"CONNECT " {
        return http::converse(stream, &|request| service.answer(request));
    }
    http::head(&mut BufReader::new(&stream))?;
    stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n")?;
    let connection = rustls::ServerConnection::new(tls).map_err(std::io::Error::other)?;
    let mut stream = rustls::StreamOwned::new(connection, stream);
    http::converse(&mut stream, &|request| service.answer(request))?;
    stream.conn.send_close_notify();
    stream.flush()
}

/// What is left of a script.
#[derive(Debug)]
struct Progress {
    statuses: VecDeque<&'static str>,
    refusals: VecDeque<(u16, &'static str)>,
    cut_uploads: usize,
    tickets_late: usize,
    no_log: bool,
}

impl Progress {
    fn new(script: Script) -> Self {
        Self {
            statuses: script.statuses.into(),
            refusals: script.refusals.into(),
            cut_uploads: script.cut_uploads,
            tickets_late: script.tickets_late,
            no_log: script.no_log,
        }
    }
}

struct Service {
    script: Mutex<Progress>,
    seen: Arc<Mutex<Seen>>,
}

const API: &str = "/notary/v2/submissions";
const TICKETS: &str = "/database/1/com.apple.gk.ticket-delivery/production/public/records/lookup";

impl Service {
    fn answer(&self, request: &Request) -> Option<Response> {
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let path = request.path.split('?').next().unwrap_or_default();
        let answer = match (request.method.as_str(), path) {
            ("PUT", _) => {
                if script.cut_uploads > 0 {
                    script.cut_uploads -= 1;
                    return None;
                }
                seen.uploads.push(request.body.len());
                Response::new(200, "application/xml", "")
            }
            ("POST", TICKETS) => tickets(&mut script, &mut seen, &request.body),
            (_, path) if path.starts_with("/log/") => answer_json(200, &log(path, script.statuses.front().copied())),
            (_, path) if path.starts_with(API) && !authorized(request) => {
                answer_json(401, &json!({ "errors": [{ "status": "401", "code": "NOT_AUTHORIZED" }] }))
            }
            ("POST", API) => {
                if let Some((status, body)) = script.refusals.pop_front() {
                    return Some(Response::new(status, "application/json", body));
                }
                let asked: Value = serde_json::from_slice(&request.body).unwrap();
                seen.submissions.push(asked["sha256"].as_str().unwrap().to_owned());
                answer_json(200, &submission(seen.submissions.len()))
            }
            ("GET", path) => self.state(path, &mut script, &mut seen),
            _ => Response::new(404, "text/plain", ""),
        };
        Some(answer)
    }

    fn state(&self, path: &str, script: &mut Progress, seen: &mut Seen) -> Response {
        let mut parts = path.trim_start_matches(API).trim_start_matches('/').split('/');
        let id = parts.next().unwrap_or_default();
        if !(1..=seen.submissions.len()).any(|number| self::id(number) == id) {
            return answer_json(404, &json!({ "errors": [{ "status": "404", "code": "NOT_FOUND" }] }));
        }
        if parts.next() == Some("logs") {
            if script.no_log {
                return answer_json(500, &json!({ "errors": [{ "status": "500" }] }));
            }
            let url = format!("https://appstoreconnect.apple.com/log/{id}");
            let attributes = json!({ "developerLogUrl": url });
            return answer_json(
                200,
                &json!({ "data": { "attributes": attributes, "id": id, "type": "submissionsLog" }, "meta": {} }),
            );
        }
        seen.questions += 1;
        let status = match script.statuses.len() {
            0 | 1 => script.statuses.front().copied().unwrap_or("In Progress"),
            _ => script.statuses.pop_front().unwrap_or_default(),
        };
        if status == "500" {
            return answer_json(500, &json!({ "errors": [{ "status": "500" }] }));
        }
        let attributes = json!({ "createdDate": "2026-01-01T00:00:00.000Z", "name": "x.pkg", "status": status });
        answer_json(200, &json!({ "data": { "attributes": attributes, "id": id, "type": "submissions" }, "meta": {} }))
    }
}

fn authorized(request: &Request) -> bool {
    let token = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    token.is_some_and(|token| token.split('.').count() == 3)
}

fn answer_json(status: u16, value: &Value) -> Response {
    Response::new(status, "application/json", value.to_string())
}

/// The number of a submission.
fn id(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

fn submission(number: usize) -> Value {
    let attributes = json!({
        "awsAccessKeyId": "FAKEKEY", "awsSecretAccessKey": "fake", "awsSessionToken": "fake",
        "bucket": "fake-bucket", "object": format!("prod/{}", id(number)),
    });
    json!({ "data": { "attributes": attributes, "id": id(number), "type": "newSubmissions" }, "meta": {} })
}

fn log(path: &str, status: Option<&str>) -> Value {
    let status = status.unwrap_or("Invalid");
    let issue = json!({
        "severity": "error", "code": null, "path": "x.pkg/Payload/bin/tool", "architecture": "arm64",
        "message": "The binary is not signed.", "docUrl": null,
    });
    let issues = if status == "Accepted" { Value::Null } else { json!([issue]) };
    json!({
        "logFormatVersion": 1, "jobId": path.trim_start_matches("/log/"), "status": status, "issues": issues,
        "statusSummary": "Archive contains critical validation errors", "statusCode": 4000,
        "archiveFilename": "x.pkg", "uploadDate": "2026-01-01T00:00:00.000Z", "sha256": "", "ticketContents": null,
    })
}

/// A ticket names the digest that it is for, and means nothing to anybody.
fn tickets(script: &mut Progress, seen: &mut Seen, body: &[u8]) -> Response {
    let asked: Value = serde_json::from_slice(body).unwrap();
    let records = asked["records"].as_array().unwrap().iter().map(|record| {
        let name = record["recordName"].as_str().unwrap();
        seen.tickets.push(name.to_owned());
        if script.tickets_late > 0 {
            script.tickets_late -= 1;
            return json!({ "recordName": name, "reason": "Record not found", "serverErrorCode": "NOT_FOUND" });
        }
        let digest = name.rsplit('/').next().unwrap_or_default().as_bytes();
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        let ticket = crate::ticket(&digest.chunks(2).map(byte).collect::<Vec<u8>>());
        let event = json!({ "timestamp": 1, "userRecordName": "_fake", "deviceID": "1" });
        json!({
            "recordName": name, "recordType": "DeveloperIDTicket", "recordChangeTag": "1", "deleted": false,
            "created": event, "modified": event,
            "fields": { "signedTicket": { "value": STANDARD.encode(ticket), "type": "BYTES" } },
        })
    });
    let records: Vec<Value> = records.collect();
    answer_json(200, &json!({ "records": records }))
}
