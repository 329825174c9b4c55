//! Each check catches a fault put in on purpose, and says nothing about a sound root.

mod author;
mod bytes;
mod sample;

use std::os::unix::fs::PermissionsExt as _;

use author::{Author, LOAD_DYLIB, REEXPORT_DYLIB};
use insta::assert_snapshot;
use sample::{PYCONFIG, PYTHON_APP, SSL, SYSCONFIG, Sample, framework, interpreter, module, openssl, program};

use super::Linkage;
use crate::arch::Arch;

#[test]
fn a_sound_root_passes() {
    let report = Sample::new().report();
    assert_snapshot!(report, @"nothing found in 12 files and 6 links: 6 Mach-O files with 11 slices, 1 extension modules, 15 imports");
    assert!(report.passed());
    assert_eq!(report.modules, ["_ssl"]);
}

#[test]
fn a_report_for_programs() {
    let sample = Sample::new();
    sample.universal("bin/python3.13", |arch| {
        let mut author = program(arch);
        author.rpaths = vec!["/opt/lib".into()];
        author
    });
    sample.remove("lib/python3.13/os.py");
    let json = serde_json::to_string_pretty(&sample.report()).unwrap();
    assert_snapshot!(json, @r#"
    {
      "findings": [
        {
          "path": "Library/Frameworks/Python.framework/Versions/3.13/bin/python3.13",
          "check": "rpath",
          "arch": "x86_64",
          "got": "LC_RPATH /opt/lib",
          "expected": "no search path"
        },
        {
          "path": "Library/Frameworks/Python.framework/Versions/3.13/bin/python3.13",
          "check": "rpath",
          "arch": "arm64",
          "got": "LC_RPATH /opt/lib",
          "expected": "no search path"
        },
        {
          "path": "Library/Frameworks/Python.framework/Versions/3.13/lib/python3.13/os.py",
          "check": "layout",
          "got": "nothing",
          "expected": "a file"
        }
      ],
      "counts": {
        "files": 11,
        "links": 6,
        "machos": 6,
        "slices": 11,
        "shared_modules": 1,
        "imports": 15,
        "unchecked_imports": 0
      },
      "modules": [
        "_ssl"
      ]
    }
    "#);
}

#[test]
fn slices() {
    let sample = Sample::new();
    sample.write(SSL, &module(Arch::Arm64).thin());
    sample.universal("bin/python3.13-intel64", program);
    sample.write("lib/libssl.3.dylib", &[b"\x7fELF", &[0; 60][..]].concat());
    sample.write("lib/notes.so", b"text");
    sample.write("lib/old.dylib", b"\xce\xfa\xed\xfe");
    let misplaced = [(Arch::X86_64, program(Arch::X86_64).thin())];
    let mut bytes = author::fat(&misplaced);
    bytes.splice(16384..16384, [0; 8]);
    bytes[8 + 8..][..4].copy_from_slice(&16392_u32.to_be_bytes());
    sample.write("bin/misplaced-intel64", &bytes);
    assert_snapshot!(sample.findings(), @"
    …/bin/misplaced-intel64: mach-o (x86_64): got a slice at byte 16392, expected a multiple of 4096
    …/bin/python3.13-intel64: slices: got arm64 and x86_64, expected x86_64
    …/lib/libssl.3.dylib: slices: got an ELF file, expected no binary of another system
    …/lib/notes.so: mach-o: got other bytes, expected a Mach-O file
    …/lib/old.dylib: slices: got i386, expected arm64 and x86_64
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: slices: got arm64, expected arm64 and x86_64
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: symbols (arm64): got _SSL_new, which is missing, expected it to be exported by /…/lib/libssl.3.dylib
    ");
}

#[test]
fn minimum_os() {
    let sample = Sample::new();
    sample.universal("bin/python3.13", |arch| {
        let mut author = program(arch);
        author.minimum = (arch == Arch::X86_64).then_some((10, 15));
        author
    });
    sample.universal(PYTHON_APP, |arch| {
        let mut author = interpreter(arch);
        author.platform = 6;
        author
    });
    assert_snapshot!(sample.findings(), @"
    …/Resources/Python.app/Contents/MacOS/Python: minimum-os (arm64): got platform 6, expected macOS 11.0
    …/bin/python3.13: minimum-os (x86_64): got macOS 10.15, expected macOS 10.13
    …/bin/python3.13: minimum-os (arm64): got no minimum macOS, expected macOS 11.0
    ");
}

#[test]
fn install_names() {
    let sample = Sample::new();
    sample.universal("lib/libssl.3.dylib", |arch| {
        let mut author = openssl(arch);
        author.install_name = Some("@rpath/libssl.3.dylib".into());
        author
    });
    sample.universal("lib/libnameless.dylib", |arch| {
        let mut author = openssl(arch);
        author.install_name = None;
        author
    });
    sample.universal(SSL, |arch| {
        let mut author = module(arch);
        author.install_name = Some("/_ssl.so".into());
        author
    });
    assert_snapshot!(sample.findings(), @"
    …/lib/libnameless.dylib: install-name (x86_64): got no install name, expected /…/lib/libnameless.dylib
    …/lib/libnameless.dylib: install-name (arm64): got no install name, expected /…/lib/libnameless.dylib
    …/lib/libssl.3.dylib: install-name (x86_64): got @rpath/libssl.3.dylib, expected /…/lib/libssl.3.dylib
    …/lib/libssl.3.dylib: install-name (arm64): got @rpath/libssl.3.dylib, expected /…/lib/libssl.3.dylib
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: install-name (x86_64): got /_ssl.so, expected none: this is no dylib
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: install-name (arm64): got /_ssl.so, expected none: this is no dylib
    ");
}

#[test]
fn an_install_name_may_pass_through_links() {
    let sample = Sample::new();
    sample.universal("Python", |arch| {
        let mut author = framework(arch);
        author.install_name = Some("/Library/Frameworks/Python.framework/Python".into());
        author
    });
    assert_snapshot!(sample.findings(), @"");
}

#[test]
fn linked_libraries() {
    let sample = Sample::new();
    sample.universal(SSL, |arch| {
        let mut author = module(arch);
        author.dylibs.push((LOAD_DYLIB, "/home/me/cache/openssl/libcrypto.3.dylib".into()));
        author.dylibs.push((LOAD_DYLIB, "/usr/local/lib/libgdbm.6.dylib".into()));
        author.dylibs.push((LOAD_DYLIB, "@loader_path/libssl.3.dylib".into()));
        author.rpaths.push("@loader_path/..".into());
        author
    });
    assert_snapshot!(sample.findings(), @"
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: linkage (x86_64): got linked with /home/me/cache/openssl/libcrypto.3.dylib, expected a library in the root, or one listed in Mac/linkage.toml
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: linkage (x86_64): got linked with /usr/local/lib/libgdbm.6.dylib, expected a library in the root, or one listed in Mac/linkage.toml
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: linkage (x86_64): got linked with @loader_path/libssl.3.dylib, expected a library in the root, or one listed in Mac/linkage.toml
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: linkage (arm64): got linked with /home/me/cache/openssl/libcrypto.3.dylib, expected a library in the root, or one listed in Mac/linkage.toml
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: linkage (arm64): got linked with /usr/local/lib/libgdbm.6.dylib, expected a library in the root, or one listed in Mac/linkage.toml
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: linkage (arm64): got linked with @loader_path/libssl.3.dylib, expected a library in the root, or one listed in Mac/linkage.toml
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: rpath (x86_64): got LC_RPATH @loader_path/.., expected no search path
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: rpath (arm64): got LC_RPATH @loader_path/.., expected no search path
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: build-path: got `/home/me/cache/openssl/libcrypto.3.dylib` at byte 16816, and once more, expected no trace of /home/me/cache
    ");
}

#[test]
fn headers() {
    let sample = Sample::new();
    sample.universal("bin/python3.13.dSYM", |arch| Author::new(arch, 10));
    sample.universal(PYTHON_APP, |arch| {
        let mut author = interpreter(arch);
        author.stack_size = (arch == Arch::X86_64).then_some(0);
        author.room = 31;
        author
    });
    assert_snapshot!(sample.findings(), @"
    …/Resources/Python.app/Contents/MacOS/Python: headerpad (x86_64): got 31 bytes after the load commands, expected at least 32
    …/Resources/Python.app/Contents/MacOS/Python: headerpad (arm64): got 31 bytes after the load commands, expected at least 32
    …/Resources/Python.app/Contents/MacOS/Python: stack-size (x86_64): got 0x0, expected 0x1000000
    …/Resources/Python.app/Contents/MacOS/Python: stack-size (arm64): got no LC_MAIN, expected 0x1000000
    …/bin/python3.13.dSYM: mach-o (x86_64): got file type 10, expected a program, dylib, bundle or object file
    …/bin/python3.13.dSYM: mach-o (arm64): got file type 10, expected a program, dylib, bundle or object file
    ");
}

#[test]
fn signatures() {
    let sample = Sample::new();
    let written = |name: &str, change: &dyn Fn(&mut author::Author), damage: &dyn Fn(&mut Vec<u8>)| {
        let slices = [Arch::X86_64, Arch::Arm64].map(|arch| {
            let mut author = program(arch);
            author.signed = true;
            change(&mut author);
            let mut bytes = author.thin();
            damage(&mut bytes);
            (arch, bytes)
        });
        sample.write(name, &author::fat(&slices));
    };
    written("bin/a-sound", &|_| {}, &|_| {});
    written("bin/b-unsigned", &|author| author.signed = false, &|_| {});
    written("bin/c-changed-code", &|_| {}, &|bytes| bytes[4500] ^= 1);
    written("bin/d-code-limit", &|author| author.code_limit = Some(4096), &|_| {});
    written("bin/e-requirements", &|author| author.requirements = true, &|bytes| *bytes.last_mut().unwrap() ^= 1);
    written("bin/e-unsealed", &|author| (author.requirements, author.sealed) = (true, false), &|_| {});
    written("bin/f-cut", &|_| {}, &|bytes| bytes.truncate(bytes.len() - 40));
    written("bin/g-longer", &|_| {}, &|bytes| bytes.extend([0; 16]));
    assert_snapshot!(sample.findings(), @"
    …/bin/b-unsigned: signature (arm64): got no signature, expected at least an ad-hoc one
    …/bin/c-changed-code: signature (x86_64): got a wrong hash for 1 of 2 pages, the first is number 1, expected the hash of each page: sign it again
    …/bin/c-changed-code: signature (arm64): got a wrong hash for 1 of 2 pages, the first is number 1, expected the hash of each page: sign it again
    …/bin/d-code-limit: signature (x86_64): got 4096 bytes signed, expected all 5536 before the signature
    …/bin/d-code-limit: signature (x86_64): got hashes of 2 pages, expected 1 of 4096 bytes
    …/bin/d-code-limit: signature (arm64): got 4096 bytes signed, expected all 5552 before the signature
    …/bin/d-code-limit: signature (arm64): got hashes of 2 pages, expected 1 of 4096 bytes
    …/bin/e-requirements: signature (x86_64): got another hash for requirements, expected the sealed one
    …/bin/e-requirements: signature (arm64): got another hash for requirements, expected the sealed one
    …/bin/e-unsealed: signature (x86_64): got requirements without a hash, expected one
    …/bin/e-unsealed: signature (arm64): got requirements without a hash, expected one
    …/bin/f-cut: signature (x86_64): got a signature of 148 bytes at 5536, expected one that ends with the slice, at 5644
    …/bin/f-cut: signature (arm64): got a signature of 148 bytes at 5552, expected one that ends with the slice, at 5660
    …/bin/g-longer: signature (x86_64): got a signature of 148 bytes at 5536, expected one that ends with the slice, at 5700
    …/bin/g-longer: signature (arm64): got a signature of 148 bytes at 5552, expected one that ends with the slice, at 5716
    ");
}

#[test]
fn build_paths() {
    let sample = Sample::new();
    sample.write("lib/python3.13/__pycache__/os.cpython-313.pyc", b"\xf3\r\r\n\0/home/me/cache/work/os.py\0");
    sample.write("lib/Makefile", b"A=1\nLIBS=-L/home/me/cache/lib -lz\nCC=/home/me/cache/clang\n");
    sample.link("lib/libpython3.13.a", "/home/me/cache/libpython.a");
    sample.universal(SSL, |arch| {
        let mut author = module(arch);
        author.debug = vec!["/elsewhere/_ssl.o".into(), "/elsewhere/_ssl.c".into(), "_ssl.c".into()];
        author
    });
    assert_snapshot!(sample.findings(), @"
    …/lib/Makefile: build-path: got `LIBS=-L/home/me/cache/lib -lz` at byte 11, and once more, expected no trace of /home/me/cache
    …/lib/libpython3.13.a: build-path: got `/home/me/cache/libpython.a` at byte 0, expected no trace of /home/me/cache
    …/lib/libpython3.13.a: links: got a link out of the root, to /home/me/cache/libpython.a, expected a link to something in the root
    …/lib/python3.13/__pycache__/os.cpython-313.pyc: build-path: got `/home/me/cache/work/os.py` at byte 5, expected no trace of /home/me/cache
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: debug-paths (x86_64): got `/elsewhere/_ssl.o`, and 1 more, expected no debugger's map: strip it
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: debug-paths (arm64): got `/elsewhere/_ssl.o`, and 1 more, expected no debugger's map: strip it
    ");
}

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
    2 findings in 12 files and 6 links: 6 Mach-O files with 11 slices, 1 extension modules, 8 imports; 11 more imports were not looked up: no SDK was given
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
    let error = super::root(sample.folder.path(), &sample.expect).unwrap_err();
    let text = crate::hint::render(&error).replace(&sample.sdk.path().display().to_string(), "SDK");
    assert_snapshot!(text, @"
    error: failed to read SDK/usr/lib/libSystem.tbd
      caused by: line 3: expected `key: value`
    ");
}

#[test]
fn modules() {
    let mut sample = Sample::new();
    sample.expect.modules.push("_lzma".into());
    sample.universal("lib/python3.13/lib-dynload/_bz2.cpython-313-darwin.so", module);
    sample.universal("lib/python3.13/lib-dynload/_zlib.cpython-313-x86_64-linux-gnu.so", module);
    sample.universal("lib/python3.13/lib-dynload/_old.cpython-312-darwin.so", module);
    assert_snapshot!(sample.findings(), @"
    …/lib/python3.13/lib-dynload/_bz2.cpython-313-darwin.so: modules (x86_64): got no entry point, expected PyInit__bz2
    …/lib/python3.13/lib-dynload/_bz2.cpython-313-darwin.so: modules (arm64): got no entry point, expected PyInit__bz2
    …/lib/python3.13/lib-dynload/_lzma.*.so: modules: got nothing, expected the extension module _lzma
    …/lib/python3.13/lib-dynload/_old.cpython-312-darwin.so: modules: got the suffix .cpython-312-darwin.so, expected one that this Python imports on macOS
    …/lib/python3.13/lib-dynload/_zlib.cpython-313-x86_64-linux-gnu.so: modules: got the suffix .cpython-313-x86_64-linux-gnu.so, expected one that this Python imports on macOS
    ");
    assert_eq!(sample.report().modules, ["_bz2", "_ssl"]);
}

#[test]
fn suffixes_of_other_versions() {
    let mut sample = Sample::new();
    for (version, suffix) in [("3.3.0", "cpython-33m"), ("3.13.5", "cpython-313t-darwin"), ("3.13.5", "abi3")] {
        sample.expect.python = version.parse().unwrap();
        let short = sample.expect.python.short();
        sample.universal(&format!("lib/python{short}/lib-dynload/_ssl.{suffix}.so"), module);
        let findings = sample.findings();
        assert!(!findings.contains(": modules: "), "{findings}");
        sample.remove(&format!("lib/python{short}/lib-dynload/_ssl.{suffix}.so"));
    }
}

#[test]
fn the_framework_s_files() {
    let sample = Sample::new();
    sample.remove("../Current");
    sample.remove("../../Headers");
    sample.link("../../Headers", "Versions/3.13/Headers");
    sample.remove("Resources/Info.plist");
    assert_snapshot!(sample.findings(), @"
    Library/Frameworks/Python.framework/Headers: layout: got a link to Versions/3.13/Headers, expected a link to Versions/Current/Headers
    Library/Frameworks/Python.framework/Python: links: got a dangling link to Versions/Current/Python: there is no /Library/Frameworks/Python.framework/Versions/Current, expected a link to something in the root
    Library/Frameworks/Python.framework/Resources: links: got a dangling link to Versions/Current/Resources: there is no /Library/Frameworks/Python.framework/Versions/Current, expected a link to something in the root
    …/Resources/Info.plist: layout: got nothing, expected a file
    Library/Frameworks/Python.framework/Versions/Current: layout: got nothing, expected a link to 3.13
    ");
}

#[test]
fn links() {
    let sample = Sample::new();
    sample.link("a-dangling", "lib/gone.py");
    sample.link("b-absolute", &format!("/{}/bin/python3.13", sample::PREFIX));
    sample.link("c-outside", "/usr/bin/python3");
    sample.link("d-above", "../../../../../../etc/passwd");
    sample.link("e-circle", "e-circle");
    sample.link("f-through-a-file", "lib/python3.13/os.py/more");
    assert_snapshot!(sample.findings(), @"
    …/a-dangling: links: got a dangling link to lib/gone.py: there is no /…/lib/gone.py, expected a link to something in the root
    …/c-outside: links: got a link out of the root, to /usr/bin/python3, expected a link to something in the root
    …/d-above: links: got a link out of the root, to ../../../../../../etc/passwd, expected a link to something in the root
    …/e-circle: links: got a link to e-circle that goes in circles, expected a link to something in the root
    …/f-through-a-file: links: got a dangling link to lib/python3.13/os.py/more: there is no /…/lib/python3.13/os.py/, expected a link to something in the root
    ");
}

#[test]
fn entries() {
    let sample = Sample::new();
    sample.write("bin/sudo", b"#!/bin/sh\n");
    let mode = std::fs::Permissions::from_mode(0o4755);
    fs_err::set_permissions(sample.path("bin/sudo"), mode).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(sample.path("bin/socket")).unwrap();
    sample.write("lib/ReadMe", b"");
    sample.write("lib/README", b"");
    assert_snapshot!(sample.findings(), @"
    …/bin/socket: entries: got a socket, expected a file, folder or link
    …/bin/sudo: entries: got mode 4755, expected no setuid, setgid or sticky bit
    …/lib/ReadMe: entries: got a name that differs from …/lib/README only in case, expected one of them
    ");
}

#[test]
fn sysconfig() {
    let sample = Sample::new();
    sample.replace(SYSCONFIG, "-arch x86_64", "-arch i386 -isysroot /home/me/cache/sdk");
    sample.replace(SYSCONFIG, "'10.13'", "'12.0'");
    sample.replace(SYSCONFIG, "'prefix': '/Library/", "'prefix': '/opt/");
    sample.replace(SYSCONFIG, " 'MACHDEP': 'darwin',\n", "");
    assert_snapshot!(sample.findings(), @"
    …/lib/python3.13/_sysconfigdata__darwin_darwin.py: build-path: got `      '-arch arm64 -arch i386 -isysroot /home/me/cache/sdk',` at byte 201, expected no trace of /home/me/cache
    …/lib/python3.13/_sysconfigdata__darwin_darwin.py: sysconfig: got CFLAGS with -arch arm64 and i386, expected arm64 and x86_64
    …/lib/python3.13/_sysconfigdata__darwin_darwin.py: sysconfig: got CFLAGS with -isysroot, expected no -isysroot
    …/lib/python3.13/_sysconfigdata__darwin_darwin.py: sysconfig: got MACOSX_DEPLOYMENT_TARGET = '12.0', expected '10.13'
    …/lib/python3.13/_sysconfigdata__darwin_darwin.py: sysconfig: got no MACHDEP, expected 'darwin'
    …/lib/python3.13/_sysconfigdata__darwin_darwin.py: sysconfig: got prefix = '/opt/Frameworks/Python.framework/Versions/3.13', expected '/…'
    ");
    sample.write(SYSCONFIG, b"build_time_vars = dict(os.environ)\n");
    assert_snapshot!(sample.findings(), @"…/lib/python3.13/_sysconfigdata__darwin_darwin.py: sysconfig: got something else, expected `build_time_vars = {…}` with texts and numbers");
    sample.remove(SYSCONFIG);
    assert_snapshot!(sample.findings(), @"…/lib/python3.13/_sysconfigdata*.py: sysconfig: got nothing, expected what Python knows about its build");
}

#[test]
fn pyconfig() {
    let sample = Sample::new();
    sample.write(PYCONFIG, b"#if 1\n#  define HAVE_EPOLL 1\n#endif\n/* #undef HAVE_KQUEUE */\n");
    assert_snapshot!(sample.findings(), @"
    …/include/python3.13/pyconfig.h: sysconfig: got #define HAVE_EPOLL, expected no such macro: macOS is different
    …/include/python3.13/pyconfig.h: sysconfig: got no HAVE_KQUEUE, expected it, as in every build for macOS
    ");
}

#[test]
fn our_list_of_libraries_can_be_read() {
    let path = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../Mac/linkage.toml"));
    let linkage = Linkage::read(path).unwrap();
    assert!(linkage.libraries.iter().all(|library| !library.why.is_empty()));
    let listed: usize = linkage.symbols.iter().map(|symbols| symbols.names.len()).sum();
    assert_eq!(linkage.introduced().len(), listed, "a symbol is listed twice");
    let error = "headerpad = 1\nheaderpads = 2\n".parse::<Linkage>().unwrap_err().to_string();
    assert!(error.contains("unknown field `headerpads`") && error.contains("line 2"), "{error}");
}
