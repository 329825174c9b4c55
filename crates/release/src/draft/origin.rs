//! Where the source of a version is, and who vouches for its digest.

use anyhow::{Context as _, Error, Result, anyhow};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::context::Context;
use crate::digest::Sha256;
use crate::fetch;
use crate::hint::{WithHint as _, innermost};
use crate::network;
use crate::recipe::{DebianSource, Ending, Pin, Source, Upstream};
use crate::version::{PythonVersion, Stage};

/// How long a Sigstore bundle may be, bytes: that of a release has 10 kB.
const LARGEST_BUNDLE: u64 = 1 << 20;

/// A source, and in a sentence why its digest is to be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// As it will be written down; of unknown size when nobody says it.
    pub source: Source,
    /// Who says what its digest is.
    pub vouched: String,
}

/// Looks for a source: in the signed lists of Debian's suites, in the pool beside a signed description, at python.org. A digest that
/// the user gives is believed as it is.
///
/// # Errors
/// When nobody vouches for a digest: with what each said.
pub fn find(cx: &Context, upstream: &Upstream, version: PythonVersion, given: Option<Sha256>) -> Result<Origin> {
    let forms: Vec<Names> = upstream.endings.iter().map(|ending| Names::of(upstream, ending, version)).collect();
    let first = forms.first().context("Mac/upstream.toml has no [[endings]]")?;
    if let Some(sha256) = given {
        let vouched = "The digest is that which --sha256 gave.".to_owned();
        return Ok(Origin { source: first.source(sha256, 0, None), vouched });
    }
    let mut refused = Vec::new();
    if cx.offline {
        refused.push("--offline was given: nobody was asked".to_owned());
    } else {
        let pages = forms.iter().map(|names| names.url.clone());
        network::check(&pages.chain(cx.with_apt(|apt| Ok(apt.servers())).unwrap_or_default()).collect())?;
    }
    for names in forms.iter().filter(|_| !cx.offline) {
        match names.find(cx, upstream, version) {
            Ok(origin) => return Ok(origin),
            Err(lines) => refused.extend(lines),
        }
    }
    Err(anyhow!("nobody vouches for the source of Python {version}:\n{}", refused.join("\n"))).hint(format!(
        "if you know its digest from somebody you trust, give it with --sha256, and {} in a folder with --sources",
        first.upstream
    ))
}

fn line(error: &anyhow::Error) -> String {
    let said = innermost(error);
    let line = said.lines().find(|line| line.contains("E: ")).or_else(|| said.lines().next()).unwrap_or_default();
    line.trim().trim_start_matches("E: ").to_owned()
}

/// The digest in a Sigstore bundle
/// (<https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto>, in JSON).
fn published(bundle: &str) -> Result<Sha256> {
    let bundle: Value = serde_json::from_str(bundle)?;
    let digest = bundle.pointer("/messageSignature/messageDigest/digest").and_then(Value::as_str);
    let algorithm = bundle.pointer("/messageSignature/messageDigest/algorithm").and_then(Value::as_str);
    let digest = digest.filter(|_| algorithm == Some("SHA2_256")).context("it states no SHA-256")?;
    hex::encode(STANDARD.decode(digest)?).parse().map_err(Error::msg)
}

/// `3.15.0~rc2` of `3.15.0rc2`: Debian's versions sort a tilde before everything.
pub fn debian_version(version: PythonVersion) -> String {
    let (text, numbers) = (version.to_string(), version.numbers());
    match version.stage {
        Stage::Final | Stage::Post(_) => text,
        _ => text.replacen(&numbers, &format!("{numbers}~"), 1),
    }
}

/// What the files and packages of a version are called.
struct Names {
    upstream: String,
    url: String,
    package: String,
    file: String,
    pool: String,
}

impl Names {
    fn of(upstream: &Upstream, ending: &Ending, version: PythonVersion) -> Self {
        let fill = |template: &str, ending: &str| {
            let pairs = [
                ("{ending}", ending.to_owned()),
                ("{version}", version.to_string()),
                ("{numbers}", version.numbers()),
                ("{short}", version.short()),
                ("{debian}", debian_version(version)),
            ];
            pairs.iter().fold(template.to_owned(), |text, (name, value)| text.replace(name, value))
        };
        Self {
            upstream: fill(&upstream.python.file, &ending.python),
            url: fill(&upstream.python.url, &ending.python),
            package: fill(&upstream.debian.package, &ending.debian),
            file: fill(&upstream.debian.file, &ending.debian),
            pool: fill(&upstream.debian.pool, &ending.debian),
        }
    }

