//! Signs packages and code directories, by `openssl` and without `rcodesign`.

use flatpkg::signature::Hash;
use flatpkg::xar::{self, Archive, Signable};
use fs_err as fs;

use crate::{FakeApple, Identity, Kind, der};

/// Room for a CMS signature with its time stamp, as Apple's tools leave it.
const CMS_ROOM: u64 = 10_000;

/// How a package is signed.
#[derive(Debug, Clone, Copy)]
pub struct Signing {
    /// By whom.
    pub by: Kind,
    /// With a time stamp.
    pub timestamp: bool,
    /// RSA over the digest's digest, as `rcodesign` does it.
    pub double: bool,
    /// With a ticket.
    pub ticket: bool,
    /// With all certificates up to the root; else with the signer's and the root's.
    pub chain: bool,
}

impl Default for Signing {
    /// As Apple's tools do it.
    fn default() -> Self {
        Self { by: Kind::Installer, timestamp: true, double: false, ticket: true, chain: true }
    }
}

impl FakeApple {
    /// Signs a package.
    pub fn sign_package(&self, unsigned: &[u8], how: Signing) -> Vec<u8> {
        let mut identity = self.identity(how.by).clone();
        if !how.chain {
            identity.issuers.retain(|issuer| issuer == self.root());
        }
        let archive = Archive::from_bytes(unsigned).unwrap();
        let certificates: Vec<_> =
            identity.chain().map(|certificate| xar::Certificate::new(certificate.der.clone())).collect();
        let signable = Signable::new(&archive, &certificates, 256, CMS_ROOM).unwrap();
        let rsa = self.rsa(&identity, signable.digest(), how.double);
        let cms = self.cms(&identity, signable.digest(), how.timestamp);
        let ticket = how.ticket.then(|| ticket(signable.digest()));
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("signed.pkg");
        signable.write(&rsa, &cms, ticket.as_deref(), &out).unwrap();
        fs::read(out).unwrap()
    }

    /// A detached SignedData over some bytes, with a time stamp or without.
    pub fn cms(&self, identity: &Identity, content: &[u8], timestamp: bool) -> Vec<u8> {
        const TIMESTAMP_TOKEN: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0e];
        /// ContentInfo, `[0]`, SignedData, signerInfos: then SignerInfo.
        const SIGNER: usize = 4;
        let dir = tempfile::tempdir().unwrap();
        identity.write(dir.path(), "signer");
        let mut sign = vec!["cms", "-sign", "-binary", "-md", "sha256", "-nosmimecap", "-outform", "DER"];
        sign.extend(["-signer", "signer.pem", "-inkey", "signer.key"]);
        if !identity.issuers.is_empty() {
            sign.extend(["-certfile", "signer-chain.pem"]);
        }
        let cms = self.openssl().run(dir.path(), &sign, content);
        if !timestamp {
            return cms;
        }
        let signer = (0..SIGNER).fold(cms.as_slice(), |value, _| der::last(der::contents(value)));
        let signature = der::contents(der::last(der::contents(signer)));
        let token = self.timestamp_token(&Hash::Sha256.digest(signature));
        let attribute = der::value(0x30, &[&der::value(0x06, &[TIMESTAMP_TOKEN]), &der::value(0x31, &[&token])]);
        der::append(&cms, SIGNER, &der::value(0xa1, &[&attribute]))
    }

    /// An RSA signature over a digest: as it is, or over its digest.
    fn rsa(&self, identity: &Identity, digest: &[u8], double: bool) -> Vec<u8> {
        let dir = tempfile::tempdir().unwrap();
        identity.write(dir.path(), "signer");
        if double {
            return self.openssl().run(dir.path(), &["dgst", "-sha256", "-sign", "signer.key"], digest);
        }
        let hash = match digest.len() {
            20 => "digest:sha1",
            32 => "digest:sha256",
            _ => "digest:sha512",
        };
        self.openssl().run(dir.path(), &["pkeyutl", "-sign", "-inkey", "signer.key", "-pkeyopt", hash], digest)
    }
}

/// What stands for a ticket: how Apple's begin, and what it is for. Apple's are signed, these are not.
pub fn ticket(digest: &[u8]) -> Vec<u8> {
    [b"s8ch", &digest[..20]].concat()
}
