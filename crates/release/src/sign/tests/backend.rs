//! Command lines of rcodesign; those of Apple's tools are in `apple_tools`.

use std::ffi::OsString;
use std::path::Path;

use crate::sign::backend::{CodeJob, Timestamps, rcodesign};
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
fn lines(identity: &Identity, url: &str) -> String {
    let timestamps = Timestamps::parse(url);
    let mut lines = Vec::new();
    for role in [Role::Executable, Role::Library, Role::App] {
        let target = Path::new("/root/bin/python3.13");
        let job = CodeJob { target, object: &object(role), assets: Path::new("/assets"), identity };
        lines.push(text(&rcodesign::code_args(&job, &timestamps)));
    }
    let (input, output) = (Path::new("/in.pkg"), Path::new("/out.pkg"));
    lines.push(text(&rcodesign::package_args(input, output, &timestamps)));
    lines.join("\n")
}

#[test]
fn rcodesigns() {
    insta::assert_snapshot!(lines(&Identity::Keychain(String::new()), "http://time/"), @r"
    --config-file /dev/null sign --pem-file /dev/stdin --timestamp-url http://time/ --code-signature-flags runtime --entitlements-xml-file entitlements.plist --binary-identifier org.python.python /root/bin/python3.13
    --config-file /dev/null sign --pem-file /dev/stdin --timestamp-url http://time/ --code-signature-flags runtime --binary-identifier org.python.python /root/bin/python3.13
    --config-file /dev/null sign --pem-file /dev/stdin --timestamp-url http://time/ --code-signature-flags runtime --entitlements-xml-file entitlements.plist --shallow /root/bin/python3.13
    --config-file /dev/null sign --pem-file /dev/stdin --timestamp-url http://time/ /in.pkg /out.pkg
    ");
    let plain = lines(&Identity::AdHoc, "http://time/");
    assert!(
        plain.starts_with("--config-file /dev/null sign --timestamp-url none --code-signature-flags runtime "),
        "{plain}"
    );
}