    /// Asks everybody for this form of the archive.
    ///
    /// # Errors
    /// A line for each that was asked.
    fn find(&self, cx: &Context, upstream: &Upstream, version: PythonVersion) -> Result<Origin, Vec<String>> {
        let mut refused = Vec::new();
        for suite in &upstream.debian.suites {
            match cx.with_apt(|apt| apt.listed(suite, &self.package, &self.file)) {
                Ok(listed) => {
                    let vouched = format!(
                        "Size and digest are those of Debian's signed lists of {suite}: {} {}.",
                        self.package, listed.version
                    );
                    let debian = self.debian(Some(suite.clone()), listed.version, listed.pool);
                    return Ok(Origin { source: self.source(listed.sha256, listed.size, Some(debian)), vouched });
                }
                Err(error) => refused.push(format!("{suite}: {}", line(&error))),
            }
        }
        let place = format!("{}/{}_{}-1.dsc", self.pool, self.package, debian_version(version));
        match cx.with_apt(|apt| apt.described(&place, &self.file)) {
            Ok(listed) => {
                let vouched = format!("Size and digest are those of {place}, signed by a developer of Debian's.");
                let debian = self.debian(None, listed.version, listed.pool);
                return Ok(Origin { source: self.source(listed.sha256, listed.size, Some(debian)), vouched });
            }
            Err(error) => refused.push(format!("{place}: {}", line(&error))),
        }
        let bundle = format!("{}.sigstore", self.url);
        match fetch::text(&bundle, LARGEST_BUNDLE).and_then(|text| published(&text)) {
            Ok(sha256) => {
                let vouched = format!("The digest is that of {bundle}, whose signature wasn't checked.");
                Ok(Origin { source: self.source(sha256, 0, None), vouched })
            }
            Err(error) => {
                refused.push(format!("{bundle}: {}", line(&error)));
                Err(refused)
            }
        }
    }

    fn source(&self, sha256: Sha256, size: u64, debian: Option<DebianSource>) -> Source {
        let pin = Pin::Sha256 { sha256, md5: None };
        Source { file: self.upstream.clone(), size, pin, urls: vec![self.url.clone()], debian, pypi: None }
    }

    fn debian(&self, suite: Option<String>, version: String, pool: String) -> DebianSource {
        DebianSource { suite, package: self.package.clone(), version, file: self.file.clone(), pool: Some(pool) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_before_a_release_sort_before_it() {
        let debian = |text: &str| debian_version(text.parse().unwrap());
        assert_eq!(["3.15.0rc2", "3.15.0", "3.15.0a1"].map(debian), ["3.15.0~rc2", "3.15.0", "3.15.0~a1"]);
    }

    #[test]
    fn a_bundle_states_a_digest() {
        let bundle = |algorithm: &str, digest: &str| {
            published(&format!(
                r#"{{"messageSignature": {{"messageDigest": {{"algorithm": "{algorithm}", "digest": "{digest}"}}}}}}"#
            ))
        };
        let digest = Sha256::of(b"contents");
        let bytes = hex::decode(digest.to_string()).unwrap();
        assert_eq!(bundle("SHA2_256", &STANDARD.encode(bytes)).unwrap(), digest);
        assert!(bundle("SHA2_512", "").is_err() && bundle("SHA2_256", "AAAA").is_err() && published("{}").is_err());
    }

    #[test]
    fn without_a_network_only_a_digest_from_the_user_will_do() {
        let dir = tempfile::tempdir().unwrap();
        let cx = crate::package::tests::context(dir.path());
        let cx = Context { offline: true, ..cx };
        let upstream = Upstream::read(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Mac")).unwrap();
        let version = "3.15.1".parse().unwrap();
        let text = crate::hint::render(&find(&cx, &upstream, version, None).unwrap_err());
        assert!(text.contains("nobody vouches for the source of Python 3.15.1") && text.contains("--sha256"), "{text}");
        let origin = find(&cx, &upstream, version, Some(Sha256::of(b"x"))).unwrap();
        assert!(origin.source.urls[0].contains("/3.15.1/"), "{:?}", origin.source.urls);
    }
}
