//! What is committed of the layer, held against the facts that are known of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sdkgen::wanted::Wanted;

fn sdk() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Mac/sdk")
}

fn declarations() -> String {
    fs_err::read_to_string(sdk().join("cocoa/include/cocoa/declarations.h")).unwrap()
}

fn wanted() -> Wanted {
    Wanted::load(&sdk().join("wanted.toml")).unwrap()
}

/// Values by name, each with its sources.
fn table() -> BTreeMap<String, (String, Vec<String>)> {
    let text = fs_err::read_to_string(sdk().join("cocoa/values.tsv")).unwrap();
    let rows = text.lines().skip(1).map(|line| {
        let [name, value, sources] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        (name.to_owned(), (value.to_owned(), sources.split("; ").map(str::to_owned).collect()))
    });
    rows.collect()
}

/// `NAME = VALUE` of enumerations and constants.
fn values(header: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for line in header.lines() {
        let line = line.trim().trim_end_matches([',', ';', '}', ' ']);
        let Some((left, value)) = line.split_once(" = ") else { continue };
        let name = left.rsplit([' ', '*']).next().unwrap();
        found.entry(name.to_owned()).or_insert(value.to_owned());
    }
    found
}

/// What is wrong with values, in a line each.
fn wrong_values(header: &str) -> Vec<String> {
    let (table, by_processor) = (table(), wanted().restored.by_processor);
    let declared = values(header);
    let mut wrong: Vec<String> = Vec::new();
    for (name, value) in declared.iter().filter(|(name, _)| !by_processor.contains_key(*name)) {
        match table.get(name) {
            Some((known, _)) if known == value => {}
            known => wrong.push(format!("{name} = {value}: {known:?}")),
        }
    }
    wrong.extend(
        table.keys().filter(|name| !declared.contains_key(*name)).map(|name| format!("{name} is not declared")),
    );
    wrong
}

#[test]
fn every_value_is_that_of_the_table() {
    let header = declarations();
    assert!(values(&header).len() > 500, "{}", values(&header).len());
    assert_eq!(wrong_values(&header), Vec::<String>::new());
    let one = "NSWindowStyleMaskTitled = 1,";
    assert!(header.contains(one));
    let wrong = wrong_values(&header.replace(one, "NSWindowStyleMaskTitled = 2,"));
    assert!(wrong.len() == 1 && wrong[0].starts_with("NSWindowStyleMaskTitled = 2"), "{wrong:?}");
}

/// Values that only one source has, by name: whoever adds to them must know why.
#[test]
fn values_have_two_sources_or_are_named_here() {
    let alone: Vec<String> =
        table().into_iter().filter(|(_, (_, sources))| sources.len() < 2).map(|(name, _)| name).collect();
    let known = fs_err::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/one-source.txt")).unwrap();
    assert_eq!(alone, known.lines().collect::<Vec<_>>());
    assert!(
        table().values().all(|(_, sources)| !sources.is_empty() && sources.iter().all(|source| !source.is_empty()))
    );
}

