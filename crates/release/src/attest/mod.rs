//! Attestations: a signed statement that this tool made these bytes of these inputs.
//!
//! An in-toto statement, version 1, with a provenance of SLSA, version 1 (<https://slsa.dev/spec/v1.0/provenance>), in a signed
//! envelope (DSSE), one a line, as `FILE.KEY.intoto.jsonl`. `release` writes one, and so does whoever makes the same bytes again with
//! `reproduce`; how many independent keys vouch for a file is then a matter of counting.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::digest::Sha256;
use crate::evidence::build_options;
use crate::hint::WithHint as _;
use crate::keys::{Envelope, PublicKey, SigningKey};
use crate::output::write_whole;
use crate::plan::{Host, Plan};

/// in-toto's type of envelopes.
const KIND: &str = "application/vnd.in-toto+json";

/// in-toto's type of statements.
const STATEMENT: &str = "https://in-toto.io/Statement/v1";

/// SLSA's type of predicates.
const PROVENANCE: &str = "https://slsa.dev/provenance/v1";

/// What kind of build it is: what the parameters below mean.
const BUILD: &str = "urn:cpython-macos-release:release:v1";

/// The ending of files with attestations.
const ENDING: &str = ".intoto.jsonl";

/// What a statement must have for us to count it.
#[derive(Deserialize)]
struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    #[serde(rename = "predicateType")]
    predicate: String,
    subject: Vec<Subject>,
}

#[derive(Deserialize)]
struct Subject {
    digest: BTreeMap<String, String>,
}

/// Writes what a key's owner vouches for beside a file; gives back where. It says nothing of when, so that it is the same again.
///
/// # Errors
/// When the file can't be read, or the attestation not be written.
pub fn write(plan: &Plan, file: &Path, dir: &Path, key: &SigningKey) -> Result<PathBuf> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let statement = statement(plan, &name, Sha256::of_file(file)?, &key.public());
    let mut envelope = Envelope::new(KIND, &serde_json::to_vec(&statement)?);
    envelope.sign(key)?;
    let path = dir.join(format!("{name}.{}{ENDING}", key.public()));
    write_whole(&path, format!("{}\n", serde_json::to_string(&envelope)?).as_bytes(), 0o644)?;
    Ok(path)
}

fn statement(plan: &Plan, name: &str, sha256: Sha256, key: &PublicKey) -> Value {
    let host = match &plan.host {
        Host::Linux { triple } => triple.as_str(),
        Host::Mac { .. } => "macOS",
    };
    let sources = plan.sources().into_iter().map(|source| {
        let mut digest = serde_json::Map::new();
        digest.extend(source.pin.sha256().map(|sha256| ("sha256".to_owned(), sha256.to_string().into())));
        digest.extend(source.pin.md5().map(|md5| ("md5".to_owned(), md5.to_string().into())));
        let mut value = json!({ "name": source.file, "digest": digest });
        if let (Some(object), Some(url)) = (value.as_object_mut(), source.urls.first()) {
            object.insert("uri".into(), url.as_str().into());
        }
        value
    });
    json!({
        "_type": STATEMENT,
        "subject": [{ "name": name, "digest": { "sha256": sha256 } }],
        "predicateType": PROVENANCE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD,
                "externalParameters": {
                    "python": plan.python,
                    "variant": plan.variant,
                    "source-date": plan.source_date,
                    "options": build_options(&plan.options),
                },
                "internalParameters": { "host": host, "steps": plan.keys },
                "resolvedDependencies": sources.collect::<Vec<_>>(),
            },
            "runDetails": {
                "builder": {
                    "id": format!("urn:cpython-macos-release:key:{}", key.id()),
                    "version": { "release-tool": env!("CARGO_PKG_VERSION") },
                },
            },
        },
    })
}

/// Who vouches for a file.
#[derive(Debug, Default)]
pub struct Vouched {
    /// Trusted keys, by their names, with the file that has the attestation.
    pub by: BTreeMap<Sha256, PathBuf>,
    /// Attestations that don't count, and why.
    pub not: Vec<String>,
}

/// Counts the keys that vouch for a file's bytes, in attestations of a folder.
///
/// # Errors
/// When something can't be read.
pub fn count(file: &Path, dir: &Path, trust: &[PublicKey]) -> Result<Vouched> {
    let sha256 = Sha256::of_file(file)?;
    let mut vouched = Vouched::default();
    let mut paths: Vec<PathBuf> = fs_err::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.retain(|path| path.to_string_lossy().ends_with(ENDING));
    paths.sort();
    for path in paths {
        for line in fs_err::read(&path)?.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match vouches(line, sha256, trust) {
                Ok(keys) => vouched.by.extend(keys.into_iter().map(|key| (key, path.clone()))),
                Err(error) => {
                    let name = path.file_name().unwrap_or_default().display();
                    vouched.not.push(format!("{name}: {}", crate::hint::causes(&error)));
                }
            }
        }
    }
    Ok(vouched)
}

/// The trusted keys that vouch for a digest in one envelope.
fn vouches(line: &[u8], sha256: Sha256, trust: &[PublicKey]) -> Result<Vec<Sha256>> {
    let envelope = Envelope::parse(line, KIND)?;
    let keys = envelope.vouched_by(trust)?;
    if keys.is_empty() {
        return Err(anyhow!(
            "no trusted key has signed it; it says that it is signed by {}",
            envelope.claimed().join(", ")
        ));
    }
    let statement: Statement = serde_json::from_slice(&envelope.statement()?).context("it is no in-toto statement")?;
    if (statement.kind.as_str(), statement.predicate.as_str()) != (STATEMENT, PROVENANCE) {
        return Err(anyhow!("it is a statement of another kind: {} about {}", statement.kind, statement.predicate));
    }
    let expected = sha256.to_string();
    if statement.subject.iter().any(|subject| subject.digest.get("sha256") == Some(&expected)) {
        return Ok(keys.into_iter().map(PublicKey::id).collect());
    }
    Err(anyhow!("it is about other bytes"))
}

/// Demands that enough independent keys vouch for a file.
///
/// # Errors
/// When fewer do, with why the others don't count.
pub fn demand(file: &Path, dir: &Path, trust: &[PublicKey], threshold: usize) -> Result<Vouched> {
    let vouched = count(file, dir, trust)?;
    if vouched.by.len() >= threshold {
        return Ok(vouched);
    }
    let not: String = vouched.not.iter().map(|line| format!("\n{line}")).collect();
    let found = vouched.by.len();
    Err(anyhow!("{found} trusted keys vouch for {}, and {threshold} are demanded{not}", file.display()))
        .hint("ask others to run `cargo xtask reproduce` on it, and put their attestations into the folder")
}

#[cfg(test)]
mod tests;
