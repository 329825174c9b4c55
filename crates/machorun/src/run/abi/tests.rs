//! Compares our Darwin constants and structures with what the SDK's headers say, by the cross compiler.
//!
//! Both come from the environment: `MACHORUN_CLANG`, a clang that can target macOS, and `MACHORUN_SDK`, the SDK.
//! `cargo xtask ci` sets them after it has made a release, which needs both.

use std::fmt::Write as _;

use super::{ALL, STRUCTURES};

/// The headers that define what we define.
const HEADERS: &[&str] = &[
    "ctype.h",
    "dirent.h",
    "dlfcn.h",
    "errno.h",
    "fcntl.h",
    "langinfo.h",
    "locale.h",
    "malloc/malloc.h",
    "netdb.h",
    "netinet/in.h",
    "netinet/tcp.h",
    "pthread.h",
    "pwd.h",
    "runetype.h",
    "signal.h",
    "spawn.h",
    "stdio.h",
    "sys/event.h",
    "sys/ioctl.h",
    "sys/mman.h",
    "sys/mount.h",
    "sys/resource.h",
    "sys/socket.h",
    "sys/stat.h",
    "sys/statvfs.h",
    "sys/un.h",
    "sys/utsname.h",
    "sys/wait.h",
    "termios.h",
    "time.h",
    "unistd.h",
];

/// Our names of fields that are unions or macros in C, and those that only fill the end of a structure.
fn c_field(field: &str) -> Option<&str> {
    match field {
        "sa_handler" => Some("__sigaction_u"),
        "rest" => None,
        other => Some(other),
    }
}

#[test]
#[ignore = "needs MACHORUN_CLANG and MACHORUN_SDK: `cargo xtask ci` builds both and runs it"]
fn with_an_sdk_the_headers_agree() {
    let [clang, sdk] = ["MACHORUN_CLANG", "MACHORUN_SDK"].map(|name| std::env::var_os(name).expect(name));
    let mut text = String::from("#define _DARWIN_C_SOURCE 1\n#define __APPLE_USE_RFC_3542 1\n");
    for header in HEADERS {
        writeln!(text, "#include <{header}>").unwrap();
    }
    text.push_str("#include <stddef.h>\n");
    for (name, value) in ALL {
        writeln!(text, "_Static_assert((int)({name}) == (int){value:#x}, \"{name}\");").unwrap();
    }
    for (name, size, fields) in STRUCTURES {
        let open_ended = ["FILE", "malloc_zone_t"].contains(name);
        let relation = if open_ended { ">=" } else { "==" };
        writeln!(text, "_Static_assert({size} {relation} sizeof({name}), \"sizeof {name}\");").unwrap();
        for (field, offset) in *fields {
            if let Some(c) = c_field(field) {
                writeln!(text, "_Static_assert(offsetof({name}, {c}) == {offset}, \"{name}.{field}\");").unwrap();
            }
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("abi.c");
    fs_err::write(&file, text).unwrap();
    let output = std::process::Command::new(clang)
        .args(["--target=x86_64-apple-macos11", "-fsyntax-only", "-ferror-limit=0", "-isysroot"])
        .arg(sdk)
        .arg(&file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
