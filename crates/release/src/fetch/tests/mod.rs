mod md5;
mod network;
mod server;
mod supply;

use super::*;
use crate::context::Paths;
use crate::hint::render;
use crate::ui::Ui;

fn context(cache: &Path) -> Context {
    let paths = Paths { repo: cache.into(), cache: cache.into(), dist: cache.join("dist") };
    Context { paths, ui: Ui::new(), offline: true, jobs: 1, apt: Mutex::default() }
}

/// Nobody gives anything.
static NOTHING: std::sync::LazyLock<Supply> = std::sync::LazyLock::new(Supply::default);

fn fetcher(cx: &Context) -> Fetcher<'_> {
    Fetcher::new(cx, &NOTHING, Duration::ZERO)
}

fn folder_of(path: &Path) -> Supply {
    Supply::folder(path).unwrap()
}

fn source(file: &str, contents: &[u8]) -> Source {
    Source {
        file: file.into(),
        size: contents.len() as u64,
        pin: Pin::Sha256 { sha256: Sha256::of(contents), md5: None },
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
    let sources = all(&cx, &[&source], &folder_of(folder.path())).unwrap();
    assert_eq!(fs_err::read(sources.path(&source)).unwrap(), b"contents");
    fs_err::remove_file(folder.path().join("a.tar")).unwrap();
    all(&cx, &[&source], &Supply::default()).expect("it is in the cache now");
}

#[test]
fn a_wrong_digest_names_file_got_expected_and_provider_and_is_set_aside() {
    let dir = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(folder.path().join("a.tar"), "tampered").unwrap();
    let (cx, source) = (context(dir.path()), source("a.tar", b"contents"));
    let text = render(&all(&cx, &[&source], &folder_of(folder.path())).unwrap_err());
    for part in [
        "a.tar does not match the pinned checksum",
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
    let text = render(&all(&context(dir.path()), &[&one, &two], &Supply::default()).unwrap_err());
    insta::assert_snapshot!(text, @"
    error: could not fetch 2 sources:
        one.tar, 1 bytes, sha256 6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b
          https://example.invalid/file
        two.tar, 1 bytes, sha256 d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35
          https://example.invalid/file
      hint: run once without --offline, or name a folder that has these files with --sources DIR
    ");
    assert_eq!(fs_err::read_dir(dir.path()).unwrap().count(), 0, "nothing was made for nothing");
}

#[test]
fn a_cache_that_has_everything_is_only_read() {
    let dir = tempfile::tempdir().unwrap();
    let (cx, source) = (context(dir.path()), source("a.tar", b"contents"));
    let place = place(&cx.paths.sources(), &source);
    fs_err::create_dir_all(place.parent().unwrap()).unwrap();
    fs_err::write(&place, b"contents").unwrap();
    let entries = || walkdir::WalkDir::new(dir.path()).into_iter().map(|entry| entry.unwrap().into_path());
    let before: Vec<_> = entries().collect();
    all(&cx, &[&source], &Supply::default()).unwrap();
    assert_eq!(entries().collect::<Vec<_>>(), before);
}

#[test]
fn a_cache_that_can_t_be_written_is_named_with_a_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(folder.path().join("a.tar"), "contents").unwrap();
    // Not even root can make a folder inside a file.
    let cache = dir.path().join("file");
    fs_err::write(&cache, "").unwrap();
    let text = render(&all(&context(&cache), &[&source("a.tar", b"contents")], &folder_of(folder.path())).unwrap_err());
    assert!(text.contains(&cache.display().to_string()) && text.contains("--cache DIR"), "{text}");
}

#[test]
fn what_changed_in_the_cache_is_fetched_again() {
    let dir = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(folder.path().join("a.tar"), "contents").unwrap();
    let (cx, source) = (context(dir.path()), source("a.tar", b"contents"));
    let sources = all(&cx, &[&source], &folder_of(folder.path())).unwrap();
    fs_err::write(sources.path(&source), "contentz").unwrap();
    all(&cx, &[&source], &Supply::default()).expect("a look at the size is enough for a build");
    let text = render(&all_again(&cx, &[&source], &Supply::default()).unwrap_err());
    assert!(text.contains("could not fetch a source:\n    a.tar, 8 bytes"), "{text}");
    assert_eq!(fs_err::read(dir.path().join("rejected/a.tar")).unwrap(), b"contentz");
    all_again(&cx, &[&source], &folder_of(folder.path())).unwrap();
    assert_eq!(fs_err::read(sources.path(&source)).unwrap(), b"contents");
}

#[test]
fn a_folder_that_is_none_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let error = Supply::folder(&dir.path().join("gone")).unwrap_err();
    assert!(render(&error).contains("gone is not a folder\n  hint: --sources takes"), "{error}");
}
