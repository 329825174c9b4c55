//! The verbs for packages as a user calls them: what they write, what they say, what they exit with.

#![allow(clippy::disallowed_methods, reason = "tests run the program itself")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, missing_docs, reason = "a test may fail")]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const XTASK: &str = env!("CARGO_BIN_EXE_cpython-macos-release");

/// The described product that is also the documentation of its keys.
const HELLO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello/product.toml");

fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("SOURCE_DATE_EPOCH");
    command
}

fn xtask<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    command(XTASK).args(arguments).output().unwrap()
}

/// Exit code, standard output and standard error.
fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// The flags for a component of a folder.
fn flags<'a>(root: &'a Path, out: &'a Path) -> Vec<&'a OsStr> {
    let mut flags: Vec<&OsStr> =
        ["package", "--identifier", "org.example.a", "--version", "1.0"].map(OsStr::new).into();
    flags.extend([OsStr::new("--root"), root.as_os_str(), OsStr::new("-o"), out.as_os_str()]);
    flags
}

/// A folder with a program, a link, a file that doesn't compress, and the place for a package beside it.
fn folder(noise: usize) -> (TempDir, PathBuf, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("root");
    fs::create_dir_all(root.join("bin")).unwrap();
    fs::write(root.join("bin/tool"), "#!/bin/sh\n").unwrap();
    fs::set_permissions(root.join("bin/tool"), fs::Permissions::from_mode(0o700)).unwrap();
    std::os::unix::fs::symlink("tool", root.join("bin/link")).unwrap();
    let mut state = 1_u64;
    let byte = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    fs::write(root.join("noise"), std::iter::repeat_with(byte).take(noise).collect::<Vec<_>>()).unwrap();
    let out = dir.path().join("out");
    fs::create_dir(&out).unwrap();
    let out = out.join("a.pkg");
    (dir, root, out)
}

