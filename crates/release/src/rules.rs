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
    let elsewhere = |file: &String| !file.starts_with("crates/release/src/verify/macho/");
    let readers: Vec<String> = naming("crates/release/src", "object::").into_iter().filter(elsewhere).collect();
    assert_eq!(
        readers,
        ["crates/release/src/toolchain/stack_size.rs"],
        "Mach-O is read in one place, and written in another"
    );
    for (starter, place) in [("xshell::", "exec/short.rs"), ("duct::cmd(", "exec.rs")] {
        let places = [format!("crates/release/src/{place}")];
        assert_eq!(naming("crates/release/src", starter), places, "processes: {starter}");
    }
}

#[test]
fn verify_shares_no_code_with_what_it_checks() {
    let checked = ["build", "fetch", "package", "plan", "recipe", "toolchain"];
    for name in checked.map(|module| format!("crate::{module}")) {
        assert_eq!(naming("crates/release/src/verify", &name), [""; 0], "{name}");
    }
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
