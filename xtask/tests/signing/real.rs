//! The release that was built last becomes what Apple would vouch for: signed, stamped, notarized, stapled. Programs that share
//! no code with ours look at the result.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use fake_apple::{IdentityKind, NotaryServer, Script};
use flatpkg::xar::{Archive, Signature};

use crate::notary::ISSUER;
use crate::stage::{XTASK, cache};
use crate::{Stage, said};

/// The version of the release that was built.
const RELEASED: &str = "XTASK_RELEASED";

fn bytes(archive: &Archive, signature: &Signature) -> Vec<u8> {
    let mut bytes = Vec::new();
    archive.section(signature.offset, signature.size).read_to_end(&mut bytes).unwrap();
    bytes
}

/// The chain is checked, too. OpenSSL knows none of Apple's extensions, which are critical.
fn openssl_agrees(stage: &Stage, package: &Path) {
    let archive = Archive::open(package).unwrap();
    let cms = archive.signatures().iter().find(|signature| signature.extended).unwrap();
    fs::write(stage.path("cms"), bytes(&archive, cms)).unwrap();
    fs::write(stage.path("digest"), archive.toc_digest().unwrap()).unwrap();
    fs::write(stage.path("root.pem"), &stage.fake.root().pem).unwrap();
    let what = ["cms", "-verify", "-inform", "DER", "-in", "cms", "-content", "digest", "-binary", "-out", "/dev/null"];
    let whom = ["-CAfile", "root.pem", "-no-CApath", "-purpose", "any", "-ignore_critical"];
    let output = stage.fake.openssl().try_run(stage.dir.path(), &[&what[..], &whom].concat(), b"");
    assert!(output.status.success(), "{}", said(&output).2);
}

fn rcodesign_agrees(stage: &Stage, package: &Path) {
    let about = Command::new(&stage.program).arg("print-signature-info").arg(package).output().unwrap();
    let about = said(&about).1;
    for check in ["checksum", "rsa_signature", "cms_signature"] {
        assert!(about.contains(&format!("{check}_verifies: true")), "{check}: {about}");
    }
    assert!(!about.contains("verifies: false"), "{about}");
}

/// The hashes of all code that was signed, as rcodesign computes them.
fn rcodesign_agrees_about_code(stage: &Stage, package: &Path) -> usize {
    let expanded = stage.text("expanded");
    assert_eq!(said(&stage.run(["expand", "--payload", package.to_str().unwrap(), &expanded])).0, Some(0));
    let files = walkdir::WalkDir::new(&expanded).into_iter().map(Result::unwrap);
    let code: BTreeSet<PathBuf> = files
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .filter(|path| {
            let mut magic = [0; 4];
            let read = fs::File::open(path).unwrap().read(&mut magic).unwrap();
            let object = path.extension().is_some_and(|ending| ending == "o");
            let class = path.extension().is_some_and(|ending| ending == "class");
            let known = [[0xca, 0xfe, 0xba, 0xbe], [0xcf, 0xfa, 0xed, 0xfe]];
            read == 4 && known.contains(&magic) && !object && !class
        })
        .collect();
    for path in &code {
        let (code, out, error) = said(&Command::new(&stage.program).arg("verify").arg(path).output().unwrap());
        assert_eq!(code, Some(0), "{}: {out}{error}", path.display());
    }
    code.len()
}

#[test]
#[ignore = "needs a release that was built: `cargo xtask ci` runs it after the build"]
fn the_release_is_signed_notarized_and_stapled() {
    let Some(stage) = Stage::set() else { return };
    let (version, url, pin) =
        (std::env::var(RELEASED).expect("set by `cargo xtask ci`"), stage.timestamps.url(), stage.text("root.der"));
    let (application, installer) = (stage.unified(IdentityKind::Application), stage.unified(IdentityKind::Installer));
    let server = NotaryServer::start(*stage.fake.openssl(), Script::saying(&["In Progress", "Accepted"]));
    let mut release = Command::new(XTASK);
    release.current_dir(env!("CARGO_MANIFEST_DIR")).envs(server.environment());
    release.args(["release", &version, "--offline", "--root", &pin, "--timestamp-url", &url]);
    release.arg("--cache").arg(cache().unwrap()).arg("--dist").arg(stage.path("dist"));
    release.args(["--application-pem", &application, "--installer-pem", &installer, "--team-id", fake_apple::TEAM]);
    release.args(["--notary", "rcodesign", "--poll", "0", "--key-id", "FAKE", "--api-key"]).arg(server.key());
    let (code, out, error) = said(&release.args(["--issuer", ISSUER]).output().unwrap());
    assert_eq!(code, Some(0), "{error}");
    println!("{error}{} time stamps", stage.timestamps.requests());
    let package = PathBuf::from(out.lines().next().unwrap());
    assert_eq!(server.seen().uploads.len(), 1);

    let entitlements = concat!(env!("CARGO_MANIFEST_DIR"), "/../installer-assets/entitlements.plist");
    let demands = ["--policy", "gatekeeper", "--root", &pin, "--team-id", fake_apple::TEAM];
    let verify = ["verify", package.to_str().unwrap(), "--strict", "--entitlements", entitlements];
    let (code, out, error) = said(&stage.run(verify.iter().chain(&demands).copied()));
    assert_eq!(code, Some(0), "{out}{error}");
    println!("{error}");
    openssl_agrees(&stage, &package);
    rcodesign_agrees(&stage, &package);
    let files = rcodesign_agrees_about_code(&stage, &package);
    assert!(files > 50, "{files}");
    println!("openssl and rcodesign agree about the package, rcodesign about {files} files with code");
    let checked = Command::new("sha256sum").args(["-c", "SHA256SUMS"]).current_dir(stage.path("dist")).output();
    assert_eq!(said(&checked.unwrap()).0, Some(0), "digests are of what is published");
}
