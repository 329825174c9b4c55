//! What was signed is looked at, written down, and can be taken apart and put together again.

use std::fs;
use std::path::Path;

use fake_apple::{IdentityKind, Signing};
use pkgsign::RsaForm;

use crate::{Stage, said};

#[test]
fn a_broken_signature_never_leaves_with_0() {
    let Some(stage) = Stage::with_stand_in(IdentityKind::Installer) else { return };
    let pem = stage.unified(IdentityKind::Installer);
    let deeds = [
        "cp \"$in\" \"$out\"",
        "\"$real\" \"$@\" && printf x >>\"$out\"",
        "\"$real\" \"$@\" && printf x | dd of=\"$out\" bs=1 seek=400 conv=notrunc 2>/dev/null",
        "printf 'not a package' >\"$out\"",
        "exit 0",
    ];
    for deed in deeds {
        stage.install(deed);
        let (code, out, error) = said(&stage.sign(&["--installer-pem", &pem]));
        assert_ne!(code, Some(0), "{deed}: {out}{error}");
        assert!(!stage.signed().exists() && !stage.path("dist/SHA256SUMS").exists(), "{deed}");
        let left: Vec<_> = fs::read_dir(stage.path("dist")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(left.is_empty(), "{deed}: {left:?}");
    }
    stage.install("exec \"$real\" \"$@\"");
    assert_eq!(said(&stage.sign(&["--installer-pem", &pem])).0, Some(0), "the stand-in itself is not what is refused");
}

#[test]
fn a_signature_is_written_down() {
    let Some(stage) = Stage::with_stand_in(IdentityKind::Installer) else { return };
    let signed = stage.signed_package();
    let read = |name: &str| fs::read_to_string(stage.path("dist").join(name)).unwrap();
    let record: serde_json::Value = serde_json::from_str(&read("hello-self-signed.pkg.signature.json")).unwrap();
    assert_eq!(record["team"], fake_apple::TEAM);
    assert_eq!(record["certificates"].as_array().unwrap().len(), 3);
    assert!(record["signed-by"].as_str().unwrap().starts_with("Developer ID Installer:"), "{record}");
    let digest = |path: &Path| {
        let output = std::process::Command::new("sha256sum").arg(path).output().unwrap();
        said(&output).1.split(' ').next().unwrap().to_owned()
    };
    assert_eq!(record["package"]["sha256"], digest(&signed));
    assert_eq!(record["unsigned"]["sha256"], digest(&stage.path("hello-unsigned.pkg")));
    let line: serde_json::Value = serde_json::from_str(read("signatures.jsonl").lines().next().unwrap()).unwrap();
    assert_eq!(line["package"], record["package"]);
    let mut checked = std::process::Command::new("sha256sum");
    checked.args(["-c", "SHA256SUMS"]).current_dir(stage.path("dist"));
    assert_eq!(
        said(&checked.output().unwrap()).1,
        "hello-self-signed.pkg: OK\nhello-self-signed.pkg.signature.json: OK\n"
    );
    // A second signature is a second line that follows the first.
    stage.signed_package();
    assert_eq!(read("signatures.jsonl").lines().count(), 2);
}

#[test]
fn a_signature_is_taken_off_and_put_on_again() {
    let Some(stage) = Stage::with_stand_in(IdentityKind::Installer) else { return };
    let signed = stage.signed_package();
    let (file, again, unsigned) =
        (stage.text("hello.signature"), stage.text("again.pkg"), stage.text("hello-unsigned.pkg"));
    let text = signed.to_str().unwrap();
    assert_eq!(said(&stage.run(["sign", text, "--detach", &file])).0, Some(0));
    let (code, _, error) = said(&stage.run(["sign", &unsigned, "--attach", &file, "-o", &again]));
    assert_eq!(code, Some(0), "{error}");
    assert!(fs::read(&signed).unwrap() == fs::read(&again).unwrap(), "the same bytes");
    // Another package is not the one that was signed.
    fs::write(stage.path("payload/bin/hello"), "#!/bin/sh\necho other\n").unwrap();
    let other = stage.text("other.pkg");
    let flags = ["package", "--identifier", "org.example.hello", "--version", "1", "--root"];
    stage.run(flags.into_iter().chain([stage.text("payload").as_str(), "-o", &other]));
    let (code, _, error) = said(&stage.run(["sign", &other, "--attach", &file, "-o", &stage.text("wrong.pkg")]));
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("is not the package that was signed: its "), "{error}");
    assert!(!stage.path("wrong.pkg").exists());
    let (code, _, error) = said(&stage.run(["sign", &unsigned, "--detach", &file]));
    assert!(code == Some(1) && error.contains("is not signed"), "{error}");
}

/// The forms that productsign made in 2024 and in 2020: `sign` takes them from the program that signs, and `notarize` would
/// upload them, then wants the ticket.
#[test]
fn what_productsign_makes_is_accepted() {
    for rsa in [RsaForm::Digest, RsaForm::Sha1OfDigest] {
        let how = Signing { rsa: Some(rsa), ..Signing::productsign() };
        let Some(stage) = Stage::with_stand_in_for(how) else { return };
        let signed = stage.signed_package();
        let root = stage.path("root.der");
        release::sign::judge_unstapled(&signed, Some(&root)).unwrap();
        let error = release::sign::judge_stapled(&signed, Some(&root)).unwrap_err().to_string();
        assert_eq!(error, "error: ticket: the stapled ticket is missing: notarize the package, then staple it");
        // Nobody but the fake root's friends accepts it.
        let error = release::sign::judge_unstapled(&signed, None).unwrap_err().to_string();
        assert!(error.contains("the root is not as expected\n    x-signature: \"Fake Apple Root CA\""), "{error}");
        let (code, said) = stage.verify(&signed, "developer-id");
        assert!(code == Some(0) && said.contains("meets the policy developer-id"), "{said}");
    }
}
