//! Keys and what they sign, here and by OpenSSL.

use std::os::unix::fs::PermissionsExt as _;

use base64::Engine as _;

use super::*;

fn key(dir: &Path, name: &str) -> (SigningKey, PublicKey) {
    let path = dir.join(name);
    let public = create(&path).unwrap();
    assert_eq!(PublicKey::read(&public_path(&path)).unwrap(), public);
    (SigningKey::read(&path).unwrap(), public)
}

#[test]
fn a_key_is_its_owner_s_alone_and_never_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let (secret, public) = key(dir.path(), "a");
    assert_eq!(secret.public(), public);
    let path = dir.path().join("a");
    assert_eq!(fs_err::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let text = crate::hint::render(&create(&path).unwrap_err());
    assert!(text.contains("never replaced"), "{text}");
    assert_eq!(SigningKey::read(&path).unwrap().public(), public, "it is what it was");
    fs_err::write(public_path(&dir.path().join("b")), "").unwrap();
    create(&dir.path().join("b")).unwrap_err();
    assert!(!dir.path().join("b").exists(), "no half of a key stays");
    fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let text = crate::hint::render(&SigningKey::read(&path).unwrap_err());
    assert!(text.contains("can be read by others") && text.contains("chmod 600"), "{text}");
    let shown = format!("{secret:?}");
    let seed = hex::encode(secret.0.to_bytes());
    assert!(shown.contains(&public.to_string()) && !shown.contains(&seed), "{shown}");
}

#[test]
fn only_the_keys_that_signed_vouch_for_only_what_they_signed() {
    let dir = tempfile::tempdir().unwrap();
    let ((one, public_one), (two, public_two), (_, other)) =
        (key(dir.path(), "one"), key(dir.path(), "two"), key(dir.path(), "other"));
    let all = [public_one.clone(), other, public_two.clone(), public_one.clone()];
    let mut envelope = Envelope::new("kind", b"stated");
    assert!(envelope.vouched_by(&all).unwrap().is_empty());
    envelope.sign(&one).unwrap();
    envelope.sign(&one).unwrap();
    assert_eq!(envelope.vouched_by(&all).unwrap(), [&public_one], "twice the same key is one");
    envelope.sign(&two).unwrap();
    assert_eq!(envelope.vouched_by(&all).unwrap(), [&public_one, &public_two]);
    let text = envelope.text().unwrap();
    assert_eq!(Envelope::parse(text.as_bytes(), "kind").unwrap(), envelope);
    assert!(Envelope::parse(text.as_bytes(), "other").unwrap_err().to_string().contains("of the type"));
    let renamed = text.replace("\"kind\"", "\"other\"");
    let renamed = Envelope::parse(renamed.as_bytes(), "other").unwrap();
    assert!(renamed.vouched_by(&all).unwrap().is_empty(), "the type is signed");
    let mut changed = envelope.clone();
    changed.payload = Envelope::new("kind", b"Stated").payload;
    assert!(changed.vouched_by(&all).unwrap().is_empty());
    for damaged in ["", "{}", "<html>", &text.replace("signatures", "s")] {
        Envelope::parse(damaged.as_bytes(), "kind").unwrap_err();
    }
}

/// Ours writes, another program reads.
#[test]
fn openssl_accepts_key_and_signature() {
    if !oracle::has("openssl") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (secret, _) = key(dir.path(), "a");
    let mut envelope = Envelope::new("kind", b"stated");
    envelope.sign(&secret).unwrap();
    let signature = base64::engine::general_purpose::STANDARD.decode(&envelope.signatures[0].sig).unwrap();
    let file = |name: &str| dir.path().join(name);
    fs_err::write(file("message"), "DSSEv1 4 kind 6 stated").unwrap();
    fs_err::write(file("signature"), signature).unwrap();
    let verify =
        ["pkeyutl", "-verify", "-pubin", "-inkey", "a.pub", "-rawin", "-in", "message", "-sigfile", "signature"];
    let run = |args: &[&str]| std::process::Command::new("openssl").args(args).current_dir(&dir).output().unwrap();
    let verified = run(&verify);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    let shown = run(&["pkey", "-in", "a", "-pubout"]);
    assert_eq!(shown.stdout, fs_err::read(file("a.pub")).unwrap(), "it is one key");
    fs_err::write(file("message"), "DSSEv1 4 kind 6 Stated").unwrap();
    assert!(!run(&verify).status.success());
}
