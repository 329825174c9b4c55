//! What is in the package, as an SPDX 2.3 document in JSON (<https://spdx.github.io/spdx-spec/v2.3/>).
//!
//! Python, the libraries that recipes name, Tcl and Tk where they were given, and the wheels that Python carries for `ensurepip`. Times are the source date.

use anyhow::{Context as _, Result};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde_json::{Value, json};

use super::facts::Facts;
use crate::planning::Planned;
use crate::recipe::{Pin, Prefix, Source};

const INSTALLER: &str = "SPDXRef-Installer";
const PYTHON: &str = "SPDXRef-Python";

/// The document.
///
/// # Errors
/// When the source date is no time.
pub fn text(facts: &Facts<'_>) -> Result<String> {
    let Planned { plan, recipes, .. } = facts.subject.planned;
    let created = jiff::Timestamp::from_second(i64::from(plan.source_date)).context("the source date is no time")?;
    let python = plan.python.to_string();
    let mut packages = vec![
        json!({
            "SPDXID": INSTALLER,
            "name": facts.file,
            "versionInfo": python,
            "packageFileName": facts.file,
            "downloadLocation": "NOASSERTION",
            "filesAnalyzed": false,
            "checksums": checksums("SHA256", &facts.sha256.to_string()),
            "licenseConcluded": "NOASSERTION",
            "licenseDeclared": "NOASSERTION",
            "copyrightText": "NOASSERTION",
            "primaryPackagePurpose": "INSTALL",
        }),
        part(PYTHON, "Python", &python, &facts.assets.license, &recipes.release.source),
    ];
    let mut relationships =
        vec![relationship("SPDXRef-DOCUMENT", "DESCRIBES", INSTALLER), relationship(INSTALLER, "CONTAINS", PYTHON)];
    for library in &recipes.libraries {
        let id = format!("SPDXRef-{}", library.name);
        packages.push(part(&id, &library.name, &library.version, &library.license, &library.source));
        relationships.push(relationship(INSTALLER, "CONTAINS", &id));
        let link = match library.build.prefix {
            Prefix::Sysroot => "STATIC_LINK",
            Prefix::Framework => "DYNAMIC_LINK",
        };
        relationships.push(relationship(PYTHON, link, &id));
    }
    for given in plan.options.tcltk.iter().flat_map(|own| &own.parts) {
        let id = format!("SPDXRef-{}", given.name);
        packages.push(json!({
            "SPDXID": id,
            "name": given.name,
            "versionInfo": given.version,
            "downloadLocation": "NOASSERTION",
            "filesAnalyzed": false,
            "licenseConcluded": "NOASSERTION",
            "licenseDeclared": "TCL",
            "copyrightText": "NOASSERTION",
            "comment": "Built elsewhere and given as it is; the receipt has its digest.",
            "primaryPackagePurpose": "LIBRARY",
        }));
        relationships.push(relationship(INSTALLER, "CONTAINS", &id));
        relationships.push(relationship(PYTHON, "DYNAMIC_LINK", &id));
    }
    for (id, wheel) in wheels(facts) {
        relationships.push(relationship(PYTHON, "CONTAINS", &id));
        packages.push(wheel);
    }
    let document = json!({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": facts.file,
        "documentNamespace": format!("https://spdx.org/spdxdocs/{}-{}", facts.file, facts.sha256),
        "creationInfo": {
            "created": created.to_string(),
            "creators": [format!("Tool: cpython-macos-release-{}", env!("CARGO_PKG_VERSION"))],
        },
        "packages": packages,
        "relationships": relationships,
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&document)?))
}

fn relationship(from: &str, kind: &str, to: &str) -> Value {
    json!({ "spdxElementId": from, "relationshipType": kind, "relatedSpdxElement": to })
}

fn checksums(algorithm: &str, digest: &str) -> Value {
    json!([{ "algorithm": algorithm, "checksumValue": digest }])
}

/// Something made from a source archive.
fn part(id: &str, name: &str, version: &str, license: &str, source: &Source) -> Value {
    let location = source.urls.first();
    let download = location.map(|url| format!("&download_url={}", percent(url))).unwrap_or_default();
    let (algorithm, digest) = match source.pin {
        Pin::Sha256 { sha256, .. } => ("SHA256", sha256.to_string()),
        Pin::Md5 { md5, .. } => ("MD5", md5.to_string()),
    };
    let (name_in_purl, version_in_purl) = (name.to_lowercase(), percent(version));
    let checksum = format!("checksum={}:{digest}", algorithm.to_lowercase());
    let purl = format!("pkg:generic/{name_in_purl}@{version_in_purl}?{checksum}{download}");
    json!({
        "SPDXID": id,
        "name": name,
        "versionInfo": version,
        "packageFileName": source.file,
        "downloadLocation": location.map_or("NOASSERTION", String::as_str),
        "filesAnalyzed": false,
        "checksums": checksums(algorithm, &digest),
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": license,
        "copyrightText": "NOASSERTION",
        "externalRefs": [{ "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl }],
        "primaryPackagePurpose": "LIBRARY",
    })
}

/// The wheels inside with their identifiers, by their names: `pip-25.1.1-py3-none-any.whl`.
fn wheels(facts: &Facts<'_>) -> Vec<(String, Value)> {
    let mut wheels = Vec::new();
    for (path, (_, digest)) in facts.contents.paths() {
        let file = path.rsplit('/').next().unwrap_or_default();
        let Some(rest) = file.strip_suffix(".whl").filter(|_| path.contains("/ensurepip/_bundled/")) else { continue };
        let mut fields = rest.split('-');
        let (Some(name), Some(version), Some(digest)) = (fields.next(), fields.next(), digest) else { continue };
        let purl = format!("pkg:pypi/{}@{}", name.replace('_', "-").to_lowercase(), percent(version));
        let id = format!("SPDXRef-wheel-{}", name.replace('_', "-"));
        let wheel = json!({
            "SPDXID": id,
            "name": name,
            "versionInfo": version,
            "packageFileName": file,
            "downloadLocation": "NOASSERTION",
            "filesAnalyzed": false,
            "checksums": checksums("SHA256", digest),
            "licenseConcluded": "NOASSERTION",
            "licenseDeclared": "NOASSERTION",
            "copyrightText": "NOASSERTION",
            "externalRefs": [{ "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl }],
        });
        wheels.push((id, wheel));
    }
    wheels
}

/// All but unreserved characters (RFC 3986) is encoded, as package URLs want it in versions and qualifiers.
fn percent(text: &str) -> PercentEncode<'_> {
    const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, const { &RESERVED })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_known_by_what_it_was_checked_by() {
        let text =
            "file = 'db-1.tar'\nurls = ['https://example.org/db-1.tar']\nmd5 = '98bf7d8c15784f0a3d63204441e1e2aa'";
        let part = part("SPDXRef-db", "db", "1", "Sleepycat", &toml::from_str(text).unwrap());
        assert_eq!(part["checksums"], checksums("MD5", "98bf7d8c15784f0a3d63204441e1e2aa"));
        let purl = part["externalRefs"][0]["referenceLocator"].as_str().unwrap();
        assert!(purl.starts_with("pkg:generic/db@1?checksum=md5:98bf7d8c15784f0a3d63204441e1e2aa&"), "{purl}");
    }
}
