//! Everything that can go wrong on a build machine: what is said, and what is left behind.

use super::*;

/// `b` and `c` fail, `d` doesn't; the last needs all.
fn failing() -> Plan {
    plan_of(vec![
        step_of("b", &[], vec![sh("echo no b >&2; exit 3")]),
        step_of("c", &[], vec![sh("echo no c >&2; exit 4")]),
        step_of("d", &[], vec![sh("true")]),
        step_of(STAGE, &["b", "c", "d"], vec![]),
    ])
}

#[test]
fn the_first_failure_ends_a_build() {
    let bench = Bench { jobs: 1, ..Bench::new() };
    let text = bench.said(&failing(), OnFailure::Stop);
    assert!(text.starts_with("error: could not make b\n") && text.contains("ended with exit status: 3"), "{text}");
    assert!(text.contains("\n    no b\n") && !text.contains("no c"), "{text}");
    assert!(bench.finished().is_empty());
}

#[test]
fn a_build_may_keep_going() {
    let bench = Bench { jobs: 1, ..Bench::new() };
    let text = bench.said(&failing(), OnFailure::KeepGoing);
    assert!(text.starts_with("error: 2 steps failed:"), "{text}");
    assert!(text.contains("could not make b") && text.contains("could not make c"), "{text}");
    assert!(text.contains("not begun: stage"), "{text}");
    assert_eq!(bench.finished(), ["d"]);
}

#[test]
fn a_failure_shows_the_end_of_its_log() {
    let bench = Bench::new();
    let plan = plan_of(vec![step_of(STAGE, &[], vec![sh("seq 100; exit 7")])]);
    let text = bench.said(&plan, OnFailure::Stop);
    assert!(text.contains("sh ended with exit status: 7"), "{text}");
    assert!(text.contains("\n    61\n") && !text.contains("\n    60\n") && text.contains("\n    100"), "{text}");
    let log = bench.context().paths.logs().join(format!("{}.log", plan.folder(STAGE)));
    assert!(text.ends_with(&format!("hint: the whole log is {}", log.display())), "{text}");
    assert!(fs_err::read_to_string(log).unwrap().contains("\n59\n60\n61\n"));
}

#[test]
fn a_full_disk_is_named() {
    if !Path::new("/dev/full").exists() {
        println!("skipped: no /dev/full");
        return;
    }
    // Writing to a link to /dev/full fails as on a full disk.
    let link = || sh("echo half > @out@/half; ln -s /dev/full full");
    let ours = Op::Write { path: "full".into(), text: "x".into(), executable: false };
    let theirs = sh("cat /dev/zero > full");
    for op in [ours, theirs] {
        let bench = Bench::new();
        let text = bench.said(&plan_of(vec![step_of(STAGE, &[], vec![link(), op])]), OnFailure::Stop);
        assert!(text.contains("No space left on device"), "{text}");
        let cache = bench.context().paths.cache;
        assert!(text.contains(&format!("hint: make room below {}", cache.display())), "{text}");
        assert!(bench.finished().is_empty());
    }
}

#[test]
fn a_cache_that_cannot_be_written_is_named() {
    let mut cx = Bench::new().context();
    // Nobody can make a folder there, not even root.
    cx.paths.cache = "/proc/cache".into();
    let text = crate::hint::render(&lock(&cx).unwrap_err());
    assert!(
        text.starts_with("error: cannot write to the folder of the build, /proc/cache") && text.contains("--cache DIR"),
        "{text}"
    );
}

#[test]
fn a_missing_tool_is_named() {
    let bench = Bench::new();
    let op = Op::run("compile xz", "", ["no-such-compiler", "-c", "xz.c"]);
    let text = bench.said(&plan_of(vec![step_of(STAGE, &[], vec![op])]), OnFailure::Stop);
    assert!(text.contains("`no-such-compiler` is not installed, and is needed to compile xz"), "{text}");
    assert!(text.contains("hint: `cargo xtask doctor`"), "{text}");
}

#[test]
fn a_step_that_reads_what_it_does_not_need_is_named() {
    let bench = Bench::new();
    let copy = Op::Copy { from: "@xz@/lib".into(), to: "@out@/lib".into() };
    let plan = plan_of(vec![step_of("xz", &[], vec![]), step_of(STAGE, &[], vec![copy])]);
    let text = bench.said(&plan, OnFailure::Stop);
    assert!(
        text.contains("could not make stage") && text.contains("step `xz`, which this step doesn't need"),
        "{text}"
    );
}

#[test]
fn steps_that_wait_for_each_other_are_named() {
    let bench = Bench::new();
    let mut plan = plan_of(vec![step_of("a", &[], vec![]), step_of(STAGE, &["a"], vec![])]);
    plan.steps[0].needs = vec![STAGE.into()];
    let text = bench.said(&plan, OnFailure::Stop);
    assert!(text.contains("wait for each other: a, stage"), "{text}");
}

#[test]
fn findings_fail_a_build() {
    let bench = Bench::new();
    let mut cx = bench.context();
    cx.paths.repo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut plan =
        plan_of(vec![step_of(STAGE, &[], vec![sh("mkdir @out@/Library; ln -s nowhere @out@/Library/link")])]);
    plan.archs.insert(Arch::X86_64, "10.13".parse().unwrap());
    let sources = crate::fetch::all(&cx, &[], &crate::fetch::Supply::default()).unwrap();
    let error = crate::staged::root(&cx, &plan, &sources, OnFailure::Stop).unwrap_err();
    let text = crate::hint::render(&error);
    assert!(text.contains("failed the audit") && text.contains("problems"), "{text}");
}
