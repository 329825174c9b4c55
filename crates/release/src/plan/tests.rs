mod free_threaded;
mod tk;

use std::path::Path;

use super::*;
use crate::recipe::Pyc;

fn mac() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Mac")
}

fn data() -> ToolchainData {
    let linux = crate::recipe::read_toml(&mac().join("toolchains/linux.toml")).unwrap();
    let digest = Sha256::of(b"");
    ToolchainData {
        linux,
        sdk_spec: digest,
        cocoa: digest,
        shims: digest,
        lock: crate::recipe::PackageLock::default(),
        executor: Executor::default(),
        patches: BTreeMap::new(),
    }
}

fn plan(host: &Host) -> Plan {
    let recipes = Recipes::load(&mac(), "3.13.5".parse().unwrap()).unwrap();
    Plan::new(&recipes, &data(), host, &BuildOptions::default()).unwrap()
}

/// See the re-export in the module above.
pub fn test_plan() -> Plan {
    plan(&linux())
}

fn linux() -> Host {
    Host::Linux { triple: "x86_64-pc-linux-gnu".into() }
}

fn apple() -> Host {
    Host::Mac { tools: "Xcode 26.1, macOS SDK 26.1".into() }
}

/// Keys change with every recipe: the snapshots are about everything else.
fn text(plan: &Plan) -> String {
    let minimum = *plan.archs.values().min().unwrap();
    let (format, _) = crate::package::decide_format(&mac(), minimum, None).unwrap();
    let mut text = render(plan, format.ending(), true);
    for key in plan.keys.values() {
        text = text.replace(&key.short(), "<key>");
    }
    text
}

#[test]
fn the_plan_of_a_linux_host() {
    insta::assert_snapshot!("plan-3.13.5-linux", text(&plan(&linux())));
}

#[test]
fn the_plan_of_a_mac() {
    insta::assert_snapshot!("plan-3.13.5-mac", text(&plan(&apple())));
}

/// The plan of an installer of 2012, checked against what the script of that time did.
fn old_plan(host: &Host, options: &BuildOptions) -> Result<Plan> {
    let recipes = Recipes::load(&mac(), "3.3.0".parse().unwrap()).unwrap();
    Plan::new(&recipes, &data(), host, options)
}

#[test]
fn both_installers_of_3_3_0_on_a_mac_of_the_time() {
    let host = Host::Mac { tools: "Xcode 3.2.6".into() };
    let usual = old_plan(&host, &BuildOptions::default()).unwrap();
    insta::assert_snapshot!("plan-3.3.0-macosx10.6", text(&usual));
    let variant = Some("macosx10.5".to_owned());
    let other = old_plan(&host, &BuildOptions { variant, ..BuildOptions::default() }).unwrap();
    insta::assert_snapshot!("plan-3.3.0-macosx10.5", text(&other));
}

#[test]
fn installers_for_mac_os_x_10_3_on_a_mac_of_the_time() {
    let host = Host::Mac { tools: "Xcode 3.1.4".into() };
    for version in ["2.7.5", "3.2.5"] {
        let recipes = Recipes::load(&mac(), version.parse().unwrap()).unwrap();
        let plan = Plan::new(&recipes, &data(), &host, &BuildOptions::default()).unwrap();
        insta::assert_snapshot!(format!("plan-{version}-macosx10.3"), text(&plan));
        let error = Plan::new(&recipes, &data(), &linux(), &BuildOptions::default()).unwrap_err();
        insta::assert_snapshot!(format!("plan-{version}-linux"), crate::hint::render(&error));
        let options = BuildOptions { archs: vec![Arch::X86_64], ..BuildOptions::default() };
        let error = crate::hint::render(&Plan::new(&recipes, &data(), &linux(), &options).unwrap_err());
        let made_for =
            format!("Python {version} is made for ppc and i386, not for x86_64\n  hint: drop these options to use");
        assert!(error.contains(&made_for), "{error}");
    }
}