/// Names of a stub's lists, classes with what the linker puts before them.
fn stubs() -> BTreeMap<String, (String, BTreeSet<String>)> {
    let mut stubs = BTreeMap::new();
    for entry in fs_err::read_dir(sdk().join("cocoa/stubs")).unwrap() {
        let path = entry.unwrap().path();
        let stub: toml::Table = toml::from_str(&fs_err::read_to_string(&path).unwrap()).unwrap();
        let list = |key: &str| {
            let list = stub.get(key).and_then(toml::Value::as_array).into_iter().flatten();
            list.map(|item| item.as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let classes = list("classes").into_iter().map(|class| format!("OBJC_CLASS_$_{class}"));
        let symbols = list("symbols").into_iter().chain(classes).collect();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        stubs.insert(name, (stub["install-name"].as_str().unwrap().to_owned(), symbols));
    }
    stubs
}

/// Symbols that a stub has which another library exports, by what binaries linked with Apple's SDK say.
fn wrong_homes(stubs: &BTreeMap<String, (String, BTreeSet<String>)>) -> (usize, Vec<String>) {
    let facts = fs_err::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/homes.tsv")).unwrap();
    let facts: BTreeMap<&str, &str> = facts
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once('\t').unwrap())
        .map(|(symbol, rest)| (symbol, rest.split('\t').next().unwrap()))
        .collect();
    let mut known = 0;
    let mut wrong = Vec::new();
    for (install_name, symbols) in stubs.values() {
        for symbol in symbols {
            match facts.get(symbol.as_str()) {
                Some(home) if home == install_name => known += 1,
                Some(home) => wrong.push(format!("{symbol} is in {install_name}, and {home} exports it")),
                None => {}
            }
        }
    }
    (known, wrong)
}

#[test]
fn every_symbol_is_where_apples_linker_found_it() {
    let stubs = stubs();
    let (known, wrong) = wrong_homes(&stubs);
    assert_eq!(wrong, Vec::<String>::new());
    assert!(known > 200, "{known} of the symbols are known");
    let mut moved = stubs.clone();
    moved.get_mut("CoreFoundation").unwrap().1.remove("OBJC_CLASS_$_NSArray");
    moved.get_mut("Foundation").unwrap().1.insert("OBJC_CLASS_$_NSArray".into());
    let (_, wrong) = wrong_homes(&moved);
    assert!(wrong.len() == 1 && wrong[0].contains("NSArray is in /System/Library/Frameworks/Foundation"), "{wrong:?}");
}

#[test]
fn no_symbol_is_in_two_libraries() {
    let mut homes: BTreeMap<String, String> = BTreeMap::new();
    for (name, (_, symbols)) in stubs() {
        for symbol in symbols {
            let before = homes.insert(symbol.clone(), name.clone());
            assert_eq!(before, None, "{symbol} is in {name} too");
        }
    }
}

/// Declarations that say when they came, and the names that must.
fn weak(header: &str) -> BTreeSet<String> {
    let mut weak = BTreeSet::new();
    let mut lines = header.lines();
    while let Some(line) = lines.next() {
        if let Some((before, _)) = line.split_once(" __attribute__((availability(macos") {
            weak.insert(before.rsplit([' ', '*']).next().unwrap().to_owned());
        } else if line.starts_with("__attribute__((availability(macos") {
            let class = lines.next().unwrap().strip_prefix("@interface ").unwrap();
            weak.insert(class.split([' ', '<']).next().unwrap().to_owned());
        }
    }
    weak
}

/// A strong import of what an old macOS lacks keeps the library from being loaded there.
#[test]
fn what_is_newer_than_the_oldest_macos_is_weak_and_nothing_else() {
    let newer: BTreeSet<String> = wanted().restored.since.keys().cloned().collect();
    assert_eq!(newer, BTreeSet::from(["NSAppearanceNameDarkAqua".to_owned(), "UTType".to_owned()]));
    let header = declarations();
    assert_eq!(weak(&header), newer);
    let strong = header.replace(
        "NSAppearanceNameDarkAqua __attribute__((availability(macos, introduced=10.14)))",
        "NSAppearanceNameDarkAqua",
    );
    assert_ne!(weak(&strong), newer, "a lost attribute is seen");
}

/// What of the declarations that Rust has no word for is not there.
fn lost(header: &str) -> Vec<&'static str> {
    let restored = [
        "(*CGDataProviderReleaseDataCallback)(void *info, const void *data, size_t size)",
        "- (__kindof NSView *)contentView;",
        "+ (__kindof NSApplication *)sharedApplication;",
        "#ifdef __x86_64__\n    NSTextAlignmentRight = 1,\n#else\n    NSTextAlignmentRight = 2,\n#endif",
        "@property (getter=isHidden) BOOL hidden;",
        "typedef const struct __CFString *CFStringRef;",
        "typedef struct __CFDictionary *CFMutableDictionaryRef;",
    ];
    restored.into_iter().filter(|text| !header.contains(text)).collect()
}

#[test]
fn what_the_crates_have_lost_is_there() {
    assert_eq!(lost(&declarations()), [""; 0]);
}

/// Without it Tk's callback has another type than the function that takes it.
#[test]
fn a_lost_const_is_seen() {
    for whole in ["const void *data, size_t size", "typedef const struct __CFString *CFStringRef"] {
        let less = declarations().replace(whole, &whole.replace("const ", ""));
        assert!(matches!(lost(&less)[..], [one] if one.contains(whole)), "{whole}: {:?}", lost(&less));
    }
}

/// Every value, and sizes of structures, by the compiler's own reckoning.
#[test]
#[ignore = "needs MACHORUN_CLANG and MACHORUN_SDK: `cargo xtask ci` builds both and runs it"]
#[allow(clippy::disallowed_methods, reason = "a compiler that the test is given")]
fn with_an_sdk_the_layer_compiles_for_both_processors() {
    let [clang, sdk] = ["MACHORUN_CLANG", "MACHORUN_SDK"].map(|name| std::env::var_os(name).expect(name));
    let mut asserts = String::new();
    for (name, (value, _)) in table().iter().filter(|(_, (value, _))| !value.contains('.') && !value.starts_with("__"))
    {
        writeln!(asserts, "_Static_assert((long long){name} == (long long){value}, \"{name}\");").unwrap();
    }
    // By arithmetic from Free Pascal's declarations: packed to two bytes, with pointers and CGFloat of eight.
    for (structure, bytes) in [
        ("HIThemeButtonDrawInfo", 30),
        ("HIThemeTabDrawInfo", 24),
        ("HIThemeTrackDrawInfo", 64),
        ("HIThemeFrameDrawInfo", 14),
        ("HIThemeGrowBoxDrawInfo", 18),
        ("CGRect", 32),
        ("NSRange", 16),
        ("CFRunLoopSourceContext", 80),
        ("FSRef", 80),
    ] {
        writeln!(asserts, "_Static_assert(sizeof({structure}) == {bytes}, \"{structure}\");").unwrap();
    }
    asserts.push_str("_Static_assert(__builtin_offsetof(HIThemeTrackDrawInfo, trackInfo) == 58, \"trackInfo\");\n");
    let folder = tempfile::tempdir().unwrap();
    for (ending, text) in [("m", asserts.as_str()), ("c", "")] {
        let file = folder.path().join(format!("layer.{ending}"));
        fs_err::write(&file, format!("#include <cocoa/cocoa.h>\n{text}")).unwrap();
        for arch in ["x86_64", "arm64"] {
            let mut compile = std::process::Command::new(&clang);
            compile.args(["-fsyntax-only", "-isysroot"]).arg(&sdk).args(["-arch", arch, "-I"]);
            compile.arg(self::sdk().join("cocoa/include")).arg(&file);
            let output = compile.output().unwrap();
            assert!(output.status.success(), "{arch}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}
