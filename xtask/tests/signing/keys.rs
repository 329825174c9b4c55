//! Every way to give a key ends in a good package or in a refusal that names the cause.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use fake_apple::{Behaviour, IdentityKind};

use crate::{Stage, said};

fn good(stage: &Stage, what: &str, flags: &[&str]) {
    let (code, _, error) = said(&stage.sign(flags));
    assert_eq!(code, Some(0), "{what}: {error}");
    let (code, said) = stage.verify(&stage.signed(), "developer-id");
    assert_eq!(code, Some(0), "{what}: {said}");
    fs::remove_file(stage.signed()).unwrap();
}

fn refused(stage: &Stage, what: &str, flags: &[&str], cause: &str) {
    let (code, out, error) = said(&stage.sign(flags));
    assert_eq!(code, Some(1), "{what}: {out}{error}");
    assert!(error.contains(cause), "{what}: {error}");
    assert!(!stage.path("dist").exists() || !stage.signed().exists(), "{what}: nothing may be left");
}

#[test]
fn keys_that_sign() {
    let Some(stage) = Stage::set() else { return };
    let password = stage.text("password");
    for legacy in [true, false] {
        let p12 = stage.p12(IdentityKind::Installer, true, legacy);
        good(
            &stage,
            &format!("p12 with chain, legacy {legacy}"),
            &["--installer-p12", &p12, "--password-file", &password],
        );
    }
    good(&stage, "all in one PEM", &["--installer-pem", &stage.unified(IdentityKind::Installer)]);
    let files = stage.identity(IdentityKind::Installer).write(stage.dir.path(), "parts");
    let [key, leaf, chain] = [&files.key, &files.certificate, &files.issuers].map(|path| path.to_str().unwrap());
    let orders = [[key, leaf, chain], [chain, leaf, key], [leaf, chain, key]];
    for [a, b, c] in orders {
        good(&stage, "PEM files in any order", &["--installer-pem", a, "--installer-pem", b, "--installer-pem", c]);
    }
    let p12 = stage.p12(IdentityKind::Installer, false, true);
    let of_apple: Vec<String> = stage
        .identity(IdentityKind::Installer)
        .issuers
        .iter()
        .enumerate()
        .map(|(number, one)| {
            let name = format!("issuer-{number}.cer");
            fs::write(stage.path(&name), &one.der).unwrap();
            stage.text(&name)
        })
        .collect();
    let p12 = ["--installer-p12", &p12, "--password-file", &password];
    good(&stage, "a leaf's p12 and a PEM chain", &[&p12[..], &["--installer-pem", chain]].concat());
    let more = of_apple.iter().flat_map(|name| ["--installer-pem", name.as_str()]).collect();
    good(&stage, "a leaf's p12 and DER certificates", &[p12.to_vec(), more].concat());
    let encrypted = ["pkcs8", "-topk8", "-in", "parts.key", "-passout", "stdin", "-out", "encrypted.key"];
    stage.fake.openssl().run(stage.dir.path(), &encrypted, format!("{}\n", crate::stage::PASSWORD).as_bytes());
    fs::set_permissions(stage.path("encrypted.key"), fs::Permissions::from_mode(0o600)).unwrap();
    let encrypted = stage.text("encrypted.key");
    let flags = ["--installer-pem", &encrypted, "--installer-pem", leaf, "--installer-pem", chain];
    good(&stage, "an encrypted key", &[&flags[..], &["--password-file", &password]].concat());
    // A folder may not change who signs.
    fs::write(stage.path("rcodesign.toml"), "[default.sign.signer.pem]\nfiles = [\"nothing.pem\"]\n").unwrap();
    good(&stage, "a configuration beside the package", &["--installer-pem", &stage.unified(IdentityKind::Installer)]);
}

