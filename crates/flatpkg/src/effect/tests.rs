use std::convert::Infallible;

use proptest::prelude::*;

use super::*;
use crate::mode::Mode;
use crate::tree::TreePath;

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

fn part(identifier: &str, choice: usize) -> (Part, Choice) {
    let part = Part {
        identifier: identifier.to_owned(),
        version: "1".to_owned(),
        location: "/".to_owned(),
        paths: None,
        scripts: Vec::new(),
        companions: Default::default(),
        overwrite_permissions: false,
        follow_links: true,
        policies: Default::default(),
    };
    let choice =
        Choice { id: identifier.to_owned(), parts: vec![identifier.to_owned()], required: choice == 0, selected: true };
    (part, choice)
}

#[test]
fn every_combination_is_tried_up_to_a_number() {
    let offer = |count: usize| {
        let (parts, choices) = (0..count).map(|at| part(&format!("part {at}"), at)).unzip();
        Offer { parts, choices, is_folder: false }
    };
    let few = offer(6);
    let all = selections([&few, &few]);
    assert_eq!((all.len(), all.iter().collect::<std::collections::BTreeSet<_>>().len()), (32, 32));
    assert!(all.iter().all(|selection| selection.contains("part 0")));
    assert_eq!(selections([&offer(13), &offer(13)]).len(), 2 + 2 * 12);
    let mut joined = few.clone();
    joined.choices[2].parts.push("part 1".to_owned());
    assert_eq!(selections([&few, &joined]).len(), 16);
    let (selection, unknown) = few.choose(&[("part 1".into(), false), ("part 0".into(), false), ("x".into(), true)]);
    assert_eq!((selection.len(), unknown), (5, vec!["x".to_owned()]));
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
