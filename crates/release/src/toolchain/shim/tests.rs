//! Arguments in, arguments out; and outputs that must survive.

use std::os::unix::fs::FileTypeExt as _;

use super::archive::Request;
use super::package_config::{Answer, answer};
use super::site::*;
use super::system::{Xcrun, parse_xcrun};
use super::tool::*;
use super::*;
use crate::toolchain::runtime;
use std::path::PathBuf;

fn site() -> Site {
    Site {
        llvm: Llvm { tree: "/llvm".into() },
        sdk: "/sdk".into(),
        launcher: None,
        prefix_map: vec!["/work=/build".into(), "/out=/stage".into()],
    }
}

fn words(text: &str) -> Vec<OsString> {
    text.split_whitespace().map(OsString::from).collect()
}

fn compiler(text: &str) -> String {
    let args = compiler::arguments(&words(text), &site());
    args.iter().map(|arg| arg.to_string_lossy().into_owned()).collect::<Vec<_>>().join("\n")
}

#[test]
fn compilations_alone_are_launched() {
    let site = Site { launcher: Some("/usr/bin/ccache".into()), ..site() };
    let launched = |text: &str| {
        let compiler = site.llvm.stand_in("clang", words(text));
        let command = compiler::launched(compiler, &words(text), &site);
        let args = command.args.iter().map(|arg| arg.to_string_lossy().into_owned());
        [command.program.display().to_string()].into_iter().chain(args).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(launched("-c a.c"), "/usr/bin/ccache /llvm/llvm/bin/clang -c a.c");
    assert_eq!(launched("a.o -o a"), "/llvm/llvm/bin/clang a.o -o a");
}

#[test]
fn a_compilation() {
    insta::assert_snapshot!(compiler("-arch x86_64 -arch arm64 -O2 -c a.c -o a.o"), @r"
    --start-no-unused-arguments
    --target=arm64-apple-darwin20
    -isysroot
    /sdk
    --ld-path=/llvm/llvm/bin/ld64.lld
    -mlinker-version=1053
    -B/llvm/libexec
    -ffile-prefix-map=/work=/build
    -ffile-prefix-map=/out=/stage
    --end-no-unused-arguments
    -arch
    x86_64
    -arch
    arm64
    -O2
    -c
    a.c
    -o
    a.o
    ");
}

#[test]
fn a_link_has_room_for_names_and_no_debugging_information() {
    let text = compiler("-arch arm64 -bundle -undefined dynamic_lookup a.o -lz -o a.so");
    assert!(text.contains("\n-headerpad_max_install_names\n-Wl,-S\n--end-no-unused-arguments\n-arch\n"), "{text}");
    assert!(text.ends_with("\n-o\na.so"), "there is no run-time library in this SDK: {text}");
}

#[test]
fn the_runtime_library_is_added_to_links() {
    let sdk = tempfile::tempdir().unwrap();
    let library = sdk.path().join(runtime::LIBRARY);
    fs_err::create_dir_all(library.parent().unwrap()).unwrap();
    fs_err::write(&library, "").unwrap();
    let site = Site { sdk: sdk.path().into(), ..site() };
    let last = |text: &str| compiler::arguments(&words(text), &site).split_off(1).pop().unwrap();
    assert_eq!(last("a.o -o a"), library.as_os_str());
    assert_eq!(last("-c a.c"), "a.c");
    let args = compiler::arguments(&words("-x c - -o a"), &site);
    assert_eq!(args[args.len() - 3..], ["-x".into(), "none".into(), library.into_os_string()]);
}

#[test]
fn what_links_and_what_does_not() {
    for text in
        ["a.c", "a.o -o a", "-x c -", "-lz", "-framework Cocoa", "-Wl,-v", "-dynamiclib a.o", "@objects", "a.c -v"]
    {
        assert!(compiler::links(&words(text)), "{text}");
    }
    for text in [
        "",
        "-v",
        "--version",
        "-c a.c",
        "-S a.c",
        "-E -",
        "-E a.c -o a.i",
        "-M a.c",
        "-MM a.c",
        "-fsyntax-only a.c",
        "-print-search-dirs",
        "-print-file-name=libc.a a.c",
        "--print-multiarch",
        "-dumpmachine",
        "-arch arm64",
        "-o a",
        "-isysroot /sdk -v",
        "-I include",
        "-x c",
    ] {
        assert!(!compiler::links(&words(text)), "{text}");
    }
}

/// On a Mac `-isysroot /` is the system; here that would be Linux.
#[test]
fn no_time_goes_into_debugging_information() {
    assert!(compiler("-DNDEBUG -g -O3 -c a.c").ends_with("--end-no-unused-arguments\n-DNDEBUG\n-O3\n-c\na.c"));
}

#[test]
fn the_root_is_no_sysroot() {
    assert!(compiler("-isysroot / -c a.c").ends_with("--end-no-unused-arguments\n-c\na.c"));
    assert!(compiler("-isysroot /other -c a.c").ends_with("\n-isysroot\n/other\n-c\na.c"));
    assert!(compiler("-c a.c -I /").ends_with("\n-I\n/"));
}

/// A stand-in for a device that a test may create: renaming over it would replace it, as with `/dev/null`.
fn fifo(dir: &Path) -> PathBuf {
    let path = dir.join("fifo");
    let sh = crate::exec::shell(dir).unwrap();
    crate::exec::read(crate::exec::cmd!(sh, "mkfifo {path}")).unwrap();
    path
}

#[test]
fn an_output_that_is_no_file_is_redirected() {
    let dir = tempfile::tempdir().unwrap();
    let fifo = fifo(dir.path());
    let link = dir.path().join("link");
    fs_err::os::unix::fs::symlink(&fifo, &link).unwrap();
    for path in [&fifo, &link, &PathBuf::from("/dev/null")] {
        let joined = OsString::from(format!("-o{}", path.display()));
        for args in [vec!["-o".into(), path.into()], vec![joined]] {
            let guarded = output::guard([words("-c a.c"), args].concat(), &["-o"]).unwrap();
            assert!(guarded.has_redirections());
            let safe = guarded.args.last().unwrap().to_string_lossy().replace("-o", "");
            assert!(safe.ends_with("/output") && !safe.contains("fifo") && !safe.contains("null"), "{safe}");
            let tmp = Path::new(&safe).parent().unwrap().to_owned();
            assert!(tmp.is_dir());
            // A tool that failed wrote nothing; that must be no error either.
            guarded.finish(false).unwrap();
            assert!(!tmp.exists(), "temporary folders go");
        }
    }
    assert!(fs_err::symlink_metadata(&fifo).unwrap().file_type().is_fifo());
}

#[test]
fn what_a_tool_wrote_reaches_the_output() {
    let guarded = output::guard(words("-output /dev/null"), &["-output"]).unwrap();
    fs_err::write(guarded.args.last().unwrap(), "an object").unwrap();
    guarded.finish(true).unwrap();
    assert!(fs_err::metadata("/dev/null").unwrap().file_type().is_char_device());
}

#[test]
fn other_outputs_stay_as_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs_err::write(&file, "").unwrap();
    for output in [file.as_path(), &dir.path().join("new"), dir.path()] {
        let args = vec![OsString::from("-o"), output.into(), "-objc".into(), "/dev/null".into()];
        let guarded = output::guard(args.clone(), &["-o"]).unwrap();
        assert!(!guarded.has_redirections());
        assert_eq!(guarded.args, args);
    }
}

#[test]
fn tools_that_change_files_refuse_devices() {
    let error = output::guard_in_place(words("-x /dev/null"), &["-o"]).err().unwrap().to_string();
    assert_eq!(error, "/dev/null is not a regular file, and this tool would replace it");
    let guarded = output::guard_in_place(words("-x a -o /dev/null"), &["-o"]).unwrap();
    assert!(guarded.has_redirections(), "an output of its own is redirected as ever");
}

#[test]
fn archives() {
    let add = |archive: &str, files: &[&str], quick| Request::Add {
        archive: archive.into(),
        files: files.iter().map(OsString::from).collect(),
        quick,
    };
    for text in ["cr l.a a.o b.o", "-cr l.a a.o b.o", "rcs l.a a.o b.o", "-c -r -s l.a a.o b.o", "cru l.a a.o b.o"] {
        assert_eq!(archive::parse(&words(text)), add("l.a", &["a.o", "b.o"], false), "{text}");
    }
    assert_eq!(archive::parse(&words("qc l.a a.o")), add("l.a", &["a.o"], true));
    assert_eq!(archive::parse(&words("cr l.a")), add("l.a", &[], false));
    for text in ["", "t l.a", "x l.a a.o", "-V", "--version", "cr", "rb a.o l.a b.o", "d l.a a.o", "p l.a"] {
        assert_eq!(archive::parse(&words(text)), Request::Other, "{text}");
    }
}

fn ask(text: &str) -> Answer {
    let args: Vec<String> = text.split('|').map(ToOwned::to_owned).collect();
    answer(&args, "sqlite3=-lsqlite3,panelw=-lpanel -lncurses,openssl=-L/x -lssl")
}

#[test]
fn packages_that_are_there() {
    let said = |text: &str| Answer { out: Some(text.into()), error: None, success: true };
    let yes = Answer { success: true, ..Answer::default() };
    assert_eq!(ask("--exists|--print-errors|sqlite3 >= 3.15.2"), yes);
    assert_eq!(ask("--exists|sqlite3|panelw"), yes);
    assert_eq!(ask("--libs|panelw"), said("-lpanel -lncurses"));
    assert_eq!(ask("--libs-only-l|openssl"), said("-lssl"));
    assert_eq!(ask("--libs-only-L|openssl"), said("-L/x"));
    assert_eq!(ask("--libs|sqlite3 >= 3, panelw"), said("-lsqlite3 -lpanel -lncurses"));
    assert_eq!(ask("--cflags|openssl"), said(""));
    assert_eq!(ask("--variable=prefix|openssl"), said(""));
    assert_eq!(ask("--atleast-pkgconfig-version|0.9.0"), yes);
    assert_eq!(ask("--version"), said("0.29.2"));
}

#[test]
fn packages_that_are_not() {
    assert_eq!(ask("--exists|uuid"), Answer::default());
    let error = Some("Package uuid is not among the libraries of this build".to_owned());
    assert_eq!(ask("--exists|--print-errors|uuid >= 2.20"), Answer { error: error.clone(), ..Answer::default() });
    assert_eq!(ask("--libs|sqlite3|uuid"), Answer { error, ..Answer::default() });
    assert!(!ask("--exists").success && !ask("--modversion|sqlite3").success);
    assert!(!answer(&["--exists".into(), "sqlite3".into()], "").success, "no libraries at all");
}

#[test]
fn xcrun_finds_and_runs() {
    assert_eq!(parse_xcrun(&words("--sdk macosx --show-sdk-path")).unwrap(), Xcrun::SdkPath);
    assert_eq!(parse_xcrun(&words("-find clang")).unwrap(), Xcrun::Find("clang".into()));
    let ran = Xcrun::Run(Tool::Clang, words("-c a.c --find"));
    assert_eq!(parse_xcrun(&words("-sdk macosx cc -c a.c --find")).unwrap(), ran);
    for text in ["", "--sdk macosx", "--log clang", "no-such-tool"] {
        assert!(parse_xcrun(&words(text)).is_err(), "{text}");
    }
}

#[test]
fn names_of_stand_ins() {
    assert_eq!(is_shim_name(OsStr::new("/cache/shims/clang++")), Some(Tool::ClangCxx));
    for name in ["xtask", ".xtask", "", "/", "clang-19", "gcc", "cargo-xtask"] {
        assert_eq!(is_shim_name(OsStr::new(name)), None, "{name}");
    }
    let dir = tempfile::tempdir().unwrap();
    let exe = dir.path().join("xtask");
    fs_err::write(&exe, "program").unwrap();
    install(&exe, &dir.path().join("shims")).unwrap();
    for (name, tool) in NAMES {
        let path = dir.path().join("shims").join(name);
        assert_eq!(is_shim_name(path.as_os_str()), Some(*tool));
        assert_eq!(fs_err::read_to_string(path).unwrap(), "program");
    }
}
