//! What programs are asked for, and what their answers mean.

use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::sign::identity::NotaryKey;

fn key() -> Credentials {
    let issuer = Some("57246542-96fe-1a63-e053-0824d011072a".into());
    Credentials::Key(NotaryKey { key: "/keys/AuthKey_A.p8".into(), key_id: "A".into(), issuer })
}

/// An `xcrun` that answers from files.
fn notary_tool(dir: &Path, answer: &str, code: u8) -> NotaryTool {
    let xcrun = dir.join("xcrun");
    fs_err::write(
        &xcrun,
        format!("#!/bin/sh\ncat <<'END'\n{answer}\nEND\necho 'HTTP status code: 401' >&2\nexit {code}\n"),
    )
    .unwrap();
    fs_err::set_permissions(&xcrun, std::fs::Permissions::from_mode(0o755)).unwrap();
    NotaryTool::with(xcrun, key())
}

#[test]
fn a_rejected_package_is_no_success_though_notarytool_ends_with_0() {
    let dir = tempfile::tempdir().unwrap();
    for (word, status) in [
        ("Accepted", Status::Accepted),
        ("Invalid", Status::Invalid),
        ("In Progress", Status::InProgress),
        ("Wondering", Status::Unknown("Wondering".into())),
    ] {
        let tool = notary_tool(dir.path(), &format!("{{\"id\":\"ID\",\"status\":\"{word}\"}}"), 0);
        assert_eq!(tool.status("ID").unwrap(), status);
    }
    let mut known = String::new();
    let tool = notary_tool(dir.path(), "{\"id\":\"2efe\",\"message\":\"Successfully uploaded file\"}", 0);
    let mut hear = |id: &str| {
        known.push_str(id);
        Ok(())
    };
    tool.submit(Path::new("/x.pkg"), &mut hear).unwrap();
    assert_eq!(known, "2efe");
    assert!(matches!(notary_tool(dir.path(), "", 1).status("ID"), Err(Trouble::Final(_))), "401 is final");
    assert!(
        matches!(notary_tool(dir.path(), "what", 0).status("ID"), Err(Trouble::Passing(_))),
        "it may answer better"
    );
}

#[test]
fn a_log_becomes_a_table() {
    let log = serde_json::json!({ "status": "Invalid", "issues": [
        { "severity": "warning", "path": "a.pkg/b.zip", "message": "odd", "architecture": null },
        { "severity": "error", "path": "a.pkg/bin/python3.13", "message": "The binary is not signed.", "architecture": "x86_64" },
    ] });
    insta::assert_snapshot!(log::table(&log), @r"
    2 complaints of Apple's notary service:
      error    a.pkg/bin/python3.13  x86_64  The binary is not signed.
      warning  a.pkg/b.zip                   odd
    ");
    assert_eq!(log::table(&serde_json::json!({ "status": "Accepted", "issues": null })), "");
    assert_eq!(log::table(&serde_json::json!({ "statusSummary": "broken" })), "broken");
}

#[test]
fn a_state_of_another_form_is_not_overlooked() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.pkg.notary.json");
    assert_eq!(State::read(&path).unwrap(), None);
    let mut state = State::new(Sha256::of(b""));
    state.submission = Some("ID".into());
    fs_err::write(&path, serde_json::to_string(&state).unwrap()).unwrap();
    assert_eq!(State::read(&path).unwrap(), Some(state));
    fs_err::write(&path, "{}").unwrap();
    assert!(format!("{:#}", State::read(&path).unwrap_err()).contains("would be uploaded again"));
}
