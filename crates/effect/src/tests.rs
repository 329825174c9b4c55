use std::convert::Infallible;

use proptest::prelude::*;

use super::*;
use flatpkg::mode::Mode;
use flatpkg::tree::TreePath;

const OWN: Attributes = Attributes { mode: Mode::from_st_mode(0o775), uid: 0, gid: 80 };
const THEIRS: Attributes = Attributes { mode: Mode::from_st_mode(0o700), uid: 501, gid: 20 };
const KEEP: Rules = Rules { overwrite_permissions: false, follow_links: true };

fn path(text: &str) -> TreePath {
    TreePath::new(text).unwrap()
}

fn file(byte: u8) -> Node {
    Node::File { size: 1, digest: Digest([byte; 32]) }
}

fn disk(entries: &[(&str, Node)]) -> Memory {
    let placed = |node: &Node| Placed { node: node.clone(), attributes: THEIRS };
    Memory { paths: entries.iter().map(|(text, node)| (path(text), placed(node))).collect() }
}

fn put(disk: &mut Memory, text: &str, node: &Node, rules: Rules) -> TreePath {
    let what = match node {
        Node::Directory => What::Directory,
        Node::Symlink(target) => What::Symlink(target),
        file => What::File(file.clone()),
    };
    let Ok::<_, Infallible>(at) = place(disk, &path(text), what, OWN, rules);
    at
}

fn shown(disk: &Memory) -> String {
    disk.paths.iter().map(|(path, placed)| format!("{placed} {path}\n")).collect()
}