#[test]
fn keys_that_are_refused() {
    let Some(stage) = Stage::with_stand_in(IdentityKind::Installer) else { return };
    let password = stage.text("password");
    let pem = |kind| stage.unified(kind);
    let leaf_only = stage.p12(IdentityKind::Installer, false, true);
    let with_chain = stage.p12(IdentityKind::Installer, true, true);
    refused(
        &stage,
        "leaf only",
        &["--installer-p12", &leaf_only, "--password-file", &password],
        "CN=Fake Developer ID Certification Authority` is missing",
    );
    let wrong = stage.private("wrong", "guess\n");
    let wrong = wrong.to_str().unwrap();
    refused(&stage, "wrong password", &["--installer-p12", &with_chain, "--password-file", wrong], "is wrong");
    let modern = stage.p12(IdentityKind::Installer, true, false);
    refused(&stage, "wrong password, OpenSSL 3", &["--installer-p12", &modern, "--password-file", wrong], "is wrong");
    refused(&stage, "no terminal", &["--installer-p12", &with_chain], "no terminal to ask on");
    refused(&stage, "nobody", &[], "no identity for signing a package was given");
    refused(
        &stage,
        "an application's",
        &["--installer-pem", &pem(IdentityKind::Application)],
        "this takes a Developer ID Installer",
    );
    refused(&stage, "expired", &["--installer-pem", &pem(IdentityKind::ExpiredInstaller)], "has expired on 2020-01-01");
    refused(
        &stage,
        "not for Developer IDs",
        &["--installer-pem", &pem(IdentityKind::OtherAuthority)],
        "is no authority for Developer IDs",
    );
    refused(&stage, "plain", &["--installer-pem", &pem(IdentityKind::Plain)], "the certificate is no Developer ID");
    let installer = pem(IdentityKind::Installer);
    refused(
        &stage,
        "another team",
        &["--installer-pem", &installer, "--team-id", "ABCDE12345"],
        "belongs to team FAKE123456, expected ABCDE12345",
    );
    refused(
        &stage,
        "Apple's tool",
        &["--installer-pem", &installer, "--signer", "productsign"],
        "use keys of a keychain only",
    );
    fs::set_permissions(stage.path("Installer.pem"), fs::Permissions::from_mode(0o644)).unwrap();
    refused(&stage, "readable by all", &["--installer-pem", &installer], "can be read by others: its mode is 0644");

    let key = &stage.identity(IdentityKind::Application).key;
    let certificate = &stage.identity(IdentityKind::Installer).certificate.pem;
    let mixed = stage.private("mixed.pem", format!("{key}{certificate}"));
    refused(
        &stage,
        "another's key",
        &["--installer-pem", mixed.to_str().unwrap()],
        "no certificate belongs to the key",
    );
    let none = stage.private("none.pem", certificate);
    refused(&stage, "no key", &["--installer-pem", none.to_str().unwrap()], "it has 0 private keys");
    let two = stage.private("two.pem", format!("{key}{}{certificate}", stage.identity(IdentityKind::Installer).key));
    refused(&stage, "two keys", &["--installer-pem", two.to_str().unwrap()], "it has 2 private keys");
    for algorithm in [&["-algorithm", "ED25519"][..], &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]] {
        let other = stage.fake.openssl().run(stage.dir.path(), &[&["genpkey"], algorithm].concat(), b"");
        let other = stage.private("other.pem", [&other, certificate.as_bytes()].concat());
        refused(&stage, "not RSA", &["--installer-pem", other.to_str().unwrap()], "the key is not RSA");
    }
}

#[test]
fn all_problems_are_told_at_once_and_advice_is_advice() {
    let Some(stage) = Stage::with_stand_in(IdentityKind::Installer) else { return };
    let expired = stage.unified(IdentityKind::ExpiredApplication);
    let flags = ["doctor", "--sign", "--team-id", "OTHER", "--application-pem", &expired];
    let (code, out, error) = said(&stage.run(flags.into_iter().chain(["--installer-pem", "none.pem"])));
    assert_eq!(code, Some(1), "{out}{error}");
    for expected in ["has expired on", "expected OTHER", "none.pem"] {
        assert!(out.contains(expected), "{expected}: {out}");
    }
    let soon = stage.unified(IdentityKind::ExpiringInstaller);
    let (code, out, _) = said(&stage.run(["doctor", "--sign", "--installer-pem", &soon]));
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("advice") && out.contains("ask Apple for a new one in time"), "{out}");
    assert!(out.contains("Apple Timestamp Certification Authority` ends on 2027-04-05"), "{out}");
    let profile =
        stage.private("team.toml", "team-id = \"FAKE123456\"\n[installer]\npem = [\"ExpiringInstaller.pem\"]\n");
    let (code, out, error) = said(&stage.run(["doctor", "--sign", "--profile", profile.to_str().unwrap()]));
    assert_eq!(code, Some(0), "{out}{error}");
    let profile =
        stage.private("token.toml", "[installer]\npkcs11 = \"/usr/lib/token.so\"\n[application]\nsmartcard = \"9c\"\n");
    let (code, out, _) = said(&stage.run(["doctor", "--sign", "--profile", profile.to_str().unwrap()]));
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("PKCS#11 can't be used: ") && out.contains("a smartcard can't be used"), "{out}");
}

#[test]
fn a_self_signed_package_is_named_so() {
    let Some(stage) = Stage::with_stand_in(IdentityKind::SelfSigned) else { return };
    let (code, out, error) = said(&stage.sign(&["--installer-pem", &stage.unified(IdentityKind::SelfSigned)]));
    assert_eq!(code, Some(0), "{error}");
    assert!(out.ends_with("hello-self-signed.pkg\n") && error.contains("no other Mac trusts it"), "{out}{error}");
    let output = stage.text("python-3.13.5-macos11.pkg");
    let (code, _, error) =
        said(&stage.sign(&["--installer-pem", &stage.unified(IdentityKind::SelfSigned), "-o", &output]));
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("is the name of an installer that Apple vouches for"), "{error}");
}

#[test]
fn without_a_server_of_time_stamps_nothing_is_signed() {
    for behaviour in [Behaviour::Failing, Behaviour::Garbage] {
        let Some(stage) = Stage::set_with(behaviour) else { return };
        refused(
            &stage,
            "time stamps",
            &["--installer-pem", &stage.unified(IdentityKind::Installer)],
            "the server of time stamps http://127",
        );
    }
    let Some(stage) = Stage::set_with(Behaviour::FailingFirst(1)) else { return };
    good(&stage, "a server that fails once", &["--installer-pem", &stage.unified(IdentityKind::Installer)]);
    assert!(stage.timestamps.requests() >= 2);
}
