//! A staged root becomes a signed product: code from the inside out, package, product.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use fake_apple::IdentityKind;

use crate::{Stage, said};

const FRAMEWORK: &str = "Library/Frameworks/Python.framework/Versions/3.13";

/// A Mach-O file that does nothing, for both kinds of Mac.
fn macho(rcodesign: &Path, at: &Path, kind: &str) {
    fs::create_dir_all(at.parent().unwrap()).unwrap();
    let thin = ["x86-64", "aarch64"].map(|arch| {
        let path = at.with_extension(arch);
        let make = ["debug-create-macho", "--file-type", kind, "--architecture", arch];
        let versions = ["--minimum-os-version", "11.0.0", "--sdk-version", "11.0.0"];
        let made = Command::new(rcodesign).args(make).args(versions).arg(&path).output().unwrap();
        assert!(made.status.success(), "{}", said(&made).2);
        path
    });
    let made = Command::new(rcodesign).args(["macho-universal-create", "-o"]).arg(at).args(&thin).output().unwrap();
    assert!(made.status.success(), "{}", said(&made).2);
    thin.iter().for_each(|path| fs::remove_file(path).unwrap());
    fs::set_permissions(at, fs::Permissions::from_mode(0o755)).unwrap();
}

fn info(identifier: &str, kind: &str) -> String {
    let pairs = [
        ("CFBundleIdentifier", identifier),
        ("CFBundleExecutable", "Python"),
        ("CFBundlePackageType", kind),
        ("CFBundleVersion", "3.13.5"),
    ];
    let pairs: String = pairs.iter().map(|(key, value)| format!("<key>{key}</key><string>{value}</string>")).collect();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\"><dict>{pairs}</dict></plist>\n")
}

/// A root with a little of everything that is signed.
fn staged(stage: &Stage) -> String {
    let root = stage.path("staged");
    let framework = root.join(FRAMEWORK);
    macho(&stage.program, &framework.join("Python"), "dylib");
    macho(&stage.program, &framework.join("bin/python3.13"), "executable");
    macho(&stage.program, &framework.join("lib/libssl.3.dylib"), "dylib");
    macho(&stage.program, &framework.join("lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so"), "dylib");
    macho(&stage.program, &framework.join("Resources/Python.app/Contents/MacOS/Python"), "executable");
    let write = |path: PathBuf, text: &str| {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(framework.join("Resources/Info.plist"), &info("org.python.python", "FMWK"));
    write(framework.join("Resources/Python.app/Contents/Info.plist"), &info("org.python.python", "APPL"));
    write(framework.join("share/doc/python3.13/licenses/python.txt"), "the licence\n");
    write(framework.join("lib/python3.13/os.py"), "import sys\n");
    write(root.join("Applications/Python 3.13/License.txt"), "the licence\n");
    symlink("3.13", root.join("Library/Frameworks/Python.framework/Versions/Current")).unwrap();
    fs::create_dir_all(root.join("usr/local/bin")).unwrap();
    symlink(format!("../../../{FRAMEWORK}/bin/python3.13"), root.join("usr/local/bin/python3.13")).unwrap();
    root.to_str().unwrap().to_owned()
}

/// Whether a signature has the hardened runtime, and entitlements, as rcodesign reads it.
fn about(rcodesign: &Path, file: &Path) -> (bool, bool) {
    let text = said(&Command::new(rcodesign).arg("print-signature-info").arg(file).output().unwrap()).1;
    (text.contains("RUNTIME"), text.contains("disable-library-validation"))
}

#[test]
fn a_staged_root_becomes_a_signed_product() {
    let Some(stage) = Stage::set() else { return };
    let root = staged(&stage);
    let (code, out, error) = said(&stage.run(["sign", "--plan", "--release", "3.13.5", "--staged", &root]));
    assert_eq!(code, Some(0), "{error}");
    assert!(out.ends_with("5 signatures, 0 left alone\n"), "{out}");
    let before = fs::read(Path::new(&root).join(FRAMEWORK).join("Python")).unwrap();
    let pin = stage.text("root.der");
    let url = stage.timestamps.url();
    let (application, installer) = (stage.unified(IdentityKind::Application), stage.unified(IdentityKind::Installer));
    let flags = ["sign", "--release", "3.13.5", "--staged", &root, "--root", &pin, "--timestamp-url", &url];
    let who = ["--application-pem", &application, "--installer-pem", &installer, "--team-id", fake_apple::TEAM];
    let (code, out, error) = said(&stage.run(flags.iter().chain(&who).copied()));
    assert_eq!(code, Some(0), "{error}");
    let made = stage.path("dist/python-3.13.5-macos11-self-signed.pkg");
    assert_eq!(out.trim_end(), made.to_str().unwrap());
    assert!(!stage.path("dist/python-3.13.5-macos11-unsigned.pkg").exists(), "what is signed next is not left about");
    let (code, text) = stage.verify(&made, "developer-id");
    assert_eq!(code, Some(0), "{text}");
    assert!(
        fs::read(Path::new(&root).join(FRAMEWORK).join("Python")).unwrap() == before,
        "what was staged is as it was"
    );
    // As somebody else's program reads it.
    let expanded = stage.text("expanded");
    assert_eq!(said(&stage.run(["expand", "--payload", made.to_str().unwrap(), &expanded])).0, Some(0));
    let payload = walkdir::WalkDir::new(&expanded).into_iter().map(Result::unwrap);
    let framework = payload.map(walkdir::DirEntry::into_path).find(|path| path.ends_with("Versions/3.13")).unwrap();
    assert_eq!(about(&stage.program, &framework.join("bin/python3.13")), (true, true));
    assert_eq!(about(&stage.program, &framework.join("Resources/Python.app/Contents/MacOS/Python")), (true, true));
    assert_eq!(about(&stage.program, &framework.join("Python")), (true, false));
    assert_eq!(about(&stage.program, &framework.join("lib/libssl.3.dylib")), (true, false));
    assert!(framework.join("_CodeSignature/CodeResources").is_file(), "the framework has its seal");
    let receipt = stage.path("dist/python-3.13.5-macos11-self-signed.pkg.receipt.json");
    let receipt: serde_json::Value = serde_json::from_slice(&fs::read(receipt).unwrap()).unwrap();
    assert!(receipt["package"]["signed-by"].as_str().unwrap().starts_with("Developer ID Installer"), "{receipt}");
    let left = fs::read_dir(stage.path("cache/work")).unwrap().count();
    assert_eq!(left, 0, "no copy is left");
}

#[test]
fn code_that_nobody_signs_is_named_so_and_what_no_rule_covers_is_refused() {
    let Some(stage) = Stage::set() else { return };
    let root = staged(&stage);
    let flags = ["sign", "--release", "3.13.5", "--staged", &root];
    let (code, out, error) = said(&stage.run(flags.into_iter().chain(["--ad-hoc"])));
    assert_eq!(code, Some(0), "{error}");
    assert!(out.trim_end().ends_with("python-3.13.5-macos11-adhoc.pkg"), "{out}");
    let (code, _, error) = said(&stage.run(flags));
    assert!(code == Some(1) && error.contains("no identity for signing code was given"), "{error}");
    macho(&stage.program, &Path::new(&root).join("usr/local/bin/stray"), "executable");
    let (code, _, error) = said(&stage.run(["sign", "--plan", "--release", "3.13.5", "--staged", &root]));
    assert!(code == Some(1) && error.contains("usr/local/bin/stray: no rule says how it is signed"), "{error}");
}
