//! Signing as nobody should.

use fake_apple::{Certificate, Cms, FakeApple, Identity, IdentityKind, Parts, ticket};
use pkgsign::{Hash, RsaForm};

/// Makes a signature of a digest.
pub type SignDigest<'a> = dyn Fn(&[u8]) -> Vec<u8> + 'a;

/// How somebody signs, when not like everybody.
pub struct Odd<'a> {
    pub fake: &'a FakeApple,
    pub by: Identity,
    pub listed: Option<Vec<Certificate>>,
    pub authority: Identity,
}

impl<'a> Odd<'a> {
    pub fn by(fake: &'a FakeApple, by: Identity) -> Self {
        Self { fake, by, listed: None, authority: fake.identity(IdentityKind::Timestamp).clone() }
    }

    pub fn listing(self, listed: impl IntoIterator<Item = Certificate>) -> Self {
        Self { listed: Some(listed.into_iter().collect()), ..self }
    }

    pub fn stamped_by(self, authority: Identity) -> Self {
        Self { authority, ..self }
    }

    pub fn good_cms(&self, digest: &[u8]) -> Vec<u8> {
        let cms = self.fake.cms(&self.by, digest, Cms::default().unstamped());
        let token = |signature: &[u8]| {
            self.fake.timestamp_token(&self.authority, Hash::Sha256, &Hash::Sha256.digest(signature))
        };
        FakeApple::stamped(&cms, token)
    }

    /// The package, with a signature of another making.
    pub fn with(&self, rsa: Option<&SignDigest>, cms: Option<&SignDigest>, unsigned: &[u8]) -> Vec<u8> {
        let listed = self.listed.clone().unwrap_or_else(|| self.by.chain().cloned().collect());
        let good_rsa = |digest: &[u8]| self.fake.rsa(&self.by, digest, RsaForm::Digest);
        let good_cms = |digest: &[u8]| self.good_cms(digest);
        let parts = Parts {
            listed: &listed,
            rsa: Some(rsa.unwrap_or(&good_rsa)),
            cms: Some(cms.unwrap_or(&good_cms)),
            ticket: Some(&ticket),
        };
        parts.put_into(unsigned)
    }

    pub fn package(&self, unsigned: &[u8]) -> Vec<u8> {
        self.with(None, None, unsigned)
    }
}

/// The value of an argument of `openssl`, run in a folder with the signer's key and certificates.
pub fn openssl(fake: &FakeApple, by: &Identity, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    by.write(dir.path(), "signer");
    fake.openssl().run(dir.path(), arguments, input)
}

/// A SignedData as if it had never had signed attributes: what they sign would be a content of its own.
pub fn stripped(cms: &[u8]) -> Vec<u8> {
    fn values(mut bytes: &[u8]) -> Vec<&[u8]> {
        let mut values = Vec::new();
        while !bytes.is_empty() {
            let (value, rest) = bytes.split_at(extent(bytes).1);
            values.push(value);
            bytes = rest;
        }
        values
    }
    fn extent(bytes: &[u8]) -> (usize, usize) {
        let first = usize::from(bytes[1]);
        if first < 0x80 {
            return (2, 2 + first);
        }
        let start = 2 + (first & 0x7f);
        (start, start + bytes[2..start].iter().fold(0, |length, digit| length << 8 | usize::from(*digit)))
    }
    fn value(tag: u8, contents: &[u8]) -> Vec<u8> {
        let length = u32::try_from(contents.len()).unwrap().to_be_bytes();
        let digits: Vec<u8> = length.into_iter().skip_while(|digit| *digit == 0).collect();
        match digits[..] {
            [short] if short < 0x80 => [&[tag, short], contents].concat(),
            _ => [&[tag, 0x80 + digits.len() as u8], &digits[..], contents].concat(),
        }
    }
    /// Down through the last value of each level to the SignerInfo, which loses its `[0]`.
    fn without(bytes: &[u8], levels: usize) -> Vec<u8> {
        let (start, end) = extent(bytes);
        let mut parts: Vec<Vec<u8>> = values(&bytes[start..end]).into_iter().map(<[u8]>::to_vec).collect();
        if levels == 0 {
            parts.retain(|part| part[0] != 0xa0);
        } else {
            let last = parts.pop().unwrap();
            parts.push(without(&last, levels - 1));
        }
        value(bytes[0], &parts.concat())
    }
    let stripped = without(cms, 4);
    assert!(stripped.len() < cms.len());
    stripped
}
