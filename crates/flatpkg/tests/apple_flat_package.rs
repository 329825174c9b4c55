//! Packages as `apple-flat-package` reads them, and what it can't read.
//!
//! Its model of the Distribution demands attributes that Apple's own documents often lack: `script` of `volume-check`, all of
//! `domains`; below `volume-check` it looks for `allowed_os_versions`, with the wrong dashes, and so never finds them. Its
//! model of the PackageInfo knows no `minimumSystemVersion`. So components are read as we make them, and the Distribution with
//! the attribute that it wants.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use std::io::Cursor;

use apple_flat_package::{PkgFlavor, PkgReader};
use flatpkg::distribution::Distribution;
use flatpkg::package::Package;
use flatpkg::product::Product;
use oracle::sample;

fn made(product: &Product<'_>) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("python.pkg");
    sample::write(product, &out);
    std::fs::read(out).unwrap()
}

fn their_distribution(package: Vec<u8>) -> Result<apple_flat_package::distribution::Distribution, String> {
    let mut reader = PkgReader::new(Cursor::new(package)).unwrap();
    reader.distribution().map(Option::unwrap).map_err(|error| error.to_string())
}

#[test]
fn it_reads_our_components() {
    let mut reader = PkgReader::new(Cursor::new(sample::bytes())).unwrap();
    assert_eq!(reader.flavor(), PkgFlavor::Product);
    let components = reader.component_packages().unwrap();
    assert_eq!(components.len(), 2);
    let info = components[0].package_info().unwrap();
    assert_eq!(info.identifier, "org.python.Python.PythonFramework-3.14");
    assert_eq!(info.payload.as_ref().unwrap().number_of_files, 8);
    let entries = components[0].payload_reader().unwrap().unwrap();
    let owners: Vec<_> = entries.map(|entry| entry.unwrap()).map(|entry| (entry.uid(), entry.gid())).collect();
    assert_eq!(owners, [(0, 80); 8]);
    assert!(components[1].payload_reader().unwrap().is_none());
    let bom = apple_bom::ParsedBom::parse(components[0].bom().unwrap()).unwrap();
    assert_eq!(bom.paths().unwrap().len(), 8);
}

#[test]
fn it_reads_our_distribution_where_volume_check_has_a_script() {
    let trees = sample::trees();
    let mut product = sample::product(&trees);
    product.distribution.volume_check.as_mut().unwrap().script = Some("true".to_owned());
    let theirs = their_distribution(made(&product)).unwrap();
    assert_eq!((theirs.choice.len(), theirs.pkg_ref.len()), (2, 2));
    assert_eq!(theirs.pkg_ref[0].version.as_deref(), Some("3.14.0"));
    assert!(theirs.volume_check.unwrap().script);
}

/// What it misses, it misses in Apple's document too; we read both.
#[test]
fn it_reads_no_volume_check_without_a_script_not_even_apples() {
    let missing = |error: String| assert!(error.contains("script"), "{error}");
    missing(their_distribution(sample::bytes()).unwrap_err());
    assert!(Package::from_bytes(sample::bytes()).unwrap().distribution().unwrap().is_some());
    let Some(apples) = oracle::fixture_bytes("relic-dummy.pkg") else { return };
    missing(their_distribution(apples.clone()).unwrap_err());
    let ours: Distribution = Package::from_bytes(apples).unwrap().distribution().unwrap().unwrap();
    assert_eq!(ours.volume_check.unwrap().script, None);
}
