//! A small root without a fault, for tests to break.

use std::path::PathBuf;

use super::author::{Author, BUNDLE, DYLIB, EXECUTE, LOAD_DYLIB, fat};
use crate::framework::Framework;
use crate::verify::{AuditReport, Expectations, root};
use macho::Arch;

pub(super) const PREFIX: &str = "Library/Frameworks/Python.framework/Versions/3.13";
pub(super) const SSL: &str = "lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so";
pub(super) const SYSCONFIG: &str = "lib/python3.13/_sysconfigdata__darwin_darwin.py";
pub(super) const PYCONFIG: &str = "include/python3.13/pyconfig.h";
pub(super) const INFO: &[u8] = b"<plist><dict><key>CFBundleVersion</key><string>3.13.5</string></dict></plist>";
pub(super) const PYTHON_APP: &str = "Resources/Python.app/Contents/MacOS/Python";

const LIBSYSTEM: &str = "\
--- !tapi-tbd
tbd-version:     4
targets:         [ x86_64-macos, x86_64-maccatalyst, arm64-macos,
                   arm64e-macos ]
install-name:    '/usr/lib/libSystem.B.dylib'
current-version: 1351
reexported-libraries:
  - targets:         [ x86_64-macos, arm64-macos ]
    libraries:       [ '/usr/lib/system/libsystem_c.dylib' ]
exports:
  - targets:         [ x86_64-macos, arm64-macos ]
    symbols:         [ 'R8289209$_close', dyld_stub_binder ]
--- !tapi-tbd
tbd-version:     4
targets:         [ x86_64-macos, arm64-macos ]
install-name:    '/usr/lib/system/libsystem_c.dylib'
parent-umbrella:
  - targets:         [ x86_64-macos, arm64-macos ]
    umbrella:        System
exports:
  - targets:         [ x86_64-macos ]
    symbols:         [ '_open$NOCANCEL', '_stat$INODE64' ]
  - targets:         [ x86_64-macos, arm64-macos ]
    symbols:         [ _malloc, _mkfifoat, _preadv ]
    weak-symbols:    [ __ZdlPv ]
...
";

const SYSCONFIGDATA: &str = "\
# system configuration generated and used by the sysconfig module
build_time_vars = {'CFLAGS': '-fno-strict-overflow -Wsign-compare -DNDEBUG -g -O3 -Wall '
           '-arch arm64 -arch x86_64',
 'CONFIG_ARGS': \"'--enable-framework=/Library/Frameworks' '--with-universal-archs=universal2'\",
 'HAVE_FORK': 1,
 'MACHDEP': 'darwin',
 'MACOSX_DEPLOYMENT_TARGET': '10.13',
 'PYTHONFRAMEWORK': 'Python',
 'SIZEOF_INT': 4,
 'VERSION': '3.13',
 'prefix': '/Library/Frameworks/Python.framework/Versions/3.13'}
";

const LINKAGE: &str = r#"
headerpad = 32
[entries]
forbidden = [".DS_Store", "._*", "*.orig", "a*b"]
[sysconfig]
forbidden-options = ["-isysroot"]
forbidden-texts = ["linux-gnu", "/usr/bin/mkdir"]
programs = ["CC"]
[pyconfig]
defined = ["HAVE_KQUEUE"]
undefined = ["HAVE_EPOLL"]
[[library]]
path = "/usr/lib/libSystem.B.dylib"
why = "everything"
[[library]]
path = "/usr/lib/libnew.dylib"
since = "11.0"
why = "something new"
[[symbol]]
since = "11.0"
names = ["preadv"]
[[symbol]]
since = "13.0"
names = ["mkfifoat"]
"#;

pub(super) struct Sample {
    pub folder: tempfile::TempDir,
    pub sdk: tempfile::TempDir,
    pub expect: Expectations,
}