/// What is accepted is seen in the plan, and what was made of it can't be taken for what was checked by SHA-256.
#[test]
fn an_accepted_md5_is_part_of_the_plan_and_of_keys() {
    let host = Host::Mac { tools: "Xcode 3.1.4".into() };
    let recipes = Recipes::load(&mac(), "2.7.5".parse().unwrap()).unwrap();
    let plan = |accept_md5| {
        let options = BuildOptions { accept_md5, ..BuildOptions::default() };
        Plan::new(&recipes, &data(), &host, &options).unwrap()
    };
    let (refused, accepted) = (plan(false), plan(true));
    let (before, after) = (text(&refused), text(&accepted));
    let news: Vec<&str> = after.lines().filter(|line| !before.contains(line)).collect();
    insta::assert_snapshot!(news.join("\n"));
    let keys = accepted.keys.iter().filter(|(name, key)| refused.keys.get(*name) != Some(*key));
    assert_eq!(keys.map(|(name, _)| name).collect::<Vec<_>>(), ["db", "python", "stage"]);
    assert_eq!(serde_json::to_value(&accepted).unwrap()["options"]["accept_md5"], true);
}

/// Libraries and flags of old are for old systems alone.
#[test]
fn what_only_an_old_macos_needs_is_built_for_it_alone() {
    let host = Host::Mac { tools: "Xcode 3.1.4".into() };
    let mut recipes = Recipes::load(&mac(), "3.2.5".parse().unwrap()).unwrap();
    let mut made = |minimum: &str| {
        recipes.release.variant.minimum = minimum.parse().unwrap();
        let plan = Plan::new(&recipes, &data(), &host, &BuildOptions::default()).unwrap();
        let names: Vec<_> = plan.libraries.iter().map(|library| library.name.as_str()).collect();
        (names.join(" "), text(&plan).contains("-DSQLITE_WITHOUT_ZONEMALLOC"))
    };
    assert_eq!(made("10.4"), ("ncurses sqlite bzip2 zlib readline".to_owned(), true));
    // As numbers: 10.10 is not older than 10.5.
    for minimum in ["10.5", "10.6", "10.10"] {
        assert_eq!(made(minimum), ("ncurses sqlite".to_owned(), false), "{minimum}");
    }
}

#[test]
fn what_clang_and_lld_cannot_make_is_refused_with_what_works() {
    let refused = |options: BuildOptions| crate::hint::render(&old_plan(&linux(), &options).unwrap_err());
    let archs = vec![Arch::I386, Arch::X86_64];
    insta::assert_snapshot!(refused(BuildOptions { archs, ..BuildOptions::default() }));
    let variant = Some("macosx10.5".to_owned());
    insta::assert_snapshot!(refused(BuildOptions { variant, ..BuildOptions::default() }));
    let variant = Some("macosx10.3".to_owned());
    insta::assert_snapshot!(refused(BuildOptions { variant, ..BuildOptions::default() }));
    let plan = old_plan(&linux(), &BuildOptions { archs: vec![Arch::X86_64], ..BuildOptions::default() }).unwrap();
    assert_eq!(plan.archs, BTreeMap::from([(Arch::X86_64, DeploymentTarget { major: 10, minor: 9 })]));
    assert_eq!(plan.product_name(), "python-3.3.0-macosx10.9-x86_64");
    // With nothing named, it is the same, and what is not made is said.
    let usual = old_plan(&linux(), &BuildOptions::default()).unwrap();
    assert_eq!((usual.product_name(), &usual.keys), (plan.product_name(), &plan.keys));
    assert!(usual.left_out.iter().any(|item| item.name == "the i386 slice"), "{:?}", usual.left_out);
    let text = text(&plan);
    for said in
        ["patch src with 3.3.0/setup-darwin-cross.patch", "src$ touch Include/Python-ast.h", "-fmax-type-align=8"]
    {
        assert!(text.contains(said), "{text}");
    }
    assert!(!text.contains("universalsdk") && !text.contains("xz-5.0.3"), "{text}");
}

#[test]
fn the_plans_of_another_minor_version() {
    let recipes = Recipes::load(&mac(), "3.14.7".parse().unwrap()).unwrap();
    for (name, host) in [("linux", linux()), ("mac", apple())] {
        let plan = Plan::new(&recipes, &data(), &host, &BuildOptions::default()).unwrap();
        insta::assert_snapshot!(format!("plan-3.14.7-{name}"), text(&plan));
    }
}

