use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::*;

const PLAIN: Attributes = Attributes { mode: Mode::PLAIN, uid: 0, gid: 0 };

fn path(text: &str) -> TreePath {
    TreePath::new(text).unwrap()
}

fn mode(path: &Path) -> u32 {
    path.symlink_metadata().unwrap().mode() & 0o7777
}

fn attributes(bits: u32) -> Attributes {
    Attributes { mode: Mode::from_st_mode(bits), uid: 0, gid: 0 }
}

#[test]
fn a_link_in_the_place_of_a_directory_ends_the_walk() {
    let (inside, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::create_dir(outside.path().join("secret")).unwrap();
    std::fs::set_permissions(outside.path().join("secret"), std::fs::Permissions::from_mode(0o700)).unwrap();
    let mut folder = Folder::open(inside.path(), Options::default()).unwrap();
    folder.directory(&path("a"), Some(attributes(0o755))).unwrap();
    folder.directory(&path("a/secret"), Some(attributes(0o777))).unwrap();
    // Somebody else works in the folder: its descriptor still leads to what was made.
    std::fs::rename(inside.path().join("a"), inside.path().join("b")).unwrap();
    symlink(outside.path(), inside.path().join("a")).unwrap();
    folder.file(&path("a/secret/x"), 1, &mut &b"x"[..], PLAIN, None).unwrap();
    folder.open = open::Open::default();
    let error = folder.file(&path("a/secret/y"), 1, &mut &b"x"[..], PLAIN, None).unwrap_err();
    assert!(matches!(error, LayDownError::NotDirectory { .. }), "{error}");
    assert!(matches!(folder.finish(), Err(LayDownError::NotDirectory { .. })));
    assert_eq!(mode(&outside.path().join("secret")), 0o700);
    assert_eq!(std::fs::read_dir(outside.path().join("secret")).unwrap().count(), 0);
    assert!(inside.path().join("b/secret/x").exists());
}

#[test]
fn what_is_there_is_seen_without_following_links() {
    let dir = tempfile::tempdir().unwrap();
    let mut folder = Folder::open(dir.path(), Options::default()).unwrap();
    folder.directory(&path("d"), None).unwrap();
    folder.file(&path("d/f"), 0, &mut io::empty(), PLAIN, None).unwrap();
    folder.symlink(&path("l"), b"d", PLAIN, None).unwrap();
    let seen = |folder: &mut Folder, text: &str| folder.look(&path(text)).unwrap();
    assert_eq!(seen(&mut folder, "d"), Some(Seen::Directory));
    assert_eq!(seen(&mut folder, "d/f"), Some(Seen::File));
    assert_eq!(seen(&mut folder, "l"), Some(Seen::Symlink(b"d".to_vec())));
    for nothing in ["x", "d/x", "x/y/z", "d/f/x", "l/f"] {
        assert_eq!(seen(&mut folder, nothing), None, "{nothing}");
    }
}

#[test]
fn the_folder_itself_is_never_replaced() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o750)).unwrap();
    let mut folder = Folder::open(dir.path(), Options::default()).unwrap();
    let root = TreePath::ROOT;
    let errors = [
        folder.remove(&root).unwrap_err(),
        folder.symlink(&root, b"/etc", PLAIN, None).unwrap_err(),
        folder.file(&root, 0, &mut io::empty(), PLAIN, None).unwrap_err(),
        folder.directory(&root, None).unwrap_err(),
    ];
    assert!(errors.iter().all(|error| matches!(error, LayDownError::Root { .. })), "{errors:?}");
    folder.change(&root, attributes(0o777)).unwrap();
    folder.finish().unwrap();
    assert_eq!(mode(dir.path()), 0o750);
}

#[test]
fn special_bits_are_laid_down_only_when_asked_for() {
    let is_root = Options::default().with_owners().owners;
    for (keep_setid, expected) in [(false, 0o1755), (true, if is_root { 0o7755 } else { 0o1755 })] {
        let dir = tempfile::tempdir().unwrap();
        let options = Options { keep_setid, ..Options::default().with_owners() };
        let mut folder = Folder::open(dir.path(), options).unwrap();
        folder.file(&path("f"), 0, &mut io::empty(), attributes(0o7755), None).unwrap();
        folder.directory(&path("d"), Some(attributes(0o7755))).unwrap();
        folder.finish().unwrap();
        assert_eq!((mode(&dir.path().join("f")), mode(&dir.path().join("d"))), (expected, expected));
    }
}

#[test]
fn no_more_is_written_than_allowed() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { max_size: 3 * BLOCK, ..Options::default() };
    let mut folder = Folder::open(dir.path(), options.clone()).unwrap();
    folder.directory(&path("d"), None).unwrap();
    // Stated sizes are believed only when they are too large.
    let mut endless = io::repeat(0);
    let error = folder.file(&path("d/endless"), 1, &mut endless, PLAIN, None).unwrap_err();
    assert!(matches!(error, LayDownError::TooBig { limit: 12_288, .. }), "{error}");
    assert!(!dir.path().join("d/endless").exists());
    let mut folder = Folder::open(dir.path(), options.clone()).unwrap();
    let error = folder.file(&path("large"), 3 * BLOCK + 1, &mut io::empty(), PLAIN, None).unwrap_err();
    assert!(matches!(error, LayDownError::TooBig { .. }), "{error}");
    let mut folder = Folder::open(dir.path(), options).unwrap();
    let made = (0..9).take_while(|number| folder.symlink(&path(&format!("{number}")), b"x", PLAIN, None).is_ok());
    assert_eq!(made.count(), 3, "what has no contents takes a block, too");
    let folder = Folder::open(dir.path(), Options { max_size: u64::MAX, ..Options::default() }).unwrap();
    assert!(folder.limit < u64::MAX, "no more than the disk has");
}

