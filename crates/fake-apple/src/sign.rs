//! Signs packages and code directories, by `openssl` and without `rcodesign`.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flatpkg::xar::{self, Archive, Signable};
use fs_err as fs;
use pkgsign::{CmsForm, Hash, RsaForm};

use crate::{Certificate, FakeApple, Identity, IdentityKind, der};

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

/// An RSA signature by a key of 2048 bits.
const RSA_ROOM: u64 = 256;

/// How a package is signed.
#[derive(Debug, Clone, Copy)]
pub struct Signing {
    /// By whom.
    pub by: IdentityKind,
    /// The RSA signature, in one of its forms.
    pub rsa: Option<RsaForm>,
    /// The CMS signature.
    pub cms: Option<Cms>,
    /// With a ticket.
    pub ticket: bool,
    /// With all certificates up to the root; else with the signer's and the root's.
    pub chain: bool,
}

/// How a SignedData is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cms {
    /// Over signed attributes, or over the content itself.
    pub form: CmsForm,
    /// What the content is digested with.
    pub hash: Hash,
    /// With a time stamp over a digest of the signature, made with this.
    pub timestamp: Option<Hash>,
}

impl Default for Cms {
    /// As `rcodesign` and OpenSSL do it.
    fn default() -> Self {
        Self { form: CmsForm::Attributes, hash: Hash::Sha256, timestamp: Some(Hash::Sha256) }
    }
}

impl Cms {
    /// As `productsign` did it from 2015 to 2024.
    pub const APPLE: Self = Self { form: CmsForm::Content, hash: Hash::Sha1, timestamp: Some(Hash::Sha1) };

    /// Without a time stamp.
    #[must_use]
    pub fn unstamped(self) -> Self {
        Self { timestamp: None, ..self }
    }
}

impl Default for Signing {
    fn default() -> Self {
        Self {
            by: IdentityKind::Installer,
            rsa: Some(RsaForm::Digest),
            cms: Some(Cms::default()),
            ticket: true,
            chain: true,
        }
    }
}

impl Signing {
    /// As `rcodesign` does it.
    pub fn rcodesign() -> Self {
        Self { rsa: Some(RsaForm::Sha256OfDigest), ticket: false, ..Self::default() }
    }

    /// As `productsign` did it in 2024: both signatures with SHA-1, CMS without attributes, SHA-1 in the time stamp.
    pub fn productsign() -> Self {
        Self { cms: Some(Cms::APPLE), ticket: false, ..Self::default() }
    }
}

/// What makes bytes of the digest of a table of contents.
pub type Make<'a> = &'a dyn Fn(&[u8]) -> Vec<u8>;

/// What is put into a package, whether it belongs there or not.
#[derive(Clone, Copy)]
pub struct Parts<'a> {
    /// The certificates that the table of contents lists for both signatures.
    pub listed: &'a [Certificate],
    /// The RSA signature.
    pub rsa: Option<Make<'a>>,
    /// The CMS signature.
    pub cms: Option<Make<'a>>,
    /// The ticket.
    pub ticket: Option<Make<'a>>,
}

impl Parts<'_> {
    /// The package with all of that.
    pub fn put_into(&self, unsigned: &[u8]) -> Vec<u8> {
        let archive = Archive::from_bytes(unsigned).unwrap();
        let listed: Vec<_> = self.listed.iter().map(|listed| xar::Certificate::new(listed.der.clone())).collect();
        let (rsa, cms) = (self.rsa.map_or(0, |_| RSA_ROOM), self.cms.map_or(0, |_| CMS_ROOM));
        let signable = Signable::new(&archive, &listed, rsa, cms).unwrap();
        let [rsa, cms, ticket] = [self.rsa, self.cms, self.ticket].map(|make| make.map(|make| make(signable.digest())));
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("signed.pkg");
        signable.write(&rsa.unwrap_or_default(), &cms.unwrap_or_default(), ticket.as_deref(), &out).unwrap();
        fs::read(out).unwrap()
    }
}

impl FakeApple {
    /// Signs a package.
    pub fn sign_package(&self, unsigned: &[u8], how: Signing) -> Vec<u8> {
        let mut identity = self.identity(how.by).clone();
        if !how.chain {
            identity.issuers.retain(|issuer| issuer == self.root());
        }
        let listed: Vec<_> = identity.chain().cloned().collect();
        let rsa = how.rsa.map(|form| move |identity: &Identity, digest: &[u8]| self.rsa(identity, digest, form));
        let cms = how.cms.map(|how| move |identity: &Identity, digest: &[u8]| self.cms(identity, digest, how));
        let rsa = rsa.as_ref().map(|make| |digest: &[u8]| make(&identity, digest));
        let cms = cms.as_ref().map(|make| |digest: &[u8]| make(&identity, digest));
        let parts = Parts {
            listed: &listed,
            rsa: rsa.as_ref().map(|make| make as _),
            cms: cms.as_ref().map(|make| make as _),
            ticket: how.ticket.then_some(&ticket),
        };
        parts.put_into(unsigned)
    }

