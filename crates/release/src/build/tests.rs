mod changed;
mod faults;
mod fetched;
mod killed;
mod shared;

use std::collections::BTreeMap;
use std::sync::Mutex;

use std::path::Path;

use super::*;
use crate::context::Paths;
use crate::framework::Framework;
use crate::manifest::manifest;
use crate::plan::{BuildOptions, Executor, Op, Step, keys};
use crate::ui::Ui;
use macho::Arch;

/// A step of some operations.
pub(crate) fn step_of(name: &str, needs: &[&str], ops: Vec<Op>) -> Step {
    let needs = needs.iter().map(ToString::to_string).collect();
    Step { name: name.into(), title: format!("make {name}"), needs, env: BTreeMap::new(), ops }
}

pub(crate) fn sh(script: &str) -> Op {
    Op::run("run a script", "", ["sh", "-e", "-c", script])
}

/// A step that appends its name to the file `ran`, runs a script and writes a file from those of the steps it needs.
pub(crate) fn step(name: &str, needs: &[&str], ran: &Path, script: &str) -> Step {
    let inputs: Vec<String> = needs.iter().map(|need| format!("@{need}@/file")).collect();
    let script = format!(
        "echo {name} >> {}; {script}; cat {} /dev/null > @out@/file; echo {name} >> @out@/file",
        ran.display(),
        inputs.join(" ")
    );
    step_of(name, needs, vec![sh(&script)])
}

pub(crate) fn plan_of(steps: Vec<Step>) -> Plan {
    Plan {
        python: "3.13.5".parse().unwrap(),
        variant: "test".into(),
        options: BuildOptions::default(),
        host: crate::plan::Host::Linux { triple: "x86_64-pc-linux-gnu".into() },
        archs: BTreeMap::new(),
        slices_left_out: Vec::new(),
        frameworks: vec![Framework::Python],
        source_date: 0,
        keys: keys(&steps, &Executor::default()).unwrap(),
        steps,
        libraries: vec![],
        current: true,
        offer: Default::default(),
        expected_modules: vec![],
        left_out: vec![],
    }
}

/// A diamond: `a` before `b` and `c`, both before the last step.
pub(crate) fn plan(ran: &Path, script_of_c: &str) -> Plan {
    plan_of(vec![
        step("a", &[], ran, "true"),
        step("b", &["a"], ran, "true"),
        step("c", &["a"], ran, script_of_c),
        step(STAGE, &["b", "c"], ran, "true"),
    ])
}

pub(crate) struct Bench {
    /// Removed with the bench, unless another process made it.
    _own: Option<tempfile::TempDir>,
    pub(crate) dir: PathBuf,
    jobs: usize,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let own = tempfile::tempdir().unwrap();
        Self { dir: own.path().to_owned(), _own: Some(own), jobs: 2 }
    }

    fn at(dir: PathBuf) -> Self {
        Self { _own: None, dir, jobs: 2 }
    }

    pub(crate) fn ran(&self) -> PathBuf {
        self.dir.join("ran")
    }

    pub(crate) fn take_ran(&self) -> Vec<String> {
        let text = fs_err::read_to_string(self.ran()).unwrap_or_default();
        _ = fs_err::remove_file(self.ran());
        text.lines().map(str::to_owned).collect()
    }

    pub(crate) fn context(&self) -> Context {
        let repo = self.dir.clone();
        let paths = Paths { cache: repo.join("cache"), dist: repo.join("dist"), repo };
        Context { paths, ui: Ui::new(), offline: true, jobs: self.jobs, apt: Mutex::default() }
    }

    pub(crate) fn build(&self, plan: &Plan) -> Result<Built> {
        self.build_on(plan, OnFailure::Stop)
    }

    fn build_on(&self, plan: &Plan, on_failure: OnFailure) -> Result<Built> {
        let cx = self.context();
        let sources = crate::fetch::all(&cx, &[], &crate::fetch::Supply::default())?;
        run(&cx, plan, &sources, on_failure)
    }

    /// The error of a build that fails, as the user sees it.
    fn said(&self, plan: &Plan, on_failure: OnFailure) -> String {
        crate::hint::render(&self.build_on(plan, on_failure).unwrap_err())
    }

    /// The names of finished steps, without their keys.
    fn finished(&self) -> Vec<String> {
        let steps = fs_err::read_dir(self.context().paths.steps()).unwrap();
        let names = steps.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.map(|name| name.rsplit_once('-').unwrap().0.to_owned()).collect();
        names.sort();
        names
    }
}

