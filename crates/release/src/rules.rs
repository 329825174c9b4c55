//! Rules of the house that no lint can express, as tests of the source itself.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// Rust files of a crate, with their names relative to the workspace, and their code: no comments, no tests.
fn code(dir: &str) -> Vec<(String, String)> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let files = WalkDir::new(workspace.join(dir)).sort_by_file_name();
    let files = files.into_iter().map(|entry| entry.unwrap().into_path());
    let files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|ending| ending == "rs")).collect();
    assert!(files.len() > 5, "{dir} has Rust files");
    files
        .into_iter()
        .filter(|path| {
            !path.ends_with("tests.rs") && !path.ends_with("rules.rs") && !path.iter().any(|part| part == "tests")
        })
        .map(|path| {
            let text = fs_err::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let name = path.strip_prefix(&workspace).unwrap().to_string_lossy().into_owned();
            (name, lines.collect::<Vec<_>>().join("\n"))
        })
        .collect()
}

/// The files whose code has the text.
fn naming(dir: &str, text: &str) -> Vec<String> {
    code(dir).into_iter().filter(|(_, code)| code.contains(text)).map(|(name, _)| name).collect()
}

#[test]
fn one_file_for_each_outside_thing() {
    assert_eq!(naming("crates/release/src", "ureq::"), ["crates/release/src/fetch/url.rs"], "the HTTP client");
    assert_eq!(naming("crates/release/src", "indicatif::"), ["crates/release/src/ui.rs"], "progress bars");
    for (starter, place) in [("xshell::", "exec/short.rs"), ("duct::cmd(", "exec.rs")] {
        let places = [format!("crates/release/src/{place}")];
        assert_eq!(naming("crates/release/src", starter), places, "processes: {starter}");
    }
}

/// Which parts need no file of which others, however it is named.
const WALLS: &[(&str, &[&str])] = &[
    // It would agree with their mistakes.
    ("verify", &["build", "fetch", "package", "plan", "recipe", "sign", "toolchain"]),
    // A plan is a value: what carries it out comes after.
    ("plan", &["build", "evidence", "fetch", "notarize", "package", "pipeline", "sign", "toolchain"]),
    ("recipe", &["build", "evidence", "fetch", "package", "pipeline", "plan", "sign", "toolchain", "verify"]),
    ("fetch", &["build", "evidence", "package", "pipeline", "plan", "remote", "sign", "verify"]),
    ("toolchain", &["build", "evidence", "package", "pipeline", "sign", "verify"]),
    ("build", &["evidence", "notarize", "package", "pipeline", "remote", "sign", "verify"]),
    // What others made is believed or not by rules of its own.
    ("remote", &["evidence", "notarize", "package", "pipeline", "toolchain", "verify"]),
    ("package", &["evidence", "notarize", "pipeline", "sign"]),
    ("evidence", &["notarize", "pipeline", "sign"]),
    ("sign", &["notarize", "pipeline"]),
    ("notarize", &["pipeline"]),
];

#[test]
fn the_walls_between_the_parts_hold() {
    let needs = house_rules::needs(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let broken: Vec<String> = WALLS.iter().flat_map(|(from, to)| house_rules::crossings(&needs, from, to)).collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn rust_names_no_source_url_or_digest() {
    let is_digest = |word: &str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    for (name, code) in code("crates/release/src") {
        let words = code.split(|c: char| !c.is_ascii_alphanumeric());
        assert_eq!(words.filter(|word| is_digest(word)).count(), 0, "{name} has a digest: it belongs into Mac/");
        for ending in [".tar.gz\"", ".tar.xz\"", ".tgz\""] {
            assert!(!code.contains(ending), "{name} names an archive: it belongs into Mac/");
        }
    }
}