#[test]
fn directories_that_are_there_keep_their_owner_unless_told() {
    let before = disk(&[("usr", Node::Directory)]);
    let mut kept = before.clone();
    put(&mut kept, "usr", &Node::Directory, KEEP);
    put(&mut kept, "usr/local/bin", &Node::Directory, KEEP);
    insta::assert_snapshot!(shown(&kept), @r"
    drwx------ 501:20 usr
    drwxr-xr-x 0:0 usr/local
    drwxrwxr-x 0:80 usr/local/bin
    ");
    let mut changed = before;
    put(&mut changed, "usr", &Node::Directory, Rules { overwrite_permissions: true, ..KEEP });
    insta::assert_snapshot!(shown(&changed), @"drwxrwxr-x 0:80 usr");
}

#[test]
fn links_to_directories_are_followed_or_replaced() {
    let before = disk(&[
        ("etc", Node::Symlink(b"private/../private/etc".to_vec())),
        ("private", Node::Directory),
        ("private/etc", Node::Directory),
    ]);
    let mut followed = before.clone();
    assert_eq!(put(&mut followed, "etc", &Node::Directory, KEEP), path("private/etc"));
    assert_eq!(put(&mut followed, "etc/paths", &file(1), KEEP), path("private/etc/paths"));
    insta::assert_snapshot!(shown(&followed), @r"
    lrwx------ 501:20 -> private/../private/etc etc
    drwx------ 501:20 private
    drwx------ 501:20 private/etc
    -rwxrwxr-x 0:80 1 bytes 0101010101010101 private/etc/paths
    ");
    let mut replaced = before;
    put(&mut replaced, "etc", &Node::Directory, Rules { follow_links: false, ..KEEP });
    assert_eq!(put(&mut replaced, "etc/paths", &file(1), KEEP), path("etc/paths"));
}

#[test]
fn what_is_in_the_way_is_replaced() {
    let mut disk =
        disk(&[("a", Node::Directory), ("a/b", file(1)), ("c", file(2)), ("d", Node::Symlink(b"nowhere".to_vec()))]);
    put(&mut disk, "a", &file(3), KEEP);
    put(&mut disk, "c/inside", &file(4), KEEP);
    put(&mut disk, "d", &Node::Directory, KEEP);
    insta::assert_snapshot!(shown(&disk), @r"
    -rwxrwxr-x 0:80 1 bytes 0303030303030303 a
    drwxr-xr-x 0:0 c
    -rwxrwxr-x 0:80 1 bytes 0404040404040404 c/inside
    drwxrwxr-x 0:80 d
    ");
}

fn part(identifier: &str, choice: usize) -> (OfferPart, Choice) {
    let part = OfferPart {
        id: identifier.to_owned(),
        index: choice,
        identifier: identifier.to_owned(),
        version: "1".to_owned(),
        location: "/".to_owned(),
        paths: None,
        scripts: Vec::new(),
        companions: Default::default(),
        overwrite_permissions: false,
        follow_links: true,
        policies: Default::default(),
        stated: None,
    };
    let choice = Choice {
        id: identifier.to_owned(),
        parts: vec![identifier.to_owned()],
        required: choice == 0,
        selected: true,
        stated: Default::default(),
    };
    (part, choice)
}

/// An offer of optional parts, the first one required, each with these entries.
fn offer(parts: &[Vec<(String, Node, Attributes)>]) -> Offer {
    let one = |(at, entries): (usize, &Vec<(String, Node, Attributes)>)| {
        let (mut part, choice) = part(&format!("part {at}"), at);
        let laid = |(text, node, attributes): &(String, Node, Attributes)| Laid {
            path: path(text),
            node: node.clone(),
            attributes: *attributes,
        };
        part.paths = Some(entries.iter().map(laid).collect());
        (part, choice)
    };
    let (parts, choices) = parts.iter().enumerate().map(one).unzip();
    Offer { parts, choices, ..Offer::default() }
}

fn files(paths: &[&str]) -> Vec<(String, Node, Attributes)> {
    paths.iter().map(|text| ((*text).to_owned(), file(1), OWN)).collect()
}

/// How many selections are tried, of which choices.
fn tried(one: &Offer, two: &Offer) -> Vec<(usize, usize)> {
    let report = compare(one, two, None, &Situation::ALL).unwrap();
    report.groups.iter().map(|group| (group.choices.len(), group.selections)).collect()
}

#[test]
fn only_parts_that_meet_are_tried_together() {
    let apart = offer(&[files(&["a"]), files(&["b/x"]), files(&["b/y"]), files(&["c"])]);
    assert_eq!(tried(&apart, &apart), [(0, 1), (1, 2), (1, 2), (1, 2)]);
    let meeting = offer(&[files(&["a"]), files(&["b/x"]), files(&["b"]), files(&["c"])]);
    assert_eq!(tried(&meeting, &meeting), [(0, 1), (2, 4), (1, 2)]);
    // One package's parts don't meet, but one of each does.
    assert_eq!(tried(&apart, &meeting), [(0, 1), (2, 4), (1, 2)]);
    let link = |target: &[u8]| vec![("b".to_owned(), Node::Symlink(target.to_vec()), OWN)];
    let led = offer(&[files(&["a"]), files(&["b/x"]), link(b"/c"), files(&["d"])]);
    assert_eq!(tried(&led, &led), [(3, 8)], "nobody knows where the link leads");
    let folders = |attributes| vec![("d".to_owned(), Node::Directory, attributes)];
    let same = offer(&[files(&["a"]), folders(OWN), folders(OWN)]);
    assert_eq!(tried(&same, &same), [(0, 1), (1, 2), (1, 2)]);
    let other = offer(&[files(&["a"]), folders(OWN), folders(THEIRS)]);
    assert_eq!(tried(&other, &other), [(0, 1), (2, 4)]);
    let always = offer(&[folders(OWN), folders(OWN)]);
    assert_eq!(tried(&always, &always), [(1, 2)], "the folder is there whatever is chosen");
    let system = offer(&[files(&["usr/a"]), files(&["usr/b"])]);
    assert_eq!(tried(&system, &system), [(0, 1), (1, 2)]);
    let mut joined = apart.clone();
    joined.choices[2].parts.push("part 1".to_owned());
    assert_eq!(tried(&apart, &joined), [(0, 1), (2, 2), (1, 2)], "one choice installs both");
}

#[test]
fn many_parts_that_meet_are_not_tried_in_every_combination() {
    let all = |count: usize| offer(&vec![files(&["a"]); count]);
    assert_eq!(tried(&all(11), &all(11)), [(10, 1024)]);
    assert_eq!(tried(&all(14), &all(14)), [(13, 28)]);
    let many = tried(&all(1001), &all(1001));
    assert_eq!((many.len(), many[0], many[1]), (1001, (1000, 2), (1, 1)));
}

#[test]
fn answers_choose_parts() {
    let few = offer(&vec![files(&["a"]); 6]);
    let (selection, unknown) = few.choose(&[("part 1".into(), false), ("part 0".into(), false), ("x".into(), true)]);
    assert_eq!((selection.len(), unknown), (5, vec!["x".to_owned()]));
}

/// Bytes of all paths, and the work of comparing the offer with itself.
fn measured(offer: &Offer) -> (u64, u64) {
    let laid = offer.parts.iter().flat_map(|part| part.paths.iter().flatten());
    let bytes = laid.map(|laid| laid.path.as_bytes().len() as u64 + 1).sum();
    (bytes, compare(offer, offer, None, &Situation::ALL).unwrap().work)
}

#[test]
fn the_work_grows_with_the_package_and_not_with_its_selections() {
    let choices = |count: usize| {
        let parts = (0..count).map(|part| (0..50).map(|at| (format!("d{part}/f{at}"), file(1), OWN)).collect());
        offer(&parts.collect::<Vec<_>>())
    };
    let nested = |depth: usize| {
        let folders = (1..=depth).map(|depth| (vec!["a"; depth].join("/"), Node::Directory, OWN));
        offer(&[folders.collect()])
    };
    for (small, large) in [(choices(10), choices(20)), (nested(500), nested(1000)), (nested(1000), nested(2000))] {
        let ((bytes, work), (more_bytes, more_work)) = (measured(&small), measured(&large));
        assert!(work <= 64 * bytes, "{work} for {bytes}");
        assert!(more_work * bytes <= work * more_bytes * 11 / 10, "{work} for {bytes}, {more_work} for {more_bytes}");
    }
}

#[test]
fn links_and_folders_that_take_too_much_work_are_an_error() {
    let long = vec!["a"; 2000].join("/");
    let unlisted = offer(&[(0..50).map(|at| (format!("{at}/{long}"), file(1), OWN)).collect()]);
    assert!(compare(&unlisted, &unlisted, None, &Situation::ALL).is_err());
    let mut entries: Vec<_> = (1..=2000).map(|depth| (vec!["a"; depth].join("/"), Node::Directory, OWN)).collect();
    entries.push(("l".to_owned(), Node::Symlink(long.into_bytes()), OWN));
    entries.extend((0..20_000).map(|at| (format!("l/{at}"), file(1), OWN)));
    let error = compare(&offer(&[entries.clone()]), &offer(&[entries]), None, &Situation::ALL).unwrap_err();
    assert_eq!(error.to_string(), "the paths of part 0 lead through too many links or unlisted folders");
}

/// Some parts with some entries of a very small world.
fn parts() -> impl Strategy<Value = Vec<Vec<(String, Node, Attributes)>>> {
    let node = prop_oneof![
        2 => Just(Node::Directory),
        2 => (1_u8..3).prop_map(file),
        1 => prop_oneof![Just("b"), Just("/a/c"), Just("..")].prop_map(|target| Node::Symlink(target.into())),
    ];
    let path = prop_oneof![Just("a"), Just("b"), Just("a/c"), Just("a/c/d"), Just("b/c"), Just("e"), Just("f/g")];
    let entry = (path, node, prop::bool::ANY)
        .prop_map(|(path, node, own)| (path.to_owned(), node, if own { OWN } else { THEIRS }));
    prop::collection::vec(prop::collection::vec(entry, 0..3), 4)
}

proptest! {
    #[test]
    fn nothing_is_overlooked(one in parts(), two in parts(), overwrite in prop::array::uniform8(prop::bool::ANY)) {
        let (mut one, mut two) = (offer(&one), offer(&two));
        for (part, overwrite) in one.parts.iter_mut().chain(&mut two.parts).zip(overwrite) {
            part.overwrite_permissions = overwrite;
        }
        let subjects = |report: Comparison| -> std::collections::BTreeSet<Subject> {
            report.differences.into_iter().map(|difference| difference.subject).collect()
        };
        let mut every = std::collections::BTreeSet::new();
        for bits in 0..8 {
            let chosen = (1..4).filter(|at| (bits >> (at - 1)) & 1 == 1).map(|at| format!("part {at}"));
            let selection = chosen.chain(["part 0".to_owned()]).collect();
            every.extend(subjects(compare(&one, &two, Some(&selection), &Situation::ALL).unwrap()));
        }
        prop_assert_eq!(subjects(compare(&one, &two, None, &Situation::ALL).unwrap()), every);
    }
}

proptest! {
    #[test]
    fn links_never_lead_around_for_ever(entries in prop::collection::vec(("[ab](/[ab]){0,3}", prop::option::of("(/)?([ab]|\\.\\.)(/([ab]|\\.\\.)){0,3}")), 0..12)) {
        let mut disk = Memory::default();
        for (text, target) in entries {
            match target {
                Some(target) => put(&mut disk, &text, &Node::Symlink(target.into_bytes()), KEEP),
                None => put(&mut disk, &text, &Node::Directory, KEEP),
            };
        }
        // No path has anything but a directory above it.
        for path in disk.paths.keys() {
            if let Some(parent) = path.parent().filter(|parent| !parent.is_empty()) {
                prop_assert_eq!(&disk.paths.get(parent).unwrap().node, &Node::Directory);
            }
        }
    }
}