    /// A detached SignedData over some bytes.
    pub fn cms(&self, identity: &Identity, content: &[u8], how: Cms) -> Vec<u8> {
        let dir = tempfile::tempdir().unwrap();
        identity.write(dir.path(), "signer");
        let mut sign = vec!["cms", "-sign", "-binary", "-md", name(how.hash), "-nosmimecap", "-outform", "DER"];
        sign.extend(["-signer", "signer.pem", "-inkey", "signer.key"]);
        if how.form == CmsForm::Content {
            sign.push("-noattr");
        }
        if !identity.issuers.is_empty() {
            sign.extend(["-certfile", "signer-chain.pem"]);
        }
        let cms = self.openssl().run(dir.path(), &sign, content);
        self.timestamped(cms, how)
    }

    /// A detached SignedData with SHA-1 as `productsign` has made it since 2021: with attributes, an algorithm that names SHA-1, and
    /// indefinite lengths around everything.
    pub fn cms_since_2021(&self, identity: &Identity, content: &[u8]) -> Vec<u8> {
        const RSA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
        const RSA_WITH_SHA1: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05, 0x05, 0x00];
        let how = Cms { form: CmsForm::Attributes, hash: Hash::Sha1, timestamp: Some(Hash::Sha1) };
        let cms = self.cms(identity, content, how.unstamped());
        let signer = (0..SIGNER).fold(cms.as_slice(), |value, _| der::last(der::contents(value)));
        let fields = der::all(der::contents(signer));
        let algorithm = der::value(0x30, &[RSA_WITH_SHA1]);
        let renamed: Vec<_> = fields
            .iter()
            .map(|field| if der::contents(field) == RSA { algorithm.as_slice() } else { *field })
            .collect();
        let cms = self.timestamped(der::replace(&cms, SIGNER, &der::value(0x30, &renamed)), how);
        let indefinite = |tag: u8, contents: &[u8]| [&[tag, 0x80], contents, &[0, 0]].concat();
        let info = der::all(der::contents(&cms));
        let signed_data = indefinite(0x30, der::contents(der::contents(info[1])));
        indefinite(0x30, &[info[0], &indefinite(0xa0, &signed_data)].concat())
    }

    /// A SignedData over the first of some code directories that lists all of them, as Apple's tools make it. Each comes with
    /// what its digest is made with.
    pub fn code_cms(&self, identity: &Identity, directories: &[(Hash, &[u8])], how: Cms) -> Vec<u8> {
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

        let cms = self.cms(identity, directories[0].1, how.unstamped());
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
        let signature =
            self.openssl().run(dir.path(), &["dgst", &format!("-{}", name(how.hash)), "-sign", "signer.key"], &set);
        let (attributes, signature) = (der::value(0xa0, &attributes), der::value(0x04, &[&signature]));
        let signer = der::value(0x30, &[version, issuer, digest, &attributes, algorithm, &signature]);
        let cms = der::replace(&cms, SIGNER, &signer);
        self.timestamped(cms, how)
    }

    /// With the time stamp that is asked for.
    fn timestamped(&self, cms: Vec<u8>, how: Cms) -> Vec<u8> {
        let Some(imprint) = how.timestamp else { return cms };
        let authority = self.identity(IdentityKind::Timestamp);
        Self::stamped(&cms, |signature| self.timestamp_token(authority, imprint, &imprint.digest(signature)))
    }

    /// A SignedData that lists its signer twice.
    pub fn signed_twice(cms: &[u8]) -> Vec<u8> {
        let signer = (0..SIGNER).fold(cms, |value, _| der::last(der::contents(value)));
        der::append(cms, SIGNER - 1, signer)
    }

    /// A SignedData with a time stamp: a token for the value of its signature.
    pub fn stamped(cms: &[u8], token: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
        const TIMESTAMP_TOKEN: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0e];
        let signer = (0..SIGNER).fold(cms, |value, _| der::last(der::contents(value)));
        let signature = der::contents(der::last(der::contents(signer)));
        let token = token(signature);
        let attribute = der::value(0x30, &[&der::value(0x06, &[TIMESTAMP_TOKEN]), &der::value(0x31, &[&token])]);
        der::append(cms, SIGNER, &der::value(0xa1, &[&attribute]))
    }

    /// An RSA signature over a digest: as it is, or over its digest.
    pub fn rsa(&self, identity: &Identity, digest: &[u8], form: RsaForm) -> Vec<u8> {
        let dir = tempfile::tempdir().unwrap();
        identity.write(dir.path(), "signer");
        let sign = |arguments: &[&str]| self.openssl().run(dir.path(), arguments, digest);
        match form {
            RsaForm::Sha1OfDigest => sign(&["dgst", "-sha1", "-sign", "signer.key"]),
            RsaForm::Sha256OfDigest => sign(&["dgst", "-sha256", "-sign", "signer.key"]),
            RsaForm::Digest => {
                let hash = match digest.len() {
                    20 => "digest:sha1",
                    32 => "digest:sha256",
                    _ => "digest:sha512",
                };
                sign(&["pkeyutl", "-sign", "-inkey", "signer.key", "-pkeyopt", hash])
            }
        }
    }
}

/// What `openssl` calls it.
pub(crate) fn name(hash: Hash) -> &'static str {
    match hash {
        Hash::Sha1 => "sha1",
        Hash::Sha256 => "sha256",
        Hash::Sha384 => "sha384",
        Hash::Sha512 => "sha512",
    }
}

/// What stands for a ticket: how Apple's begin, and what it is for. Apple's are signed, these are not.
pub fn ticket(digest: &[u8]) -> Vec<u8> {
    [b"s8ch", &digest[..20]].concat()
}
