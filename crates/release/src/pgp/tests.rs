//! A real `gpg` with keys that are thrown away.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use super::*;

/// A home of `gpg`'s with one key, and the ring of its public half.
struct Keys {
    home: tempfile::TempDir,
    ring: PathBuf,
}

impl Keys {
    fn new(user: &str) -> Self {
        let home = tempfile::Builder::new().prefix("gpg-").tempdir().unwrap();
        fs_err::set_permissions(home.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        let keys = Self { ring: home.path().join("ring.asc"), home };
        keys.gpg(&[
            "--pinentry-mode",
            "loopback",
            "--passphrase",
            "",
            "--quick-gen-key",
            user,
            "ed25519",
            "sign",
            "1d",
        ]);
        let ring = keys.gpg(&["--armor", "--export"]);
        fs_err::write(&keys.ring, ring).unwrap();
        keys
    }

    fn gpg(&self, args: &[&str]) -> Vec<u8> {
        let output = Command::new("gpg").arg("--homedir").arg(self.home.path()).arg("--batch").args(args).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// As `sign` does it, in this home.
    fn sign(&self, file: &Path) {
        let name = file.to_str().unwrap();
        let signature = self.gpg(&["--armor", "--detach-sign", "--output", "-", name]);
        fs_err::write(path_beside(file), signature).unwrap();
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        _ = Command::new("gpgconf").arg("--homedir").arg(self.home.path()).args(["--kill", "all"]).output();
    }
}

#[test]
fn only_the_right_key_over_the_right_bytes_is_good() {
    if !oracle::has("gpg") {
        return;
    }
    let (keys, others) = (Keys::new("Release Manager <rm@example.org>"), Keys::new("Somebody Else <x@example.org>"));
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("python.pkg");
    fs_err::write(&file, "a package").unwrap();
    let said = |ring: &Path| crate::hint::render(&verify(&file, ring).unwrap_err());
    assert!(said(&keys.ring).contains("python.pkg.asc is missing"));
    keys.sign(&file);
    let found = verify(&file, &keys.ring).unwrap();
    assert!(found.key.len() == 40 && found.user == "Release Manager <rm@example.org>", "{found:?}");
    assert!(said(&others.ring).contains("is not good: gpg: Can't check signature: No public key"));
    assert!(said(&file).contains("is no keyring"));
    fs_err::write(&file, "A package").unwrap();
    assert!(said(&keys.ring).contains("is not good: gpg: BAD signature"));
    fs_err::write(&file, "a package").unwrap();
    others.sign(&file);
    assert!(said(&keys.ring).contains("is not good"), "signed by another");
    fs_err::write(path_beside(&file), "").unwrap();
    assert!(said(&keys.ring).contains("is not good"));
}

#[test]
fn expired_and_revoked_keys_are_not_good() {
    let good = "[GNUPG:] GOODSIG 1 Me\n[GNUPG:] VALIDSIG A 2 3 4 5 6 7 8 9 FPR\n";
    assert_eq!(judged(good, true), Some(Signature { key: "FPR".into(), user: "Me".into() }));
    assert_eq!(judged(good, false), None);
    assert_eq!(judged(&format!("{good}{good}"), true), None, "two are not expected");
    for bad in ["EXPKEYSIG 1 Me", "REVKEYSIG 1 Me", "BADSIG 1 Me", "ERRSIG 1"] {
        assert_eq!(judged(&format!("{good}[GNUPG:] {bad}\n"), true), None, "{bad}");
        assert_eq!(judged(&good.replace("GOODSIG 1 Me", bad), true), None, "{bad}");
    }
}
