//! The SDK from the project's own lists and a wheel made here.

use std::io::Write as _;

use zip::write::SimpleFileOptions;

use super::*;

/// `Mac/sdk` of this checkout.
fn spec() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Mac/sdk")
}

/// A wheel with these files.
fn wheel(dir: &Path, files: &[(&str, &str)]) -> PathBuf {
    let path = dir.join("ziglang.whl");
    let mut archive = zip::ZipWriter::new(fs_err::File::create(&path).unwrap());
    for (name, text) in files {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
    path
}

const FILES: &[(&str, &str)] = &[
    ("ziglang/lib/libc/include/any-macos-any/stdio.h", "/* stdio */\n"),
    ("ziglang/lib/libc/include/any-macos-any/sys/types.h", "/* types */\n"),
    ("ziglang/lib/libc/include/any-linux-any/linux/fs.h", "/* not ours */\n"),
    ("ziglang/lib/libc/darwin/libSystem.tbd", "--- !tapi-tbd\n"),
    ("ziglang/lib/libc/darwin/libSystem.tbd.other", "not ours\n"),
    ("ziglang/zig", "a compiler\n"),
];

/// Every path of a tree with what is there: sizes vary with the lists and are left out.
fn listing(dir: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    for entry in WalkDir::new(dir).sort_by_file_name() {
        let entry = entry.unwrap();
        let path = entry.path().strip_prefix(dir).unwrap().display().to_string();
        match fs_err::read_link(entry.path()) {
            Ok(target) => lines.push(format!("{path} -> {}", target.display())),
            Err(_) if entry.file_type().is_file() => lines.push(path),
            Err(_) => {}
        }
    }
    lines
}

#[test]
fn our_own_lists_make_an_sdk() {
    let dir = tempfile::tempdir().unwrap();
    let wheel = wheel(dir.path(), FILES);
    let out = dir.path().join("sdk");
    generate(&spec(), &wheel, &out).unwrap();
    let lines = listing(&out);
    for line in [
        "SDKSettings.json",
        "usr/include/stdio.h",
        "usr/include/sys/types.h",
        "usr/include/sys/xattr.h",
        "usr/include/editline/readline.h",
        "usr/lib/libSystem.tbd",
        "usr/lib/libm.tbd -> libSystem.tbd",
        "usr/lib/libz.tbd -> libz.1.tbd",
        "System/Library/Frameworks/CoreFoundation.framework/CoreFoundation.tbd -> Versions/A/CoreFoundation.tbd",
        "System/Library/Frameworks/CoreFoundation.framework/Headers -> Versions/A/Headers",
        "System/Library/Frameworks/CoreFoundation.framework/Versions/A/Headers/CoreFoundation.h",
        "System/Library/Frameworks/AppKit.framework/Versions/C/Headers/AppKit.h",
    ] {
        assert!(lines.contains(&line.to_owned()), "{line}: {lines:#?}");
    }
    assert!(!lines.iter().any(|line| line.contains("linux") || line.contains("other") || line.contains("zig")));
    for entry in WalkDir::new(&out) {
        let path = entry.unwrap().into_path();
        assert!(path.exists(), "{} points nowhere", path.display());
        assert!(path.canonicalize().unwrap().starts_with(out.canonicalize().unwrap()), "{}", path.display());
    }
}

/// What is passed on must be there, or the linker says so at the first link.
#[test]
fn reexported_libraries_have_stubs() {
    let stubs: Vec<Stub> = stubs(&spec()).unwrap().into_iter().map(|(_, stub)| stub).collect();
    for stub in &stubs {
        for name in &stub.reexports {
            assert!(stubs.iter().any(|other| other.install_name == *name), "{} passes on {name}", stub.install_name);
        }
    }
}

/// A symbol that Apple's libedit lacks, and that readline has, must not come back by way of a list or a header.
#[test]
fn libedit_claims_only_what_apples_has() {
    let header = fs_err::read_to_string(spec().join("include/editline/readline.h")).unwrap();
    let declarations: String = header.lines().filter(|line| line.ends_with(';')).collect();
    let stubs = stubs(&spec()).unwrap();
    let libedit = stubs.iter().find(|(path, _)| path.ends_with("libedit.toml")).map(|(_, stub)| stub).unwrap();
    for missing in ["append_history", "rl_catch_signals", "rl_completion_suppress_append", "rl_resize_terminal"] {
        assert!(!libedit.symbols.contains(&missing.to_owned()), "{missing}");
        assert!(!declarations.contains(&format!(" {missing}")), "{missing}");
    }
    assert!(libedit.symbols.contains(&"rl_free_line_state".to_owned()));
}

#[test]
fn a_wheel_can_lead_nowhere_else() {
    let dir = tempfile::tempdir().unwrap();
    let mut files = FILES.to_vec();
    files.push(("ziglang/lib/libc/include/any-macos-any/../../../escape.h", ""));
    let bad = wheel(dir.path(), &files);
    let error = generate(&spec(), &bad, &dir.path().join("out")).unwrap_err();
    assert_eq!(error.root_cause().to_string(), "`usr/include/../../../escape.h` is not a path inside the SDK");
    assert!(!dir.path().join("escape.h").exists());

    let bad = wheel(dir.path(), &FILES[..3]);
    let error = generate(&spec(), &bad, &dir.path().join("out2")).unwrap_err();
    assert_eq!(error.root_cause().to_string(), "it has no ziglang/lib/libc/darwin/libSystem.tbd");

    fs_err::write(&bad, "not an archive").unwrap();
    assert!(generate(&spec(), &bad, &dir.path().join("out3")).is_err());
}

#[test]
fn the_digest_sees_every_file_and_name() {
    let dir = tempfile::tempdir().unwrap();
    let before = spec_digest(dir.path()).unwrap();
    fs_err::write(dir.path().join("a"), "1").unwrap();
    let one = spec_digest(dir.path()).unwrap();
    fs_err::rename(dir.path().join("a"), dir.path().join("b")).unwrap();
    let renamed = spec_digest(dir.path()).unwrap();
    fs_err::write(dir.path().join("b"), "2").unwrap();
    let changed = spec_digest(dir.path()).unwrap();
    let all = std::collections::BTreeSet::from([before, one, renamed, changed]);
    assert_eq!(all.len(), 4);
}

#[test]
fn links_between_folders() {
    assert_eq!(relative("usr/lib/libz.tbd", "usr/lib/libz.1.tbd"), Path::new("libz.1.tbd"));
    assert_eq!(relative("A.framework/A.tbd", "A.framework/Versions/C/A.tbd"), Path::new("Versions/C/A.tbd"));
    assert_eq!(relative("usr/lib/a.tbd", "System/b.tbd"), Path::new("../../System/b.tbd"));
}

/// Where the stub of a framework is.
fn framework(sdk: &Path, name: &str) -> PathBuf {
    sdk.join(format!("System/Library/Frameworks/{name}.framework"))
}

#[test]
fn cocoa_lies_over_an_sdk_and_changes_nothing_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let wheel = wheel(dir.path(), FILES);
    let (base, out) = (dir.path().join("sdk"), dir.path().join("cocoa"));
    generate(&spec(), &wheel, &base).unwrap();
    // As an overlay makes it: folders, and links to files.
    for entry in WalkDir::new(&base) {
        let entry = entry.unwrap();
        let to = out.join(entry.path().strip_prefix(&base).unwrap());
        match fs_err::read_link(entry.path()) {
            Ok(target) => symlink(&target, &to).unwrap(),
            Err(_) if entry.file_type().is_dir() => fs_err::create_dir_all(to).unwrap(),
            Err(_) => symlink(entry.path(), &to).unwrap(),
        }
    }
    let text = |sdk: &Path, name: &str, file: &str| fs_err::read_to_string(framework(sdk, name).join(file)).unwrap();
    let before = text(&base, "AppKit", "AppKit.tbd");
    add_cocoa(&spec(), &out).unwrap();
    assert_eq!(text(&base, "AppKit", "AppKit.tbd"), before);
    assert!(!before.contains("NSAlert,") && !framework(&base, "IOKit").exists());
    let after = text(&out, "AppKit", "AppKit.tbd");
    for name in ["_NSRunAlertPanel", "NSComboBox", "_NSBeep", "NSAlert"] {
        assert!(after.contains(name), "{name}, of the base or of the layer: {after}");
    }
    for (name, header) in [("AppKit", "AppKit.h"), ("IOKit", "hidsystem/IOHIDShared.h"), ("Cocoa", "Cocoa.h")] {
        assert_eq!(text(&out, name, &format!("Headers/{header}")), "#include <cocoa/cocoa.h>\n");
    }
    assert_ne!(text(&base, "Cocoa", "Headers/Cocoa.h"), text(&out, "Cocoa", "Headers/Cocoa.h"));
    assert!(out.join("usr/include/cocoa/declarations.h").is_file());
}

#[test]
fn the_layer_has_a_digest_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let copy = dir.path().join("sdk");
    for entry in WalkDir::new(spec()) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            write(&copy.join(entry.path().strip_prefix(spec()).unwrap()), &fs_err::read(entry.path()).unwrap())
                .unwrap();
        }
    }
    let digests = || (spec_digest(&copy).unwrap(), cocoa_digest(&copy).unwrap());
    let before = digests();
    fs_err::write(copy.join("cocoa/include/cocoa/inline.h"), "other\n").unwrap();
    fs_err::write(copy.join("wanted.toml"), "other\n").unwrap();
    let after = digests();
    assert_eq!(before.0, after.0, "builds without Tk have the keys that they had");
    assert_ne!(before.1, after.1);
}
