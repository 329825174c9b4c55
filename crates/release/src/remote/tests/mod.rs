//! Machines that share what they make, and those who would like them to share something else.

mod attacks;
mod putting;
mod server;

use std::path::Path;
use std::time::{Duration, Instant};

use super::*;
use crate::build::tests::{Bench, plan_of, sh, step, step_of};
use crate::build::{Built, OnFailure, finished, tree};
use crate::fetch::{Client, Limits, Supply, all};
use crate::hint::render;
use crate::making::Making;
use crate::manifest::manifest;
use crate::plan::STAGE;
use server::Server;

/// A machine with a cache of its own.
struct Machine {
    bench: Bench,
    key: SigningKey,
}

impl Machine {
    fn new() -> Self {
        Self { bench: Bench::new(), key: SigningKey::generate().unwrap() }
    }

    fn cx(&self) -> Context {
        self.bench.context()
    }

    /// A remote cache, where all that is made is put and signed, and what others of these have signed is taken.
    fn remote(&self, place: Place, trusted: &[&Machine]) -> Remote {
        let trust = trusted.iter().map(|machine| machine.key.public()).collect();
        let signer = Some(self.key.clone());
        Remote {
            name: "shared".into(),
            place,
            trust,
            push: true,
            signer,
            recheck: Share::default(),
            down: OnceLock::new(),
            refused: Mutex::default(),
        }
    }

    fn build(&self, plan: &Plan, remote: &Remote) -> Result<Built> {
        let (cx, supply) = (self.cx(), Supply::default());
        let making = Making { supply: &supply, remote: Some(remote) };
        remote.take(&cx, plan, &[STAGE])?;
        let sources = making.sources(&cx, plan, STAGE)?;
        // Without the audit, which such small roots don't pass.
        remote.recheck(&cx, plan, &sources)?;
        let made = crate::build::run(&cx, plan, &sources, OnFailure::Stop);
        remote.push(&cx, plan);
        made
    }

