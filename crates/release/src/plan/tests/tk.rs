//! Plans with Tcl and Tk, and without.

use super::*;

#[test]
fn the_sdk_decides_which_libraries_are_built() {
    let recipes = Recipes::load(&mac(), "3.13.5".parse().unwrap()).unwrap();
    let made = |host: &Host, options: &BuildOptions| {
        let plan = Plan::new(&recipes, &data(), host, options).unwrap();
        let has = |name: &str| plan.libraries.iter().any(|library| library.name == name);
        let tkinter = plan.expected_modules.iter().any(|name| name == "_tkinter");
        let left_out = plan.left_out.iter().any(|item| item.name == "_tkinter");
        assert_ne!(tkinter, left_out, "expected, or left out by name");
        (has("libffi"), has("tcl") && has("tk"), tkinter)
    };
    let default = BuildOptions::default;
    assert_eq!(made(&linux(), &default()), (true, true, true));
    assert_eq!(made(&apple(), &default()), (false, true, true));
    assert_eq!(made(&linux(), &BuildOptions { sdk: Some(sdk()), ..default() }), (false, true, true));
    assert_eq!(made(&linux(), &no_tk()), (true, false, false));
    assert_eq!(made(&linux(), &BuildOptions { tcltk: Some(tcltk()), ..default() }), (true, false, true));
    assert_eq!(made(&apple(), &BuildOptions { tcltk: Some(tcltk()), ..default() }), (false, false, true));
}

/// Without Tcl and Tk.
fn no_tk() -> BuildOptions {
    BuildOptions { no_tk: true, ..BuildOptions::default() }
}

/// Where a release's data leave `_tkinter` out with the open SDK, nothing of Tk is made; what makes it says so by name.
#[test]
fn tcl_and_tk_are_made_unless_they_are_left_out_by_name() {
    let left_out = |version: &str, options: &BuildOptions| {
        let recipes = Recipes::load(&mac(), version.parse().unwrap()).unwrap();
        let plan = Plan::new(&recipes, &data(), &linux(), options).unwrap();
        let whys = plan.left_out.iter().filter(|item| item.name == "_tkinter" || item.name == "IDLE.app");
        let whys: Vec<String> = whys.map(|item| format!("{}: {}", item.name, item.why)).collect();
        let tk: Vec<_> = plan.libraries.iter().filter(|own| own.name == "tk").map(|own| own.version.clone()).collect();
        (tk.join(" "), whys.join("; "))
    };
    let made = |version: &str| (version.to_owned(), String::new());
    for (version, tk) in [("3.13.5", "8.6.18"), ("3.13.15", "8.6.18"), ("3.14.7", "9.0.4"), ("3.15.0rc2", "9.0.4")] {
        assert_eq!(left_out(version, &BuildOptions::default()), made(tk), "{version}");
        let (tk, whys) = left_out(version, &no_tk());
        assert_eq!(
            (tk.as_str(), whys.as_str()),
            ("", "_tkinter: --no-tk was given; IDLE.app: it needs _tkinter to start")
        );
    }
    for version in ["3.11.2", "3.12.3"] {
        let (tk, whys) = left_out(version, &BuildOptions::default());
        assert!(tk.is_empty() && whys.starts_with("_tkinter: Tcl and Tk are made against the open SDK for"), "{whys}");
        assert_eq!(left_out(version, &no_tk()).1, "_tkinter: --no-tk was given; IDLE.app: it needs _tkinter to start");
    }
}

/// The layer is under Tcl and Tk alone: neither leaving them out nor a change in it builds anything else again.
#[test]
fn cocoa_builds_nothing_again_but_what_needs_it() {
    let changed = |before: &Plan, after: &Plan| {
        let changed = after.keys.iter().filter(|(name, key)| before.keys.get(*name) != Some(*key));
        changed.map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    let (with, without) = (plan(&linux()), chosen(&linux(), &no_tk()).unwrap());
    assert_eq!(changed(&without, &with), ["cocoa", "python", "pythont", "stage", "tcl", "tk"]);
    let recipes = Recipes::load(&mac(), "3.13.5".parse().unwrap()).unwrap();
    let other = ToolchainData { cocoa: Sha256::of(b"another layer"), ..data() };
    let after = Plan::new(&recipes, &other, &linux(), &BuildOptions::default()).unwrap();
    assert_eq!(changed(&with, &after), ["cocoa", "python", "pythont", "stage", "tcl", "tk"]);
    assert_eq!(Plan::new(&recipes, &other, &linux(), &no_tk()).unwrap().keys, without.keys);
    assert_eq!((with.sdk_step(), without.sdk_step()), ("cocoa", "sdk"));
}

#[test]
fn cocoa_is_where_tk_is_compiled_and_where_its_configure_looks() {
    let plan = plan(&linux());
    let step = |name: &str| plan.steps.iter().find(|step| step.name == name).unwrap();
    for (name, sysroot) in [("tcl", "@cocoa@"), ("tk", "@cocoa@"), ("sqlite", "@sdk@")] {
        assert_eq!(step(name).env.get("XTASK_SDK").unwrap(), sysroot, "{name}");
        assert_eq!(step(name).needs.iter().any(|need| need == "cocoa"), sysroot == "@cocoa@", "{name}");
    }
    let frameworks = ["", "@cocoa@"].map(|root| format!("{root}/System/Library/Frameworks/"));
    let [from, to] = frameworks;
    assert!(step("tk").ops.contains(&Op::Scrub { dir: "src/unix".into(), replace: vec![(from, to)] }));
    // Links would lead what is written into it to the SDK that everything else is compiled against.
    assert!(matches!(step("cocoa").ops.first(), Some(Op::Copy { from, to }) if from == "@sdk@" && to == "@out@"));
}

/// Another SDK's headers may be newer than what Tk knows: what our layer lacks is not known of them.
#[test]
fn what_headers_lack_is_an_error_where_the_headers_are_ours() {
    let strict = |plan: &Plan| {
        let step = |name: &str| plan.steps.iter().find(|step| step.name == name).unwrap();
        ["tcl", "tk"].map(|name| format!("{:?}", step(name).ops).matches("-Werror=objc-method-access").count())
    };
    assert_eq!(strict(&plan(&linux())), [1, 1]);
    assert_eq!(strict(&plan(&apple())), [0, 0]);
    let given = BuildOptions { sdk: Some(sdk()), ..BuildOptions::default() };
    assert_eq!(strict(&chosen(&linux(), &given).unwrap()), [0, 0]);
}

#[test]
fn tk_is_left_out_only_where_it_would_be_made() {
    let refused = |host: &Host, options: BuildOptions| crate::hint::render(&chosen(host, &options).unwrap_err());
    for (host, sdk) in [(apple(), None), (linux(), Some(sdk()))] {
        let error = refused(&host, BuildOptions { sdk, ..no_tk() });
        assert!(error.contains("--no-tk leaves out what is made against the open SDK"), "{error}");
    }
    let error = refused(&linux(), BuildOptions { tcltk: Some(tcltk()), ..no_tk() });
    assert!(error.contains("--no-tk leaves out what --tcltk gives"), "{error}");
}