#[test]
fn a_plan_is_pure() {
    assert_eq!(plan(&linux()), plan(&linux()));
}

#[test]
fn a_library_with_nothing_but_a_makefile() {
    let mut recipes = Recipes::load(&mac(), "3.13.5".parse().unwrap()).unwrap();
    recipes.libraries.push(crate::recipe::read_toml(&mac().join("recipes/zstd-1.5.7.toml")).unwrap());
    let plan = Plan::new(&recipes, &data(), &linux(), &BuildOptions::default()).unwrap();
    let step = plan.steps.iter().find(|step| step.name == "zstd").unwrap();
    let commands = step.ops.iter().filter_map(|op| match op {
        Op::Run(run) => Some(run.argv.join(" ")),
        _ => None,
    });
    insta::assert_snapshot!(commands.collect::<Vec<_>>().join("\n"), @"
    make -C lib libzstd.a UNAME=Darwin TARGET_SYSTEM=Darwin CFLAGS=-O2 -arch x86_64 -arch arm64 LDFLAGS=-arch x86_64 -arch arm64 PREFIX=/usr/local
    make -C lib install-static install-includes UNAME=Darwin TARGET_SYSTEM=Darwin CFLAGS=-O2 -arch x86_64 -arch arm64 LDFLAGS=-arch x86_64 -arch arm64 PREFIX=/usr/local DESTDIR=@out@
    ");
}

#[test]
fn a_release_may_leave_the_current_version_to_others() {
    let mut recipes = Recipes::load(&mac(), "3.13.5".parse().unwrap()).unwrap();
    let removes_current = |recipes: &Recipes| {
        let plan = Plan::new(recipes, &data(), &linux(), &BuildOptions::default()).unwrap();
        let python = plan.steps.iter().find(|step| step.name == "python").unwrap();
        python.ops.iter().any(|op| matches!(op, Op::Remove { path } if path.ends_with(".framework/Versions/Current")))
    };
    assert!(!removes_current(&recipes));
    recipes.release.current = false;
    assert!(removes_current(&recipes));
}

#[test]
fn a_changed_recipe_changes_only_what_depends_on_it() {
    let mut recipes = Recipes::load(&mac(), "3.13.5".parse().unwrap()).unwrap();
    let before = Plan::new(&recipes, &data(), &linux(), &BuildOptions::default()).unwrap().keys;
    let ffi = recipes.libraries.iter_mut().find(|library| library.name == "libffi").unwrap();
    ffi.build.configure.push("--disable-raw-api".into());
    let after = Plan::new(&recipes, &data(), &linux(), &BuildOptions::default()).unwrap().keys;
    let changed: Vec<&str> =
        before.iter().filter(|(name, key)| after.get(*name) != Some(*key)).map(|(name, _)| name.as_str()).collect();
    assert_eq!(changed, ["libffi", "libffi.arm64", "libffi.x86_64", "python", "pythont", "stage"]);
}

#[test]
fn one_slice_is_kept_of_a_given_tcl_and_tk() {
    let kept = |archs: Vec<Arch>| {
        let options = BuildOptions { tcltk: Some(tcltk()), archs, ..BuildOptions::default() };
        text(&chosen(&linux(), &options).unwrap()).matches("of all binaries in @out@").count()
    };
    assert_eq!((kept(vec![Arch::X86_64]), kept(vec![])), (1, 0));
}

#[test]
fn source_date_epoch_is_honoured() {
    let recipes = Recipes::load(&mac(), "3.13.5".parse().unwrap()).unwrap();
    let options = BuildOptions { source_date: Some(1_700_000_000), ..BuildOptions::default() };
    let plan = Plan::new(&recipes, &data(), &linux(), &options).unwrap();
    let python = plan.steps.iter().find(|step| step.name == "python").unwrap();
    assert_eq!(python.env.get("SOURCE_DATE_EPOCH").unwrap(), "1700000000");
}

/// A plan with some options made.
fn chosen(host: &Host, options: &BuildOptions) -> Result<Plan> {
    let recipes = Recipes::load(&mac(), "3.13.5".parse().unwrap()).unwrap();
    Plan::new(&recipes, &data(), host, options)
}

/// The lines that only one of two plans has, each with the name of its step.
fn changes(host: &Host, options: &BuildOptions) -> String {
    let lines = |plan: &Plan| {
        let mut step = String::from("plan");
        let mut lines = Vec::new();
        for line in text(plan).lines() {
            match line.strip_prefix("step ") {
                Some(heading) => step = heading.split_whitespace().next().unwrap().to_owned(),
                None if !line.starts_with(' ') => step = "plan".into(),
                None => {}
            }
            lines.push(format!("{step}: {}", line.trim_start()));
        }
        lines
    };
    let (before, after) = (lines(&plan(host)), lines(&chosen(host, options).unwrap()));
    let gone = before.iter().filter(|line| !after.contains(line)).map(|line| format!("- {line}\n"));
    let come = after.iter().filter(|line| !before.contains(line)).map(|line| format!("+ {line}\n"));
    gone.chain(come).collect()
}

fn given(name: &str) -> std::path::PathBuf {
    Path::new("/home/me").join(name)
}

fn checkout(python: &str) -> crate::given::Checkout {
    crate::given::Checkout { dir: given("cpython"), python: python.parse().unwrap(), digest: Sha256::of(b"sources") }
}

fn tcltk() -> crate::given::TclTk {
    crate::given::TclTk {
        dir: given("tcltk"),
        version: "8.6".into(),
        parts: [("Tcl", "tcl8.6"), ("Tk", "tk8.6")].map(|(name, library)| {
            let install_name =
                format!("{}/lib/lib{library}.dylib", Framework::Python.prefix("3.13.5".parse().unwrap()));
            let slice = |arch, minimum: &str| crate::verify::DylibSlice {
                arch,
                install_name: install_name.clone(),
                minimum: Some(minimum.parse().unwrap()),
            };
            let slices = vec![slice(Arch::X86_64, "10.13"), slice(Arch::Arm64, "11.0")];
            crate::given::TclTkPart { name, version: "8.6.16".into(), library: library.into(), slices }
        }),
        ship: ["libtcl8.6.dylib", "libtk8.6.dylib", "tcl8.6", "tk8.6"].map(String::from).to_vec(),
        digest: Sha256::of(b"tcltk"),
    }
}

fn sdk() -> crate::given::GivenSdk {
    let (dir, settings) = (given("MacOSX14.5.sdk"), Sha256::of(b"settings"));
    crate::given::GivenSdk { dir, name: "macosx14.5".into(), settings }
}

#[test]
fn a_build_for_one_architecture() {
    let options = BuildOptions { archs: vec![Arch::X86_64], ..BuildOptions::default() };
    insta::assert_snapshot!("choice-archs-x86_64-linux", changes(&linux(), &options));
    insta::assert_snapshot!("choice-archs-x86_64-mac", changes(&apple(), &options));
    let options = BuildOptions { archs: vec![Arch::Arm64], ..BuildOptions::default() };
    let python = chosen(&linux(), &options).unwrap().steps.into_iter().find(|step| step.name == "python").unwrap();
    assert_eq!(python.env.get("MACOSX_DEPLOYMENT_TARGET").unwrap(), "11.0", "no arm64 slice can ask for less");
}

#[test]
fn other_choices() {
    let archive = crate::given::GivenDocs { file: given("docs.tar.bz2"), digest: Sha256::of(b"docs") };
    let archive = Docs::Archive(archive);
    let default = BuildOptions::default;
    let cases = [
        ("source-dir", linux(), BuildOptions { checkout: Some(checkout("3.13.7")), docs: Docs::None, ..default() }),
        ("no-tests", linux(), BuildOptions { no_tests: true, ..default() }),
        ("thin-arm64", linux(), BuildOptions { thin: Some(Arch::Arm64), ..default() }),
        ("tcltk-linux", linux(), BuildOptions { tcltk: Some(tcltk()), ..default() }),
        ("tcltk-mac", apple(), BuildOptions { tcltk: Some(tcltk()), ..default() }),
        ("sdk-linux", linux(), BuildOptions { sdk: Some(sdk()), ..default() }),
        ("sdk-mac", apple(), BuildOptions { sdk: Some(sdk()), ..default() }),
        ("pgo-lto-mac", apple(), BuildOptions { pgo: true, lto: true, ..default() }),
        ("no-sqlite-extensions", linux(), BuildOptions { no_sqlite_extensions: true, ..default() }),
        ("keep-pyc-linux", linux(), BuildOptions { pyc: Some(Pyc::Hash), ..default() }),
        ("keep-pyc-mac", apple(), BuildOptions { pyc: Some(Pyc::Hash), ..default() }),
        ("no-docs", linux(), BuildOptions { docs: Docs::None, ..default() }),
        ("docs-archive", linux(), BuildOptions { docs: archive, ..default() }),
    ];
    for (name, host, options) in cases {
        insta::assert_snapshot!(format!("choice-{name}"), changes(&host, &options));
    }
}

#[test]
fn what_changes_no_bytes_changes_no_keys() {
    let options = BuildOptions { launcher: Some("/usr/bin/ccache".into()), ..BuildOptions::default() };
    assert_eq!(chosen(&linux(), &options).unwrap().keys, plan(&linux()).keys);
    // The same sources elsewhere.
    let moved = crate::given::Checkout { dir: "/elsewhere".into(), ..checkout("3.13.7") };
    let keys = [checkout("3.13.7"), moved].map(|checkout| {
        chosen(&linux(), &BuildOptions { checkout: Some(checkout), ..BuildOptions::default() }).unwrap().keys
    });
    assert_eq!(keys[0], keys[1]);
}

#[test]
fn dropping_the_tests_compiles_nothing_again() {
    let options = BuildOptions { no_tests: true, ..BuildOptions::default() };
    let (before, after) = (plan(&linux()), chosen(&linux(), &options).unwrap());
    let changed = before.keys.iter().filter(|(name, key)| after.keys.get(*name) != Some(*key)).map(|(name, _)| name);
    assert_eq!(changed.collect::<Vec<_>>(), [STAGE]);
    assert!(before.expected_modules.contains(&"_testcapi".to_owned()));
    assert_eq!(after.expected_modules.iter().find(|name| name.contains("test")), None);
}

#[test]
fn what_cannot_be_had_is_refused_at_once() {
    let options = BuildOptions {
        archs: vec![Arch::X86_64],
        thin: Some(Arch::Arm64),
        checkout: Some(checkout("3.15.0")),
        pgo: true,
        lto: true,
        ..BuildOptions::default()
    };
    insta::assert_snapshot!(crate::hint::render(&chosen(&linux(), &options).unwrap_err()), @r"
    error: --thin arm64 takes one slice of several; this build has x86_64
        /home/me/cpython is Python 3.15.0, but you asked for 3.13.5
        --pgo runs the new interpreter while it is built: that needs a Mac
        --lto needs Apple's linker, or one that was compared with it: use a Mac
      hint: drop these options to use the release's defaults
    ");
    let options = BuildOptions { launcher: Some("/usr/bin/ccache".into()), ..BuildOptions::default() };
    assert!(crate::hint::render(&chosen(&apple(), &options).unwrap_err()).contains("--launcher"));
}

#[test]
fn another_set_of_slices_names_another_product() {
    let name = |options: &BuildOptions| chosen(&linux(), options).unwrap().product_name();
    assert_eq!(name(&BuildOptions::default()), "python-3.13.5-macos11");
    assert_eq!(
        name(&BuildOptions { thin: Some(Arch::Arm64), ..BuildOptions::default() }),
        "python-3.13.5-macos11-arm64"
    );
}

#[test]
fn wheels_are_one_line_of_a_short_plan() {
    let text = render(&plan(&linux()), "pkg", false);
    assert!(text.contains("wheels, which make the documentation") && !text.contains("sphinx-"), "{text}");
    assert!(render(&plan(&linux()), "pkg", true).contains("fetch    sphinx-"));
}
