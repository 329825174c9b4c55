use std::collections::BTreeMap;

use super::*;
use crate::context::Paths;
use crate::digest::Sha256;
use crate::plan::Op;
use crate::ui::Ui;

/// A step that appends its name to `@repo@/ran` and writes a file from those of the steps it needs.
fn step(name: &str, needs: &[&str], ran: &Path, script: &str) -> Step {
    let inputs: Vec<String> = needs.iter().map(|need| format!("@{need}@/file")).collect();
    let script = format!(
        "echo {name} >> {}; {script}; cat {} /dev/null > @out@/file; echo {name} >> @out@/file",
        ran.display(),
        inputs.join(" ")
    );
    Step {
        name: name.into(),
        title: format!("make {name}"),
        needs: needs.iter().map(ToString::to_string).collect(),
        env: BTreeMap::new(),
        ops: vec![Op::run(format!("run {name}"), "", ["sh", "-e", "-c", &script])],
    }
}

/// A diamond: `a` before `b` and `c`, both before the last step.
fn plan(ran: &Path, script_of_c: &str) -> Plan {
    let steps = vec![
        step("a", &[], ran, "true"),
        step("b", &["a"], ran, "true"),
        step("c", &["a"], ran, script_of_c),
        step(STAGE, &["b", "c"], ran, "true"),
    ];
    let keys = steps.iter().map(|step| (step.name.clone(), Sha256::of(format!("{step:?}").as_bytes()))).collect();
    Plan {
        python: "3.13.5".parse().unwrap(),
        variant: "test".into(),
        archs: BTreeMap::new(),
        source_date: 0,
        steps,
        keys,
        expected_modules: vec![],
        left_out: vec![],
    }
}

struct Bench {
    dir: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn ran(&self) -> PathBuf {
        self.dir.path().join("ran")
    }

    fn take_ran(&self) -> Vec<String> {
        let text = fs_err::read_to_string(self.ran()).unwrap_or_default();
        _ = fs_err::remove_file(self.ran());
        text.lines().map(str::to_owned).collect()
    }

    fn context(&self) -> Context {
        let repo = self.dir.path().to_owned();
        let paths = Paths { cache: repo.join("cache"), dist: repo.join("dist"), repo };
        Context { paths, ui: Ui::new(), offline: true, jobs: 2, apt: Mutex::default() }
    }

    fn build(&self, plan: &Plan) -> Result<Built> {
        let cx = self.context();
        let sources = crate::fetch::all(&cx, &[], None)?;
        run(&cx, plan, &sources)
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
    let flag = bench.dir.path().join("now-it-works");
    let script = format!("echo half > @out@/half; test -e {}; rm @out@/half", flag.display());
    let text = crate::hint::render(&bench.build(&plan(&bench.ran(), &script)).unwrap_err());
    assert!(text.starts_with("error: could not make c\n  caused by: failed to run c"), "{text}");
    assert!(text.contains("hint: the whole log is "), "{text}");
    let steps = bench.context().paths.steps();
    let names = |dir: &Path| {
        let names = fs_err::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.map(|name| name.split('-').next().unwrap_or_default().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&steps), ["a", "b"], "nothing half-written among the finished steps");
    bench.take_ran();
    fs_err::write(flag, "").unwrap();
    bench.build(&plan(&bench.ran(), &script)).unwrap();
    let mut ran = bench.take_ran();
    ran.sort();
    assert_eq!(ran, ["c", STAGE]);
}

#[test]
fn a_second_build_in_the_same_cache_is_refused() {
    let bench = Bench::new();
    let cx = bench.context();
    let _held = lock(&cx.paths.cache).unwrap();
    let text = crate::hint::render(&bench.build(&plan(&bench.ran(), "true")).unwrap_err());
    assert!(text.contains(&format!("(process {})", std::process::id())) && text.contains("--cache DIR"), "{text}");
}

#[test]
fn an_unknown_step_names_the_known_ones() {
    let bench = Bench::new();
    let cx = bench.context();
    let sources = crate::fetch::all(&cx, &[], None).unwrap();
    let text = crate::hint::render(&super::step(&cx, &plan(&bench.ran(), "true"), &sources, "d").unwrap_err());
    assert!(text.contains("no step `d`") && text.contains("its steps: a, b, c, stage"), "{text}");
}
