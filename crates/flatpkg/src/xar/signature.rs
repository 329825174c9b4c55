//! Signatures as the table of contents names them: where they lie in the heap, and the certificates that go with them.
//!
//! Nothing here decides whether a signature is good: that is the business of the crate `pkgsign`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use x509_cert::der::{Decode as _, Encode as _};

use super::XarError;
use crate::xml::Element;

/// One `<signature>` or `<x-signature>`.
///
/// Apple writes two: `RSA` (the TOC digest in PKCS #1 v1.5, since 10.5) and `CMS` (a detached SignedData over the digest's
/// bytes with a time stamp; a ticket can be stapled only to a package that has it).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signature {
    /// Whether it was in the `<x-signature>` element, the one for everything newer than RSA.
    pub extended: bool,
    /// `RSA` or `CMS`.
    pub style: String,
    /// Bytes from the start of the heap.
    pub offset: u64,
    /// Bytes reserved for it; a shorter DER value is padded with zeros.
    pub size: u64,
    /// The signer's certificate first, then those that vouch for it.
    pub certificates: Vec<Certificate>,
}

/// A certificate, as its DER bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Named")]
pub struct Certificate {
    der: Vec<u8>,
}

/// How a certificate shows in JSON.
#[derive(Serialize)]
struct Named {
    subject: Option<String>,
    sha256: String,
}

impl From<Certificate> for Named {
    fn from(certificate: Certificate) -> Self {
        Self { subject: certificate.subject(), sha256: certificate.fingerprint() }
    }
}

impl Certificate {
    /// One with these DER bytes, which are not checked.
    #[must_use]
    pub fn new(der: Vec<u8>) -> Self {
        Self { der }
    }

    /// The DER bytes as they are in the package, not checked.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Who it is for, as RFC 4514 text (`CN=…,OU=…`), if the bytes are a certificate.
    #[must_use]
    pub fn subject(&self) -> Option<String> {
        Some(self.parse()?.tbs_certificate.subject.to_string())
    }

    /// Who vouches for it, as RFC 4514 text.
    #[must_use]
    pub fn issuer(&self) -> Option<String> {
        Some(self.parse()?.tbs_certificate.issuer.to_string())
    }

    /// The common name of the subject: `Developer ID Installer: Somebody (TEAMID)`.
    #[must_use]
    pub fn common_name(&self) -> Option<String> {
        const COMMON_NAME: &str = "2.5.4.3";
        let certificate = self.parse()?;
        let attributes = certificate.tbs_certificate.subject.0.iter().flat_map(|set| set.0.iter());
        attributes
            .filter(|attribute| attribute.oid.to_string() == COMMON_NAME)
            .find_map(|attribute| String::from_utf8(attribute.value.value().to_vec()).ok())
    }

    /// SHA-256 of the DER bytes, in lower-case hexadecimal: the certificate's fingerprint.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        use sha2::Digest as _;
        hex::encode(sha2::Sha256::digest(&self.der))
    }

    fn parse(&self) -> Option<x509_cert::Certificate> {
        let certificate = x509_cert::Certificate::from_der(&self.der).ok()?;
        // A certificate that does not encode to itself is not DER, and its subject is somebody's trick.
        (certificate.to_der().ok()? == self.der).then_some(certificate)
    }
}

impl Signature {
    pub(super) fn from_element(element: &Element) -> Result<Self, XarError> {
        let place = || format!("<{}>", element.name);
        let number = |name: &'static str| super::values::number(element, name, &place());
        let certificates = element
            .children_named("KeyInfo")
            .flat_map(|info| info.children_named("X509Data"))
            .flat_map(|data| data.children_named("X509Certificate"))
            .map(|certificate| {
                let text: String = certificate.text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
                STANDARD.decode(text).map(|der| Certificate { der }).map_err(|error| XarError::Element {
                    place: place(),
                    element: "X509Certificate",
                    got: error.to_string(),
                    expected: "base64",
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            extended: element.name == "x-signature",
            style: element.attribute("style").unwrap_or_default().to_owned(),
            offset: number("offset")?,
            size: number("size")?,
            certificates,
        })
    }

    /// The element's name.
    pub(super) fn element_name(&self) -> &'static str {
        if self.extended { "x-signature" } else { "signature" }
    }

    /// Base64 of a certificate in lines of 72 columns, as Apple breaks them.
    pub(super) fn lines(certificate: &Certificate) -> String {
        let text = STANDARD.encode(&certificate.der);
        let mut lines = String::with_capacity(text.len().saturating_add(text.len() / 72));
        for (column, character) in text.chars().enumerate() {
            if column > 0 && column % 72 == 0 {
                lines.push('\n');
            }
            lines.push(character);
        }
        lines
    }
}
