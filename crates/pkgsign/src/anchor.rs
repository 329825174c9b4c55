//! Roots that are trusted because they are known.

use super::asn1::Malformed;
use super::certificate::Certificate;

/// Apple Root CA, of 2006, valid to 2035: the root of every Developer ID and of Apple's time-stamp authority. A public
/// certificate, published at <https://www.apple.com/certificateauthority/> and part of every package that Apple's tools sign.
const APPLE: &[u8] = include_bytes!("apple-root-ca.der");

/// A root.
#[derive(Debug, Clone)]
pub struct Anchor(pub(super) Certificate);

impl Anchor {
    /// Apple's.
    ///
    /// # Errors
    /// Never: the certificate is part of the program.
    pub fn apple() -> Result<Self, Malformed> {
        Self::from_der(APPLE)
    }

    /// Another one, for tests and for those who sign for themselves.
    ///
    /// # Errors
    /// The bytes are no certificate in DER with an RSA key.
    pub fn from_der(der: &[u8]) -> Result<Self, Malformed> {
        Certificate::parse(der).map(Self)
    }

    /// Another one, as DER or as PEM text.
    ///
    /// # Errors
    /// As for [`Anchor::from_der`]; PEM text that is broken, or has more than one certificate.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        if !bytes.starts_with(b"-----") {
            return Self::from_der(bytes);
        }
        let (label, der) = x509_cert::der::pem::decode_vec(bytes).map_err(Malformed::because("PEM"))?;
        if label != "CERTIFICATE" {
            return Err(Malformed::new(format_args!("PEM: it is a {label}, expected a CERTIFICATE")));
        }
        Self::from_der(&der)
    }

    /// SHA-256 of the certificate, in lower-case hexadecimal.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.0.fingerprint()
    }

    /// Its name: `Apple Root CA`.
    #[must_use]
    pub fn name(&self) -> String {
        self.0.name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_apple_s() {
        let apple = Anchor::apple().unwrap();
        assert_eq!(apple.name(), "Apple Root CA");
        assert_eq!(apple.fingerprint(), "b0b1730ecbc7ff4505142c49f1295e6eda6bcaed7e2c68c5be91b5a11001f024");
    }
}