impl Sample {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sdk = tempfile::tempdir().unwrap();
        fs_err::create_dir_all(sdk.path().join("usr/lib")).unwrap();
        fs_err::write(sdk.path().join("usr/lib/libSystem.tbd"), LIBSYSTEM).unwrap();
        let expect = Expectations {
            python: "3.13.5".parse().unwrap(),
            archs: vec![Arch::X86_64, Arch::Arm64],
            minimum: "10.13".parse().unwrap(),
            frameworks: vec![Framework::Python],
            modules: vec!["_ssl".into()],
            licenses: vec!["openssl".into()],
            current: true,
            bytecode: false,
            forbidden_paths: vec!["/home/me/cache".into(), String::new()],
            sdk: Some(sdk.path().to_owned()),
            linkage: LINKAGE.parse().unwrap(),
            stack_size: 0x0100_0000,
        };
        let sample = Self { folder, sdk, expect };
        sample.universal("Python", framework);
        sample.universal("lib/libssl.3.dylib", openssl);
        sample.universal(SSL, module);
        sample.universal(PYTHON_APP, interpreter);
        sample.universal("bin/python3.13", program);
        sample.write("bin/python3.13-intel64", &program(Arch::X86_64).thin());
        for path in ["bin/python3.13", "bin/python3.13-intel64", PYTHON_APP] {
            sample.set_mode(path, 0o755);
        }
        sample.write(SYSCONFIG, SYSCONFIGDATA.as_bytes());
        sample.write("Resources/Info.plist", INFO);
        sample.write("Resources/Python.app/Contents/Info.plist", INFO);
        sample.write("include/python3.13/Python.h", b"");
        sample.write(PYCONFIG, b"#define HAVE_KQUEUE 1\n/* #undef HAVE_EPOLL */\n");
        sample.write("lib/python3.13/os.py", b"");
        sample.write("share/doc/python3.13/licenses/openssl.txt", b"Apache License");
        sample.link("Headers", "include/python3.13");
        sample.link("../Current", "3.13");
        for name in ["Python", "Headers", "Resources"] {
            sample.link(&format!("../../{name}"), &format!("Versions/Current/{name}"));
        }
        fs_err::create_dir_all(sample.folder.path().join("usr/local/bin")).unwrap();
        let target = format!("../../../{PREFIX}/bin/python3.13");
        std::os::unix::fs::symlink(target, sample.folder.path().join("usr/local/bin/python3.13")).unwrap();
        sample
    }

    /// A path in the version folder.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(PREFIX).join(path)
    }

    pub(super) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, bytes).unwrap();
    }

    pub(super) fn universal(&self, path: &str, slice: impl Fn(Arch) -> Author) {
        let slices = [Arch::X86_64, Arch::Arm64].map(|arch| (arch, slice(arch).thin()));
        self.write(path, &fat(&slices));
    }

    /// Writes a file again, changed in its text.
    pub(super) fn replace(&self, path: &str, from: &str, to: &str) {
        let text = fs_err::read_to_string(self.path(path)).unwrap();
        assert!(text.contains(from), "{text}");
        self.write(path, text.replace(from, to).as_bytes());
    }

    pub(super) fn set_mode(&self, path: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        fs_err::set_permissions(self.path(path), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(super) fn link(&self, path: &str, text: &str) {
        std::os::unix::fs::symlink(text, self.path(path)).unwrap();
    }

    pub(super) fn remove(&self, path: &str) {
        fs_err::remove_file(self.path(path)).unwrap();
    }

    pub(super) fn report(&self) -> AuditReport {
        root(self.folder.path(), &self.expect).unwrap()
    }

    /// The findings, one a line, with `…` for the version folder.
    pub(super) fn findings(&self) -> String {
        let lines: Vec<_> = self.report().findings.iter().map(ToString::to_string).collect();
        lines.join("\n").replace(PREFIX, "…")
    }
}

/// The framework's binary.
pub(super) fn framework(arch: Arch) -> Author {
    let mut author = Author::new(arch, DYLIB).export("_PyModule_Create2").export("_Py_BytesMain").import("_malloc", 1);
    author.install_name = Some(format!("/{PREFIX}/Python"));
    author.signed = true;
    author.requirements = true;
    author
}

pub(super) fn openssl(arch: Arch) -> Author {
    let mut author = Author::new(arch, DYLIB).export("_SSL_new");
    author.install_name = Some(format!("/{PREFIX}/lib/libssl.3.dylib"));
    author
}

pub(super) fn module(arch: Arch) -> Author {
    let mut author = Author::new(arch, BUNDLE).export("_PyInit__ssl").import("_PyModule_Create2", -2);
    author.dylibs.push((LOAD_DYLIB, format!("/{PREFIX}/lib/libssl.3.dylib")));
    author.import("_SSL_new", 2).import("_malloc", -2).import("__ZdlPv", 1)
}

pub(super) fn interpreter(arch: Arch) -> Author {
    let mut author = Author::new(arch, EXECUTE);
    author.dylibs.push((LOAD_DYLIB, format!("/{PREFIX}/Python")));
    author.stack_size = Some(0x0100_0000);
    author.import("_Py_BytesMain", 2)
}

pub(super) fn program(arch: Arch) -> Author {
    let mut author = Author::new(arch, EXECUTE).import("_malloc", 1);
    author.stack_size = Some(0);
    author
}
