//! Documents that are read can be written, and are read as the same.
#![no_main]

use flatpkg::distribution::Distribution;
use flatpkg::package_info::PackageInfo;
use flatpkg::xar::Toc;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(info) = PackageInfo::parse(bytes) {
        assert_eq!(PackageInfo::parse(info.to_xml().unwrap().as_bytes()).unwrap(), info);
    }
    if let Ok(distribution) = Distribution::parse(bytes) {
        assert_eq!(Distribution::parse(distribution.to_xml().unwrap().as_bytes()).unwrap(), distribution);
    }
    if let Ok(toc) = Toc::parse(bytes) {
        assert_eq!(Toc::parse(toc.to_xml().as_bytes()).unwrap(), toc);
    }
});
