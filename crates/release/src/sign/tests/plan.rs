//! What is signed, in which order, and what is refused.

use crate::sign::inventory::{Bundle, Code, Inventory};
use crate::sign::plan::{SigningPlan, plan};
use crate::sign::rules::{Role, Rules};

const FRAMEWORK: &str = "Library/Frameworks/Python.framework/Versions/3.13";

fn rules() -> Rules {
    Rules::load(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
}

fn bundle(identifier: &str, program: &str) -> Bundle {
    Bundle { identifier: identifier.into(), program: program.into() }
}

/// What a build of 3.13.5 on Linux has.
fn staged() -> Inventory {
    let lines = include_str!("staged-3.13.5.txt").lines().map(|line| line.split_once(' ').unwrap());
    let code = lines.map(|(kind, path)| {
        let code = match kind {
            "program" => Code::Program,
            "library" => Code::Library,
            "object" => Code::Object,
            "archive" => Code::Archive,
            other => panic!("{other}"),
        };
        (path.to_owned(), code)
    });
    let app = format!("{FRAMEWORK}/Resources/Python.app");
    let launcher = "Applications/Python 3.13/Python Launcher.app";
    let launched = format!("{launcher}/Contents/MacOS/Python Launcher");
    let bundles = [
        (FRAMEWORK.to_owned(), bundle("org.python.python", &format!("{FRAMEWORK}/Python"))),
        (app.clone(), bundle("org.python.python", &format!("{app}/Contents/MacOS/Python"))),
        (launcher.to_owned(), bundle("org.python.PythonLauncher", &launched)),
    ];
    Inventory { code: code.collect(), bundles: bundles.into() }
}

fn faults(found: &Inventory) -> String {
    crate::hint::render(&plan(&rules(), found).unwrap_err())
}

#[test]
fn everything_of_a_real_root_is_signed_from_the_inside_out() {
    let plan = plan(&rules(), &staged()).unwrap();
    insta::assert_snapshot!(plan);
    let position = |path: &str| plan.objects.iter().position(|object| object.path == path).unwrap();
    let app = position(&format!("{FRAMEWORK}/Resources/Python.app"));
    assert!(position(&format!("{FRAMEWORK}/bin/python3.13-intel64")) < app && app < position(FRAMEWORK));
    let entitled =
        |plan: &SigningPlan, role| plan.objects.iter().filter(|o| o.role == role).all(|o| o.entitlements.is_some());
    assert!(entitled(&plan, Role::Executable) && entitled(&plan, Role::App));
    assert!(plan.objects.iter().all(|object| object.entitlements.is_none() || object.role != Role::Library));
}

#[test]
fn what_no_rule_covers_is_refused_all_at_once() {
    let mut found = staged();
    found.code.insert("usr/local/bin/stray".into(), Code::Program);
    found.code.insert(format!("{FRAMEWORK}/lib/odd.so"), Code::Library);
    found.code.insert(format!("{FRAMEWORK}/bin/plugin.dylib"), Code::Library);
    found.code.insert(format!("{FRAMEWORK}/lib/core"), Code::Other(4));
    insta::assert_snapshot!(faults(&found), @r"
    error: Library/Frameworks/Python.framework/Versions/3.13/bin/plugin.dylib: is of role library, the rule for Library/Frameworks/*.framework/Versions/*/bin/* says executable
        Library/Frameworks/Python.framework/Versions/3.13/lib/core: a Mach-O file of kind 4, which nothing here makes
        Library/Frameworks/Python.framework/Versions/3.13/lib/odd.so: no rule says how it is signed
        usr/local/bin/stray: no rule says how it is signed
      hint: the rules are in Mac/signing.toml
    ");
}

#[test]
fn a_script_in_an_app_is_left_alone() {
    let mut found = staged();
    let idle = "Applications/Python 3.13/IDLE.app";
    found.bundles.insert(idle.into(), bundle("org.python.IDLE", &format!("{idle}/Contents/MacOS/IDLE")));
    let plan = plan(&rules(), &found).unwrap();
    assert!(plan.left_alone.iter().any(|left| left.path == idle && left.why.contains("script")));
}

#[test]
fn rules_that_would_not_be_notarized_are_refused() {
    let text = |rule: &str| format!("timestamp-url = \"\"\nrcodesign = \"\"\n[[rule]]\npath = \"a\"\n{rule}");
    let fault = |rule: &str| format!("{:#}", Rules::parse(&text(rule)).unwrap_err());
    let cases = [
        ("role = \"library\"\nidentifier = \"a\"\nentitlements = \"entitlements.plist\"", "never to libraries"),
        ("role = \"framework\"\nentitlements = \"entitlements.plist\"", "never to libraries and frameworks"),
        ("role = \"executable\"\nidentifier = \"a\"", "need the flag runtime"),
        ("role = \"executable\"\nflags = [\"runtime\"]", "has no identifier"),
        ("role = \"app\"\nflags = [\"runtime\"]\nidentifier = \"a\"", "that of its Info.plist"),
        ("role = \"app\"\nflags = [\"runtime\"]\nentitlements = \"none.plist\"", "does not exist"),
        ("role = \"app\"\nflags = [\"runtme\"]", "unknown variant"),
        ("role = \"library\"\nidentifier = \"a\"\nwhat = 1", "unknown field"),
    ];
    for (rule, expected) in cases {
        assert!(fault(rule).contains(expected), "{rule}: {}", fault(rule));
    }
    let broken = Rules::parse(&text("role = \"library\"\nidentifier = \"a\"").replace("\"a\"\nrole", "\"[\"\nrole"));
    assert!(broken.is_err());
}

#[test]
fn two_rules_for_one_file_are_refused() {
    let text = "timestamp-url = \"\"\nrcodesign = \"\"\n
        [[rule]]\npath = \"*.so\"\nrole = \"library\"\nidentifier = \"{stem}\"\n
        [[rule]]\npath = \"a*\"\nrole = \"library\"\nidentifier = \"a\"";
    let rules = Rules::parse(text).unwrap();
    let found = Inventory { code: [("a.b.so".to_owned(), Code::Library)].into(), ..Inventory::default() };
    let error = plan(&rules, &found).unwrap_err();
    assert!(format!("{error:#}").contains("more than one rule speaks of it: *.so and a*"), "{error:#}");
    let found = Inventory { code: [("_b.x.so".to_owned(), Code::Library)].into(), ..Inventory::default() };
    assert_eq!(plan(&rules, &found).unwrap().objects[0].identifier, "_b");
}
