//! A time-stamp authority (RFC 3161), made of `openssl ts`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fs_err as fs;
use pkgsign::Hash;

use crate::http::{Response, Server};
use crate::{FakeApple, Identity, IdentityKind, identity, sign};

impl FakeApple {
    /// Answers a time-stamp request: the reply's bytes, with the time of this machine's clock.
    pub fn timestamp_reply(&self, authority: &Identity, query: &[u8]) -> Vec<u8> {
        let dir = identity::timestamp_workplace(authority);
        fs::write(dir.path().join("query"), query).unwrap();
        let reply = ["ts", "-reply", "-config", "openssl.cnf", "-section", "tsa", "-queryfile", "query"];
        self.openssl().run(dir.path(), &reply, b"")
    }

    /// A time-stamp token over a digest: what becomes part of a signature.
    pub fn timestamp_token(&self, authority: &Identity, hash: Hash, digest: &[u8]) -> Vec<u8> {
        let dir = tempfile::tempdir().unwrap();
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let hash = format!("-{}", sign::name(hash));
        let query = self.openssl().run(dir.path(), &["ts", "-query", &hash, "-cert", "-digest", &digest], b"");
        fs::write(dir.path().join("reply"), self.timestamp_reply(authority, &query)).unwrap();
        self.openssl().run(dir.path(), &["ts", "-reply", "-in", "reply", "-token_out"], b"")
    }
}

/// How the server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// It gives a time stamp.
    Good,
    /// It answers with status 500.
    Failing,
    /// It answers with status 200 and bytes that are no time stamp.
    Garbage,
    /// The first answers are status 500, so many; then it gives time stamps.
    FailingFirst(usize),
}

/// A time-stamp server on the loopback. It ends when it is dropped.
#[derive(Debug)]
pub struct TimestampServer {
    server: Server,
    requests: Arc<AtomicUsize>,
}

impl TimestampServer {
    /// Starts it.
    pub fn start(fake: &'static FakeApple, behaviour: Behaviour) -> Self {
        let requests = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&requests);
        let server = Server::start(move |request| {
            let before = count.fetch_add(1, Ordering::SeqCst);
            let failing = match behaviour {
                Behaviour::Failing => true,
                Behaviour::FailingFirst(number) => before < number,
                Behaviour::Good | Behaviour::Garbage => false,
            };
            if failing {
                return Response::new(500, "text/plain", "out of order");
            }
            let body = match behaviour {
                Behaviour::Garbage => b"no time stamp".to_vec(),
                _ => fake.timestamp_reply(fake.identity(IdentityKind::Timestamp), &request.body),
            };
            Response::new(200, "application/timestamp-reply", body)
        });
        Self { server, requests }
    }

    /// Where it is: `http://127.0.0.1:PORT/`.
    pub fn url(&self) -> String {
        self.server.url("/")
    }

    /// How many requests there were.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}
