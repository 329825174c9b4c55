use super::compare::inputs;
use super::*;
use crate::plan::{Plan, test_plan};

/// The receipt of a plan, as `evidence` writes it.
fn receipt(cx: &Context, plan: &Plan) -> serde_json::Value {
    let sources = plan.sources().into_iter().map(|source| {
        serde_json::json!({ "file": source.file, "size": source.size, "sha256": source.pin.sha256(), "urls": source.urls })
    });
    serde_json::json!({
        "format": 1,
        "package": { "file": "python.pkg", "size": 1, "sha256": Sha256::of(b"a package"), "signed-by": null, "components": [] },
        "options": {
            "python": plan.python, "variant": plan.variant, "archs": plan.archs, "source-date": plan.source_date,
            "ownership": "parity", "build": crate::evidence::build_options(&plan.options),
        },
        "left-out": [],
        "inputs": {
            "sources": sources.collect::<Vec<_>>(), "libraries": [], "patches": [],
            "installer-assets": crate::evidence::assets(cx).unwrap(),
        },
        "tools": { "release-tool": env!("CARGO_PKG_VERSION"), "toolchain": { "host": "x", "kind": "y" } },
        "steps": plan.keys,
    })
}

fn read(value: &serde_json::Value) -> Result<Receipt> {
    let file = tempfile::NamedTempFile::new()?;
    fs_err::write(file.path(), value.to_string())?;
    Receipt::read(file.path())
}

fn cx() -> (tempfile::TempDir, Context) {
    let dir = tempfile::tempdir().unwrap();
    let cx = crate::package::tests::context(dir.path());
    (dir, cx)
}

#[test]
fn the_step_whose_flag_was_changed_is_named_and_not_those_that_need_it() {
    let ((_dir, cx), plan) = (cx(), test_plan());
    let theirs = read(&receipt(&cx, &plan)).unwrap();
    assert!(inputs(&cx, &theirs, &plan).unwrap().is_empty(), "the same plan");
    let mut steps = plan.steps.clone();
    let changed = steps.iter_mut().find(|step| step.name == "openssl.arm64").unwrap();
    changed.env.insert("CFLAGS".into(), "-O3".into());
    let ours = plan.with(steps, &crate::plan::Executor::default()).unwrap();
    let same = plan.with(plan.steps.clone(), &crate::plan::Executor::default()).unwrap();
    let theirs = read(&receipt(&cx, &same)).unwrap();
    let rows = inputs(&cx, &theirs, &ours).unwrap();
    assert_eq!(rows.iter().map(|row| row.place.as_str()).collect::<Vec<_>>(), ["openssl.arm64"]);
    assert_eq!(rows[0].theirs, same.keys["openssl.arm64"].short());
}

#[test]
fn another_source_and_another_asset_are_named() {
    let ((_dir, cx), plan) = (cx(), test_plan());
    let mut value = receipt(&cx, &plan);
    value["inputs"]["sources"][0]["sha256"] = Sha256::of(b"other").to_string().into();
    let file = value["inputs"]["sources"][0]["file"].as_str().unwrap().to_owned();
    value["inputs"]["installer-assets"]["gone.txt"] = Sha256::of(b"gone").to_string().into();
    value["steps"]["mystery"] = Sha256::of(b"mystery").to_string().into();
    let rows = inputs(&cx, &read(&value).unwrap(), &plan).unwrap();
    let places: Vec<_> = rows.iter().map(|row| (row.place.as_str(), row.what.as_str())).collect();
    assert_eq!(
        places,
        [("mystery", "a step that there is none of here"), ("source", file.as_str()), ("installer-assets", "gone.txt")]
    );
    assert_eq!(rows[2].ours, "-");
}

#[test]
fn what_only_its_maker_has_is_named_and_so_is_a_receipt_of_something_else() {
    let ((dir, cx), plan) = (cx(), test_plan());
    let said = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut value = receipt(&cx, &plan);
        change(&mut value);
        let (package, file) = (dir.path().join("python.pkg"), dir.path().join("python.pkg.receipt.json"));
        fs_err::write(&package, "a package").unwrap();
        fs_err::write(file, value.to_string()).unwrap();
        let supply = Supply::default();
        let order = Order { package: &package, receipt: None, supply: &supply, remote: None, key: None };
        crate::hint::render(&reproduce(&cx, &order).unwrap_err())
    };
    let other = said(&|value| value["package"]["sha256"] = Sha256::of(b"other").to_string().into());
    assert!(other.contains("the receipt is of another package: python.pkg"), "{other}");
    let signed = said(&|value| value["package"]["signed-by"] = "Somebody".into());
    assert!(signed.contains("nobody else can make these bytes"), "{signed}");
    for (option, value) in [("checkout", "--source-dir"), ("tcltk", "--tcltk"), ("documentation", "--docs FILE")] {
        let text = said(&|receipt| receipt["options"]["build"][option] = serde_json::json!({ "sha256": "00" }));
        assert!(text.contains(&format!("was made with {value}")), "{text}");
    }
    let unknown = said(&|value| value["options"]["build"]["new-option"] = true.into());
    assert!(unknown.contains("is no receipt of this tool's") && unknown.contains("new-option"), "{unknown}");
}
