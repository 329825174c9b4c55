//! Steps and the `make`s inside them share the cores.

use super::*;

fn make(name: &str, makefile: &str) -> Step {
    let write = Op::Write { path: "Makefile".into(), text: makefile.into(), executable: false };
    step_of(name, &[], vec![write, Op::run("make", "", ["make"])])
}

fn has_make() -> bool {
    oracle::has("make")
}

/// Two recipes of one `make` that wait for each other (for 20 seconds at most) end only when both run at a time.
const RENDEZVOUS: &str = "all: one two\n\
    wait = touch $@.here; n=0; until test -e $(1).here; do n=$$((n+1)); test $$n -lt 2000; sleep 0.01; done\n\
    .SHELLFLAGS = -ec\n\
    one:; @$(call wait,two)\n\
    two:; @$(call wait,one)\n";

#[test]
fn a_lone_step_gets_all_cores() {
    if has_make() {
        Bench::new().build(&plan_of(vec![make(STAGE, RENDEZVOUS)])).unwrap();
    }
}

#[test]
fn steps_and_their_makes_never_take_more_cores_than_there_are() {
    if !has_make() {
        return;
    }
    for jobs in [1, 2, 3] {
        let bench = Bench { jobs, ..Bench::new() };
        let dir = bench.dir.display();
        // Each recipe takes one of as many places as there are cores; one that finds none fails the build.
        let places: Vec<String> = (0..jobs).map(|place| format!("{dir}/place{place}")).collect();
        let take = "for place in $(places); do mkdir $$place 2>/dev/null && break; place=; done; test -n \"$$place\"; \
            n=0; while test $$n -lt 300; do n=$$((n+1)); done; rmdir $$place";
        let makefile =
            format!("places = {}\n.SHELLFLAGS = -ec\nall: 1 2 3 4 5 6\n1 2 3 4 5 6:; @{take}\n", places.join(" "));
        let names = ["a", "b", "c"];
        let mut steps: Vec<Step> = names.iter().map(|name| make(name, &makefile)).collect();
        steps.push(step_of(STAGE, &names, vec![]));
        bench.build(&plan_of(steps)).unwrap();
    }
}
