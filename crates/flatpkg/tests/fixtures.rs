//! Packages that Apple's tools made: read, dumped, verified and expanded without error.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use flatpkg::distribution::Distribution;
use flatpkg::dump;
use flatpkg::expand;
use flatpkg::package::{Package, PackageKind};
use flatpkg::package_info::PackageInfo;
use flatpkg::verify::{self, Options};

#[test]
fn a_product_of_productbuild() {
    let Some(path) = oracle::fixture("relic-dummy.pkg") else { return };
    let package = Package::open(&path).unwrap();
    assert_eq!(package.kind(), PackageKind::Product);
    insta::assert_snapshot!(dump::dump(&package).unwrap(), @r#"
    xar version 1, header 28, table of contents 3057 in 906
    sha1 1879f7fa3564f9fea2eb5ae0715465678df56cee at 0
    created 2021-07-06T16:06:04
      5 file - - - Distribution compressed 1067 in 430 at 12209 2623a55f0c01e9efd23f263f5b53fb3bf3a4e4e0
      1 directory 0700 root wheel com.sas.dummy.pkg
      2 file 0644 dawnbreaker staff com.sas.dummy.pkg/Bom compressed 36574 in 1012 at 20 537dbcecc894a0482388bcd45a88692307487a28
      3 file 0644 dawnbreaker staff com.sas.dummy.pkg/Payload stored 10818 in 10818 at 1032 59a7a1314dea2df38702cd8963a478299a4282cc
      4 file - - - com.sas.dummy.pkg/PackageInfo compressed 830 in 359 at 11850 9458070a3bf2325c59082e85a8bf361af85d7377

    --- Distribution
    <?xml version="1.0" encoding="utf-8"?>
    <installer-gui-script minSpecVersion="2">
        <pkg-ref id="com.sas.dummy">
            <bundle-version>
                <bundle CFBundleShortVersionString="1.0" CFBundleVersion="1" id="com.sas.dummy" path="dummy.app"/>
            </bundle-version>
        </pkg-ref>
        <product id="com.sas.dummy" version="1.0"/>
        <title>dummy</title>
        <options customize="never" require-scripts="false" hostArchitectures="arm64,x86_64"/>
        <volume-check>
            <allowed-os-versions>
                <os-version min="11.0"/>
            </allowed-os-versions>
        </volume-check>
        <choices-outline>
            <line choice="default">
                <line choice="com.sas.dummy"/>
            </line>
        </choices-outline>
        <choice id="default" title="dummy" versStr="1.0"/>
        <choice id="com.sas.dummy" title="dummy" visible="false" customLocation="/Applications">
            <pkg-ref id="com.sas.dummy"/>
        </choice>
        <pkg-ref id="com.sas.dummy" version="1.0.0" onConclusion="none" installKBytes="172">#com.sas.dummy.pkg</pkg-ref>
    </installer-gui-script>

    --- pkg-refs
    com.sas.dummy: com.sas.dummy.pkg

    --- com.sas.dummy.pkg/PackageInfo
    <?xml version="1.0" encoding="utf-8"?>
    <pkg-info overwrite-permissions="true" relocatable="false" identifier="com.sas.dummy" postinstall-action="none" version="1.0.0" format-version="2" generator-version="InstallCmds-763 (20F71)" install-location="/Applications" auth="root" preserve-xattr="true">
        <payload numberOfFiles="9" installKBytes="172"/>
        <bundle path="./dummy.app" id="com.sas.dummy" CFBundleShortVersionString="1.0" CFBundleVersion="1"/>
        <bundle-version>
            <bundle id="com.sas.dummy"/>
        </bundle-version>
        <upgrade-bundle>
            <bundle id="com.sas.dummy"/>
        </upgrade-bundle>
        <update-bundle/>
        <atomic-update-bundle/>
        <strict-identifier>
            <bundle id="com.sas.dummy"/>
        </strict-identifier>
        <relocate>
            <bundle id="com.sas.dummy"/>
        </relocate>
    </pkg-info>

    --- com.sas.dummy.pkg/Bom
    totals: none 4050, x86_64 74304, arm64 74304
    ?--------- root wheel 0 .
    drwxr-xr-x root wheel ./dummy.app
    drwxr-xr-x root wheel ./dummy.app/Contents
    -rw-r--r-- root wheel 1266 c=66a9c372 ./dummy.app/Contents/Info.plist
    drwxr-xr-x root wheel ./dummy.app/Contents/MacOS
    -rwxr-xr-x root wheel 172608 c=80fc0e51 ./dummy.app/Contents/MacOS/dummy [x86_64 74304, arm64 74304]
    -rw-r--r-- root wheel 8 c=2c4852c9 ./dummy.app/Contents/PkgInfo
    drwxr-xr-x root wheel ./dummy.app/Contents/Resources
    drwxr-xr-x root wheel ./dummy.app/Contents/_CodeSignature
    -rw-r--r-- root wheel 2200 c=149a2912 ./dummy.app/Contents/_CodeSignature/CodeResources
    "#);
    insta::assert_snapshot!(
        verify::verify(&package, Options { strict: true }).to_string(),
        @r#"note: com.sas.dummy.pkg/PackageInfo: bundle to relocate is "com.sas.dummy", expected none: it is installed over a copy that the user keeps elsewhere"#
    );
    let component = package.component("com.sas.dummy.pkg").unwrap();
    let info = component.package_info().unwrap();
    assert_eq!(info.to_xml().unwrap().as_bytes(), component.package_info_xml().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let summary = expand::expand(&package, &dir.path().join("x"), true).unwrap();
    assert_eq!((summary.files, summary.directories), (7, 7));
}

#[test]
fn a_component_of_pkgbuild() {
    let Some(path) = oracle::fixture("rtrouton-kbox.pkg") else { return };
    let package = Package::open(&path).unwrap();
    assert_eq!(package.kind(), PackageKind::Component);
    insta::assert_snapshot!(dump::dump(&package).unwrap(), @r#"
    xar version 1, header 28, table of contents 3019 in 753
    sha1 9c26b2a07d0cdc04246491297824b4ee249e2ecc at 0
    created 2016-01-11T15:07:36
      4 file - - - PackageInfo compressed 550 in 312 at 1120 31b9dce9568ccd97c1a722576045df22b4845619
      3 file 0644 root wheel Scripts stored 623 in 623 at 497 dc2cd5be721dea86f3653d12cd08f70c74462816
      2 file 0644 root wheel Payload stored 79 in 79 at 418 d432643b067568fe7c9354d8a848eb2817b9be97
      1 file 0644 root wheel Bom compressed 35177 in 398 at 20 1b13ca2875b6effc6b919b44ec091e9edbffc128
    2684 bytes after the last member

    --- PackageInfo
    <?xml version="1.0" encoding="utf-8" standalone="no"?>
    <pkg-info overwrite-permissions="true" relocatable="false" identifier="com.github.kace_kbox_1000_uninstall" postinstall-action="none" version="1.0" format-version="2" generator-version="InstallCmds-502 (14F1509)" auth="root">
        <payload numberOfFiles="1" installKBytes="0"/>
        <bundle-version/>
        <upgrade-bundle/>
        <update-bundle/>
        <atomic-update-bundle/>
        <strict-identifier/>
        <relocate/>
        <scripts>
            <postinstall file="./postinstall"/>
        </scripts>
    </pkg-info>

    --- Bom
    totals: none 68
    drwxr-xr-x root wheel .

    --- Scripts
    drwxr-xr-x root wheel .
    -rwxr-xr-x 40809 wheel 1545 c=34e4c671 ./postinstall
    -rw-r--r-- 40809 wheel 171 c=1704013a ./._postinstall
    "#);
    let strict = verify::verify(&package, Options { strict: true });
    assert!(!strict.is_clean());
    let report = verify::verify(&package, Options::default());
    assert!(report.is_clean());
    insta::assert_snapshot!(report.to_string(), @"note: heap: what follows the last member is 2684 bytes that nothing refers to, expected nothing or a ticket");
    let info = package.component("").unwrap().package_info().unwrap();
    assert_eq!(PackageInfo::parse(info.to_xml().unwrap().as_bytes()).unwrap(), info);
    let dir = tempfile::tempdir().unwrap();
    expand::expand(&package, &dir.path().join("x"), true).unwrap();
    assert!(dir.path().join("x/Scripts/postinstall").is_file());
}

#[test]
fn a_distribution_of_2025() {
    let Some(xml) = oracle::fixture_bytes("zoom-distribution.xml") else { return };
    let distribution = Distribution::parse(&xml).unwrap();
    assert_eq!(Distribution::parse(distribution.to_xml().unwrap().as_bytes()).unwrap(), distribution);
    insta::assert_snapshot!(distribution.to_xml().unwrap(), @r#"
    <?xml version="1.0" encoding="utf-8"?>
    <installer-gui-script minSpecVersion="1">
        <title>Zoom Workplace</title>
        <product version="6.7.2.72191"/>
        <options hostArchitectures="x86_64,arm64"/>
        <options customize="never"/>
        <options/>
        <options allow-external-scripts="false"/>
        <domains enable_currentUserHome="true" enable_localSystem="true"/>
        <allowed-os-versions>
            <os-version min="10.13"/>
        </allowed-os-versions>
        <background file="background.png" alignment="bottomleft" scaling="proportional"/>
        <welcome file="Welcome.rtf"/>
        <choices-outline>
            <line choice="default">
                <line choice="us.zoom.pkg.videomeeting"/>
            </line>
        </choices-outline>
        <choice id="default"/>
        <choice id="us.zoom.pkg.videomeeting" visible="false">
            <pkg-ref id="us.zoom.pkg.videomeeting"/>
        </choice>
        <pkg-ref id="us.zoom.pkg.videomeeting"/>
        <pkg-ref id="us.zoom.pkg.videomeeting">
            <bundle-version/>
            <must-close>
                <app id="us.zoom.xos"/>
            </must-close>
        </pkg-ref>
        <pkg-ref id="us.zoom.pkg.videomeeting" version="6.7.2.72191" onConclusion="none" installKBytes="437065">#zoomus.pkg</pkg-ref>
    </installer-gui-script>
    "#);
}

#[test]
fn a_distribution_of_productbuild_again() {
    let Some(path) = oracle::fixture("relic-dummy.pkg") else { return };
    let package = Package::open(&path).unwrap();
    let ours = package.distribution().unwrap().unwrap().to_xml().unwrap();
    let theirs = String::from_utf8(package.distribution_xml().unwrap().unwrap()).unwrap();
    // The same lines; productbuild puts the pkg-ref with bundle versions, and the product, first.
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(|line| attributes(line.trim())).collect();
        lines.sort();
        lines.join("\n")
    };
    assert_eq!(sorted(&ours), sorted(&theirs));
}

/// A line with its attributes in order of name.
fn attributes(line: &str) -> String {
    let mut words: Vec<_> = line.trim_end_matches("/>").split(' ').collect();
    words.sort_unstable();
    words.join(" ")
}
