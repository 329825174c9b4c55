//! A stand-in for Sigstore's clients: it knows their command lines and the shape of their bundles, and nobody's identity. What it
//! "signs" says who it is by in plain text.

use std::os::unix::fs::PermissionsExt as _;

use super::*;

const STAND_IN: &str = r#"#!/usr/bin/env python3
import base64, hashlib, json, pathlib, sys

here = pathlib.Path(__file__).parent
arguments = sys.argv[1:]
with open(here / "calls", "a") as calls:
    calls.write(" ".join(arguments[:2]) + "\n")

def value(name):
    return arguments[arguments.index(name) + 1]

def sign(file, bundle):
    digest = base64.b64encode(hashlib.sha256(pathlib.Path(file).read_bytes()).digest()).decode()
    bundle.write_text(json.dumps({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"nobody": (here / "account").read_text()},
        "messageSignature": {"messageDigest": {"algorithm": "SHA2_256", "digest": digest}, "signature": ""},
    }))

if arguments[0] == "sign":
    out = pathlib.Path(value("--output-directory"))
    for file in arguments[3:]:
        sign(file, out / (pathlib.Path(file).name + ".sigstore.json"))
elif arguments[0] == "sign-blob":
    sign(arguments[-1], pathlib.Path(value("--bundle")))
else:
    assert "--offline" in arguments
    prefix = "--cert" if arguments[0] == "verify" else "--certificate"
    by = value(prefix + "-identity") + " " + value(prefix + "-oidc-issuer")
    found = json.loads(pathlib.Path(value("--bundle")).read_text())["verificationMaterial"]["nobody"]
    if by != found:
        sys.exit("FAIL: it is by " + found)
"#;

/// A folder with three files, and what stands in for a client.
struct Bench {
    dir: tempfile::TempDir,
    files: Vec<PathBuf>,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs_err::write(path("client"), STAND_IN).unwrap();
        fs_err::set_permissions(path("client"), std::fs::Permissions::from_mode(0o755)).unwrap();
        fs_err::write(path("account"), "rm@example.org https://login.example.org").unwrap();
        let files: Vec<PathBuf> = ["a.pkg", "a.pkg.spdx.json", "SHA256SUMS"].map(path).to_vec();
        files.iter().for_each(|file| fs_err::write(file, format!("this is {}", file.display())).unwrap());
        Self { files, dir }
    }

    fn clients(&self) -> [Client; 2] {
        let path = self.dir.path().join("client");
        [Client::Python(path.clone()), Client::Cosign(path)]
    }

    fn calls(&self) -> Vec<String> {
        let calls = self.dir.path().join("calls");
        let text = fs_err::read_to_string(&calls).unwrap();
        fs_err::remove_file(calls).unwrap();
        text.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect()
    }
}

fn identity(name: &str, issuer: &str) -> Identity {
    Identity { name: name.to_owned(), issuer: format!("https://{issuer}") }
}

#[test]
fn every_file_has_its_bundle_and_only_the_right_one_is_good() {
    let bench = Bench::new();
    let files: Vec<&Path> = bench.files.iter().map(PathBuf::as_path).collect();
    let right = identity("rm@example.org", "login.example.org");
    for (client, calls) in bench.clients().into_iter().zip([vec!["sign"], vec!["sign-blob"; 3]]) {
        let made = client.sign(&files).unwrap();
        assert_eq!(bench.calls(), calls, "who has to log in does so once, where that can be");
        assert_eq!(made, files.iter().map(|file| path_beside(file)).collect::<Vec<_>>());
        files.iter().for_each(|file| client.verify(file, &right).unwrap());
        bench.calls();
        let said = |file: &Path, by: &Identity| crate::hint::render(&client.verify(file, by).unwrap_err());
        for other in [identity("me@example.org", "login.example.org"), identity("rm@example.org", "example.org")] {
            let text = said(files[0], &other);
            let expected = format!("not good for {} of {}: {client}: FAIL: it is by rm@", other.name, other.issuer);
            assert!(text.contains(&expected), "{text}");
        }
        let text = fs_err::read(files[0]).unwrap();
        fs_err::write(files[0], "this is a.pkh").unwrap();
        assert!(said(files[0], &right).contains("a.pkg.sigstore is about another file: its SHA2_256 is "));
        fs_err::write(files[0], text).unwrap();
        fs_err::copy(&made[1], &made[0]).unwrap();
        assert!(said(files[0], &right).contains("is about another file"), "another one's bundle");
        fs_err::write(&made[0], "{}").unwrap();
        assert!(said(files[0], &right).contains("a.pkg.sigstore is no Sigstore bundle of a file"));
        fs_err::remove_file(&made[0]).unwrap();
        let missing = said(files[0], &right);
        assert!(missing.contains("has no Sigstore bundle") && missing.contains("hint: download it"), "{missing}");
        client.verify(files[1], &right).unwrap();
        bench.calls();
    }
}

#[test]
fn a_client_that_fails_or_signs_something_else_is_no_signature() {
    let bench = Bench::new();
    let file = bench.files[0].as_path();
    fs_err::remove_file(bench.dir.path().join("account")).unwrap();
    for client in bench.clients() {
        assert!(client.sign(&[file]).is_err());
        assert!(!path_beside(file).exists());
    }
    let liar = bench.dir.path().join("liar");
    fs_err::write(&liar, "#!/bin/sh\necho '{\"messageSignature\":{\"messageDigest\":{\"algorithm\":\"SHA2_256\",\"digest\":\"AA==\"}}}' >\"$5\"").unwrap();
    fs_err::set_permissions(&liar, std::fs::Permissions::from_mode(0o755)).unwrap();
    let text = crate::hint::render(&Client::Cosign(liar).sign(&[file]).unwrap_err());
    assert!(text.contains("what cosign made for") && text.contains("its SHA2_256 is 00, and that of"), "{text}");
    assert!(!path_beside(file).exists());
}

/// As sigstore 3.6.7 prints it, 100 columns wide.
#[test]
fn a_complaint_is_one_line() {
    let said = "\
[12:34:06] WARNING  TUF repository is loaded in offline mode; updates will not be performed  tuf.py:107
           ERROR    FAIL: /tmp/a.pkg                                                       _cli.py:1082
           ERROR    Certificate's SANs do not match me@example.org; actual SANs: {'rm'}    errors.py:42
                    For detailed error information, run sigstore with the `--verbose` flag.            
";
    assert_eq!(complaint(said), "Certificate's SANs do not match me@example.org; actual SANs: {'rm'}");
    assert_eq!(
        complaint("a\nError: none of the expected identities matched\n\n"),
        "Error: none of the expected identities matched"
    );
    assert_eq!(complaint(""), "it says nothing");
}

#[test]
fn bundles_that_only_the_log_can_check_are_told() {
    let bench = Bench::new();
    let file = bench.files[0].as_path();
    let [client, _] = bench.clients();
    client.sign(&[file]).unwrap();
    let bundle = path_beside(file);
    let text = fs_err::read_to_string(&bundle).unwrap();
    fs_err::write(&bundle, text.replace("bundle.v0.3+json", "bundle+json;version=0.1")).unwrap();
    let said = client.verify(file, &identity("me@example.org", "login.example.org")).unwrap_err();
    assert!(crate::hint::render(&said).contains("hint: bundles of 2023 and 2024"), "{}", crate::hint::render(&said));
}