#[test]
fn an_interrupted_run_leaves_nothing_where_nothing_was() {
    let dir = tempfile::tempdir().unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let options = Options { stop: stop.clone(), ..Options::default() };
    let mut folder = Folder::open(&dir.path().join("new/root"), options.clone()).unwrap();
    folder.directory(&path("d"), Some(attributes(0o755))).unwrap();
    folder.directory(&path("d/e"), Some(attributes(0o000))).unwrap();
    folder.file(&path("d/e/f"), 1, &mut &b"x"[..], PLAIN, None).unwrap();
    stop.store(true, Ordering::Relaxed);
    let error = folder.file(&path("d/g"), 1, &mut &b"x"[..], PLAIN, None).unwrap_err();
    assert!(matches!(error, LayDownError::Interrupted), "{error}");
    assert!(folder.undo());
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);

    stop.store(false, Ordering::Relaxed);
    std::fs::write(dir.path().join("mine"), "").unwrap();
    let folder = Folder::open(dir.path(), options.clone()).unwrap();
    assert!(folder.undo(), "nothing was made");
    let mut folder = Folder::open(dir.path(), options).unwrap();
    folder.directory(&path("d"), None).unwrap();
    assert!(!folder.undo(), "what was there is not told from what is new");
    assert!(dir.path().join("mine").exists() && dir.path().join("d").exists());
}

#[test]
fn a_filled_folder_appears_whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("x");
    let left = || std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
    let mut filling = Filling::begin(&out, Options::default()).unwrap();
    filling.folder.directory(&path("top"), None).unwrap();
    filling.folder.file(&path("top/f"), 1, &mut &b"x"[..], PLAIN, Some(1_000_000_000)).unwrap();
    drop(filling);
    assert_eq!(left(), [""; 0]);
    let mut filling = Filling::begin(&out, Options::default()).unwrap();
    filling.folder.directory(&path("top"), None).unwrap();
    filling.folder.file(&path("top/f"), 1, &mut &b"x"[..], PLAIN, Some(1_000_000_000)).unwrap();
    filling.finish_only_directory().unwrap();
    assert_eq!(left(), ["x"]);
    assert_eq!(out.join("f").metadata().unwrap().mtime(), 1_000_000_000);
    assert!(matches!(Filling::begin(&out, Options::default()), Err(LayDownError::Taken { .. })));
    assert!(matches!(Filling::begin(&out.join("f"), Options::default()), Err(LayDownError::Io { .. })));
}

#[test]
fn what_lies_below_a_path_is_forgotten_with_it() {
    let mut map: BTreeMap<TreePath, ()> =
        ["a", "a-b", "a.b", "a/b", "a/b/c", "a0", "b"].map(|text| (path(text), ())).into();
    remove_below(&mut map, &path("a"));
    assert_eq!(map.into_keys().collect::<Vec<_>>(), ["a", "a-b", "a.b", "a0", "b"].map(path));
}

/// Directories that are opened must not grow with the square of the depth, neither on the way down nor on the way up.
#[test]
fn deep_folders_are_walked_to_in_steps() {
    let opened = |depth: usize| {
        let dir = tempfile::tempdir().unwrap();
        let mut folder = Folder::open(&dir.path().join("new"), Options::default()).unwrap();
        let at = |depth: usize| path(&vec!["a"; depth].join("/"));
        for depth in 1..=depth {
            folder.directory(&at(depth), Some(attributes(0o755))).unwrap();
            // What is at the top needs no walk.
            assert!(depth == 1 || folder.is_plain(&at(depth)));
        }
        folder.file(&at(depth + 1), 1, &mut &b"x"[..], PLAIN, None).unwrap();
        folder.finish().unwrap();
        assert_eq!(folder.look(&at(depth + 1)).unwrap(), Some(Seen::File));
        let opened = folder.open.count;
        assert!(folder.undo());
        opened
    };
    for depth in [500, 1_000] {
        let opened = opened(depth);
        assert!(opened < 100 * depth, "{opened} for {depth}");
    }
}

/// What was opened before is not taken for what is there now.
#[test]
fn a_directory_that_was_replaced_is_opened_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut folder = Folder::open(dir.path(), Options::default()).unwrap();
    folder.directory(&path("a"), None).unwrap();
    folder.directory(&path("a/b"), None).unwrap();
    folder.file(&path("a/b/x"), 1, &mut &b"x"[..], PLAIN, None).unwrap();
    assert!(folder.is_plain(&path("a")) && folder.is_plain(&path("a/b")) && !folder.is_plain(&path("a/b/x")));
    folder.remove(&path("a")).unwrap();
    assert!(!folder.is_plain(&path("a")));
    folder.symlink(&path("a"), b"/", PLAIN, None).unwrap();
    assert!(!folder.is_plain(&path("a")) && !folder.is_plain(&path("a/b")));
    folder.remove(&path("a")).unwrap();
    folder.directory(&path("a"), None).unwrap();
    folder.file(&path("a/y"), 1, &mut &b"y"[..], PLAIN, None).unwrap();
    assert_eq!(std::fs::read(dir.path().join("a/y")).unwrap(), b"y");
}
