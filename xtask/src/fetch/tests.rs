use super::*;
use crate::context::Paths;
use crate::ui::Ui;

fn context(cache: &Path) -> Context {
    let paths = Paths { repo: cache.into(), cache: cache.into(), dist: cache.join("dist") };
    Context { paths, ui: Ui::new(), offline: true, jobs: 1, apt: Mutex::default() }
}

fn source(file: &str, contents: &[u8]) -> Source {
    Source {
        file: file.into(),
        size: contents.len() as u64,
        sha256: Sha256::of(contents),
        urls: vec!["https://example.invalid/file".into()],
        debian: None,
        pypi: None,
    }
}

#[test]
fn a_folder_delivers_and_the_cache_remembers() {
    let dir = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(folder.path().join("a.tar"), "contents").unwrap();
    let (cx, source) = (context(dir.path()), source("a.tar", b"contents"));
    let sources = all(&cx, &[&source], Some(folder.path())).unwrap();
    assert_eq!(fs_err::read(sources.path(&source)).unwrap(), b"contents");
    fs_err::remove_file(folder.path().join("a.tar")).unwrap();
    all(&cx, &[&source], None).expect("it is in the cache now");
}

#[test]
fn a_wrong_digest_names_file_got_expected_and_provider_and_is_set_aside() {
    let dir = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(folder.path().join("a.tar"), "tampered").unwrap();
    let (cx, source) = (context(dir.path()), source("a.tar", b"contents"));
    let text = render(&all(&cx, &[&source], Some(folder.path())).unwrap_err());
    for part in [
        "a.tar is not the file that was pinned",
        &format!("from     {}", folder.path().display()),
        &format!("got      sha256 {}", Sha256::of(b"tampered")),
        &format!("expected sha256 {}", Sha256::of(b"contents")),
        "hint: ",
    ] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
    assert_eq!(fs_err::read(dir.path().join("rejected/a.tar")).unwrap(), b"tampered");
    assert!(!place(&cx.paths.sources(), &source).exists(), "a wrong file must never be used");
}

#[test]
fn offline_names_everything_that_is_missing_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (source("one.tar", b"1"), source("two.tar", b"2"));
    let text = render(&all(&context(dir.path()), &[&one, &two], None).unwrap_err());
    assert!(
        text.contains("2 sources could not be had") && text.contains("one.tar") && text.contains("two.tar"),
        "{text}"
    );
    assert!(text.contains("--sources DIR"), "{text}");
}
