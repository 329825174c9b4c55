//! Faults in binaries.

use insta::assert_snapshot;

use super::author::{self, Author, LOAD_DYLIB, LOAD_WEAK_DYLIB};
use super::sample::{PYTHON_APP, SSL, Sample, framework, interpreter, module, openssl, program};
use macho::Arch;

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
    let archive = b"!<arch>\n".to_vec();
    sample.write("lib/libgood.a", &author::fat(&[Arch::X86_64, Arch::Arm64].map(|arch| (arch, archive.clone()))));
    sample.write("lib/libhalf.a", &author::fat(&[(Arch::Arm64, archive)]));
    assert_snapshot!(sample.findings(), @"
    …/bin/misplaced-intel64: mach-o (x86_64): got a slice at byte 16392, expected a multiple of 4096
    …/bin/misplaced-intel64: permissions: got mode 0644, expected a program that can be run
    …/bin/python3.13-intel64: slices: got arm64 and x86_64, expected x86_64
    …/lib/libhalf.a: slices: got arm64, expected arm64 and x86_64
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
fn a_library_that_came_later_is_linked_weakly() {
    let sample = Sample::new();
    let linked = |command| {
        sample.universal(SSL, |arch| {
            let mut author = module(arch);
            author.dylibs.push((command, "/usr/lib/libnew.dylib".into()));
            author
        });
        sample.findings()
    };
    assert_snapshot!(linked(LOAD_DYLIB), @"…/lib/python3.13/lib-dynload/_ssl.cpython-313-darwin.so: linkage (x86_64): got linked with /usr/lib/libnew.dylib, which came with macOS 11.0, expected a weak link: the slice is for macOS 10.13");
    assert_snapshot!(linked(LOAD_WEAK_DYLIB), @"");
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
    …/bin/a-sound: permissions: got mode 0644, expected a program that can be run
    …/bin/b-unsigned: signature (arm64): got no signature, expected at least an ad-hoc one
    …/bin/b-unsigned: permissions: got mode 0644, expected a program that can be run
    …/bin/c-changed-code: signature (x86_64): got a wrong hash for 1 of 2 pages, the first is number 1, expected the hash of each page: sign it again
    …/bin/c-changed-code: signature (arm64): got a wrong hash for 1 of 2 pages, the first is number 1, expected the hash of each page: sign it again
    …/bin/c-changed-code: permissions: got mode 0644, expected a program that can be run
    …/bin/d-code-limit: signature (x86_64): got 4096 bytes signed, expected all 5536 before the signature
    …/bin/d-code-limit: signature (x86_64): got hashes of 2 pages, expected 1 of 4096 bytes
    …/bin/d-code-limit: signature (arm64): got 4096 bytes signed, expected all 5552 before the signature
    …/bin/d-code-limit: signature (arm64): got hashes of 2 pages, expected 1 of 4096 bytes
    …/bin/d-code-limit: permissions: got mode 0644, expected a program that can be run
    …/bin/e-requirements: signature (x86_64): got another hash for requirements, expected the sealed one
    …/bin/e-requirements: signature (arm64): got another hash for requirements, expected the sealed one
    …/bin/e-requirements: permissions: got mode 0644, expected a program that can be run
    …/bin/e-unsealed: signature (x86_64): got requirements without a hash, expected one
    …/bin/e-unsealed: signature (arm64): got requirements without a hash, expected one
    …/bin/e-unsealed: permissions: got mode 0644, expected a program that can be run
    …/bin/f-cut: signature (x86_64): got a signature of 148 bytes at 5536, expected one that ends with the slice, at 5644
    …/bin/f-cut: signature (arm64): got a signature of 148 bytes at 5552, expected one that ends with the slice, at 5660
    …/bin/f-cut: permissions: got mode 0644, expected a program that can be run
    …/bin/g-longer: signature (x86_64): got a signature of 148 bytes at 5536, expected one that ends with the slice, at 5700
    …/bin/g-longer: signature (arm64): got a signature of 148 bytes at 5552, expected one that ends with the slice, at 5716
    …/bin/g-longer: permissions: got mode 0644, expected a program that can be run
    ");
}