#[test]
fn steps_run_in_order_and_only_once() {
    let bench = Bench::new();
    let built = bench.build(&plan(&bench.ran(), "true")).unwrap();
    assert_eq!(fs_err::read_to_string(built.root.join("file")).unwrap(), "a\nb\na\nc\nstage\n");
    let ran = bench.take_ran();
    assert_eq!((ran.len(), ran[0].as_str(), ran[3].as_str()), (4, "a", STAGE));
    bench.build(&plan(&bench.ran(), "true")).unwrap();
    assert!(bench.take_ran().is_empty(), "a second run has nothing to do");
}

#[test]
fn a_failed_step_starts_over_and_finished_ones_stay() {
    let bench = Bench::new();
    let flag = bench.dir.join("now-it-works");
    let script = format!("echo half > @out@/half; test -e {}; rm @out@/half", flag.display());
    let text = bench.said(&plan(&bench.ran(), &script), OnFailure::Stop);
    assert!(text.starts_with("error: could not make c\n  caused by: failed to run a script"), "{text}");
    assert!(text.contains("hint: the whole log is "), "{text}");
    assert_eq!(bench.finished(), ["a", "b"], "nothing half-written among the finished steps");
    bench.take_ran();
    fs_err::write(flag, "").unwrap();
    bench.build(&plan(&bench.ran(), &script)).unwrap();
    let mut ran = bench.take_ran();
    ran.sort();
    assert_eq!(ran, ["c", STAGE]);
}

#[test]
fn a_changed_step_makes_only_those_that_need_it_again() {
    let bench = Bench::new();
    bench.build(&plan(&bench.ran(), "true")).unwrap();
    bench.take_ran();
    bench.build(&plan(&bench.ran(), "echo changed")).unwrap();
    assert_eq!(bench.take_ran(), ["c", STAGE]);
}

#[test]
fn two_builds_in_different_folders_agree() {
    let lipo = "#!/bin/sh\nshift; while test \"$1\" != -output; do cat \"$1\" >> all; shift; done; mv all \"$2\"\n";
    let slice = |arch: &str| {
        // A compiler that writes where it works into what it makes, but not into binaries.
        let script =
            format!("printf '\\317\\372\\355\\376{arch}' > @out@/lib.dylib; echo 'built in @work@' > @out@/Makefile");
        step_of(
            arch,
            &[],
            vec![sh(&script), Op::Scrub { dir: "@out@".into(), replace: vec![("@work@".into(), "/build".into())] }],
        )
    };
    let trees = [(Arch::X86_64, "@x86_64@".into()), (Arch::Arm64, "@arm64@".into())].into();
    let mut merge = step_of(
        "merge",
        &["tools", "x86_64", "arm64"],
        vec![Op::Merge { trees, headers: vec![], into: "@out@/F".into() }],
    );
    merge.env.insert("PATH".into(), "@tools@:/usr/bin:/bin".into());
    let plan = plan_of(vec![
        step_of("tools", &[], vec![Op::Write { path: "@out@/lipo".into(), text: lipo.into(), executable: true }]),
        slice("x86_64"),
        slice("arm64"),
        merge,
        step_of(
            STAGE,
            &["merge"],
            vec![
                Op::Copy { from: "@merge@/F".into(), to: "@out@/Library/F".into() },
                sh("mkdir -p @out@/bin; ln -s /Library/F/Makefile @out@/bin/makefile"),
                Op::RelativeLinks { root: "@out@".into() },
            ],
        ),
    ]);
    let manifests = [Bench::new(), Bench::new()].map(|bench| manifest(&bench.build(&plan).unwrap().root).unwrap());
    let [one, other] = &manifests;
    assert_eq!(one.to_string(), other.to_string());
    insta::assert_snapshot!(one.to_string(), @r"
    Library folder
    Library/F folder
    Library/F/Makefile file 0644 2f8babce455829da410fd7b1b057e5320d5bd222f692c0c50f67ede61ef7f7d5
    Library/F/lib.dylib file 0644 31c2a721be654ed58258f33f2d949a22406c8a54fe5cd9b51e595c113ffd4a8e
    bin folder
    bin/makefile link ../Library/F/Makefile
    ");
}

#[test]
fn a_second_build_in_the_same_cache_is_refused() {
    let bench = Bench::new();
    let cx = bench.context();
    let _held = lock(&cx).unwrap();
    let text = crate::hint::render(&bench.build(&plan(&bench.ran(), "true")).unwrap_err());
    assert!(text.contains(&format!("(process {})", std::process::id())) && text.contains("--cache DIR"), "{text}");
}

#[test]
fn an_unknown_step_names_the_known_ones() {
    let bench = Bench::new();
    let cx = bench.context();
    let sources = crate::fetch::all(&cx, &[], &crate::fetch::Supply::default()).unwrap();
    let text = crate::hint::render(
        &super::step(&cx, &plan(&bench.ran(), "true"), &sources, "d", OnFailure::Stop).unwrap_err(),
    );
    assert!(text.contains("no step `d`") && text.contains("its steps: a, b, c, stage"), "{text}");
}
