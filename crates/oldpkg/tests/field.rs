//! Disk images that Apple's `hdiutil` made.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use oldpkg::udif;

/// Every partition unpacks to what its checksum says. What is in them is APFS, which is said.
#[test]
fn images_of_hdiutil_in_each_compression() {
    for kind in ["zlib", "bzip2", "lzma"] {
        let Some(path) = oracle::fixture(&format!("field/hdiutil-{kind}.dmg")) else { return };
        let mut image = udif::Image::open(&path).unwrap();
        let partitions = image.partitions().to_vec();
        assert!(partitions.len() > 1, "{kind}");
        for partition in &partitions {
            let mut out = std::io::Cursor::new(Vec::new());
            image
                .copy(partition, &mut out, 1 << 28)
                .unwrap_or_else(|error| panic!("{kind} {}: {error}", partition.name));
            assert_eq!(out.into_inner().len() as u64, partition.sectors * udif::SECTOR, "{kind} {}", partition.name);
        }
        let error = image.unpack(&mut std::io::Cursor::new(Vec::new()), 1 << 28).unwrap_err();
        assert!(error.to_string().contains("APFS"), "{error}");
    }
    let path = oracle::fixture("field/hdiutil-lzfse.dmg").unwrap();
    let mut image = udif::Image::open(&path).unwrap();
    let partitions = image.partitions().to_vec();
    let copied =
        partitions.iter().map(|partition| image.copy(partition, &mut std::io::Cursor::new(Vec::new()), 1 << 28));
    let errors: Vec<String> = copied.filter_map(Result::err).map(|error| error.to_string()).collect();
    assert!(!errors.is_empty() && errors.iter().all(|error| error.contains("LZFSE (ULFO)")), "{errors:?}");
}
