//! A key and its password are in no command line, no environment, no log and no file that a signature leaves behind.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use fake_apple::IdentityKind;

use crate::stage::PASSWORD;
use crate::{Stage, said};

fn contains(path: &Path, needle: &[u8]) -> bool {
    fs::read(path).unwrap().windows(needle.len()).any(|window| window == needle)
}

#[test]
fn nothing_secret_is_left_anywhere() {
    let Some(stage) = Stage::set().or_else(|| Stage::with_stand_in(IdentityKind::Installer)) else { return };
    if !Path::new("/proc/self/environ").exists() {
        println!("skipped: no /proc here");
        return;
    }
    // Writes down all that others could see of the program that signs, and all files that are there while it does.
    let [seen, temporary, dist] = ["seen", "tmp", "dist"].map(|name| stage.text(name));
    fs::create_dir(&temporary).unwrap();
    stage.install(&format!(
        "cat /proc/$$/cmdline /proc/$$/environ /proc/$PPID/cmdline >>'{seen}'\n\
         find '{temporary}' '{dist}' -type f -exec cat {{}} + >>'{seen}'\nexec \"$real\" \"$@\""
    ));
    let p12 = stage.p12(IdentityKind::Installer, true, false);
    let url = stage.timestamps.url();
    let (input, root, password) = (stage.text("hello-unsigned.pkg"), stage.text("root.der"), stage.text("password"));
    let flags = ["sign", &input, "--timestamp-url", &url, "--root", &root, "--installer-p12", &p12];
    let ways = [
        (["--password-fd", "0"], true),
        (["--password-env", "HIDDEN"], false),
        (["--password-file", &password], false),
    ];
    let mut logs = String::new();
    for (way, typed) in ways {
        let mut command = stage.command();
        command.args(flags).args(way).env("HIDDEN", PASSWORD).env("RUST_LOG", "trace").env("TMPDIR", &temporary);
        if typed {
            command.stdin(Stdio::from(fs::File::open(&password).unwrap()));
        }
        let (code, out, error) = said(&command.output().unwrap());
        assert_eq!(code, Some(0), "{way:?}: {error}");
        logs.push_str(&out);
        logs.push_str(&error);
        fs::remove_file(stage.signed()).unwrap();
    }
    let identity = stage.identity(IdentityKind::Installer);
    let key = identity.key.lines().nth(3).unwrap();
    assert!(!logs.contains(PASSWORD) && !logs.contains(key), "{logs}");
    assert!(contains(&stage.path("seen"), b"/dev/stdin"), "the spy has seen it");
    let given = ["password", Path::new(&p12).file_name().unwrap().to_str().unwrap()];
    for entry in walkdir::WalkDir::new(stage.dir.path()).into_iter().map(Result::unwrap) {
        let name = entry.file_name().to_str().unwrap();
        if !entry.file_type().is_file() || given.contains(&name) {
            continue;
        }
        for secret in [PASSWORD, key] {
            assert!(!contains(entry.path(), secret.as_bytes()), "{}", entry.path().display());
        }
    }
}
