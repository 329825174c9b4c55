//! The texts of drafts: a release, a series that is the nearest one's, a recipe that is its predecessor's.

use std::fmt::Write as _;

use super::origin::Origin;
use super::script::Asked;
use crate::recipe::{Day, Source};
use crate::version::PythonVersion;

/// `Mac/releases/VERSION.toml`.
pub fn release(version: PythonVersion, released: &Day, origin: &Origin) -> String {
    format!(
        "# README.md beside this file explains every key. A draft: what was found about {version}, not built yet.\n\n\
         python = \"{version}\"\n# The day of the newest file in the source.\nreleased = \"{released}\"\n\n\
         # {}\n{}",
        origin.vouched,
        source(&origin.source)
    )
}

/// A `[source]` table.
pub fn source(source: &Source) -> String {
    let mut text = format!("[source]\nfile = \"{}\"\nsize = {}\n", source.file, grouped(source.size));
    if let Some(sha256) = source.pin.sha256() {
        _ = writeln!(text, "sha256 = \"{sha256}\"");
    }
    let urls: Vec<String> = source.urls.iter().map(|url| format!("\"{url}\"")).collect();
    _ = writeln!(text, "urls = [{}]", urls.join(", "));
    if let Some(debian) = &source.debian {
        text.push_str("\n[source.debian]\n");
        let pairs = [
            ("suite", debian.suite.as_ref()),
            ("package", Some(&debian.package)),
            ("version", Some(&debian.version)),
            ("file", Some(&debian.file)),
            ("pool", debian.pool.as_ref()),
        ];
        for (key, value) in pairs {
            if let Some(value) = value {
                _ = writeln!(text, "{key} = \"{value}\"");
            }
        }
    }
    text
}

/// A series for which there is no file, from the text of the nearest.
pub fn series(short: &str, nearest: &str, text: &str) -> String {
    let body = text.split_once("\n\n").map_or(text, |(_, body)| body);
    format!(
        "# Mac/releases/README.md explains every key. A draft for {short}: all of it is {nearest}'s, patches too; look at each.\n\n{body}"
    )
}

/// A recipe from that of another version: its own version and source.
pub fn recipe(before: &str, asked: &Asked, fetched: &Source) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut in_source = false;
    for line in before.lines() {
        if line.starts_with('[') {
            in_source = line.starts_with("[source");
            if line == "[source]" {
                // What was said of the other file.
                while lines.last().is_some_and(|line| line.starts_with('#')) {
                    lines.pop();
                }
                lines.push("# A draft: the digest is that of CPython's build-installer.py.".into());
                lines.extend(source(fetched).lines().map(ToOwned::to_owned));
                lines.push(String::new());
            }
        }
        if in_source {
            continue;
        }
        match line.strip_prefix("version = ") {
            Some(_) => lines.push(format!("version = \"{}\"", asked.version)),
            None => lines.push(line.to_owned()),
        }
    }
    lines.join("\n").trim_end().to_owned() + "\n"
}

/// `35_544_464`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Sha256;
    use crate::recipe::{DebianSource, Library, Pin};

    fn fetched() -> Source {
        let pin = Pin::Sha256 { sha256: Sha256::of(b"x"), md5: None };
        let urls = vec!["https://example.org/xz-5.9.0.tar.gz".into()];
        Source { file: "xz-5.9.0.tar.gz".into(), size: 1_234_567, pin, urls, debian: None, pypi: None }
    }

    #[test]
    fn a_recipe_keeps_all_but_its_version_and_source() {
        let mac = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Mac");
        let before = fs_err::read_to_string(mac.join("recipes/xz-5.8.1.toml")).unwrap();
        let asked = Asked { name: "XZ".into(), version: "5.9.0".into(), ..Asked::default() };
        let (old, new): (Library, Library) =
            (toml::from_str(&before).unwrap(), toml::from_str(&recipe(&before, &asked, &fetched())).unwrap());
        assert_eq!((new.version.as_str(), &new.source), ("5.9.0", &fetched()));
        assert_eq!(Library { version: old.version.clone(), source: old.source.clone(), ..new }, old);
    }

    #[test]
    fn a_release_can_be_read_again() {
        let debian = DebianSource {
            suite: None,
            package: "python3.15".into(),
            version: "3.15.0~rc2-1".into(),
            file: "p.orig.tar.xz".into(),
            pool: Some("pool/main/p/python3.15".into()),
        };
        let origin =
            Origin { source: Source { debian: Some(debian), ..fetched() }, vouched: "Somebody says so.".into() };
        let day = toml::from_str::<std::collections::BTreeMap<String, Day>>("d = '2026-09-01'").unwrap()["d"];
        let text = release("3.15.0rc2".parse().unwrap(), &day, &origin);
        assert!(text.contains("size = 1_234_567\n") && text.contains("# Somebody says so.\n[source]"), "{text}");
        let table: toml::Table = text.parse().unwrap();
        assert_eq!(table["source"].clone().try_into::<Source>().unwrap(), origin.source);
        assert_eq!(table["released"].as_str(), Some("2026-09-01"));
    }
}
