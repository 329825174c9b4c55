//! Faults in what binaries need of each other and of the system.

use insta::assert_snapshot;

use super::author::{self, REEXPORT_DYLIB};
use super::sample::{self, SSL, Sample, module, openssl};
use crate::verify::root;
use macho::Arch;

#[test]
fn missing_symbols() {
    let sample = Sample::new();
    sample.universal(SSL, |arch| {
        let mut author =
            module(arch).import("_SSL_gone", 2).import("_Py_gone", -2).import("_gone", 1).import("_stat$INODE64", 1);
        author.imports.push(author::Import { name: "_nowhere".into(), ordinal: 1, weak: true });
        author
    });
    assert_snapshot!(sample.findings(), @"
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: symbols (x86_64): got _Py_gone, which is missing, expected it to be exported by the framework or a linked library
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: symbols (x86_64): got _SSL_gone, which is missing, expected it to be exported by /…/lib/libssl.3.dylib
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: symbols (x86_64): got _gone, which is missing, expected it to be exported by /usr/lib/libSystem.B.dylib
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: symbols (arm64): got _Py_gone, which is missing, expected it to be exported by the framework or a linked library
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: symbols (arm64): got _SSL_gone, which is missing, expected it to be exported by /…/lib/libssl.3.dylib
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: symbols (arm64): got _gone, which is missing, expected it to be exported by /usr/lib/libSystem.B.dylib
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: symbols (arm64): got _stat$INODE64, which is missing, expected it to be exported by /usr/lib/libSystem.B.dylib
    ");
}

#[test]
fn exports_may_come_from_a_reexported_library() {
    let sample = Sample::new();
    sample.universal("lib/libmore.dylib", |arch| {
        let mut author = openssl(arch).export("_more");
        author.install_name = Some(format!("/{}/lib/libmore.dylib", sample::PREFIX));
        author
    });
    sample.universal("lib/libssl.3.dylib", |arch| {
        let mut author = openssl(arch);
        author.dylibs.push((REEXPORT_DYLIB, format!("/{}/lib/libmore.dylib", sample::PREFIX)));
        author
    });
    sample.universal(SSL, |arch| module(arch).import("_more", 2));
    assert_snapshot!(sample.findings(), @"");
}

#[test]
fn symbols_that_are_too_new() {
    let sample = Sample::new();
    sample.universal(SSL, |arch| {
        let mut author = module(arch).import("_preadv", 1);
        author.imports.push(author::Import { name: "_mkfifoat".into(), ordinal: 1, weak: arch == Arch::Arm64 });
        author
    });
    assert_snapshot!(sample.findings(), @"
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: weak-symbols (x86_64): got _mkfifoat as a must, expected a weak import: it came with macOS 13.0
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: weak-symbols (x86_64): got _preadv as a must, expected a weak import: it came with macOS 11.0
    ");
}

#[test]
fn without_stubs() {
    let mut sample = Sample::new();
    sample.universal(SSL, |arch| module(arch).import("_Py_gone", -2).import("_SSL_gone", 2));
    sample.expect.sdk = None;
    assert_snapshot!(sample.report().to_string().replace(sample::PREFIX, "…"), @"
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: symbols (x86_64): got _SSL_gone, which is missing, expected it to be exported by /…/lib/libssl.3.dylib
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: symbols (arm64): got _SSL_gone, which is missing, expected it to be exported by /…/lib/libssl.3.dylib
    2 findings in 13 files and 6 links: 6 Mach-O files with 11 slices, 1 extension modules, 8 imports; 11 more imports were not looked up: no stubs of their libraries
    ");
    let empty = tempfile::tempdir().unwrap();
    sample.expect.sdk = Some(empty.path().to_owned());
    sample.universal(SSL, module);
    assert_snapshot!(sample.findings(), @"
    …/Python: symbols (x86_64): got symbols of /usr/lib/libSystem.B.dylib, which has no stub, expected a .tbd file in the SDK
    …/Python: symbols (arm64): got symbols of /usr/lib/libSystem.B.dylib, which has no stub, expected a .tbd file in the SDK
    …/bin/python3.13: symbols (x86_64): got symbols of /usr/lib/libSystem.B.dylib, which has no stub, expected a .tbd file in the SDK
    …/bin/python3.13: symbols (arm64): got symbols of /usr/lib/libSystem.B.dylib, which has no stub, expected a .tbd file in the SDK
    …/bin/python3.13-intel64: symbols (x86_64): got symbols of /usr/lib/libSystem.B.dylib, which has no stub, expected a .tbd file in the SDK
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: symbols (x86_64): got symbols of /usr/lib/libSystem.B.dylib, which has no stub, expected a .tbd file in the SDK
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: symbols (arm64): got symbols of /usr/lib/libSystem.B.dylib, which has no stub, expected a .tbd file in the SDK
    ");
}

#[test]
fn an_unreadable_stub_is_an_error() {
    let sample = Sample::new();
    let path = sample.sdk.path().join("usr/lib/libSystem.tbd");
    fs_err::write(&path, "--- !tapi-tbd\ntbd-version: 4\nnonsense\n").unwrap();
    let error = root(sample.folder.path(), &sample.expect).unwrap_err();
    let text = crate::hint::render(&error).replace(&sample.sdk.path().display().to_string(), "SDK");
    assert_snapshot!(text, @"
    error: failed to read SDK/usr/lib/libSystem.tbd
      caused by: line 3: expected `key: value`
    ");
}
