//! Trees made from directories on disk.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, missing_docs, reason = "a test may fail")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use flatpkg::bom;
use flatpkg::payload::{self, Compression};
use flatpkg::policy::Policy;
use flatpkg::tree::{Tree, TreeError};

fn fill(folder: &Path) {
    fs::create_dir_all(folder.join("Applications/Python")).unwrap();
    fs::write(folder.join("Applications/Python/Install.command"), "#!/bin/sh\n").unwrap();
    fs::write(folder.join("README"), "hello\n").unwrap();
    fs::hard_link(folder.join("README"), folder.join("README.txt")).unwrap();
    fs::set_permissions(folder.join("Applications/Python/Install.command"), fs::Permissions::from_mode(0o4711))
        .unwrap();
    symlink("../README", folder.join("Applications/link")).unwrap();
    symlink("/nowhere", folder.join("broken")).unwrap();
}

/// Payload and bill of materials, and what it says.
fn package(folder: &Path, policy: &Policy) -> (Vec<u8>, Vec<u8>, String) {
    let tree = Tree::from_dir(folder, policy).unwrap();
    let mut packed = Vec::new();
    let facts = payload::write(&tree, Compression::Gzip, &mut packed, &|_| ()).unwrap();
    let bytes = bom::write(&tree, &facts).unwrap();
    let text = bom::read(&bytes).unwrap().records.iter().map(|record| format!("{record}\n")).collect();
    (packed, bytes, text)
}

#[test]
fn owners_modes_and_times_come_from_the_policy() {
    let policy = Policy::from_toml(
        r#"
        [[rule]]
        path = "Applications/**"
        group = "admin"
        [[rule]]
        path = "Applications/*"
        kind = "directory"
        mode = "0775"
        "#,
    )
    .unwrap()
    .with_mtime(1_700_000_000);
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fill(one.path());
    fill(two.path());
    // Another place, other times, other permissions for reading: the same bytes.
    fs::set_permissions(two.path().join("README"), fs::Permissions::from_mode(0o600)).unwrap();
    let day = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(86_400);
    fs::File::options().append(true).open(two.path().join("README")).unwrap().set_modified(day).unwrap();
    let first = package(one.path(), &policy);
    assert_eq!(first, package(two.path(), &policy));
    insta::assert_snapshot!(first.2, @r"
    drwxr-xr-x 0/0 1700000000 0 .
    drwxr-xr-x 0/0 1700000000 0 ./Applications
    drwxrwxr-x 0/80 1700000000 0 ./Applications/Python
    -rwxr-xr-x 0/80 1700000000 10 c=5982ed69 ./Applications/Python/Install.command
    lrwxr-xr-x 0/80 1700000000 9 c=0dd4a690 ./Applications/link -> ../README
    -rw-r--r-- 0/0 1700000000 6 c=b3beab91 ./README
    -rw-r--r-- 0/0 1700000000 6 c=b3beab91 ./README.txt
    lrwxr-xr-x 0/0 1700000000 8 c=aaf02eb6 ./broken -> /nowhere
    ");
}

#[test]
fn a_link_to_the_directory_will_do() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("real")).unwrap();
    fs::write(folder.path().join("real/a"), "").unwrap();
    symlink("real", folder.path().join("link")).unwrap();
    assert_eq!(Tree::from_dir(&folder.path().join("link"), &Policy::standard(0)).unwrap().len(), 2);
    let error = Tree::from_dir(&folder.path().join("real/a"), &Policy::standard(0)).unwrap_err();
    assert!(matches!(error, TreeError::Root { .. }), "{error}");
    assert!(Tree::from_dir(&folder.path().join("missing"), &Policy::standard(0)).is_err());
}

#[test]
fn every_bad_entry_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    fs::create_dir(folder.join("run")).unwrap();
    let _socket = UnixListener::bind(folder.join("run/socket")).unwrap();
    if !Command::new("mkfifo").arg(folder.join("fifo")).status().unwrap().success() {
        oracle::missing("mkfifo failed");
        return;
    }
    fs::write(folder.join("fine"), "").unwrap();
    let error = Tree::from_dir(&folder, &Policy::standard(0)).unwrap_err().to_string();
    insta::assert_snapshot!(error.replace(folder.to_str().unwrap(), "$ROOT"), @r"
    $ROOT cannot be packaged:
      $ROOT/fifo: a fifo has no place in a package
      $ROOT/run/socket: a socket has no place in a package
    ");
}

#[test]
fn sparse_files_above_the_limit_are_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::File::create(folder.path().join("sparse")).unwrap().set_len(9 << 30).unwrap();
    let tree = Tree::from_dir(folder.path(), &Policy::standard(0)).unwrap();
    let mut out = Vec::new();
    let error = payload::write(&tree, Compression::Gzip, &mut out, &|_| ()).unwrap_err().to_string();
    assert_eq!(
        error,
        "sparse has 9663676416 bytes, a payload can hold files of at most 8589934591 (8 GiB - 1); for larger ones `pkgbuild --large-payload` on a Mac writes another format, which macOS 12 and later read and which is not written here"
    );
    assert!(out.is_empty());
}
