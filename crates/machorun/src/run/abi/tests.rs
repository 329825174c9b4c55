//! Compares our Darwin constants and structures with what the SDK's headers say, by the cross compiler.
//!
//! Both come from the environment: `MACHORUN_CLANG`, a clang that can target macOS, and `MACHORUN_SDK`, the SDK.
//! `cargo xtask ci` sets them after it has made a release, which needs both.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::process::Command;

use super::{ALL, STRUCTURES};
use crate::run::shim::{formatted, passed};
use crate::run::stand_ins;

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
    "math.h",
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
    for target in TARGETS {
        let output = compiler(&clang, &sdk, target).arg("-ferror-limit=0").arg(&file).output().unwrap();
        assert!(output.status.success(), "{target}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Both have the same constants and structures.
const TARGETS: [&str; 2] = ["x86_64-apple-macos11", "arm64-apple-macos11"];

fn compiler(clang: &OsStr, sdk: &OsStr, target: &str) -> Command {
    let mut command = Command::new(clang);
    command.arg(format!("--target={target}")).args(["-fsyntax-only", "-isysroot"]).arg(sdk);
    command
}

/// Headers of functions that the lists have, besides those above.
const OF_FUNCTIONS: &[&str] = &[
    "crt_externs.h",
    "copyfile.h",
    "err.h",
    "execinfo.h",
    "grp.h",
    "ifaddrs.h",
    "libproc.h",
    "mach/mach.h",
    "mach/mach_vm.h",
    "math.h",
    "net/if.h",
    "poll.h",
    "sched.h",
    "search.h",
    "semaphore.h",
    "setjmp.h",
    "stdlib.h",
    "string.h",
    "strings.h",
    "sys/clonefile.h",
    "sys/file.h",
    "sys/select.h",
    "sys/sysctl.h",
    "sys/time.h",
    "sys/times.h",
    "sys/uio.h",
    "sys/xattr.h",
    "syslog.h",
    "unwind.h",
    "util.h",
    "utime.h",
    "wchar.h",
    "wctype.h",
];

/// A part of what clang understood, as its `-ast-dump=json` has it.
#[derive(serde::Deserialize)]
struct Node {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(rename = "mangledName")]
    symbol: Option<String>,
    r#type: Option<Type>,
    #[serde(default)]
    inner: Vec<Node>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Type {
    qual_type: String,
    desugared_qual_type: Option<String>,
}

impl Type {
    /// Without the names that it was given.
    fn plain(&self) -> &str {
        self.desugared_qual_type.as_deref().unwrap_or(&self.qual_type)
    }
}

/// Why a function of Darwin's on 64-bit ARM can't be one of Linux's.
fn differs(function: &Node) -> Option<&'static str> {
    const NARROW: &[&str] = &[
        "_Bool",
        "bool",
        "char",
        "signed char",
        "unsigned char",
        "short",
        "unsigned short",
        "int8_t",
        "uint8_t",
        "u_int8_t",
        "int16_t",
        "uint16_t",
        "u_int16_t",
        "mode_t",
        "nlink_t",
        "sa_family_t",
        "in_port_t",
        "OSErr",
    ];
    let whole = function.r#type.as_ref()?.plain();
    let parameters = function.inner.iter().filter(|node| node.kind == "ParmVarDecl");
    let types: Vec<&Type> = parameters.filter_map(|node| node.r#type.as_ref()).collect();
    let result = whole.split('(').next()?.trim();
    if whole.contains("...") {
        Some("variadic")
    } else if whole.contains("long double") {
        Some("long double")
    } else if types.iter().any(|one| one.qual_type.contains("va_list")) {
        Some("va_list")
    } else if NARROW.contains(&result) {
        Some("narrow result")
    } else {
        // What is beyond eight registers is packed on Darwin.
        (types.len() > 8).then_some("arguments on the stack")
    }
}

#[test]
#[ignore = "needs MACHORUN_CLANG and MACHORUN_SDK: `cargo xtask ci` builds both and runs it"]
fn with_an_sdk_nothing_passes_whose_calls_differ_on_arm64() {
    let [clang, sdk] = ["MACHORUN_CLANG", "MACHORUN_SDK"].map(|name| std::env::var_os(name).expect(name));
    let mut text = String::from("#define _DARWIN_C_SOURCE 1\n");
    for header in HEADERS.iter().chain(OF_FUNCTIONS) {
        writeln!(text, "#if __has_include(<{header}>)\n#include <{header}>\n#endif").unwrap();
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("functions.c");
    fs_err::write(&file, text).unwrap();
    let output = compiler(&clang, &sdk, TARGETS[1]).args(["-Xclang", "-ast-dump=json"]).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let all: Node = serde_json::from_slice(&output.stdout).unwrap();
    let functions = all.inner.iter().filter(|node| node.kind == "FunctionDecl");
    let functions: BTreeMap<&str, &Node> =
        functions.map(|node| (node.symbol.as_deref().unwrap_or(&node.name), node)).collect();
    // The suffixes of x86_64's names are none of arm64's.
    let of = |name: &str| functions.get(name.split('$').next().unwrap_or(name)).and_then(|function| differs(function));
    // Linux's `mode_t` has 32 bits, of which it fills all.
    let passed = passed::SYSTEM.iter().filter(|name| **name != "_umask").filter_map(|name| Some((*name, of(name)?)));
    assert_eq!(passed.collect::<Vec<_>>(), [], "these need shims of their own");
    let known = passed::SYSTEM.iter().filter(|name| functions.contains_key(*name)).count();
    assert!(known * 10 > passed::SYSTEM.len() * 9, "only {known} of {} were found", passed::SYSTEM.len());
    // Those with shims get their arguments from the stack: each has been thought of.
    let optional = ["_fcntl", "_ioctl", "_open", "_openat", "_sem_open", "_shm_open"];
    let listed = ["_execl"];
    let packed = ["_vm_remap"];
    let thought_of: BTreeSet<&str> = formatted::PASSED
        .iter()
        .copied()
        .chain(formatted::SHIMS.iter().map(|(name, _)| *name))
        .chain(optional)
        .chain(listed)
        .chain(packed)
        .collect();
    let shims = stand_ins::shims().filter_map(|name| Some((name, of(name)?)));
    let new: Vec<_> = shims.filter(|(name, why)| !thought_of.contains(name) && *why != "narrow result").collect();
    assert_eq!(
        new,
        [],
        "these shims' arguments are elsewhere on arm64: see `optional` and `listed` of `arch`, and `formatted`"
    );
}
