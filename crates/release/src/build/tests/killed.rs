//! Builds that are killed, and go on.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};

use super::*;

/// What tells [`a_killed_build_goes_on`] that it is the build to be killed, and where to build.
const BENCH: &str = "XTASK_TEST_BENCH";

/// Steps with several moments each. At the moment whose number is in the file `kill-at`, a step kills the build, and goes
/// on writing nonsense until somebody kills it, too. Each build counts its own moments: those of a killed one may still be
/// passing when the next begins.
fn plan(bench: &Path) -> Plan {
    let bench = bench.display();
    let moment = format!(
        "moment() {{ echo >> {bench}/moments.$PPID; \
         if test $(wc -l < {bench}/moments.$PPID) -ge $(cat {bench}/kill-at 2>/dev/null || echo 99) && \
         mkdir {bench}/killing.$PPID 2>/dev/null; then \
         kill -s KILL $PPID; while :; do echo nonsense > @out@/file || :; done; fi; }}"
    );
    let step = |name: &str, needs: &[&str]| {
        let inputs: String = needs.iter().map(|need| format!("@{need}@/file ")).collect();
        let first = format!("{moment}; moment; echo half > @out@/half; moment; cat {inputs} /dev/null > @out@/file");
        let second = format!("{moment}; rm @out@/half; echo {name} >> @out@/file; moment");
        step_of(name, needs, vec![sh(&first), sh(&second)])
    };
    plan_of(vec![step("a", &[]), step("b", &["a"]), step("c", &["a"]), step(STAGE, &["b", "c"])])
}

/// Builds in a process of its own, this program once more; true when it was killed, false when it came to its end.
fn is_killed(bench: &Bench, at: usize) -> bool {
    fs_err::write(bench.dir.join("kill-at"), at.to_string()).unwrap();
    let name = format!("{}::a_killed_build_goes_on", module_path!().split_once("::").unwrap().1);
    let status = Command::new(std::env::current_exe().unwrap())
        .args([&name, "--exact", "--quiet"])
        .env(BENCH, &bench.dir)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success() || status.signal() == Some(9), "{status}");
    !status.success()
}

fn whole(built: &Built) -> String {
    fs_err::read_to_string(built.root.join("file")).unwrap() + &manifest(&built.root).unwrap().to_string()
}

#[test]
fn a_killed_build_goes_on() {
    if let Some(dir) = std::env::var_os(BENCH).map(PathBuf::from) {
        Bench::at(dir.clone()).build(&plan(&dir)).unwrap();
        return;
    }
    let untouched = Bench::new();
    let expected = whole(&untouched.build(&plan(&untouched.dir)).unwrap());
    assert!(expected.starts_with("a\nb\na\nc\nstage\n"), "{expected}");
    // Each of the 12 moments of a build.
    for at in 1..=12 {
        let bench = Bench::new();
        assert!(is_killed(&bench, at), "moment {at}");
        _ = fs_err::remove_file(bench.dir.join("kill-at"));
        let built = bench.build(&plan(&bench.dir)).unwrap();
        assert_eq!(whole(&built), expected, "killed at moment {at}");
        assert_eq!(bench.finished().len(), 4, "no half step is left");
        assert_eq!(fs_err::read_dir(bench.context().paths.work()).unwrap().count(), 0);
    }
}

#[test]
fn a_build_killed_over_and_over_ends_the_same() {
    let untouched = Bench::new();
    let expected = whole(&untouched.build(&plan(&untouched.dir)).unwrap());
    let bench = Bench::new();
    // A step has three moments: some runs finish a step before they are killed, most don't.
    for at in [2, 3, 4, 1, 3, 5, 2, 1, 3, 2] {
        assert!(is_killed(&bench, at), "moment {at}");
    }
    _ = fs_err::remove_file(bench.dir.join("kill-at"));
    assert_eq!(whole(&bench.build(&plan(&bench.dir)).unwrap()), expected);
}
