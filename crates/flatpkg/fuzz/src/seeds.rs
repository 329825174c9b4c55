//! Inputs to start from: a small package of ours and its parts, in `corpus/`.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use flatpkg::OsVersion;
use flatpkg::component::{self, Component};
use flatpkg::distribution::Distribution;
use flatpkg::mode::Mode;
use flatpkg::package::Package;
use flatpkg::payload::{self, Compression};
use flatpkg::product::{self, Product, ProductPart};
use flatpkg::tree::{Entry, Tree, TreePath};
use flatpkg::xar;

fn main() {
    let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
    let mut put = |path: &str, entry| tree.insert(TreePath::new(path).unwrap(), entry).unwrap();
    put("bin", Entry::directory(Mode::EXECUTABLE));
    put("bin/hello", Entry::file(*b"#!/bin/sh\necho hello\n", Mode::EXECUTABLE));
    put("bin/hi", Entry::symlink(*b"hello"));
    put("empty", Entry::file(*b"", Mode::PLAIN));
    put("postinstall", Entry::file(*b"#!/bin/sh\n", Mode::EXECUTABLE));
    let component =
        Component { payload: Some(&tree), scripts: Some(&tree), ..Component::new("org.example.hello", "1.0") };

    let dir = Path::new("corpus");
    for target in ["xar", "bom", "cpio", "pbzx", "xml"] {
        fs::create_dir_all(dir.join(target)).unwrap();
    }
    let options = xar::Options::new(1_700_000_000);
    let single = dir.join("xar/component");
    component::write(&component, &single, options, &|_| ()).unwrap();
    let packed =
        Component { compression: Compression::Pbzx, min_os: Some(OsVersion::new(10, 10)), ..component.clone() };
    component::write(&packed, &dir.join("xar/pbzx"), options, &|_| ()).unwrap();
    let product = Product {
        components: vec![ProductPart { file_name: "hello.pkg".to_owned(), component }],
        distribution: Distribution::new("Hello"),
        resources: None,
    };
    let several = dir.join("xar/product");
    product::write(&product, &several, options, &|_| ()).unwrap();

    let package = Package::open(&several).unwrap();
    let archive = package.archive();
    fs::write(dir.join("xml/toc"), archive.toc_xml()).unwrap();
    fs::write(dir.join("xml/distribution"), package.distribution_xml().unwrap().unwrap()).unwrap();
    let part = package.component("hello.pkg").unwrap();
    fs::write(dir.join("xml/package-info"), part.package_info_xml().unwrap()).unwrap();
    let bom = archive.read_member(archive.toc().find("hello.pkg/Bom").unwrap(), 1 << 20).unwrap();
    fs::write(dir.join("bom/bom"), bom).unwrap();
    // A table of contents and a heap behind it, as the target for archives takes them.
    let heap = fs::read(&several).unwrap().split_off(archive.heap_offset() as usize);
    fs::write(dir.join("xar/split"), [archive.toc_xml(), b"\0", &heap[1..]].concat()).unwrap();

    let mut plain = Vec::new();
    let mut payload = Vec::new();
    part.payload().unwrap().unwrap().read_to_end(&mut payload).unwrap();
    flate2::read::GzDecoder::new(payload.as_slice()).read_to_end(&mut plain).unwrap();
    fs::write(dir.join("cpio/archive"), &plain[6..]).unwrap();
    fs::write(dir.join("pbzx/gzip"), &payload).unwrap();
    let mut pbzx = Vec::new();
    payload::write_with(&tree, Compression::Pbzx, 1, &mut pbzx, &|_| ()).unwrap();
    fs::write(dir.join("pbzx/pbzx"), &pbzx[4..]).unwrap();
    // One block, stored as it is.
    let length = (plain.len() as u64).to_be_bytes();
    fs::write(dir.join("pbzx/stored"), [&length, &length, &length, plain.as_slice()].concat()).unwrap();
}
