use super::*;

fn path(text: &str) -> TreePath {
    TreePath::new(text).unwrap()
}

#[test]
fn insertion_needs_a_directory() {
    let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
    tree.insert(path("a"), Entry::file(*b"", Mode::PLAIN)).unwrap();
    let refused = |tree: &mut Tree, at: &str, entry| tree.insert(path(at), entry).unwrap_err().to_string();
    let file = || Entry::file(*b"", Mode::PLAIN);
    assert_eq!(refused(&mut tree, "", file()), ". is in the tree already");
    assert_eq!(refused(&mut tree, "a", file()), "a is in the tree already");
    assert_eq!(refused(&mut tree, "a/b", file()), "a/b lies in something that is not a directory");
    assert_eq!(refused(&mut tree, "b/c", file()), "b/c has no parent directory in the tree");
    assert!(matches!(tree.insert(path("l"), Entry::symlink(*b"")), Err(TreeError::BadTarget { length: 0, .. })));
    assert_eq!(tree.len(), 2);
}

#[test]
fn directories_come_before_their_entries() {
    let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
    for at in ["a", "a-b", "b"] {
        tree.insert(path(at), Entry::directory(Mode::EXECUTABLE)).unwrap();
    }
    tree.insert(path("a/z"), Entry::file(*b"", Mode::PLAIN)).unwrap();
    let order: Vec<String> = tree.iter().map(|(path, _)| path.to_string()).collect();
    assert_eq!(order, [".", "a", "a-b", "a/z", "b"]);
    assert_eq!(tree.children().get(&b""[..]), Some(&3));
    assert_eq!(tree.get("a/z").map(|entry| entry.kind.size()), Some(0));
}

#[test]
fn totals_count_blocks() {
    let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
    tree.insert(path("a"), Entry::directory(Mode::EXECUTABLE)).unwrap(); // 1 block
    tree.insert(path("a/f"), Entry::file(vec![0; 513], Mode::PLAIN)).unwrap(); // 2 blocks
    tree.insert(path("a/e"), Entry::file(*b"", Mode::PLAIN)).unwrap(); // none
    tree.insert(path("a/l"), Entry::symlink(*b"f")).unwrap(); // 1 block
    assert_eq!(tree.totals(), Totals { number_of_files: 5, install_kbytes: 2, content_bytes: 513 });
}

#[test]
fn case_collisions_are_grouped() {
    let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
    for at in ["README", "Readme", "other", "\u{c4}", "\u{e4}"] {
        tree.insert(path(at), Entry::file(*b"", Mode::PLAIN)).unwrap();
    }
    let collisions = format!("{:?}", tree.case_collisions());
    assert_eq!(collisions, r#"[["README", "Readme"], ["\xc3\x84", "\xc3\xa4"]]"#);
}

#[test]
fn compositions_of_a_letter_are_one_name() {
    let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
    for name in ["caf\u{e9}", "CAFE\u{301}", "cafe"] {
        tree.insert(TreePath::new(name).unwrap(), Entry::file(*b"x", Mode::PLAIN)).unwrap();
    }
    let collisions = tree.case_collisions();
    assert_eq!(collisions.len(), 1);
    assert_eq!(collisions[0].len(), 2);
}

#[test]
fn junk_is_taken_out() {
    let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
    for name in ["a", "._b"] {
        tree.insert(TreePath::new(name).unwrap(), Entry::directory(Mode::EXECUTABLE)).unwrap();
    }
    for name in [".DS_Store", "a/._x", "a/x", "._", "._b/y", ".DS_Store.txt"] {
        tree.insert(TreePath::new(name).unwrap(), Entry::file(*b"x", Mode::PLAIN)).unwrap();
    }
    let texts = |paths: Vec<TreePath>| paths.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(texts(tree.remove_junk()), [".DS_Store", "a/._x"]);
    let left: Vec<_> = tree.iter().map(|(path, _)| path.to_string()).collect();
    assert_eq!(left, [".", ".DS_Store.txt", "._", "._b", "._b/y", "a", "a/x"]);
}

/// Names that sort between a folder and what is in it stay out of its part.
#[test]
fn a_part_of_a_tree_is_what_lies_below() {
    let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
    for name in ["a", "a/b", "a/b/c", "a0"] {
        tree.insert(TreePath::new(name).unwrap(), Entry::directory(Mode::EXECUTABLE)).unwrap();
    }
    for name in ["a.b", "a-b", "a/b/d", "ab"] {
        tree.insert(TreePath::new(name).unwrap(), Entry::file(*b"x", Mode::PLAIN)).unwrap();
    }
    let part = tree.subtree(&TreePath::new("a").unwrap()).unwrap();
    let paths: Vec<_> = part.iter().map(|(path, _)| path.to_string()).collect();
    assert_eq!(paths, [".", "b", "b/c", "b/d"]);
    assert_eq!(tree.subtree(&TreePath::ROOT).unwrap().len(), tree.len());
}
