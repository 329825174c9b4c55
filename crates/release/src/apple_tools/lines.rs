//! The command lines, made by the code that makes them on a Mac.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

use walkdir::WalkDir;

use crate::interpreter::relink;
use crate::notarize::{Credentials, notarytool};
use crate::sign::backend::{CodeJob, Timestamps, apple};
use crate::sign::identity::{Identity, NotaryKey};
use crate::sign::plan::CodeObject;
use crate::sign::rules::{Flag, Role};

/// A command line.
pub struct Line {
    /// What for.
    pub what: String,
    /// The program and its arguments.
    pub words: Vec<String>,
}

fn line(what: impl Into<String>, program: &str, args: Vec<OsString>) -> Line {
    let args = args.into_iter().map(|arg| arg.into_string().unwrap());
    Line { what: what.into(), words: [program.to_owned()].into_iter().chain(args).collect() }
}

fn fixed(what: &str, text: &str) -> Line {
    Line { what: what.into(), words: text.split(' ').map(str::to_owned).collect() }
}

/// All of them.
pub fn all() -> Vec<Line> {
    let mut lines = Vec::new();
    code(&mut lines);
    package(&mut lines);
    notary(&mut lines);
    copy(&mut lines);
    // As `build/op.rs` calls it.
    lines.push(fixed("a universal file of two", "lipo -create /build/x86_64/x /build/arm64/x -output /build/x"));
    lines.push(fixed("a slice of a universal file", "lipo /build/x -thin arm64 -output /build/thin"));
    lines.push(fixed("a program of the other processor", "/usr/bin/arch -x86_64 /copy/bin/python3.13 -B smoke.py"));
    lines.extend(literal_lines().into_iter().map(|(file, text)| fixed(&file, &text)));
    lines
}

fn code(lines: &mut Vec<Line>) {
    let identity = Identity::Keychain("Developer_ID_Application".into());
    let apple = Timestamps::Server("http://timestamp.apple.com/ts01".into());
    for (role, name) in [(Role::Executable, "a program"), (Role::Library, "a library"), (Role::App, "an app")] {
        let object = CodeObject {
            path: "x".into(),
            program: "x".into(),
            role,
            identifier: "org.python.x".into(),
            flags: vec![Flag::Runtime],
            entitlements: (role != Role::Library).then(|| "entitlements.plist".into()),
        };
        for (identity, timestamps, how) in [
            (&identity, &apple, "signed"),
            (&identity, &Timestamps::None, "signed without the time"),
            (&Identity::AdHoc, &apple, "ad hoc"),
        ] {
            let job = CodeJob { target: Path::new("/root/x"), object: &object, assets: Path::new("/assets"), identity };
            lines.push(line(format!("{name}, {how}"), "codesign", apple::code_args(&job, timestamps).unwrap()));
        }
    }
}

fn package(lines: &mut Vec<Line>) {
    let identity = Identity::Keychain("Developer_ID_Installer".into());
    for (timestamps, how) in [
        (Timestamps::Server("http://timestamp.apple.com/ts01".into()), "signed"),
        (Timestamps::None, "signed without the time"),
    ] {
        let args = apple::package_args(Path::new("/in.pkg"), Path::new("/out.pkg"), &identity, &timestamps).unwrap();
        lines.push(line(format!("a package, {how}"), "productsign", args));
    }
}

fn notary(lines: &mut Vec<Line>) {
    let key = |issuer: Option<&str>| {
        Credentials::Key(NotaryKey {
            key: "/keys/AuthKey_A.p8".into(),
            key_id: "A".into(),
            issuer: issuer.map(str::to_owned),
        })
    };
    let who = [
        (key(Some("57246542")), "a team's key"),
        (key(None), "an individual's key"),
        (Credentials::Keychain("python".into()), "a profile"),
    ];
    for (verb, what) in [("submit", "/x.pkg"), ("info", "2efe2717"), ("log", "2efe2717")] {
        for (credentials, name) in &who {
            lines.push(line(format!("{verb} with {name}"), "xcrun", notarytool::args(verb, what.into(), credentials)));
        }
    }
    lines.push(line("a ticket for a package", "xcrun", notarytool::staple_args(Path::new("/x.pkg"))));
}

fn copy(lines: &mut Vec<Line>) {
    let names = [
        "/Library/Frameworks/Python.framework/Versions/3.13/Python",
        "/Library/Frameworks/Python.framework/Versions/3.13/lib/libssl.3.dylib",
    ];
    let names =
        names.map(|name| (name.to_owned(), format!("@loader_path/../{}", name.rsplit('/').next().unwrap_or(name))));
    let relink = relink::Relink { path: "lib/x.so".into(), names: names.to_vec() };
    lines.push(line("a file of the copy, linked to it", "install_name_tool", relink.change_args()));
    lines.push(line("and signed again", "codesign", relink.sign_args()));
}

/// Lines of code outside of tests, with their files.
fn code_lines() -> Vec<(String, String)> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = WalkDir::new(&source).sort_by_file_name().into_iter().map(|entry| entry.unwrap().into_path());
    let mut found = Vec::new();
    for path in files.filter(|path| path.extension().is_some_and(|ending| ending == "rs")) {
        let name = path.strip_prefix(&source).unwrap().to_string_lossy().into_owned();
        // The shims are the stand-ins for these tools.
        if name.contains("tests") || name.starts_with("apple_tools") || name.starts_with("toolchain/shim") {
            continue;
        }
        let text = fs_err::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let lines = code.lines().map(str::trim).filter(|line| !line.starts_with("//"));
        found.extend(lines.map(|line| (name.clone(), line.to_owned())));
    }
    found
}

/// `cmd!(sh, "xcrun …")`: lines that are written out in the code.
fn literal_lines() -> BTreeSet<(String, String)> {
    let literal = |(file, line): (String, String)| {
        let text = line.split_once("cmd!(sh, \"")?.1.split('"').next()?.to_owned();
        ["xcrun ", "sw_vers", "sysctl "].iter().any(|tool| text.starts_with(tool)).then_some((file, text))
    };
    code_lines().into_iter().filter_map(literal).collect()
}

/// What starts a tool by its name: the file and the tool.
pub fn callers(tools: &BTreeSet<&str>) -> Vec<String> {
    let mut found = BTreeSet::new();
    for (file, line) in code_lines() {
        for tool in tools {
            let starts = [
                format!("find(\"{tool}\")"),
                format!("cmd!(sh, \"{tool}"),
                format!(", \"{tool}\", &"),
                format!("\"/usr/bin/{tool}\""),
            ];
            if starts.iter().any(|start| line.contains(start)) {
                found.insert(format!("{file}: {tool}"));
            }
        }
    }
    found.into_iter().collect()
}
