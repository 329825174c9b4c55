//! Whoever has the server, the line to it, or a key that nobody trusts: what was made with such a cache is what is made
//! without one, and nothing is left of what they sent but what was put aside.

use super::server::Manner;
use super::*;
use crate::keys::Envelope;

/// A cache that one machine has filled; the plan, and the manifest of its root.
fn filled() -> (Machine, Server, Plan, String) {
    let (one, server) = (Machine::new(), Server::new());
    let plan = plan(&one.bench.ran());
    let built = one.build(&plan, &one.remote(place(&server), &[])).unwrap();
    one.bench.take_ran();
    let root = manifest(&built.root).unwrap().to_string();
    (one, server, plan, root)
}

/// Builds on a machine that has nothing: all steps are made there, and are what they are elsewhere. Gives what was put aside.
fn made_nevertheless(one: &Machine, server: &Server, plan: &Plan, root: &str) -> (Vec<String>, Option<String>) {
    let other = Machine::new();
    let remote = Remote { push: false, ..other.remote(place(server), &[one]) };
    let built = other.build(plan, &remote).unwrap();
    assert_eq!(one.bench.take_ran(), ["a", "b", STAGE], "all is made here");
    assert_eq!(manifest(&built.root).unwrap().to_string(), root);
    assert!(other.taken().is_empty());
    let cx = other.cx();
    assert_eq!(fs_err::read_dir(cx.paths.steps()).unwrap().count(), 3, "nothing half-written");
    let work = fs_err::read_dir(cx.paths.work()).unwrap().map(|entry| entry.unwrap().file_name());
    let work: Vec<_> = work.filter(|name| !name.to_string_lossy().ends_with(".part")).collect();
    assert!(work.is_empty(), "{work:?}");
    finished::check(&cx, plan, &["a", "b", STAGE]).unwrap();
    (other.rejected(), remote.down.get().cloned())
}

fn names(plan: &Plan, ending: &str) -> Vec<String> {
    ["a", "b", STAGE].map(|step| format!("{}.{ending}", plan.folder(step))).to_vec()
}

fn both(plan: &Plan) -> Vec<String> {
    let mut all = [names(plan, "record.json"), names(plan, "tar.zst")].concat();
    all.sort();
    all
}

#[test]
fn a_flipped_byte_in_an_archive() {
    let (one, server, plan, root) = filled();
    server.change_archives(|bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    });
    let (rejected, down) = made_nevertheless(&one, &server, &plan, &root);
    assert_eq!((rejected, down), (both(&plan), None));
}

#[test]
fn a_page_in_the_place_of_an_archive() {
    let (one, server, plan, root) = filled();
    server.set("cas", Manner::Page);
    let (rejected, down) = made_nevertheless(&one, &server, &plan, &root);
    assert!(rejected.is_empty());
    let down = down.unwrap();
    assert!(down.contains("does not come") && down.contains("has 26 bytes, not"), "{down}");
}

#[test]
fn a_page_in_the_place_of_a_record() {
    let (one, server, plan, root) = filled();
    server.set("ac", Manner::Page);
    let (rejected, down) = made_nevertheless(&one, &server, &plan, &root);
    assert_eq!((rejected, down), (names(&plan, "record.json"), None));
}

#[test]
fn a_download_that_is_cut_off_every_time() {
    for at in [0, 10] {
        let (one, server, plan, root) = filled();
        server.set("cas", Manner::Truncates(at));
        let (rejected, down) = made_nevertheless(&one, &server, &plan, &root);
        assert!(rejected.is_empty());
        let down = down.unwrap();
        assert!(down.contains("does not come: the download broke off"), "{down}");
    }
}

#[test]
fn a_download_that_stops_and_never_ends() {
    for at in [0, 10] {
        let (one, server, plan, root) = filled();
        server.set("cas", Manner::Stalls(at));
        let (rejected, down) = made_nevertheless(&one, &server, &plan, &root);
        assert!(rejected.is_empty());
        let down = down.unwrap();
        assert!(down.contains("does not come") && down.contains("timeout"), "{down}");
    }
}

