//! Each check catches a fault put in on purpose, and says nothing about a sound root.

mod author;
mod binaries;
mod bytes;
mod code;
mod code_bundles;
mod code_cases;
mod free_threaded;
mod sample;
mod symbols;

use std::os::unix::fs::PermissionsExt as _;

use insta::assert_snapshot;
use sample::{PYCONFIG, SSL, SYSCONFIG, Sample, module, program};

use super::Linkage;
use macho::Arch;

/// A dynamic library of some slices, for macOS 10.13 and 11.0.
pub fn sample_dylib(install_name: &str, archs: &[Arch]) -> Vec<u8> {
    let slice = |arch: &Arch| {
        let mut author = author::Author::new(*arch, author::DYLIB);
        author.install_name = Some(install_name.into());
        (*arch, author.thin())
    };
    author::fat(&archs.iter().map(slice).collect::<Vec<_>>())
}

#[test]
fn a_sound_root_passes() {
    let report = Sample::new().report();
    assert_snapshot!(report, @"nothing found in 13 files and 6 links: 6 Mach-O files with 11 slices, 1 extension modules, 15 imports");
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
        "files": 12,
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
fn build_paths() {
    let sample = Sample::new();
    sample.write("lib/python3.13/__pycache__/os.cpython-313.pyc", b"\xf3\r\r\n\0/home/me/cache/job/os.py\0");
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
    …/lib/python3.13/__pycache__: entries: got bytecode, expected none: it is compiled where Python is installed
    …/lib/python3.13/__pycache__/os.cpython-313.pyc: build-path: got `/home/me/cache/job/os.py` at byte 5, expected no trace of /home/me/cache
    …/lib/python3.13/__pycache__/os.cpython-313.pyc: entries: got bytecode, expected none: it is compiled where Python is installed
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: debug-paths (x86_64): got `/elsewhere/_ssl.o`, and 1 more, expected no debugger's map: strip it
    …/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: debug-paths (arm64): got `/elsewhere/_ssl.o`, and 1 more, expected no debugger's map: strip it
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
    for (version, suffix) in [("3.3.0", "cpython-33m"), ("3.13.5", "cpython-313-darwin"), ("3.13.5", "abi3")] {
        sample.expect.python = version.parse().unwrap();
        let short = sample.expect.python.short();
        sample.universal(&format!("lib/python{short}/lib-dynload/_ssl.{suffix}.so"), module);
        let findings = sample.findings();
        assert!(!findings.contains(&format!("_ssl.{suffix}.so: modules: ")), "{findings}");
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
fn versions_of_bundles() {
    let sample = Sample::new();
    let empty = "<plist><dict><key>CFBundleShortVersionString</key><string></string></dict></plist>";
    sample.write("Resources/Info.plist", empty.as_bytes());
    sample.write("Resources/Python.app/Contents/Info.plist", b"<plist>");
    assert_snapshot!(sample.findings(), @r#"
    …/Resources/Info.plist: bundles: got CFBundleShortVersionString "", expected "3.13.5"
    …/Resources/Python.app/Contents/Info.plist: bundles: got something else, expected a property list with keys
    "#);
}

/// CPython's own property lists name `Python` in a framework of another name; codesign finds no program then.
#[test]
fn the_program_that_a_bundle_names_is_there() {
    let sample = Sample::new();
    let naming =
        |program: &str| format!("<plist><dict><key>CFBundleExecutable</key><string>{program}</string></dict></plist>");
    for list in ["Resources/Info.plist", "Resources/Python.app/Contents/Info.plist"] {
        sample.write(list, naming("Python").as_bytes());
    }
    assert_eq!(sample.findings(), "");
    for list in ["Resources/Info.plist", "Resources/Python.app/Contents/Info.plist"] {
        sample.write(list, naming("PythonT").as_bytes());
    }
    assert_snapshot!(sample.findings(), @r#"
    …/Resources/Info.plist: bundles: got CFBundleExecutable "PythonT", expected a program: there is no …/PythonT
    …/Resources/Python.app/Contents/Info.plist: bundles: got CFBundleExecutable "PythonT", expected a program: there is no …/Resources/Python.app/Contents/MacOS/PythonT
    "#);
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
fn rubbish() {
    let mut sample = Sample::new();
    for name in [".DS_Store", "._os.py", "os.py.orig", "__pycache__/os.cpython-313.pyc", "ab", "axb", "a"] {
        sample.write(&format!("lib/python3.13/{name}"), b"x");
    }
    assert_snapshot!(sample.findings(), @"
    …/lib/python3.13/.DS_Store: entries: got a name like .DS_Store, expected no such thing in an installer
    …/lib/python3.13/._os.py: entries: got a name like ._*, expected no such thing in an installer
    …/lib/python3.13/__pycache__: entries: got bytecode, expected none: it is compiled where Python is installed
    …/lib/python3.13/__pycache__/os.cpython-313.pyc: entries: got bytecode, expected none: it is compiled where Python is installed
    …/lib/python3.13/ab: entries: got a name like a*b, expected no such thing in an installer
    …/lib/python3.13/axb: entries: got a name like a*b, expected no such thing in an installer
    …/lib/python3.13/os.py.orig: entries: got a name like *.orig, expected no such thing in an installer
    ");
    sample.expect.bytecode = true;
    assert!(!sample.findings().contains("bytecode"), "{}", sample.findings());
}

#[test]
fn permissions() {
    let sample = Sample::new();
    sample.write("bin/pydoc3.13", b"#!/bin/sh\n");
    sample.write("lib/python3.13/script.py", b"#!/usr/bin/env python3\n");
    for (path, mode) in [
        ("bin/python3.13", 0o644),
        ("lib/python3.13/os.py", 0o600),
        ("include/python3.13/Python.h", 0o666),
        ("Resources/Info.plist", 0o744),
        ("share/doc", 0o750),
        (SYSCONFIG, 0o664),
    ] {
        sample.set_mode(path, mode);
    }
    assert_snapshot!(sample.findings(), @"
    …/Resources/Info.plist: permissions: got mode 0744, expected a program for everyone, or for nobody
    …/bin/pydoc3.13: permissions: got mode 0644, expected a program that can be run
    …/bin/python3.13: permissions: got mode 0644, expected a program that can be run
    …/include/python3.13/Python.h: permissions: got mode 0666, expected what only its owner and group can change
    …/lib/python3.13/os.py: permissions: got mode 0600, expected a file that everyone can read
    …/share/doc: permissions: got mode 0750, expected a folder that everyone can enter
    ");
}

#[test]
fn licenses() {
    let mut sample = Sample::new();
    sample.expect.licenses.extend(["xz".into(), "python".into()]);
    sample.write("share/doc/python3.13/licenses/python.txt", b"");
    assert_snapshot!(sample.findings(), @"
    …/share/doc/python3.13/licenses/python.txt: licenses: got an empty file, expected the licence of python
    …/share/doc/python3.13/licenses/xz.txt: licenses: got nothing, expected the licence of xz
    ");
}

#[test]
fn a_version_that_leaves_current_to_others() {
    let mut sample = Sample::new();
    sample.expect.current = false;
    assert_snapshot!(sample.findings(), @"Library/Frameworks/Python.framework/Versions/Current: layout: got something, expected nothing: another version's is not replaced");
    sample.remove("../Current");
    assert_snapshot!(sample.findings(), @"");
}

#[test]
fn a_root_says_what_it_is() {
    let sample = Sample::new();
    assert_eq!(super::version_of(sample.folder.path()), None);
    let patchlevel = b"#define PY_MICRO_VERSION 5\n#define PY_VERSION             \"3.13.5\"\n";
    sample.write("include/python3.13/patchlevel.h", patchlevel);
    assert_eq!(super::version_of(sample.folder.path()), Some("3.13.5".parse().unwrap()));
    sample.write("../3.14/include/python3.14/patchlevel.h", b"#define PY_VERSION \"3.14.0\"\n");
    assert_eq!(super::version_of(sample.folder.path()), None);
}

/// What was done to a root, how, and the beginning of the finding.
type Fault = (&'static str, fn(&Sample), &'static str);

/// The faults that this audit exists for, each alone in a root that is sound otherwise.
#[test]
fn each_of_the_great_faults_is_caught() {
    fn library(sample: &Sample) {
        sample.universal(SSL, |arch| {
            let mut author = module(arch);
            author.dylibs.push((author::LOAD_DYLIB, "/opt/build/lib/libcrypto.3.dylib".into()));
            author
        });
    }
    let faults: &[Fault] = &[
        ("a dylib linked to the build folder", library, "linkage"),
        ("a thin .so", |sample| sample.write(SSL, &module(Arch::Arm64).thin()), "slices"),
        (
            "a wrong minimum macOS",
            |sample| {
                sample.universal(SSL, |arch| {
                    let mut author = module(arch);
                    author.minimum = Some((12, 0));
                    author
                });
            },
            "minimum-os",
        ),
        ("a missing symbol", |sample| sample.universal(SSL, |arch| module(arch).import("_Py_gone", -2)), "symbols"),
        ("a missing module", |sample| sample.remove(SSL), "modules"),
        (
            "a host path in _sysconfigdata",
            |sample| {
                sample.replace(SYSCONFIG, "-Wall ", "-I/home/me/cache/sysroot/usr/local/include ");
            },
            "build-path",
        ),
        ("a dangling link", |sample| sample.link("lib/libpython3.13.dylib", "../Pythn"), "links"),
        (
            "a broken page hash",
            |sample| {
                let slices = [Arch::X86_64, Arch::Arm64].map(|arch| {
                    let mut author = program(arch);
                    author.signed = true;
                    let mut bytes = author.thin();
                    bytes[4500] ^= 1;
                    (arch, bytes)
                });
                sample.write("bin/python3.13", &author::fat(&slices));
            },
            "signature",
        ),
    ];
    for (fault, seed, check) in faults {
        let sample = Sample::new();
        seed(&sample);
        let report = sample.report();
        let checks: std::collections::BTreeSet<String> =
            report.findings.iter().map(|finding| finding.check.to_string()).collect();
        assert_eq!(checks.into_iter().collect::<Vec<_>>(), [*check], "{fault}: {report}");
    }
}

#[test]
fn traces_of_the_build_machine() {
    let sample = Sample::new();
    sample.replace(
        SYSCONFIG,
        " 'HAVE_FORK'",
        " 'BUILD_GNU_TYPE': 'x86_64-pc-linux-gnu',\n 'CC': '/usr/bin/clang -g',\n \
        'EXT_SUFFIX': '.cpython-313-x86_64-linux-gnu.so',\n 'HOST_GNU_TYPE': 'x86_64-unknown-freebsd',\n 'HAVE_FORK'",
    );
    sample.write("lib/python3.13/config-3.13-darwin/Makefile", b"CC=\tclang\nMKDIR_P=\t/usr/bin/mkdir -p\n");
    sample.write("lib/pkgconfig/python3.pc", b"Libs: -L/usr/lib/x86_64-linux-gnu -lpython3\n");
    assert_snapshot!(sample.findings(), @"
    …/lib/pkgconfig/python3.pc: sysconfig: got Libs with -L/usr/lib/x86_64-linux-gnu, expected no linux-gnu
    …/lib/python3.13/_sysconfigdata__darwin_darwin.py: sysconfig: got BUILD_GNU_TYPE with x86_64-pc-linux-gnu, expected no linux-gnu
    …/lib/python3.13/_sysconfigdata__darwin_darwin.py: sysconfig: got CC = /usr/bin/clang, expected a program that the user's machine looks up
    …/lib/python3.13/_sysconfigdata__darwin_darwin.py: sysconfig: got EXT_SUFFIX = .cpython-313-x86_64-linux-gnu.so, expected one that this Python imports on macOS
    …/lib/python3.13/_sysconfigdata__darwin_darwin.py: sysconfig: got EXT_SUFFIX with .cpython-313-x86_64-linux-gnu.so, expected no linux-gnu
    …/lib/python3.13/_sysconfigdata__darwin_darwin.py: sysconfig: got HOST_GNU_TYPE = x86_64-unknown-freebsd, expected a Mac's
    …/lib/python3.13/config-3.13-darwin/Makefile: sysconfig: got MKDIR_P with /usr/bin/mkdir, expected no /usr/bin/mkdir
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
    let path = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Mac/linkage.toml"));
    let linkage = Linkage::read(path).unwrap();
    assert!(linkage.libraries.iter().all(|library| !library.why.is_empty()));
    let listed: usize = linkage.symbols.iter().map(|symbols| symbols.names.len()).sum();
    assert_eq!(linkage.introduced().len(), listed, "a symbol is listed twice");
    let error = "headerpad = 1\nheaderpads = 2\n".parse::<Linkage>().unwrap_err().to_string();
    assert!(error.contains("unknown field `headerpads`") && error.contains("line 2"), "{error}");
}
