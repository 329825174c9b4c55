//! What the user gives: folders with an index, and servers that have one.

use super::server::{Server, status, whole};
use super::*;

/// A folder with one file below another folder, and an index that says so.
fn indexed(contents: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs_err::create_dir(folder.path().join("below")).unwrap();
    fs_err::write(folder.path().join("below/b.tar"), contents).unwrap();
    let mut index = Index::default();
    let from = vec!["https://example.invalid/b.tar".to_owned()];
    let (size, sha256) = (8, Sha256::of(b"contents"));
    index.add([Entry { path: "below/b.tar".into(), size, sha256, from }]);
    index.write(folder.path()).unwrap();
    folder
}

fn fetched(supply: &Supply, offline: bool) -> Result<Vec<u8>, String> {
    let dir = tempfile::tempdir().unwrap();
    let (cx, source) = (Context { offline, ..context(dir.path()) }, source("a.tar", b"contents"));
    let sources = Fetcher::new(&cx, supply, Duration::ZERO).all(&[&source]).map_err(|error| render(&error))?;
    Ok(fs_err::read(sources.path(&source)).unwrap())
}

#[test]
fn an_index_says_where_a_file_is_by_its_digest() {
    let folder = indexed("contents");
    assert_eq!(fetched(&folder_of(folder.path()), true).unwrap(), b"contents");
}

#[test]
fn a_damaged_file_is_named() {
    let folder = indexed("contentz");
    let text = fetched(&folder_of(folder.path()), true).unwrap_err();
    assert!(text.contains("a.tar does not match the pinned checksum\n      from     "), "{text}");
    assert!(text.contains(&format!("expected sha256 {}, 8 bytes", Sha256::of(b"contents"))), "{text}");
}

#[test]
fn a_missing_file_is_named_with_who_has_it() {
    let folder = indexed("contents");
    fs_err::remove_file(folder.path().join("below/b.tar")).unwrap();
    let text =
        fetched(&folder_of(folder.path()), true).unwrap_err().replace(&folder.path().display().to_string(), "DIR");
    insta::assert_snapshot!(text, @"
    error: could not fetch a source:
        a.tar, 8 bytes, sha256 d1b2a59fbea7e20077af9f91b27e95e865061b270be03ff539ab3b73587882e8
          DIR: its index lists b.tar, and it isn't there
          https://example.invalid/file
      hint: run once without --offline, or put a.tar, which is at https://example.invalid/file, into a folder by other means and name that with --sources DIR
    ");
    // The same for what only the index knows.
    let (cache, wanted) = (tempfile::tempdir().unwrap(), Sha256::of(b"contents"));
    let error = listed(&context(cache.path()), &folder_of(folder.path()), wanted, &cache.path().join("b")).unwrap_err();
    assert!(render(&error).contains("its index lists b.tar, and it isn't there\n      https://example.invalid/b.tar"));
}

#[test]
fn an_index_that_is_none_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for text in ["files = 3", "[[files]]\npath = '../x'\nsize = 1\nsha256 = ''", "[[files]]\npath = 'x'\nbytes = 1"] {
        fs_err::write(folder.path().join("index.toml"), text).unwrap();
        let error = render(&Supply::folder(folder.path()).unwrap_err());
        assert!(error.contains("index.toml is malformed\n  caused by: TOML parse error at line"), "{error}");
    }
}

#[test]
fn a_server_with_an_index_is_a_folder_that_is_elsewhere() {
    let folder = indexed("contents");
    let index = fs_err::read(folder.path().join("index.toml")).unwrap();
    let server = Server::new(move |request, _| match request.path.as_str() {
        "/mirror/index.toml" => whole(&index),
        "/mirror/below/b.tar" => whole(b"contents"),
        _ => status("404 Not Found"),
    });
    let cache = tempfile::tempdir().unwrap();
    let cx = Context { offline: false, ..context(cache.path()) };
    for address in ["/mirror", "/mirror/"] {
        let supply = super::supply(&cx, Some(&server.url(address))).unwrap();
        assert_eq!(fetched(&supply, false).unwrap(), b"contents");
    }
    let error = render(&super::supply(&Context { offline: true, ..cx }, Some(&server.url("/mirror"))).unwrap_err());
    assert!(error.contains("is on a server, and --offline was given"), "{error}");
}

#[test]
fn a_server_without_an_index_is_asked_by_names() {
    let server = Server::new(|request, _| match request.path.as_str() {
        "/a.tar" => whole(b"contents"),
        _ => status("404 Not Found"),
    });
    let cache = tempfile::tempdir().unwrap();
    let cx = Context { offline: false, ..context(cache.path()) };
    assert_eq!(fetched(&super::supply(&cx, Some(&server.url(""))).unwrap(), false).unwrap(), b"contents");
    let down = Server::new(|_, _| status("503 Service Unavailable"));
    let error = render(&super::supply(&cx, Some(&down.url(""))).unwrap_err());
    assert!(error.contains("could not read http://") && error.contains("503 Service Unavailable"), "{error}");
}