#[test]
fn a_server_that_says_nothing_or_only_that_it_can_t() {
    for (what, manner) in [
        ("ac", Manner::Silent),
        ("ac", Manner::Broken),
        ("cas", Manner::Silent),
        ("cas", Manner::Broken),
        ("ac", Manner::Denies),
        ("cas", Manner::Denies),
        ("ac", Manner::Stalls(10)),
    ] {
        let (one, server, plan, root) = filled();
        server.set(what, manner);
        let before = server.asked();
        let (rejected, down) = made_nevertheless(&one, &server, &plan, &root);
        assert!(rejected.is_empty() && down.is_some(), "{what} {manner:?}");
        assert!(server.asked() - before <= 6, "it is not asked for every step: {}", server.asked() - before);
    }
}

#[test]
fn a_key_that_nobody_trusts() {
    let (_one, server, plan, root) = filled();
    let stranger = Machine::new();
    // What `filled` has signed is a stranger's to those who trust another.
    let ran = plan_ran(&plan);
    let other = Machine::new();
    let remote = Remote { push: false, ..other.remote(place(&server), &[&stranger]) };
    let built = other.build(&plan, &remote).unwrap();
    assert_eq!(manifest(&built.root).unwrap().to_string(), root);
    assert_eq!(fs_err::read_to_string(ran).unwrap().lines().count(), 3);
    assert_eq!(other.rejected(), names(&plan, "record.json"));
    let text = server.record(plan.keys["a"]);
    let said = render(&remote.believed(&text, "a", plan.keys["a"]).unwrap_err());
    assert!(said.contains("no trusted key has signed its record; it says that it is signed by"), "{said}");
}

fn plan_ran(plan: &Plan) -> std::path::PathBuf {
    let Op::Run(run) = &plan.steps[0].ops[0] else { panic!("it runs a script") };
    run.argv[3].split_whitespace().nth(3).unwrap().trim_end_matches(';').into()
}

/// Signed by whom one trusts, and about something else.
#[test]
fn a_record_in_the_place_of_another() {
    let (one, server, plan, root) = filled();
    let record = server.record(plan.keys["a"]);
    for step in ["b", STAGE] {
        server.replace(plan.keys[step], &record);
    }
    server.replace(plan.keys["a"], "");
    let (rejected, down) = made_nevertheless(&one, &server, &plan, &root);
    assert_eq!((rejected, down), (names(&plan, "record.json"), None));
    let other = Machine::new();
    let remote = other.remote(place(&server), &[&one]);
    let said = render(&remote.believed(&record, "b", plan.keys["b"]).unwrap_err());
    assert!(said.contains("it is the record of another step: a "), "{said}");
}

/// The signature is good, the archive is the one that it names, and what is in it is not what the manifest says.
#[test]
fn an_archive_with_another_product_in_it() {
    let (one, server, plan, root) = filled();
    for step in ["a", "b", STAGE] {
        let key = plan.keys[step];
        let envelope = Envelope::parse(server.record(key).as_bytes(), record::KIND).unwrap();
        let record = record::Record::of(&envelope, step, key).unwrap();
        let wrong = record::Record { manifest: crate::digest::Sha256::of(b"other"), ..record };
        let mut envelope = wrong.envelope().unwrap();
        envelope.sign(&one.key).unwrap();
        server.replace(key, &envelope.text().unwrap());
    }
    let (rejected, down) = made_nevertheless(&one, &server, &plan, &root);
    assert_eq!((rejected, down), (names(&plan, "record.json"), None));
}

#[test]
fn nobody_is_there() {
    let (one, server, plan, root) = filled();
    let other = Machine::new();
    let gone = Place::Folder(other.bench.dir.join("not-mounted"));
    let remote = Remote { place: gone, ..other.remote(place(&server), &[&one]) };
    let built = other.build(&plan, &remote).unwrap();
    assert_eq!(manifest(&built.root).unwrap().to_string(), root);
    assert!(remote.down.get().unwrap().contains("not-mounted is not a folder"));
}
