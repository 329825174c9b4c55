#![doc = include_str!("../README.md")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test instrument may panic")]

mod der;
pub mod http;
mod identity;
mod notary;
mod openssl;
mod sign;
mod timestamp;

use std::sync::OnceLock;

pub use identity::{Certificate, Files, Identity, IdentityKind, LONG, TEAM, Validity, subject};
pub use notary::{NotaryServer, Script, Seen};
pub use openssl::OpenSsl;
pub use sign::{Cms, Make, Parts, Signing, ticket};
pub use timestamp::{Behaviour, TimestampServer};

/// The authorities of a company that isn't Apple.
#[derive(Debug)]
pub struct FakeApple {
    openssl: OpenSsl,
    root: Identity,
    developer_id: OnceLock<Identity>,
    timestamping: OnceLock<Identity>,
    leaves: [OnceLock<Identity>; IdentityKind::ALL.len()],
}

impl FakeApple {
    /// The one of this process. Nothing, and a line that says so, when there is no `openssl` to make it.
    pub fn get() -> Option<&'static Self> {
        static FAKE: OnceLock<Option<FakeApple>> = OnceLock::new();
        let fake = FAKE.get_or_init(|| OpenSsl::find().map(Self::new));
        if fake.is_none() {
            oracle::missing("openssl is not installed");
        }
        fake.as_ref()
    }

    fn new(openssl: OpenSsl) -> Self {
        let root = identity::root(&openssl, "/C=US/O=Fake Apple Inc./OU=Fake Apple Authority/CN=Fake Apple Root CA");
        Self {
            openssl,
            root,
            developer_id: OnceLock::new(),
            timestamping: OnceLock::new(),
            leaves: std::array::from_fn(|_| OnceLock::new()),
        }
    }

    /// The `openssl` program.
    pub fn openssl(&self) -> &OpenSsl {
        &self.openssl
    }

    /// The certificate to trust instead of Apple's.
    pub fn root(&self) -> &Certificate {
        &self.root.certificate
    }

    /// A key, its certificate, and the certificates of those who vouch for it, made when it is first asked for.
    pub fn identity(&self, kind: IdentityKind) -> &Identity {
        self.leaves[kind as usize].get_or_init(|| self.make(kind))
    }

    fn make(&self, kind: IdentityKind) -> Identity {
        let openssl = &self.openssl;
        let installer = subject("Developer ID Installer", TEAM);
        let application = subject("Developer ID Application", TEAM);
        let issue = |subject: &str, section, validity| self.developer_id().issue(openssl, subject, section, validity);
        match kind {
            IdentityKind::Installer => issue(&installer, "installer", LONG),
            IdentityKind::Application => issue(&application, "application", LONG),
            IdentityKind::ExpiredInstaller => issue(&installer, "installer", identity::OVER),
            IdentityKind::ExpiredApplication => issue(&application, "application", identity::OVER),
            IdentityKind::ExpiringInstaller => issue(&installer, "installer", identity::SOON_OVER),
            IdentityKind::OtherTeam => issue(&subject("Developer ID Application", "OTHER12345"), "application", LONG),
            IdentityKind::OtherAuthority => {
                let name = "/CN=Fake Worldwide Developer Relations Certification Authority/O=Fake Apple Inc./C=US";
                let authority = self.root.issue(openssl, name, "other-authority", LONG);
                authority.issue(openssl, &installer, "installer", LONG)
            }
            IdentityKind::Plain => issue(&subject("Apple Development", TEAM), "plain", LONG),
            IdentityKind::SelfSigned => identity::self_signed(openssl, &installer, "installer"),
            IdentityKind::Timestamp => {
                let name = "/CN=Timestamp Signer FAKE1/O=Fake Apple Inc./C=US";
                self.timestamping().issue(openssl, name, "timestamp", LONG)
            }
        }
    }

    /// An identity of the installer's name that an authority vouches for, with the extensions of a section of `openssl.cnf`.
    pub fn issue(&self, authority: &Identity, section: &str) -> Identity {
        authority.issue(&self.openssl, &subject("Developer ID Installer", TEAM), section, LONG)
    }

    /// An authority that the root vouches for, with the extensions of a section of `openssl.cnf`.
    pub fn authority(&self, section: &str) -> Identity {
        let subject = "/CN=Fake Developer ID Certification Authority/OU=G3/O=Fake Apple Inc./C=US";
        self.root.issue(&self.openssl, subject, section, LONG)
    }

    /// A root that looks like ours in everything but its key, and its authorities: what anybody can make.
    pub fn impostor(&self) -> Self {
        Self::new(self.openssl)
    }

    /// The authority of Developer IDs.
    pub fn developer_id(&self) -> &Identity {
        self.developer_id.get_or_init(|| {
            let subject = "/CN=Fake Developer ID Certification Authority/OU=G2/O=Fake Apple Inc./C=US";
            self.root.issue(&self.openssl, subject, "developer-id", identity::LONG)
        })
    }

    /// Who vouches for time-stamp authorities.
    fn timestamping(&self) -> &Identity {
        self.timestamping.get_or_init(|| {
            let subject = "/CN=Fake Timestamp Certification Authority/O=Fake Apple Inc./C=US";
            self.root.issue(&self.openssl, subject, "timestamp-authority", identity::LONG)
        })
    }
}
