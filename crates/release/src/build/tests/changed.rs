//! Finished steps that are no longer what they were.

use super::*;
use crate::build::finished::product;

fn file(bench: &Bench, plan: &Plan, step: &str) -> PathBuf {
    product(&bench.context(), plan, step).join("file")
}

#[test]
fn a_changed_root_is_not_used() {
    let bench = Bench::new();
    let plan = plan(&bench.ran(), "true");
    let built = bench.build(&plan).unwrap();
    fs_err::write(built.root.join("file"), "other").unwrap();
    fs_err::write(built.root.join("more"), "").unwrap();
    let said = bench.said(&plan, OnFailure::Stop);
    for text in
        ["finished steps have changed in", &plan.folder(STAGE), "  - file file 06", "  + more file 06", "clean damaged"]
    {
        assert!(said.contains(text), "{text} is not in:\n{said}");
    }
}

#[test]
fn what_a_missing_step_needs_is_checked_and_the_rest_is_not() {
    let bench = Bench::new();
    let plan = plan(&bench.ran(), "true");
    bench.build(&plan).unwrap();
    bench.take_ran();
    // Only `b` and `c` are needed for the last step.
    fs_err::write(file(&bench, &plan, "a"), "other").unwrap();
    tree::remove(&product(&bench.context(), &plan, STAGE)).unwrap();
    bench.build(&plan).unwrap();
    assert_eq!(bench.take_ran(), [STAGE]);
    fs_err::write(file(&bench, &plan, "b"), "other").unwrap();
    tree::remove(&product(&bench.context(), &plan, STAGE)).unwrap();
    assert!(bench.said(&plan, OnFailure::Stop).contains(&plan.folder("b")));
    assert!(bench.take_ran().is_empty(), "nothing is made of it");
}

#[test]
fn links_lead_to_steps_that_are_checked_too() {
    let bench = Bench::new();
    let (a, link) = (step("a", &[], &bench.ran(), "true"), vec![sh("ln -s @a@/file @out@/file")]);
    let plan = plan_of(vec![a, step_of(STAGE, &["a"], link)]);
    bench.build(&plan).unwrap();
    bench.build(&plan).unwrap();
    fs_err::write(file(&bench, &plan, "a"), "other").unwrap();
    assert!(bench.said(&plan, OnFailure::Stop).contains(&plan.folder("a")));
}

#[test]
fn a_step_of_which_nothing_is_known_is_written_down() {
    let bench = Bench::new();
    let plan = plan(&bench.ran(), "true");
    bench.build(&plan).unwrap();
    fs_err::remove_dir_all(bench.context().paths.manifests()).unwrap();
    bench.build(&plan).unwrap();
    fs_err::write(file(&bench, &plan, STAGE), "other").unwrap();
    bench.said(&plan, OnFailure::Stop);
}
