//! Signs packages and code directories, by `openssl` and without `rcodesign`.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flatpkg::signature::Hash;
use flatpkg::xar::{self, Archive, Signable};
use fs_err as fs;

use crate::{FakeApple, Identity, Kind, der};

/// Room for a CMS signature with its time stamp, as Apple's tools leave it.
const CMS_ROOM: u64 = 10_000;

/// ContentInfo, `[0]`, SignedData, signerInfos: then SignerInfo.
const SIGNER: usize = 4;

/// The object identifier of a digest (RFC 3279, RFC 5754).
fn oid(hash: Hash) -> &'static [u8] {
    match hash {
        Hash::Sha1 => &[0x2b, 0x0e, 0x03, 0x02, 0x1a],
        Hash::Sha256 => &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01],
        Hash::Sha384 => &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02],
        Hash::Sha512 => &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03],
    }
}

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
        let dir = tempfile::tempdir().unwrap();
        identity.write(dir.path(), "signer");
        let mut sign = vec!["cms", "-sign", "-binary", "-md", "sha256", "-nosmimecap", "-outform", "DER"];
        sign.extend(["-signer", "signer.pem", "-inkey", "signer.key"]);
        if !identity.issuers.is_empty() {
            sign.extend(["-certfile", "signer-chain.pem"]);
        }
        let cms = self.openssl().run(dir.path(), &sign, content);
        if timestamp { self.stamp(&cms) } else { cms }
    }

    /// A SignedData over the first of some code directories that lists all of them, as Apple's tools make it. Each comes with
    /// what its digest is made with.
    pub fn code_cms(&self, identity: &Identity, directories: &[(Hash, &[u8])], timestamp: bool) -> Vec<u8> {
        const PLIST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x63, 0x64, 0x09, 0x01];
        const SET: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x63, 0x64, 0x09, 0x02];
        let attribute =
            |oid: &[u8], values: &[&[u8]]| der::value(0x30, &[&der::value(0x06, &[oid]), &der::value(0x31, values)]);
        let digests: Vec<_> = directories.iter().map(|(hash, bytes)| (hash, hash.digest(bytes))).collect();
        let data = digests.iter().map(|(_, digest)| format!("<data>{}</data>", BASE64_STANDARD.encode(&digest[..20])));
        let plist = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n<dict><key>cdhashes</key><array>{}</array></dict>\n</plist>\n",
            data.collect::<String>()
        );
        let named = digests
            .iter()
            .map(|(hash, digest)| der::value(0x30, &[&der::value(0x06, &[oid(**hash)]), &der::value(0x04, &[digest])]));
        let named: Vec<_> = named.collect();
        let named: Vec<_> = named.iter().map(Vec::as_slice).collect();
        let lists = [attribute(SET, &named), attribute(PLIST, &[&der::value(0x04, &[plist.as_bytes()])])];

        let cms = self.cms(identity, directories[0].1, false);
        let signer = (0..SIGNER).fold(cms.as_slice(), |value, _| der::last(der::contents(value)));
        let fields = der::all(der::contents(signer));
        let [version, issuer, digest, attributes, algorithm, _signature] = fields.as_slice() else {
            panic!("a SignerInfo of six fields")
        };
        let mut attributes = der::all(der::contents(attributes));
        attributes.extend(lists.iter().map(Vec::as_slice));
        attributes.sort_unstable();
        let dir = tempfile::tempdir().unwrap();
        identity.write(dir.path(), "signer");
        // Signed as the SET that it is, and not with the tag that it has.
        let set = der::value(0x31, &attributes);
        let signature = self.openssl().run(dir.path(), &["dgst", "-sha256", "-sign", "signer.key"], &set);
        let (attributes, signature) = (der::value(0xa0, &attributes), der::value(0x04, &[&signature]));
        let signer = der::value(0x30, &[version, issuer, digest, &attributes, algorithm, &signature]);
        let cms = der::replace(&cms, SIGNER, &signer);
        if timestamp { self.stamp(&cms) } else { cms }
    }

    /// Adds a time stamp to a SignedData.
    fn stamp(&self, cms: &[u8]) -> Vec<u8> {
        const TIMESTAMP_TOKEN: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0e];
        let signer = (0..SIGNER).fold(cms, |value, _| der::last(der::contents(value)));
        let signature = der::contents(der::last(der::contents(signer)));
        let token = self.timestamp_token(&Hash::Sha256.digest(signature));
        let attribute = der::value(0x30, &[&der::value(0x06, &[TIMESTAMP_TOKEN]), &der::value(0x31, &[&token])]);
        der::append(cms, SIGNER, &der::value(0xa1, &[&attribute]))
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