fn names(dir: &Path) -> Vec<String> {
    fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_folder_becomes_a_component() {
    let (dir, root, out) = folder(10);
    let scripts = dir.path().join("scripts");
    fs::create_dir(&scripts).unwrap();
    fs::write(scripts.join("postinstall"), "#!/bin/sh\n").unwrap();
    fs::set_permissions(scripts.join("postinstall"), fs::Permissions::from_mode(0o755)).unwrap();
    let policy = dir.path().join("ownership.toml");
    fs::write(
        &policy,
        "[[rule]]\npath = \"bin/*\"\ngroup = \"admin\"\n\n[[rule]]\npath = \"lib/**\"\nmode = \"0700\"\n",
    )
    .unwrap();
    let more = ["--install-location", "/usr/local", "--compression", "pbzx", "--min-os-version", "10.13"];
    let more = more.iter().map(OsStr::new).chain([
        OsStr::new("--scripts"),
        scripts.as_os_str(),
        OsStr::new("--ownership"),
        policy.as_os_str(),
    ]);
    let (code, stdout, stderr) = said(&xtask(flags(&root, &out).into_iter().chain(more)));
    assert_eq!((code, stdout.trim()), (Some(0), out.to_str().unwrap()), "{stderr}");
    assert!(stderr.contains("ownership.toml: line 6: nothing in"), "{stderr}");
    assert!(!stderr.contains('\r') && !stderr.contains('\x1b'), "no moving lines off a terminal: {stderr:?}");

    let (code, stdout, _) = said(&xtask([OsStr::new("inspect"), out.as_os_str(), OsStr::new("--json")]));
    assert_eq!(code, Some(0));
    let dump: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let component = &dump["components"][0];
    assert_eq!((&component["install_location"], &component["version"]), (&"/usr/local".into(), &"1.0".into()));
    let lines: Vec<String> = component["paths"]
        .as_array()
        .unwrap()
        .iter()
        .map(|path| {
            format!(
                "{} {}/{} {} {}",
                path["mode"].as_str().unwrap(),
                path["uid"],
                path["gid"],
                path["mtime"],
                path["path"]
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    drwxr-xr-x 0/0 315532800 "."
    drwxr-xr-x 0/0 315532800 "./bin"
    lrwxr-xr-x 0/80 315532800 "./bin/link"
    -rwxr-xr-x 0/80 315532800 "./bin/tool"
    -rw-r--r-- 0/0 315532800 "./noise"
    "#);
}

#[test]
fn the_described_product() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("hello.pkg");
    let arguments = ["package".as_ref(), "--product".as_ref(), HELLO.as_ref(), "-o".as_ref(), out.as_os_str()];
    let (code, _, stderr) = said(&xtask(arguments));
    assert_eq!(code, Some(0), "{stderr}");
    let (code, text, _) = said(&xtask([OsStr::new("inspect"), out.as_os_str()]));
    assert_eq!(code, Some(0));
    let from = text.find("--- Distribution").unwrap();
    insta::assert_snapshot!("hello", &text[from..]);
    let (code, ..) = said(&xtask(["verify".as_ref(), out.as_os_str(), "--strict".as_ref()]));
    assert_eq!(code, Some(0));

    let mode = |umask: &str, epoch: &str, out: &Path| {
        let script = format!("umask {umask}; exec \"$0\" package --product \"$1\" -o \"$2\"");
        let mut shell = command("sh");
        shell.args(["-c", &script, XTASK, HELLO]).arg(out).env("SOURCE_DATE_EPOCH", epoch);
        assert!(shell.env("RAYON_NUM_THREADS", "1").status().unwrap().success());
        fs::read(out).unwrap()
    };
    let other = dir.path().join("other.pkg");
    assert!(mode("077", "315532800", &other) == fs::read(&out).unwrap(), "neither umask nor cores change a byte");
    assert!(mode("022", "1700000000", &other) != fs::read(&out).unwrap(), "the date is the user's");
}

#[test]
fn wrong_usage_exits_with_2() {
    let wrong: &[&[&str]] = &[
        &["package"],
        &["package", "3.13.5", "-o", "x.pkg"],
        &["package", "3.13.5", "--identifier", "a"],
        &["package", "--identifier", "a", "--version", "1", "--root", "."],
        &["package", "--identifier", "a", "--root", ".", "-o", "x.pkg"],
        &["package", "--product", "p.toml"],
        &["package", "--product", "p.toml", "--root", ".", "-o", "x.pkg"],
        &["package", "--product", "p.toml", "--scripts", ".", "-o", "x.pkg"],
        &["package", "--identifier", "a", "--version", "1", "--compression", "bzip2", "-o", "x.pkg"],
        &["inspect"],
        &["expand", "x.pkg"],
    ];
    for arguments in wrong {
        assert_eq!(xtask(*arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn verify_tells_findings_from_what_it_cannot_read() {
    let (dir, root, out) = folder(1000);
    assert!(xtask(flags(&root, &out)).status.success());
    let (code, stdout, _) = said(&xtask(["verify".as_ref(), out.as_os_str(), "--json".as_ref()]));
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, report["findings"].as_array().map(Vec::len)), (Some(0), Some(0)), "{stdout}");
    assert_eq!(
        (&report["signature"]["facts"]["signed"], &report["code"]),
        (&serde_json::Value::Null, &serde_json::Value::Null)
    );

    let mut bytes = fs::read(&out).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&out, bytes).unwrap();
    let (code, stdout, stderr) = said(&xtask([OsStr::new("verify"), out.as_os_str(), OsStr::new("--json")]));
    assert_eq!(code, Some(1), "{stderr}");
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert!(report["findings"].as_array().unwrap().iter().all(|finding| finding["place"] == "PackageInfo"), "{stdout}");
    let (code, stdout, stderr) = said(&xtask([OsStr::new("verify"), out.as_os_str()]));
    assert_eq!((code, stderr.as_str()), (Some(1), ""), "findings and verdict are results");
    assert!(stdout.contains("error: PackageInfo: archived checksum is"), "{stdout}");
    let verdict = stdout.lines().last().unwrap();
    assert!(verdict.contains("a.pkg: component package, DAMAGED: ") && verdict.contains("; not signed;"), "{verdict}");

    let text = dir.path().join("text");
    fs::write(&text, "no package").unwrap();
    for verb in ["verify", "inspect"] {
        for path in [&text, &dir.path().join("missing")] {
            let (code, _, stderr) = said(&xtask([verb.as_ref(), path.as_os_str()]));
            assert_eq!(code, Some(2), "{verb} {stderr}");
            assert!(stderr.contains(path.to_str().unwrap()), "{stderr}");
        }
    }
}

#[test]
fn expand_fills_an_empty_folder_only() {
    let (dir, root, out) = folder(10);
    assert!(xtask(flags(&root, &out)).status.success());
    let to = dir.path().join("expanded");
    let arguments = || [OsStr::new("expand"), out.as_os_str(), to.as_os_str(), OsStr::new("--payload")];
    assert_eq!(xtask(arguments()).status.code(), Some(0));
    assert_eq!(fs::read(to.join("Payload/bin/link")).unwrap(), b"#!/bin/sh\n");
    let (code, _, stderr) = said(&xtask(arguments()));
    assert_eq!(code, Some(1));
    assert!(stderr.contains("is not empty"), "{stderr}");
}

/// A file of 9 GiB with nothing in it.
#[test]
fn too_large_files_are_refused_before_anything_is_written() {
    let (_dir, root, out) = folder(10);
    fs::File::create(root.join("sparse")).unwrap().set_len(9 << 30).unwrap();
    let (code, _, stderr) = said(&xtask(flags(&root, &out)));
    assert_eq!(code, Some(1));
    let why = "sparse has 9663676416 bytes, a payload can hold files of at most 8589934591 (8 GiB - 1)";
    assert!(stderr.contains(why), "{stderr}");
    assert_eq!(names(out.parent().unwrap()), [""; 0]);
}

/// A file of 4 GiB and one byte: its size takes more than 32 bits in the bill of materials.
#[test]
fn a_file_of_more_than_4_gib_is_packaged_and_read_by_others() {
    let (dir, root, out) = folder(10);
    let size = (4_u64 << 30) + 1;
    fs::File::create(root.join("large")).unwrap().set_len(size).unwrap();
    let (code, _, stderr) = said(&xtask(flags(&root, &out)));
    assert_eq!(code, Some(0), "{stderr}");
    let (code, _, stderr) = said(&xtask([OsStr::new("verify"), out.as_os_str()]));
    assert_eq!(code, Some(0), "{stderr}");
    let (_, listing, _) = said(&xtask([OsStr::new("inspect"), out.as_os_str()]));
    assert!(listing.contains(" 4294967297 c="), "{listing}");

    let to = dir.path().join("expanded");
    assert!(xtask([OsStr::new("expand"), out.as_os_str(), to.as_os_str()]).status.success());
    if let Some(listed) = oracle::run("bsdtar", [OsStr::new("-tvf"), to.join("Payload").as_os_str()]) {
        let listed = String::from_utf8(listed).unwrap();
        assert!(listed.contains(" 4294967297 "), "{listed}");
    }
}

/// A disk of 1 MiB, in a mount name space of its own: needs root, and a kernel that lets it.
#[test]
fn a_full_disk_leaves_nothing() {
    let (_dir, root, out) = folder(3 << 20);
    let place = out.parent().unwrap();
    let script = "mount -t tmpfs -o size=1m none \"$0\" || exit 99; \"$@\"; code=$?; ls -A \"$0\"; exit $code";
    let mut unshare = command("unshare");
    unshare.args(["--mount", "sh", "-c", script]).arg(place).arg(XTASK).args(flags(&root, &out));
    match unshare.output() {
        Ok(output) if output.status.code() != Some(99) && !output.stderr.starts_with(b"unshare") => {
            let (code, stdout, stderr) = said(&output);
            assert_eq!((code, stdout.as_str()), (Some(1), ""), "{stderr}");
            assert!(stderr.contains("No space left on device"), "{stderr}");
        }
        _ => println!("skipped: file systems can't be mounted here"),
    }
    assert_eq!(names(place), [""; 0]);
}

/// Runs with a limit on the length of files, in KiB, and on processor time, in seconds.
fn limited(setup: &str, arguments: &[&OsStr]) -> Output {
    command("bash")
        .args(["-c", &format!("ulimit -c 0; {setup}; exec \"$0\" \"$@\""), XTASK])
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn files_that_may_not_grow_leave_nothing() {
    let (_dir, root, out) = folder(3 << 20);
    let (code, _, stderr) = said(&limited("trap '' XFSZ; ulimit -f 1000", &flags(&root, &out)));
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("File too large"), "{stderr}");
    assert_eq!(names(out.parent().unwrap()), [""; 0]);
}

/// Killed at three moments: while the payload is compressed, while it is written, while the package is put together. At
/// worst a hidden file with another name stays; what was at the output stays too.
#[test]
fn a_kill_leaves_what_was_there() {
    let (_dir, root, out) = folder(24 << 20);
    fs::write(&out, "what was there").unwrap();
    let compress = [
        flags(&root, &out),
        vec!["--compression".as_ref(), "pbzx".as_ref(), "--min-os-version".as_ref(), "11".as_ref()],
    ]
    .concat();
    let compressing = limited("ulimit -t 1", &compress);
    assert_eq!(compressing.status.signal(), Some(9), "{:?}", said(&compressing));
    assert_eq!(names(out.parent().unwrap()), ["a.pkg"]);

    let whole = out.with_extension("whole");
    assert!(xtask(flags(&root, &whole)).status.success());
    let length = fs::metadata(&whole).unwrap().len();
    fs::remove_file(whole).unwrap();
    for kilobytes in [length / 2048, (length - 1) / 1024] {
        let killed = limited(&format!("ulimit -f {kilobytes}"), &flags(&root, &out));
        assert!(killed.status.signal().is_some(), "{:?}", said(&killed));
        assert_eq!(fs::read(&out).unwrap(), b"what was there");
        let stays = |name: &String| name == "a.pkg" || (name.starts_with(".flatpkg-") && name.ends_with(".part"));
        assert!(names(out.parent().unwrap()).iter().all(stays));
    }
}

/// A file of each kind that is no flat package, and what it is called.
fn other_kinds(dir: &Path) -> Vec<(PathBuf, &'static str)> {
    use flatpkg::bom::Bom;
    use flatpkg::{component, mode::Mode, policy::Policy, tree};
    use oldpkg::{bundle, hfsplus, udif};
    let put = |name: &str, bytes: &[u8]| {
        fs::write(dir.join(name), bytes).unwrap();
        dir.join(name)
    };
    let mut content = tree::Tree::new(tree::Entry::directory(Mode::EXECUTABLE));
    content.insert(tree::TreePath::new("hello").unwrap(), tree::Entry::file(*b"hello\n", Mode::PLAIN)).unwrap();
    let component =
        component::Component { payload: Some(&content), ..component::Component::new("org.example.old", "1.0") };
    fs::create_dir(dir.join("top")).unwrap();
    for name in ["Old.pkg", "Other.pkg"] {
        bundle::write_component(&component, &dir.join("top").join(name), &|_| ()).unwrap();
    }
    let volume = hfsplus::Volume {
        name: "Old".to_owned(),
        tree: tree::Tree::from_dir(&dir.join("top"), &Policy::standard(0)).unwrap(),
        created: 0,
        opens_window: false,
        custom_icon: false,
    };
    let mut image = fs::File::create(dir.join("old.dmg")).unwrap();
    udif::write(&mut image, |mut to| {
        hfsplus::write(&volume, &mut to, &|_| ()).map_err(|error| udif::UdifError::Write(std::io::Error::other(error)))
    })
    .unwrap();
    let xar = dir.join("plain.xar");
    let mut writer = flatpkg::xar::Writer::new(&xar, flatpkg::xar::Options::new(0)).unwrap();
    writer.add_file(&["a"], &b"a"[..], flatpkg::xar::Encoding::Zlib).unwrap();
    writer.finish().unwrap();
    let facts =
        flatpkg::payload::write(&content, flatpkg::payload::Compression::Gzip, &mut Vec::new(), &|_| ()).unwrap();
    let bom = Bom::new(flatpkg::bom::records(&content, &facts).unwrap()).encode().unwrap();
    vec![
        (dir.join("top/Old.pkg"), "is a bundle package"),
        (dir.join("old.dmg"), "is a disk image"),
        (put("a.bom", &bom), "is a bill of materials"),
        (xar, "is a xar archive without a Distribution or PackageInfo"),
        (put("drawing.xar", b"XARA\xa3\xa3\r\n"), "is a drawing by Xara's programs"),
        (put("secret.dmg", b"encrcdsa and more"), "is an encrypted disk image"),
        (put("empty.pkg", b""), "is an empty file"),
    ]
}

/// Every verb says what a file is before it says that it can't work with it.
#[test]
fn files_of_other_kinds_are_named() {
    let dir = tempfile::tempdir().unwrap();
    for (path, kind) in other_kinds(dir.path()) {
        let out = dir.path().join("out");
        let calls: [Vec<&OsStr>; 3] = [
            vec!["expand".as_ref(), path.as_os_str(), out.as_os_str()],
            vec!["preview".as_ref(), path.as_os_str(), "-o".as_ref(), out.as_os_str()],
            vec!["inspect".as_ref(), path.as_os_str()],
        ];
        let read = ["is a bundle package", "is a disk image", "is a bill of materials"].contains(&kind);
        for call in calls.iter().take(if read { 2 } else { 3 }) {
            let (code, _, stderr) = said(&xtask(call));
            assert!(
                code == Some(2) && stderr.contains(kind) && stderr.contains("hint: "),
                "{call:?} {code:?}: {stderr}"
            );
        }
        assert!(!out.exists());
    }
}

#[test]
fn inspect_and_verify_read_the_old_format() {
    let dir = tempfile::tempdir().unwrap();
    let files = other_kinds(dir.path());
    let [package, image, bom] = [0, 1, 2].map(|at| files[at].0.clone());
    let inspect = |path: &Path| said(&xtask([OsStr::new("inspect"), path.as_os_str()]));
    let (code, stdout, stderr) = inspect(&package);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.contains("bundle package org.example.old 1.0") && stdout.contains("./hello"), "{stdout}");
    let (code, stdout, stderr) = inspect(&bom);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.contains("-rw-r--r-- root wheel 6 c=b3beab91 ./hello"), "{stdout}");
    let (code, stdout, stderr) = inspect(&image);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.contains("volume Old\n  Old.pkg/\n  Other.pkg/"), "{stdout}");

    let verify = |path: &Path| said(&xtask([OsStr::new("verify"), path.as_os_str()]));
    assert_eq!(verify(&package).0, Some(0), "{:?}", verify(&package));
    // The image has two packages: it is asked which.
    let root = dir.path().join("root");
    let install = |more: &[&str]| {
        let mut call: Vec<&OsStr> = vec!["install".as_ref(), image.as_os_str(), "--root".as_ref(), root.as_os_str()];
        call.extend(more.iter().map(OsStr::new));
        said(&xtask(call))
    };
    let (code, _, stderr) = install(&[]);
    assert!(code == Some(2) && stderr.contains("several packages: Old.pkg, Other.pkg"), "{code:?} {stderr}");
    assert!(stderr.contains("--package"), "{stderr}");
    let (code, _, stderr) = install(&["--package", "No.pkg"]);
    assert!(code == Some(2) && stderr.contains("it has Old.pkg, Other.pkg"), "{code:?} {stderr}");
    fs::create_dir(&root).unwrap();
    let (code, _, stderr) = install(&["--package", "Other.pkg"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(fs::read(root.join("hello")).unwrap(), b"hello\n");
    // What the package says is not what it holds.
    let mut bytes = fs::read(package.join("Contents/Archive.bom")).unwrap();
    let size = bytes.windows(5).rposition(|window| window == [0, 0, 0, 6, 1]).unwrap();
    bytes[size + 3] = 7;
    fs::write(package.join("Contents/Archive.bom"), bytes).unwrap();
    let (code, _, stderr) = verify(&package);
    assert_eq!(code, Some(1), "{stderr}");
}

#[test]
fn what_finder_leaves_behind_is_left_out() {
    let (_dir, root, out) = folder(10);
    fs::write(root.join(".DS_Store"), "x").unwrap();
    fs::write(root.join("bin/._tool"), "x").unwrap();
    let (code, _, stderr) = said(&xtask(flags(&root, &out)));
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("left out 2 .DS_Store and ._ files"), "{stderr}");
    let listed = |out: &Path| said(&xtask([OsStr::new("inspect"), out.as_os_str()])).1;
    assert!(!listed(&out).contains("DS_Store"));
    let kept = [flags(&root, &out), vec!["--keep-junk".as_ref()]].concat();
    let (code, _, stderr) = said(&xtask(kept));
    assert_eq!(code, Some(0), "{stderr}");
    assert!(listed(&out).contains("./.DS_Store") && listed(&out).contains("./bin/._tool"));
}
