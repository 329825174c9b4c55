//! A root with two frameworks.

use super::author::Author;
use super::sample::{INFO, framework, interpreter, program};
use super::*;
use crate::framework::Framework;

/// The second framework's version folder, from the first one's.
const SECOND: &str = "../../../PythonT.framework/Versions/3.13";

fn with_both() -> Sample {
    let mut sample = Sample::new();
    sample.expect.frameworks.push(Framework::PythonT);
    let write = |path: &str, bytes: &[u8]| sample.write(&format!("{SECOND}/{path}"), bytes);
    let universal = |path: &str, slice: &dyn Fn(Arch) -> Author| sample.universal(&format!("{SECOND}/{path}"), slice);
    universal("PythonT", &|arch| {
        let mut author = framework(arch).export("_only_without_a_lock");
        author.install_name = Some("/Library/Frameworks/PythonT.framework/Versions/3.13/PythonT".into());
        author
    });
    universal("lib/python3.13t/lib-dynload/_ssl.cpython-313t-darwin.so", &|arch| {
        module(arch).import("_only_without_a_lock", -2)
    });
    universal("Resources/Python.app/Contents/MacOS/PythonT", &interpreter);
    universal("bin/python3.13t", &program);
    for program in ["bin/python3.13t", "Resources/Python.app/Contents/MacOS/PythonT"] {
        sample.set_mode(&format!("{SECOND}/{program}"), 0o755);
    }
    let data = fs_err::read_to_string(sample.path(SYSCONFIG)).unwrap().replace("Python.framework", "PythonT.framework");
    let data = data.replace("'PYTHONFRAMEWORK': 'Python'", "'PYTHONFRAMEWORK': 'PythonT'");
    write("lib/python3.13t/_sysconfigdata_t_darwin_darwin.py", data.as_bytes());
    write("include/python3.13t/Python.h", b"");
    write("include/python3.13t/pyconfig.h", b"#define HAVE_KQUEUE 1\n#define Py_GIL_DISABLED 1\n");
    for file in ["Resources/Info.plist", "Resources/Python.app/Contents/Info.plist"] {
        write(file, INFO);
    }
    write("lib/python3.13t/os.py", b"");
    let link = |path: &str, text: &str| sample.link(&format!("{SECOND}/{path}"), text);
    link("Headers", "include/python3.13t");
    link("../Current", "3.13");
    for name in ["PythonT", "Headers", "Resources"] {
        link(&format!("../../{name}"), &format!("Versions/Current/{name}"));
    }
    sample
}

#[test]
fn two_sound_frameworks_pass() {
    let report = with_both().report();
    assert!(report.passed(), "{report}");
    // Its modules find what only their own framework has.
    assert_eq!(report.counts.shared_modules, 1, "a module counts once");
}

#[test]
fn each_framework_has_names_and_a_configuration_of_its_own() {
    let sample = with_both();
    sample.universal(&format!("{SECOND}/lib/python3.13t/lib-dynload/_bz2.abi3.so"), module);
    sample.universal(&format!("{SECOND}/lib/python3.13t/lib-dynload/_lzma.cpython-313-darwin.so"), module);
    sample.universal("lib/python3.13/lib-dynload/_zlib.cpython-313t-darwin.so", module);
    sample.replace(PYCONFIG, "#define HAVE_KQUEUE 1", "#define HAVE_KQUEUE 1\n#define Py_GIL_DISABLED 1");
    let pyconfig = format!("{SECOND}/include/python3.13t/pyconfig.h");
    sample.replace(&pyconfig, "#define Py_GIL_DISABLED 1", "");
    let data = format!("{SECOND}/lib/python3.13t/_sysconfigdata_t_darwin_darwin.py");
    sample.replace(&data, "'PYTHONFRAMEWORK': 'PythonT'", "'PYTHONFRAMEWORK': 'Python'");
    sample.remove(&format!("{SECOND}/bin/python3.13t"));
    sample.remove(&format!("{SECOND}/../Current"));
    assert_snapshot!(sample.findings());
}

#[test]
fn a_module_of_the_first_does_not_find_what_only_the_second_has() {
    let sample = with_both();
    sample.universal(SSL, |arch| module(arch).import("_only_without_a_lock", -2));
    let findings = sample.findings();
    assert!(findings.contains("_only_without_a_lock, which is missing"), "{findings}");
}
