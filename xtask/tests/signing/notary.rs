//! Every answer of the notary service, and every way in which it gives none.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use fake_apple::{NotaryServer, Script};

use crate::{Stage, said};

/// Whoever has issued the key.
pub const ISSUER: &str = "57246542-96fe-1a63-e053-0824d011072a";

const ID: &str = "00000000-0000-4000-8000-000000000001";

/// A signed package, and a service that follows a script.
pub struct Case {
    pub stage: Stage,
    server: NotaryServer,
    pub package: String,
}

impl Case {
    pub fn set(script: Script) -> Option<Self> {
        let stage = Stage::set()?;
        let server = NotaryServer::start(*stage.fake.openssl(), script);
        let package = stage.signed_package().to_str().unwrap().to_owned();
        Some(Self { stage, server, package })
    }

    fn command(&self, flags: &[&str]) -> Command {
        let mut command = self.stage.command();
        let key = self.server.key();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(&key, mode).unwrap();
        command.args(["notarize", &self.package, "--notary", "rcodesign", "--poll", "0", "--api-key"]).arg(key);
        command.args(["--key-id", "FAKE", "--issuer", ISSUER]);
        command.args(["--root", &self.stage.text("root.der")]).args(flags).envs(self.server.environment());
        command
    }

    pub fn run(&self, flags: &[&str]) -> Output {
        self.command(flags).output().unwrap()
    }

    fn failing(&self, flags: &[&str], cause: &str) -> String {
        let (code, out, error) = said(&self.run(flags));
        assert_eq!(code, Some(1), "{out}{error}");
        assert!(error.contains(cause), "{error}");
        error
    }

    fn state(&self) -> serde_json::Value {
        serde_json::from_slice(&fs::read(format!("{}.notary.json", self.package)).unwrap()).unwrap()
    }

    fn is_stapled(&self) {
        let (code, said) = self.stage.verify(Path::new(&self.package), "gatekeeper");
        assert_eq!(code, Some(0), "{said}");
        assert_eq!(self.state()["stage"], "stapled");
        assert_eq!(self.server.seen().uploads.len(), 1, "one upload");
    }
}

#[test]
fn accepted_is_stapled_once() {
    let Some(case) = Case::set(Script::saying(&["In Progress", "Accepted"])) else { return };
    let (code, out, error) = said(&case.run(&[]));
    assert_eq!(code, Some(0), "{error}");
    assert_eq!(out.trim_end(), case.package);
    case.is_stapled();
    let before = fs::read(&case.package).unwrap();
    let (code, _, error) = said(&case.run(&["--resume"]));
    assert!(code == Some(0) && error.contains("stapled already"), "{error}");
    assert!(fs::read(&case.package).unwrap() == before && case.server.seen().submissions.len() == 1);
    let checked = Command::new("sha256sum").args(["-c", "SHA256SUMS"]).current_dir(case.stage.path("dist")).output();
    assert_eq!(said(&checked.unwrap()).0, Some(0), "digests are of what is published");
}

#[test]
fn refused_packages_end_with_1_and_their_log_as_a_table() {
    for word in ["Invalid", "Rejected"] {
        let Some(case) = Case::set(Script::saying(&["In Progress", word])) else { return };
        let error = case.failing(&[], &format!("Apple's notary service says {word}"));
        assert!(error.contains("error  x.pkg/Payload/bin/tool  arm64  The binary is not signed."), "{error}");
        assert!(Path::new(&format!("{}.notary-log.json", case.package)).exists());
        case.failing(&["--resume"], "these bytes will never be accepted");
        assert_eq!(case.server.seen().uploads.len(), 1, "one upload");
    }
}

#[test]
fn an_unknown_state_is_no_success() {
    let Some(case) = Case::set(Script::saying(&["Wondering"])) else { return };
    case.failing(&[], "answers with the unknown status");
    assert_eq!(case.state()["stage"], "submitted");
}

