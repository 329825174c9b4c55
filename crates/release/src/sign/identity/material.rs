//! A key with its certificates, whatever file they came from, in one form.
//!
//! Signing tools misread some files without a word: a p12 that holds its chain is paired with the wrong certificate, a p12
//! made by OpenSSL 3 is taken for one with another password, the order of PEM files decides who signs. So files are read
//! here, and handed on as one PEM text: the key, its own certificate, then who vouches for it, in order.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use p12_keystore::{KeyStore, KeyStoreEntry};
use pkcs8::EncryptedPrivateKeyInfo;
use pkcs8::der::{Decode as _, Encode as _};

use super::certificate::{Certificate, public_part};
use super::pem;
use super::secret::{self, PasswordFrom, Secret};
use crate::hint::WithHint as _;

/// See the module's text.
#[derive(Debug, Clone)]
pub struct Material {
    /// PKCS #8.
    key: Secret,
    /// The certificate of the key first, then its issuer, and so on as far as it was given.
    pub chain: Vec<Certificate>,
    /// Certificates that have nothing to do with the key.
    pub unrelated: Vec<Certificate>,
}

/// What was found in files, in no order.
#[derive(Default)]
struct Pile {
    /// PKCS #8.
    keys: Vec<Secret>,
    certificates: Vec<Certificate>,
}

impl Pile {
    /// Takes what is in a p12, in the old form of Keychain Access as well as in that of OpenSSL 3.
    fn add_p12(&mut self, path: &Path, password: &PasswordFrom) -> Result<()> {
        let bytes = secret::read_private(path)?;
        let name = path.display();
        let password = password.read(&name.to_string())?;
        let store = KeyStore::from_pkcs12(bytes.bytes(), password.text()?).map_err(|error| match error {
            p12_keystore::error::Error::MacError(_) => anyhow!("the password for {name} is wrong"),
            other => anyhow!("{name} can't be read as a p12: {other}"),
        })?;
        for (_, entry) in store.entries() {
            let certificates = match entry {
                KeyStoreEntry::PrivateKeyChain(chain) => {
                    self.keys.push(Secret::new(chain.key().to_vec()));
                    chain.chain()
                }
                KeyStoreEntry::Certificate(certificate) => std::slice::from_ref(certificate),
            };
            for certificate in certificates {
                self.certificates.push(Certificate::from_der(certificate.as_der())?);
            }
        }
        Ok(())
    }

    /// Takes what is in a PEM file, or a certificate as Apple offers them for download.
    fn add_pem(&mut self, path: &Path, password: &PasswordFrom) -> Result<()> {
        let content = secret::read(path)?;
        let name = path.display().to_string();
        if let Ok(certificate) = Certificate::from_der(content.bytes()) {
            self.certificates.push(certificate);
            return Ok(());
        }
        let blocks = content.text().and_then(pem::blocks);
        for block in &blocks.with_context(|| format!("{name} can't be read as PEM"))? {
            if block.label.ends_with("PRIVATE KEY") {
                secret::private(path)?;
            }
            let fault = || format!("{name} is malformed");
            match block.label.as_str() {
                "CERTIFICATE" => self.certificates.push(Certificate::from_der(&block.der).with_context(fault)?),
                "PRIVATE KEY" => self.keys.push(Secret::new(block.der.to_vec())),
                "RSA PRIVATE KEY" => self.keys.push(wrap_rsa(&block.der).with_context(fault)?),
                "ENCRYPTED PRIVATE KEY" => self.keys.push(decrypt(&block.der, password, &name)?),
                label if label.ends_with("PRIVATE KEY") => {
                    bail!("{name}: {label} is no kind of key that Apple issues certificates for");
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Material {
    /// From a p12, from PEM files, or from both, in any order: a key, its certificate, and who vouches for it.
    ///
    /// # Errors
    /// When one can't be read, others can read the key, the password is wrong, or there is not exactly one key.
    pub fn read(p12: Option<&Path>, pem: &[PathBuf], password: &PasswordFrom) -> Result<Self> {
        let mut pile = Pile::default();
        p12.map_or(Ok(()), |path| pile.add_p12(path, password))?;
        pem.iter().try_for_each(|path| pile.add_pem(path, password))?;
        let names: Vec<String> =
            p12.into_iter().chain(pem.iter().map(PathBuf::as_path)).map(|path| path.display().to_string()).collect();
        Self::assemble(pile).with_context(|| format!("{} is of no use", names.join(", ")))
    }

    /// Orders certificates from the key's own to the root.
    fn assemble(Pile { mut keys, mut certificates }: Pile) -> Result<Self> {
        let count = keys.len();
        let Some(key) = keys.pop().filter(|_| count == 1) else {
            return Err(anyhow!("it has {count} private keys")).hint("give exactly one key with its certificates");
        };
        let public = public_part(key.bytes())?;
        let own = certificates.iter().position(|one| one.rsa_key().is_some_and(|rsa| rsa == public));
        let Some(own) = own else {
            let leaf = certificates.iter().find(|one| !one.is_authority()).or(certificates.first());
            let found = leaf.map_or("no certificate at all".to_owned(), |leaf| format!("`{}`", leaf.common_name()));
            return Err(anyhow!("no certificate belongs to the key; there is {found}"))
                .hint("the certificate and the key must come from the same request");
        };
        let mut chain = vec![certificates.swap_remove(own)];
        while let Some(last) = chain.last().filter(|last| !last.is_self_issued()) {
            let Some(next) = certificates.iter().position(|one| last.is_issued_by(one)) else { break };
            chain.push(certificates.swap_remove(next));
        }
        certificates.retain(|one| !chain.contains(one));
        Ok(Self { key, chain, unrelated: certificates })
    }

    /// The certificate of the key.
    pub fn leaf(&self) -> Option<&Certificate> {
        self.chain.first()
    }

    /// All of it as one PEM text, in the one order that every tool reads alike.
    pub fn unified_pem(&self) -> Secret {
        let mut text = pem::text("PRIVATE KEY", self.key.bytes());
        // A growing string would leave copies of the key behind.
        let certificates: String = self.chain.iter().map(Certificate::pem).collect();
        let mut whole = Vec::with_capacity(text.len() + certificates.len());
        whole.extend_from_slice(text.as_bytes());
        whole.extend_from_slice(certificates.as_bytes());
        zeroize::Zeroize::zeroize(&mut text);
        Secret::new(whole)
    }
}

/// PKCS #1 as PKCS #8.
fn wrap_rsa(pkcs1: &[u8]) -> Result<Secret> {
    let algorithm = pkcs8::AlgorithmIdentifierRef {
        oid: pkcs8::ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1"),
        parameters: Some(pkcs8::der::asn1::AnyRef::NULL),
    };
    Ok(Secret::new(pkcs8::PrivateKeyInfo::new(algorithm, pkcs1).to_der()?))
}

fn decrypt(der: &[u8], password: &PasswordFrom, name: &str) -> Result<Secret> {
    let info = EncryptedPrivateKeyInfo::from_der(der).with_context(|| format!("{name} is malformed"))?;
    let password = password.read(name)?;
    let key = info.decrypt(password.bytes()).map_err(|_| anyhow!("the password for {name} is wrong"))?;
    Ok(Secret::new(key.as_bytes().to_vec()))
}
