use super::*;

/// A script as CPython's is built, with other contents.
const SCRIPT: &str = r#"#!/usr/bin/env python
"""
Builds. def library_recipes(): is not here.
"""
import os, sys

universal_opts_map = { 'universal2': ('arm64', 'x86_64'), }
default_target_map = {
        'universal2': '10.9',
        'all': '10.5',
}
DEPTARGET = '10.5'
PYTHON_3 = getVersionMajorMinor() >= (3, 0)

def useOldTk():
    return getBuildTuple() < (10, 15)

def library_recipes():
    """All of them."""
    result = []

    LT_10_5 = bool(getDeptargetTuple() < (10, 5))

    # A comment (with a bracket.
    result.extend([
          dict(
              name="OpenSSL 3.5.8",
              url="https://example.org/openssl-3.5.8.tar.gz",
              checksum="a8f8",
              buildrecipe=build_universal_openssl,
              configure=None,
          ),
    ])

    if internalTk():
        if useOldTk():
            tcl_ver='8.6.8'
            tcl_checksum='8165'
            patches = ['a.patch']
        else:
            tcl_ver='9.0.4'
            tcl_checksum='d0ae'
            patches = []

        base_url = "https://example.org/{what}{version}-src.tar.gz"
        result.extend([
          dict(
              name="Tcl %s"%(tcl_ver,),
              url=base_url.format(what="tcl", version=tcl_ver),
              checksum=tcl_checksum,
              patches=patches,
              configure_pre=[
                    '--enable-shared',
                    '--libdir=/Library/%s/lib'%(getVersion(),),
                    f'--with={getVersion()}',
              ],
              install='make T=%(T)s'%{ "T": shellQuote(os.path.join(WORKDIR, 'x')) },
          ),
        ])
    if PYTHON_3:
        result.append(dict(name="XZ 5.2.3", url="http://example.org/xz-5.2.3.tar.gz", checksum='ef68',
              extra_cflags=('-Os '
                            '-DA ')))
    if DEPTARGET < '10.5':
        result.append(dict(name="Bzip2 1.0.6"))
    if not PYTHON_3:
        result.append(dict(name="Sleepycat DB 4.7.25"))
    elif weather():
        result.append(dict(name="GNU Readline 6.1.2"))
    else:
        result.append(dict(name="Nothing 1"))
    return result

def buildPython():
    runCommand("make")
    runCommand("%s -C --enable-framework --enable-universalsdk=/ "
               "--with-universal-archs=%s "
               "%s "
               "LDFLAGS='-g -L%s/lib' 2>&1"%(
        shellQuote(os.path.join(SRCDIR, 'configure')),
        UNIVERSALARCHS,
        (' ', '--with-computed-gotos ')[PYTHON_3]))
"#;

#[test]
fn libraries_options_and_targets_are_read() {
    let script = Script::read(SCRIPT).unwrap();
    let names = script.libraries.iter().map(|asked| format!("{} {}", asked.name, asked.version));
    assert_eq!(names.collect::<Vec<_>>(), ["OpenSSL 3.5.8", "Tcl 9.0.4", "XZ 5.2.3", "GNU Readline 6.1.2"]);
    let tcl = &script.libraries[1];
    assert_eq!(tcl.url, "https://example.org/tcl9.0.4-src.tar.gz");
    assert_eq!((tcl.checksum.as_str(), tcl.patches.len()), ("d0ae", 0));
    assert_eq!(tcl.configure, ["--enable-shared", "--libdir=/Library/?/lib", "--with=?"]);
    assert_eq!(script.libraries[2].cflags, ["-Os", "-DA"]);
    let options =
        ["--enable-framework", "--enable-universalsdk=/", "--with-universal-archs=%s", "--with-computed-gotos"];
    assert_eq!(script.options, options);
    assert_eq!(script.targets[0], ("universal2".to_owned(), "10.9".to_owned()));
    assert_eq!(script.notes, ["line 68: whether `weather ( )` isn't known; it is taken to be so"]);
}

#[test]
fn what_is_no_such_script_is_an_error() {
    let error = |text: &str| Script::read(text).unwrap_err().to_string();
    assert_eq!(error("print('hello')\n"), "it has no function library_recipes");
    assert_eq!(error("def library_recipes():\n    return []\n"), "its function library_recipes lists no library");
    assert_eq!(error("x = 'abc\n"), "line 1: a string has no end");
    assert_eq!(error("x = (1,\n"), "line 1: a bracket has no end");
    assert!(error(&"#".repeat(LARGEST + 1)).contains("at most 1048576 are read"));
}

#[test]
fn a_line_that_is_not_understood_is_said() {
    let odd = SCRIPT
        .replace("    return result", "    for x in result:\n        pass\n    result.extend([)])\n    return result");
    let notes = Script::read(&odd).unwrap().notes.join("\n");
    assert!(notes.contains("line 72 isn't understood, and was passed over"), "{notes}");
}

proptest::proptest! {
    /// The script comes with a source that nobody has looked at.
    #[test]
    fn no_text_panics(text in "[a-z(){}\\[\\]'\"%.,:=#\\\\\n {}-]{0,200}") {
        _ = Script::read(&text);
        _ = Script::read(&format!("def library_recipes():\n    {text}"));
    }

    #[test]
    fn no_damage_panics(at in 0..SCRIPT.len(), to in proptest::char::any()) {
        let mut text: String = SCRIPT.chars().take(at).collect();
        text.push(to);
        text.extend(SCRIPT.chars().skip(at + 1));
        _ = Script::read(&text);
    }
}
