//! Command lines: what runs on a Mac is tested here, too.

use std::ffi::OsString;
use std::path::Path;

use crate::sign::backend::{CodeJob, Timestamps, apple, rcodesign};
use crate::sign::identity::Identity;
use crate::sign::plan::CodeObject;
use crate::sign::rules::{Flag, Role};

fn object(role: Role) -> CodeObject {
    CodeObject {
        path: "bin/python3.13".into(),
        program: "bin/python3.13".into(),
        role,
        identifier: "org.python.python".into(),
        flags: vec![Flag::Runtime],
        entitlements: (role != Role::Library).then(|| "entitlements.plist".into()),
    }
}

fn text(args: &[OsString]) -> String {
    args.iter().map(|arg| arg.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// The lines for a program, a library and an app, then for a package.
fn lines(identity: &Identity, url: &str, apples: bool) -> String {
    let timestamps = Timestamps::parse(url);
    let mut lines = Vec::new();
    for role in [Role::Executable, Role::Library, Role::App] {
        let target = Path::new("/root/bin/python3.13");
        let job = CodeJob { target, object: &object(role), assets: Path::new("/assets"), identity };
        lines.push(text(&match apples {
            true => apple::code_args(&job, &timestamps).unwrap(),
            false => rcodesign::code_args(&job, &timestamps),
        }));
    }
    let (input, output) = (Path::new("/in.pkg"), Path::new("/out.pkg"));
    lines.push(match apples {
        true => apple::package_args(input, output, identity, &timestamps).map_or_else(|e| e.to_string(), |a| text(&a)),
        false => text(&rcodesign::package_args(input, output, &timestamps)),
    });
    lines.join("\n")
}

#[test]
fn apples_tools() {
    let identity = Identity::Keychain("Developer ID Application: Somebody (TEAM)".into());
    insta::assert_snapshot!(lines(&identity, "http://time/", true), @r"
    --force --sign Developer ID Application: Somebody (TEAM) --timestamp=http://time/ --options runtime --entitlements entitlements.plist --identifier org.python.python /root/bin/python3.13
    --force --sign Developer ID Application: Somebody (TEAM) --timestamp=http://time/ --options runtime --identifier org.python.python /root/bin/python3.13
    --force --sign Developer ID Application: Somebody (TEAM) --timestamp=http://time/ --options runtime --entitlements entitlements.plist /root/bin/python3.13
    --sign Developer ID Application: Somebody (TEAM) --timestamp /in.pkg /out.pkg
    ");
    let plain = lines(&Identity::AdHoc, "none", true);
    assert!(plain.starts_with("--force --sign - --timestamp=none "), "{plain}");
}

#[test]
fn rcodesigns() {
    insta::assert_snapshot!(lines(&Identity::Keychain(String::new()), "http://time/", false), @r"
    --config-file /dev/null sign --pem-file /dev/stdin --timestamp-url http://time/ --code-signature-flags runtime --entitlements-xml-file entitlements.plist --binary-identifier org.python.python /root/bin/python3.13
    --config-file /dev/null sign --pem-file /dev/stdin --timestamp-url http://time/ --code-signature-flags runtime --binary-identifier org.python.python /root/bin/python3.13
    --config-file /dev/null sign --pem-file /dev/stdin --timestamp-url http://time/ --code-signature-flags runtime --entitlements-xml-file entitlements.plist --shallow /root/bin/python3.13
    --config-file /dev/null sign --pem-file /dev/stdin --timestamp-url http://time/ /in.pkg /out.pkg
    ");
    let plain = lines(&Identity::AdHoc, "http://time/", false);
    assert!(
        plain.starts_with("--config-file /dev/null sign --timestamp-url none --code-signature-flags runtime "),
        "{plain}"
    );
}
