//! Keys and certificates.

use std::path::{Path, PathBuf};

use fs_err as fs;
use tempfile::TempDir;

use crate::openssl::OpenSsl;

/// The team that everybody's certificates are for, but [`IdentityKind::OtherTeam`]'s.
pub const TEAM: &str = "FAKE123456";

/// When a certificate begins and ends, as `openssl ca` wants it.
pub type Validity = &'static [&'static str];

/// From before these tests to after them.
pub const LONG: Validity = &["-startdate", "20200101000000Z", "-enddate", "20400101000000Z"];
pub(crate) const OVER: Validity = &["-startdate", "20150101000000Z", "-enddate", "20200101000000Z"];
pub(crate) const SOON_OVER: Validity = &["-days", "30"];

const CONFIGURATION: &str = include_str!("openssl.cnf");

/// What certificates there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IdentityKind {
    /// Developer ID Installer: signs packages.
    Installer,
    /// Developer ID Application: signs code.
    Application,
    /// An installer's that ended in 2020.
    ExpiredInstaller,
    /// An application's that ended in 2020.
    ExpiredApplication,
    /// An installer's that ends in 30 days.
    ExpiringInstaller,
    /// An application's of another team.
    OtherTeam,
    /// An installer's, from an authority that is not for Developer IDs.
    OtherAuthority,
    /// For code signing, without the marks of a Developer ID.
    Plain,
    /// Its own root, with the marks of an installer's.
    SelfSigned,
    /// A time-stamp authority's.
    Timestamp,
}

impl IdentityKind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Installer,
        Self::Application,
        Self::ExpiredInstaller,
        Self::ExpiredApplication,
        Self::ExpiringInstaller,
        Self::OtherTeam,
        Self::OtherAuthority,
        Self::Plain,
        Self::SelfSigned,
        Self::Timestamp,
    ];
}

/// As Apple names developers.
pub fn subject(what: &str, team: &str) -> String {
    format!("/UID={team}/CN={what}: Example Foundation ({team})/OU={team}/O=Example Foundation/C=US")
}

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Its bytes.
    pub der: Vec<u8>,
    /// The same as PEM text.
    pub pem: String,
}

/// A key with its certificate.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The private key (RSA, 2048 bits) as PEM text.
    pub key: String,
    /// The certificate.
    pub certificate: Certificate,
    /// Who vouches for it, the nearest first, the root last.
    pub issuers: Vec<Certificate>,
}

/// An identity as files.
#[derive(Debug, Clone)]
pub struct Files {
    /// The private key, PEM, readable by its owner only.
    pub key: PathBuf,
    /// The certificate, PEM.
    pub certificate: PathBuf,
    /// Who vouches for it, PEM, the nearest first.
    pub issuers: PathBuf,
}

impl Identity {
    /// The certificate, then who vouches for it.
    pub fn chain(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.certificate).chain(&self.issuers)
    }

    /// Writes it to files in a folder: `NAME.key`, `NAME.pem`, `NAME-chain.pem`.
    pub fn write(&self, dir: &Path, name: &str) -> Files {
        let files = Files {
            key: dir.join(format!("{name}.key")),
            certificate: dir.join(format!("{name}.pem")),
            issuers: dir.join(format!("{name}-chain.pem")),
        };
        private(&files.key, &self.key);
        fs::write(&files.certificate, &self.certificate.pem).unwrap();
        fs::write(&files.issuers, self.issuers.iter().map(|issuer| issuer.pem.as_str()).collect::<String>()).unwrap();
        files
    }

    /// As a PKCS #12 file: with those who vouch for it or without, and encrypted as old programs understand it or as
    /// OpenSSL 3 does by default.
    pub fn p12(&self, openssl: OpenSsl, password: &str, chain: bool, legacy: bool) -> Vec<u8> {
        let dir = tempfile::tempdir().unwrap();
        self.write(dir.path(), "identity");
        let mut arguments = vec!["pkcs12", "-export", "-inkey", "identity.key", "-in", "identity.pem"];
        arguments.extend(["-passout", "stdin"]);
        if chain {
            arguments.extend(["-certfile", "identity-chain.pem"]);
        }
        if legacy {
            arguments.extend(["-legacy"]);
        }
        openssl.run(dir.path(), &arguments, format!("{password}\n").as_bytes())
    }

    /// A new identity that this one vouches for.
    pub(crate) fn issue(&self, openssl: &OpenSsl, subject: &str, section: &str, validity: Validity) -> Self {
        self.issue_weak(*openssl, subject, section, validity, "2048", "sha256")
    }

    /// A new identity with a key of so many bits, which this one vouches for with a digest.
    pub fn issue_weak(
        &self,
        openssl: OpenSsl,
        subject: &str,
        section: &str,
        validity: Validity,
        bits: &str,
        digest: &str,
    ) -> Self {
        let dir = workplace();
        self.write(dir.path(), "issuer");
        let authority = ["-keyfile", "issuer.key", "-cert", "issuer.pem", "-md", digest];
        let (key, certificate) = certify(openssl, dir.path(), subject, &authority, section, validity, bits);
        Self { key, certificate, issuers: self.chain().cloned().collect() }
    }
}

/// A root: nobody vouches for it but itself.
pub(crate) fn root(openssl: &OpenSsl, subject: &str) -> Identity {
    self_signed(openssl, subject, "root")
}

pub(crate) fn self_signed(openssl: &OpenSsl, subject: &str, section: &str) -> Identity {
    let dir = workplace();
    let authority = ["-selfsign", "-keyfile", "subject.key"];
    let (key, certificate) = certify(*openssl, dir.path(), subject, &authority, section, LONG, "2048");
    Identity { key, certificate, issuers: Vec::new() }
}

/// A folder as `openssl ca` needs one.
fn workplace() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("index.txt"), "").unwrap();
    fs::write(dir.path().join("openssl.cnf"), CONFIGURATION).unwrap();
    dir
}

/// Makes a key, and a certificate for it by an authority.
fn certify(
    openssl: OpenSsl,
    dir: &Path,
    subject: &str,
    authority: &[&str],
    section: &str,
    validity: Validity,
    bits: &str,
) -> (String, Certificate) {
    openssl.run(dir, &["genrsa", "-out", "subject.key", bits], b"");
    let request = ["req", "-new", "-config", "openssl.cnf", "-utf8", "-key", "subject.key", "-out", "subject.csr"];
    openssl.run(dir, &[&request[..], &["-subj", subject]].concat(), b"");
    let ca = ["ca", "-batch", "-notext", "-config", "openssl.cnf", "-in", "subject.csr", "-out", "subject.pem"];
    let how = ["-preserveDN", "-extensions", section];
    openssl.run(dir, &[&ca[..], authority, validity, &how].concat(), b"");
    let der = openssl.run(dir, &["x509", "-in", "subject.pem", "-outform", "DER"], b"");
    let read = |name| fs::read_to_string(dir.join(name)).unwrap();
    (read("subject.key"), Certificate { der, pem: read("subject.pem") })
}

/// A file that nobody else can read.
fn private(path: &Path, text: &str) {
    use fs::os::unix::fs::OpenOptionsExt as _;
    use std::io::Write as _;
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// A time-stamp authority's folder: its configuration, key and certificates.
pub(crate) fn timestamp_workplace(authority: &Identity) -> TempDir {
    let dir = workplace();
    authority.write(dir.path(), "tsa");
    fs::write(dir.path().join("tsa-serial"), "01\n").unwrap();
    dir
}