    /// What was refused, and kept for a look at it.
    fn rejected(&self) -> Vec<String> {
        let entries = fs_err::read_dir(self.cx().paths.rejected()).into_iter().flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn taken(&self) -> Vec<String> {
        let entries = fs_err::read_dir(self.cx().paths.taken()).into_iter().flatten();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.map(|name| name.rsplit_once('-').unwrap().0.to_owned()).collect();
        names.sort();
        names
    }
}

/// Three steps; the first has in it where it was made, in a text and in a link.
fn plan(ran: &Path) -> Plan {
    let script = "echo prefix=@out@ > @out@/a.pc; ln -s @out@/file @out@/link; chmod 755 @out@/a.pc";
    plan_of(vec![
        step("a", &[], ran, script),
        step("b", &["a"], ran, "cp @a@/a.pc @out@/b.pc"),
        step(STAGE, &["b"], ran, "true"),
    ])
}

fn folder(dir: &Path) -> Place {
    fs_err::create_dir_all(dir).unwrap();
    Place::Folder(dir.to_owned())
}

/// Short of breath, so that tests of those who say nothing don't wait.
fn place(server: &Server) -> Place {
    Place::on_server(&server.url(), None, client()).unwrap()
}

fn client() -> Client {
    let short = Duration::from_millis(300);
    let limits = Limits { answer: short, window: short, stored: short, ..Limits::default() };
    let began = Instant::now();
    Client::with(Duration::ZERO, limits, move || began.elapsed())
}

#[test]
fn what_one_machine_made_another_takes() {
    let (one, other) = (Machine::new(), Machine::new());
    // Both see the same plan: what they ran is in a file of the first.
    let plan = plan(&one.bench.ran());
    let server = Server::new();
    let made = one.build(&plan, &one.remote(place(&server), &[])).unwrap();
    assert_eq!(one.bench.take_ran().len(), 3);
    assert_eq!(server.names(), ["ac", "ac", "ac", "cas", "cas", "cas"]);
    let taken = other.build(&plan, &other.remote(place(&server), &[&one])).unwrap();
    assert!(one.bench.take_ran().is_empty(), "nothing is made again");
    assert_eq!(manifest(&made.root).unwrap().to_string(), manifest(&taken.root).unwrap().to_string());
    assert_eq!(other.taken(), [STAGE], "what it needs is not asked for");
    // Now it is.
    tree::remove(&taken.root).unwrap();
    server.forget(plan.keys[STAGE]);
    other.build(&plan, &other.remote(place(&server), &[&one])).unwrap();
    assert_eq!((one.bench.take_ran(), other.taken()), (vec![STAGE.to_owned()], vec!["b".to_owned()]));
}

#[test]
fn what_leads_to_the_cache_leads_to_one_s_own() {
    let (one, other, shared) = (Machine::new(), Machine::new(), tempfile::tempdir().unwrap());
    let plan = plan(&one.bench.ran());
    one.build(&plan, &one.remote(folder(shared.path()), &[])).unwrap();
    let cx = other.cx();
    other.remote(folder(shared.path()), &[&one]).take(&cx, &plan, &["a"]).unwrap();
    let product = finished::product(&cx, &plan, "a");
    let text = fs_err::read_to_string(product.join("a.pc")).unwrap();
    let out = cx.paths.work().join(plan.folder("a")).join("out");
    assert_eq!(text.trim(), format!("prefix={}", out.display()));
    assert_eq!(fs_err::read_link(product.join("link")).unwrap(), out.join("file"));
    let everything = walkdir::WalkDir::new(shared.path()).into_iter().map(|entry| entry.unwrap());
    for file in everything.filter(|entry| entry.file_type().is_file()) {
        let bytes = fs_err::read(file.path()).unwrap();
        let here = one.cx().paths.cache.to_string_lossy().into_owned();
        assert!(memchr::memmem::find(&bytes, here.as_bytes()).is_none(), "{}", file.path().display());
    }
    finished::check(&cx, &plan, &["a"]).unwrap();
}

#[test]
fn what_was_taken_is_not_signed_and_what_nobody_trusts_is_replaced() {
    let (one, other, third) = (Machine::new(), Machine::new(), Machine::new());
    let plan = plan(&one.bench.ran());
    let shared = tempfile::tempdir().unwrap();
    one.build(&plan, &one.remote(folder(shared.path()), &[])).unwrap();
    let record = || fs_err::read_to_string(shared.path().join(format!("ac/{}", plan.keys[STAGE]))).unwrap();
    let before = record();
    other.build(&plan, &other.remote(folder(shared.path()), &[&one])).unwrap();
    assert_eq!(record(), before, "other has not made it");
    // One who trusts nobody but itself makes its own, and says so.
    third.build(&plan, &third.remote(folder(shared.path()), &[&third])).unwrap();
    assert_ne!(record(), before);
    assert!(third.taken().is_empty());
    let again = Machine { bench: Bench::new(), key: third.key.clone() };
    again.build(&plan, &again.remote(folder(shared.path()), &[&third])).unwrap();
    assert_eq!(again.taken(), [STAGE]);
}

#[test]
fn a_changed_step_is_made_of_what_is_there() {
    let (one, other, shared) = (Machine::new(), Machine::new(), tempfile::tempdir().unwrap());
    let ran = one.bench.ran();
    one.build(&plan(&ran), &one.remote(folder(shared.path()), &[])).unwrap();
    one.bench.take_ran();
    let mut steps = plan(&ran).steps;
    steps[1].ops.push(sh("echo changed >> @out@/file"));
    let changed = plan_of(steps);
    other.build(&changed, &other.remote(folder(shared.path()), &[&one])).unwrap();
    assert_eq!(one.bench.take_ran(), ["b", STAGE]);
    assert_eq!(other.taken(), ["a"]);
}

#[test]
fn a_recheck_finds_who_lies_and_where() {
    let (liar, other, shared) = (Machine::new(), Machine::new(), tempfile::tempdir().unwrap());
    let ran = liar.bench.ran();
    // The same step, by its key, and another product: what it reads is none of its inputs.
    let mood = liar.bench.dir.join("mood");
    fs_err::write(&mood, "good").unwrap();
    let cat = format!("cat {} > @out@/mood", mood.display());
    let plan = plan_of(vec![step("a", &[], &ran, &cat), step(STAGE, &["a"], &ran, "true")]);
    let cx = liar.cx();
    let sources = all(&cx, &[], &Supply::default()).unwrap();
    fs_err::write(&mood, "bad").unwrap();
    crate::build::step(&cx, &plan, &sources, "a", OnFailure::Stop).unwrap();
    liar.build(&plan, &liar.remote(folder(shared.path()), &[])).unwrap();
    fs_err::write(&mood, "good").unwrap();
    let remote = |recheck| Remote { recheck, ..other.remote(folder(shared.path()), &[&liar]) };
    other.build(&plan, &remote(Share::default())).unwrap();
    let cx = other.cx();
    other.remote(folder(shared.path()), &[&liar]).take(&cx, &plan, &["a"]).unwrap();
    let text = render(&other.build(&plan, &remote("100%".parse().unwrap())).unwrap_err());
    for expected in
        ["steps from the remote cache shared (-) are others", &plan.folder("a"), "- mood file", "+ mood file"]
    {
        assert!(text.contains(expected), "{expected} is not in:\n{text}");
    }
    assert!(!cx.paths.work().join(plan.folder("a")).exists(), "what was made for it is gone");
    assert!(!finished::is_made(&cx, &plan, "a"), "nobody uses it by accident");
    assert_eq!(other.taken(), [STAGE], "what was made of it is not vouched for");
    // What was found out is not taken again, but made here, and put there for those who come after. What is equal and made of
    // what was made here counts as made here.
    other.build(&plan, &remote("100%".parse().unwrap())).unwrap();
    assert!(other.taken().is_empty());
    let third = Machine::new();
    third.remote(folder(shared.path()), &[&other]).take(&third.cx(), &plan, &["a"]).unwrap();
    let text = fs_err::read_to_string(finished::product(&third.cx(), &plan, "a").join("mood"));
    assert_eq!((text.unwrap(), third.rejected()), ("good".to_owned(), vec![]));
}

#[test]
fn steps_with_this_program_in_them_stay_at_home_and_layers_leave_them_out() {
    let shims = Op::Shims { version: crate::digest::Sha256::of(b""), into: "@out@".into() };
    let plan = plan_of(vec![
        step_of("shims", &[], vec![shims]),
        step_of("llvm", &[], vec![]),
        step_of("xz", &["shims"], vec![]),
        step_of("ssl", &["llvm", "shims"], vec![]),
        step_of(STAGE, &["xz", "ssl"], vec![]),
    ]);
    assert!(!is_shared(&plan.steps[0]) && is_shared(&plan.steps[1]));
    assert_eq!(layers(&plan), [vec!["llvm", "xz"], vec!["ssl"], vec![STAGE]]);
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let (dir, cx) = (tempfile::tempdir().unwrap(), Machine::new().cx());
    let open = |settings: Settings| Remote::open(&cx, &settings);
    assert!(open(Settings::default()).unwrap().is_none());
    let here = Some(dir.path().join("shared").display().to_string());
    let said = |settings| render(&open(settings).unwrap_err());
    assert!(said(Settings { remote: here.clone(), ..Settings::default() }).contains("no key is trusted"));
    assert!(said(Settings { push: true, ..Settings::default() }).contains("--remote says where it is"));
    let server = Settings { remote: Some("https://[::1]:9".into()), push: true, ..Settings::default() };
    assert!(said(server).contains("--offline was given"), "the context of these tests is offline");
    let key = dir.path().join("key");
    let public = crate::keys::create(&key).unwrap();
    let settings = Settings { remote: here, push: true, sign_with: Some(key), ..Settings::default() };
    let remote = open(settings).unwrap().unwrap();
    assert_eq!(remote.trust, [public], "what one has made oneself");
    assert!(dir.path().join("shared").is_dir());
}
