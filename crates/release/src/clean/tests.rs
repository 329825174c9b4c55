use super::*;

fn context(dir: &Path) -> Context {
    Context::new(Some(dir.join("dist/cache")), Some(dir.join("dist")), true, Some(1)).unwrap()
}

fn clean(cx: &Context, what: &[What]) {
    remove(cx, &find(cx, what).unwrap()).unwrap();
}

#[test]
fn only_our_own_files_go() {
    let dir = tempfile::tempdir().unwrap();
    let cx = context(dir.path());
    let write = |path: PathBuf| {
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, "x").unwrap();
    };
    let (cache, dist) = (&cx.paths.cache, &cx.paths.dist);
    for below in ["steps/xz-0000000000000000/out", "work/a/b", "sources/abc", "mine/notes", "logs/xz.log"] {
        write(cache.join(below));
    }
    for name in ["python-3.13.5-macos11-unsigned.pkg", "python-3.13.5-macos11.pkg.mtree", "SHA256SUMS", "mine.txt"] {
        write(dist.join(name));
    }
    let outside = dir.path().join("outside");
    write(outside.join("precious"));
    std::os::unix::fs::symlink(&outside, cache.join("work/link")).unwrap();
    std::os::unix::fs::symlink(&outside, cache.join("rejected")).unwrap();

    clean(&cx, &[What::Old, What::Work]);
    assert!(!cache.join("steps/xz-0000000000000000").exists() && cache.join("sources/abc").exists());
    clean(&cx, &[What::All]);
    assert!(outside.join("precious").exists() && cache.join("rejected").is_symlink());
    assert!(cache.join("mine/notes").exists() && !cache.join("logs/xz.log").exists());
    let mut left: Vec<_> = entries(dist).into_iter().filter(|path| path.is_file()).collect();
    left.sort();
    assert_eq!(left, [dist.join("mine.txt")]);
}

#[test]
fn a_changed_step_is_found_and_can_be_removed() {
    let dir = tempfile::tempdir().unwrap();
    let cx = context(dir.path());
    for step in ["a-0", "b-0"] {
        let folder = cx.paths.steps().join(step);
        fs_err::create_dir_all(&folder).unwrap();
        fs_err::write(folder.join("file"), "x").unwrap();
        finished::record(&cx, step, &folder).unwrap();
    }
    let changed = |cx: &Context| {
        let states = states(cx).unwrap().into_iter();
        states.filter(|(_, state)| matches!(state, State::Changed(_))).map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(changed(&cx), [""; 0]);
    fs_err::write(cx.paths.steps().join("a-0/file"), "y").unwrap();
    assert_eq!(changed(&cx), ["a-0"]);
    clean(&cx, &[What::Damaged]);
    assert_eq!(entries(&cx.paths.steps()), [cx.paths.steps().join("b-0")]);
    assert_eq!(entries(&cx.paths.manifests()), [cx.paths.manifests().join("b-0")]);
}