#[test]
fn a_service_that_takes_its_time_is_asked_again_later() {
    let Some(case) = Case::set(Script::saying(&["In Progress", "In Progress", "Accepted"])) else { return };
    let (code, _, error) = said(&case.run(&["--no-wait"]));
    assert!(code == Some(0) && error.contains(&format!("submission {ID} is uploaded")), "{error}");
    case.failing(&["--patience", "0"], "no answer about submission");
    let (code, _, error) = said(&case.run(&["--resume"]));
    assert!(code == Some(0) && error.contains("going on with submission"), "{error}");
    case.is_stapled();
}

#[test]
fn trouble_that_passes_is_waited_for() {
    let script = Script {
        refusals: vec![(503, "busy"), (500, "{}")],
        tickets_late: 2,
        ..Script::saying(&["500", "In Progress", "500", "Accepted"])
    };
    let Some(case) = Case::set(script) else { return };
    let (code, _, error) = said(&case.run(&[]));
    assert_eq!(code, Some(0), "{error}");
    case.is_stapled();
    let Some(case) = Case::set(Script { no_log: true, ..Script::saying(&["Accepted"]) }) else { return };
    let (code, _, error) = said(&case.run(&[]));
    assert!(code == Some(0) && error.contains("its log could not be fetched"), "{error}");
    case.is_stapled();
}

#[test]
fn a_key_that_is_refused_is_not_tried_again() {
    let agreement = r#"{"errors":[{"status":"403","code":"FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED"}]}"#;
    let cases = [
        ((401, r#"{"errors":[{"status":"401","code":"NOT_AUTHORIZED"}]}"#), "is the key revoked"),
        ((403, agreement), "must accept Apple's new agreement"),
        ((403, r#"{"errors":[{"status":"403","code":"FORBIDDEN_ERROR"}]}"#), "needs the role Developer"),
    ];
    for (refusal, hint) in cases {
        let script = Script { refusals: vec![refusal], ..Script::saying(&["Accepted"]) };
        let Some(case) = Case::set(script) else { return };
        case.failing(&[], hint);
        assert!(case.server.seen().submissions.is_empty());
        case.failing(&["--resume"], "no earlier run has submitted");
        assert_eq!(said(&case.run(&[])).0, Some(0), "the next run is a new one");
        case.is_stapled();
    }
}

#[test]
fn an_upload_that_is_cut_off_is_done_again() {
    let Some(case) = Case::set(Script { cut_uploads: 3, ..Script::saying(&["Accepted"]) }) else { return };
    case.failing(&[], "the upload was cut off");
    assert_eq!(case.state()["stage"], "upload-failed");
    let (code, _, error) = said(&case.run(&["--resume"]));
    assert_eq!(code, Some(0), "{error}");
    case.is_stapled();
}

#[test]
fn a_run_that_was_killed_while_it_waited_goes_on() {
    let waiting = ["In Progress"; 200];
    let Some(case) = Case::set(Script::saying(&[&waiting[..], &["Accepted"]].concat())) else { return };
    let mut run = case.command(&[]).stderr(std::process::Stdio::null()).spawn().unwrap();
    while case.server.seen().questions < 2 {
        std::thread::yield_now();
    }
    run.kill().unwrap();
    run.wait().unwrap();
    assert_eq!(case.state()["submission"], ID);
    assert_eq!(case.state()["stage"], "submitted");
    let unsigned = fs::read(&case.package).unwrap();
    assert!(!unsigned.ends_with(b"\0\0\0\0"), "it is as it was");
    let (code, _, error) = said(&case.run(&["--resume"]));
    assert_eq!(code, Some(0), "{error}");
    case.is_stapled();
}

#[test]
fn what_is_not_signed_is_not_uploaded() {
    let Some(mut case) = Case::set(Script::saying(&["Accepted"])) else { return };
    case.package = case.stage.text("hello-unsigned.pkg");
    case.failing(&[], "is not signed: Apple would refuse it");
    assert!(case.server.seen().submissions.is_empty());
}
