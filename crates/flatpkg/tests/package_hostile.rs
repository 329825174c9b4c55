//! Bytes that nobody made: no panic and no endless loop.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use flatpkg::distribution::Distribution;
use flatpkg::package_info::PackageInfo;
use flatpkg::xar::{Encoding, Toc};
use oracle::hostile::{edited_toc, package_of, use_it};
use oracle::sample;
use proptest::prelude::*;

const XML: &str = "(<(pkg-info|payload|bundle|scripts|preinstall|installer-gui-script|choice|line|pkg-ref|options|x)( (id|file|numberOfFiles|version|choice)='[a-z0-9#%]{0,4}')?/?>|</(pkg-info|choice|line|scripts|installer-gui-script)>|&amp;|&#x41;|#a.pkg|<!--x-->|<!\\[CDATA\\[x\\]\\]>|[ -~]){0,40}";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn documents(text in XML, rooted: bool) {
        let root = |name: &str| if rooted { format!("<{name}>{text}</{name}>") } else { text.clone() };
        if let Ok(info) = PackageInfo::parse(root("pkg-info").as_bytes()) {
            prop_assert_eq!(PackageInfo::parse(info.to_xml().unwrap().as_bytes()).unwrap(), info);
        }
        if let Ok(distribution) = Distribution::parse(root("installer-gui-script").as_bytes()) {
            prop_assert_eq!(Distribution::parse(distribution.to_xml().unwrap().as_bytes()).unwrap(), distribution);
        }
    }

    #[test]
    fn members(info in XML, bom in proptest::collection::vec(any::<u8>(), 0..600), payload in proptest::collection::vec(any::<u8>(), 0..600), real: bool) {
        let good = b"<pkg-info identifier='a' version='1' format-version='2'/>".to_vec();
        let info = if real { good } else { info.into_bytes() };
        use_it(package_of(&[
            (&["PackageInfo"], &info, Encoding::Zlib),
            (&["Bom"], &bom, Encoding::Zlib),
            (&["Payload"], &payload, Encoding::Stored),
            (&["Scripts"], &[b"070707".as_slice(), &payload].concat(), Encoding::Zlib),
        ]));
    }

    /// The table of contents of a real package with a line taken from elsewhere in it.
    #[test]
    fn tables_of_contents(from: prop::sample::Index, to: prop::sample::Index, drop_line: bool) {
        let edited = edited_toc(&sample::bytes(), |xml| {
            let mut lines: Vec<&str> = xml.lines().collect();
            let line = lines[from.index(lines.len())];
            let to = to.index(lines.len());
            if drop_line { lines[to] = line } else { lines.insert(to, line) }
            let xml = lines.join("\n");
            let _ = Toc::parse(xml.as_bytes());
            xml
        });
        use_it(edited);
    }
}
