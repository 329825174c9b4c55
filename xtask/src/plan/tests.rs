use std::path::Path;

use super::*;

fn mac() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../Mac")
}

fn data() -> ToolchainData {
    let linux = crate::recipe::read_toml(&mac().join("toolchains/linux.toml")).unwrap();
    let digest = Sha256::of(b"");
    ToolchainData { linux, sdk_spec: digest, shims: digest, patches: BTreeMap::new() }
}

fn plan(host: &Host) -> Plan {
    let recipes = Recipes::load(&mac(), "3.13.5".parse().unwrap()).unwrap();
    Plan::new(&recipes, &data(), host, &Choices::default()).unwrap()
}

fn linux() -> Host {
    Host::Linux { triple: "x86_64-pc-linux-gnu".into() }
}

fn apple() -> Host {
    Host::Mac { tools: "Xcode 26.1, macOS SDK 26.1".into() }
}

/// Keys change with every recipe: the snapshots are about everything else.
fn text(plan: &Plan) -> String {
    let mut text = render(plan, true);
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

#[test]
fn a_plan_is_pure() {
    assert_eq!(plan(&linux()), plan(&linux()));
}

#[test]
fn a_library_with_nothing_but_a_makefile() {
    let mut recipes = Recipes::load(&mac(), "3.13.5".parse().unwrap()).unwrap();
    recipes.libraries.push(crate::recipe::read_toml(&mac().join("recipes/zstd-1.5.7.toml")).unwrap());
    let plan = Plan::new(&recipes, &data(), &linux(), &Choices::default()).unwrap();
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
        let plan = Plan::new(recipes, &data(), &linux(), &Choices::default()).unwrap();
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
    let before = Plan::new(&recipes, &data(), &linux(), &Choices::default()).unwrap().keys;
    let ffi = recipes.libraries.iter_mut().find(|library| library.name == "libffi").unwrap();
    ffi.build.configure.push("--disable-raw-api".into());
    let after = Plan::new(&recipes, &data(), &linux(), &Choices::default()).unwrap().keys;
    let changed: Vec<&str> =
        before.iter().filter(|(name, key)| after.get(*name) != Some(*key)).map(|(name, _)| name.as_str()).collect();
    assert_eq!(changed, ["libffi", "libffi.arm64", "libffi.x86_64", "python", "stage"]);
}

#[test]
fn source_date_epoch_is_honoured() {
    let recipes = Recipes::load(&mac(), "3.13.5".parse().unwrap()).unwrap();
    let choices = Choices { source_date: Some(1_700_000_000) };
    let plan = Plan::new(&recipes, &data(), &linux(), &choices).unwrap();
    let python = plan.steps.iter().find(|step| step.name == "python").unwrap();
    assert_eq!(python.env.get("SOURCE_DATE_EPOCH").unwrap(), "1700000000");
}
