//! What is known about a signature: `X.pkg.signature.json` beside the package, and its line in `SHA256SUMS`.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::{Value, json};

use super::identity::{Certificate, Identity};
use super::party::{Party, Signing};
use super::signed::SignedPkg;
use crate::evidence::sums;
use crate::output::write_whole;

/// Changes when the meaning of a key does.
const FORMAT: u32 = 1;

/// The record of a package's signature. No time of day: the time stamp has it.
pub fn of(signed: &SignedPkg, input: &Path, signing: &Signing, party: &Party, facts: &Value) -> Value {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let chain: Vec<Value> = match &party.identity {
        Identity::Material(material) => material.chain.iter().map(certificate).collect(),
        Identity::Keychain(_) | Identity::AdHoc => Vec::new(),
    };
    json!({
        "format": FORMAT,
        "package": { "file": name(&signed.path), "size": signed.len, "sha256": signed.sha256 },
        "unsigned": { "file": name(input), "sha256": signed.unsigned_sha256 },
        "signed-by": signed.by,
        "team": party.identity.leaf().and_then(Certificate::unit),
        "certificates": chain,
        "tool": party.signer.tool(),
        "timestamp-url": signing.timestamps.text(),
        "verified": facts,
    })
}

fn certificate(certificate: &Certificate) -> Value {
    json!({ "name": certificate.common_name(), "sha256": certificate.fingerprint() })
}

/// The record's place.
pub fn path_beside(package: &Path) -> PathBuf {
    let mut name = package.file_name().unwrap_or_default().to_owned();
    name.push(".signature.json");
    package.with_file_name(name)
}

/// Writes the record, and the digests of both into `SHA256SUMS`.
///
/// # Errors
/// When they can't be written.
pub fn write(signed: &SignedPkg) -> Result<()> {
    let path = path_beside(&signed.path);
    write_whole(&path, signed.record_text()?.as_bytes(), 0o644)?;
    sums::renew(&[&signed.path, &path]).map(drop)
}
