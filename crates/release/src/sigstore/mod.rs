//! Sigstore bundles beside published files, as python.org has them: `FILE.sigstore`.
//!
//! Who signs is an account: an e-mail address, say, and who knows that it is that person's (the issuer, by OpenID Connect). Sigstore's
//! servers certify it for ten minutes and log it for ever. All that is a client's work: `sigstore`, which is a package of PyPI, or
//! `cosign`, whichever is installed. That a bundle is about the file beside it is looked at here, too.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::digest::Sha256;
use crate::exec::{Cmd, Needs, Shell, cmd, converse, find, output, shell_for};
use crate::hint::WithHint as _;
use crate::output::write_whole;

/// No bundle comes near it, bytes.
const LIMIT: u64 = 1 << 20;

/// A program that knows Sigstore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Client {
    /// The package `sigstore` of PyPI.
    Python(PathBuf),
    /// Sigstore's own, `cosign`.
    Cosign(PathBuf),
}

/// Who must have signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// An e-mail address, or the address of a workflow.
    pub name: String,
    /// Who knows that: `https://github.com/login/oauth`.
    pub issuer: String,
}

/// What we read of a bundle.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bundle {
    #[serde(default)]
    media_type: String,
    message_signature: MessageSignature,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageSignature {
    message_digest: MessageDigest,
}

#[derive(Deserialize)]
struct MessageDigest {
    algorithm: String,
    /// Base64.
    digest: String,
}

/// The bundle of a file: `FILE.sigstore`.
pub fn path_beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".sigstore");
    PathBuf::from(name)
}

impl Client {
    /// The one that is installed, before hours are spent on what it is to sign.
    ///
    /// # Errors
    /// When there is none.
    pub fn installed() -> Result<Self> {
        let python = find("sigstore").map(Self::Python);
        python
            .or_else(|_| find("cosign").map(Self::Cosign))
            .context("neither `sigstore` nor `cosign` is installed")
            .hint("`pipx install sigstore` installs the first")
    }

    /// Signs files, over the bytes that they have now; gives back the bundles. The client may ask its user to log in.
    ///
    /// # Errors
    /// When it can't, or what it made is about something else.
    pub fn sign(&self, files: &[&Path]) -> Result<Vec<PathBuf>> {
        let sh = shell_for(Needs::Sigstore, Path::new("/"))?;
        let files = files.iter().map(std::path::absolute).collect::<std::io::Result<Vec<_>>>()?;
        let dir = tempfile::tempdir()?;
        let (out, names) = (dir.path(), &files);
        if let Self::Python(program) = self {
            // All at once: its user logs in once.
            converse(cmd!(sh, "{program} sign --output-directory {out} {names...}"))?;
        }
        files.iter().map(|file| self.bundle(&sh, file, out)).collect()
    }

    fn bundle(&self, sh: &Shell, file: &Path, out: &Path) -> Result<PathBuf> {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let made = out.join(format!("{name}.sigstore.json"));
        if let Self::Cosign(program) = self {
            converse(cmd!(sh, "{program} sign-blob --yes --new-bundle-format --bundle {made} {file}"))?;
        }
        is_about(&made, file).with_context(|| format!("what {self} made for {} is no good", file.display()))?;
        let path = path_beside(file);
        write_whole(&path, &fs_err::read(&made)?, 0o644)?;
        Ok(path)
    }

    /// Verifies the bundle beside a file. Nobody is asked but the client's own copy of Sigstore's roots.
    ///
    /// # Errors
    /// When it is missing, is about something else, or not by that identity.
    pub fn verify(&self, file: &Path, by: &Identity) -> Result<()> {
        let file = std::path::absolute(file)?;
        let bundle = path_beside(&file);
        if !bundle.is_file() {
            return Err(anyhow!("{} has no Sigstore bundle: {} is missing", file.display(), bundle.display()))
                .hint("download it from where the file is from");
        }
        is_about(&bundle, &file)?;
        let sh = shell_for(Needs::Sigstore, Path::new("/"))?;
        let ended = output(self.verification(&sh, &file, &bundle, by))?;
        if ended.status.success() {
            return Ok(());
        }
        let said = [ended.stderr, ended.stdout].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        let (file, Identity { name, issuer }) = (file.display(), by);
        let error =
            anyhow!("the Sigstore bundle of {file} is not good for {name} of {issuer}: {self}: {}", complaint(&said));
        match read(&bundle)?.media_type {
            // Sigstore's log answers for it, and is asked over the network.
            kind if kind.ends_with("version=0.1") => Err(error)
                .hint("bundles of 2023 and 2024 lack what is checked without the network: try the client itself"),
            _ => Err(error),
        }
    }

    fn verification<'sh>(&self, sh: &'sh Shell, file: &Path, bundle: &Path, by: &Identity) -> Cmd<'sh> {
        let Identity { name, issuer } = by;
        match self {
            // Wide enough for its lines.
            Self::Python(program) => cmd!(
                sh,
                "{program} verify identity --offline --bundle {bundle} --cert-identity {name} --cert-oidc-issuer {issuer} {file}"
            )
            .env("COLUMNS", "1000"),
            Self::Cosign(program) => cmd!(
                sh,
                "{program} verify-blob --offline --new-bundle-format --bundle {bundle} --certificate-identity {name} --certificate-oidc-issuer {issuer} {file}"
            ),
        }
    }
}

impl std::fmt::Display for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Python(_) => "sigstore",
            Self::Cosign(_) => "cosign",
        })
    }
}

/// Whether a bundle is of a file's bytes; not who signed it.
fn is_about(bundle: &Path, file: &Path) -> Result<()> {
    let MessageDigest { algorithm, digest } = read(bundle)?.message_signature.message_digest;
    let is = Sha256::of_file(file)?.to_string();
    let says = STANDARD.decode(&digest).map(hex::encode).unwrap_or(digest);
    ensure!(
        algorithm == "SHA2_256" && says == is,
        "{} is about another file: its {algorithm} is {says}, and that of {} is {is}",
        bundle.display(),
        file.display()
    );
    Ok(())
}

fn read(bundle: &Path) -> Result<Bundle> {
    let len = fs_err::metadata(bundle)?.len();
    ensure!(len <= LIMIT, "{} is longer than any Sigstore bundle: {len} bytes", bundle.display());
    serde_json::from_slice(&fs_err::read(bundle)?)
        .with_context(|| format!("{} is no Sigstore bundle of a file", bundle.display()))
}

/// What a client complains of, in a line. `sigstore` prints columns: the time, the kind, the text, the place in its source.
fn complaint(said: &str) -> String {
    let text = |line: &str| {
        let line = line.split_once("ERROR").map_or(line, |(_, text)| text).trim().to_owned();
        match line.rsplit_once(' ') {
            Some((text, place)) if place.contains(".py:") => text.trim_end().to_owned(),
            _ => line,
        }
    };
    let is_said = |line: &String| !line.is_empty() && !line.starts_with("FAIL: /") && !line.starts_with("For detailed");
    let lines = said.lines().skip_while(|line| !line.contains("ERROR")).map(text).filter(is_said);
    match lines.collect::<Vec<_>>().join(" ") {
        none if none.is_empty() => {
            said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it says nothing").trim().to_owned()
        }
        text => text,
    }
}

#[cfg(test)]
mod tests;
