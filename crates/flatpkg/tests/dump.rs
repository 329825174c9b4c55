//! Packages as text and as JSON.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test may fail")]

use flatpkg::component::Component;
use flatpkg::dump::{Dump, dump};
use flatpkg::package::Package;
use flatpkg::tree::Entry;
use flatpkg::xar;
use oracle::sample::{self, TIMESTAMP, mode, tree};

#[test]
fn a_product_as_text() {
    let package = Package::from_bytes(sample::bytes()).unwrap();
    let text = dump(&package).unwrap();
    // Digests and compressed lengths change with the compressor's version.
    insta::assert_snapshot!(text[text.find("---").unwrap()..], @r#"
    --- Distribution
    <?xml version="1.0" encoding="utf-8"?>
    <installer-gui-script minSpecVersion="1">
        <title>Python</title>
        <options customize="allow" require-scripts="false" hostArchitectures="arm64,x86_64" rootVolumeOnly="true"/>
        <domains enable_anywhere="false" enable_currentUserHome="false" enable_localSystem="true"/>
        <volume-check>
            <allowed-os-versions>
                <os-version min="10.15"/>
            </allowed-os-versions>
        </volume-check>
        <background file="background.png"/>
        <background-darkAqua file="background.png"/>
        <welcome file="Welcome.rtf" mime-type="text/rtf"/>
        <license file="License.rtf" mime-type="text/rtf"/>
        <choices-outline>
            <line choice="org.python.Python.PythonFramework-3.14"/>
            <line choice="org.python.Python.PythonInstallPip-3.14"/>
        </choices-outline>
        <choice id="org.python.Python.PythonFramework-3.14" title="Python Framework" start_selected="true">
            <pkg-ref id="org.python.Python.PythonFramework-3.14"/>
        </choice>
        <choice id="org.python.Python.PythonInstallPip-3.14" title="Install or upgrade pip" start_selected="false">
            <pkg-ref id="org.python.Python.PythonInstallPip-3.14"/>
        </choice>
        <pkg-ref id="org.python.Python.PythonFramework-3.14" version="3.14.0" onConclusion="none" installKBytes="3">#Python_Framework.pkg</pkg-ref>
        <pkg-ref id="org.python.Python.PythonInstallPip-3.14" version="3.14.0" onConclusion="none" installKBytes="0">#Python_Install_Pip.pkg</pkg-ref>
    </installer-gui-script>

    --- pkg-refs
    org.python.Python.PythonFramework-3.14: Python_Framework.pkg
    org.python.Python.PythonInstallPip-3.14: Python_Install_Pip.pkg

    --- Python_Framework.pkg/PackageInfo
    <?xml version="1.0" encoding="utf-8"?>
    <pkg-info overwrite-permissions="true" relocatable="false" identifier="org.python.Python.PythonFramework-3.14" postinstall-action="none" version="3.14.0" format-version="2" generator-version="flatpkg-0.2.0" install-location="/Library/Frameworks/Python.framework" auth="root">
        <payload numberOfFiles="8" installKBytes="3"/>
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

    --- Python_Framework.pkg/Bom
    totals: none 18, arm64 128
    drwxrwxr-x root admin .
    drwxrwxr-x root admin ./Versions
    drwxrwxr-x root admin ./Versions/3.14
    drwxrwxr-x root admin ./Versions/3.14/bin
    -rwxrwxr-x root admin 128 c=0d65d36e ./Versions/3.14/bin/python3.14 [arm64 128]
    -rw-rw-r-- root admin 0 c=ffffffff ./Versions/3.14/empty
    -rw-rw-r-- root admin 14 c=9a6507da ./Versions/3.14/spam & "eggs".py
    lrwxr-xr-x root admin 4 c=3626ecbb ./Versions/Current -> 3.14

    --- Python_Framework.pkg/Scripts
    drwxrwxr-x root admin .
    drwxr-xr-x root admin ./helpers
    -rw-r--r-- root admin 2 c=9021046b ./helpers/list.txt
    -rwxr-xr-x root admin 17 c=95c7e932 ./postinstall

    --- Python_Install_Pip.pkg/PackageInfo
    <?xml version="1.0" encoding="utf-8"?>
    <pkg-info overwrite-permissions="true" relocatable="false" identifier="org.python.Python.PythonInstallPip-3.14" postinstall-action="none" version="3.14.0" format-version="2" generator-version="flatpkg-0.2.0" install-location="/" auth="root">
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

    --- Python_Install_Pip.pkg/Scripts
    drwxrwxr-x root admin .
    drwxr-xr-x root admin ./helpers
    -rw-r--r-- root admin 2 c=9021046b ./helpers/list.txt
    -rwxr-xr-x root admin 17 c=95c7e932 ./postinstall
    "#);
}

#[test]
fn a_product_as_json() {
    let package = Package::from_bytes(sample::bytes()).unwrap();
    let json = serde_json::to_value(Dump::of(&package).unwrap()).unwrap();
    assert_eq!(json["kind"], "product");
    assert_eq!(json["header"]["checksum"], "sha1");
    assert_eq!(json["members"][1]["path"], "Python_Framework.pkg/Payload");
    let path = &json["components"][0]["paths"][4];
    insta::assert_snapshot!(serde_json::to_string_pretty(path).unwrap(), @r#"
    {
      "cksum": 224777070,
      "gid": 80,
      "kind": "file",
      "mode": "-rwxrwxr-x",
      "mtime": 1759276800,
      "path": "./Versions/3.14/bin/python3.14",
      "size": 128,
      "slices": [
        [
          "arm64",
          128
        ]
      ],
      "target": null,
      "uid": 0
    }
    "#);
    assert_eq!(json["components"][0]["identifier"], "org.python.Python.PythonFramework-3.14");
    assert_eq!(json["distribution"]["choices"][1]["components"][0], "org.python.Python.PythonInstallPip-3.14");
    assert_eq!(json["distribution"]["min_os"], "10.15");
}

/// What a package says can't move the cursor or hide a line.
#[test]
fn control_characters_are_escaped() {
    let odd = tree([("a\u{1b}[2J\nb", Entry::file(*b"", mode(0o644))), ("x", Entry::symlink(*b"\xff\r"))]);
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("a.pkg");
    let component = Component { payload: Some(&odd), ..Component::new("a", "1") };
    flatpkg::component::write(&component, &out, xar::Options::new(TIMESTAMP), &|_| ()).unwrap();
    let text = dump(&Package::open(&out).unwrap()).unwrap();
    assert!(text.chars().all(|character| character == '\n' || !character.is_control()), "{text}");
    assert!(text.contains(r"./a\u{1b}[2J\nb"), "{text}");
    assert!(text.contains(r"-> \xff\r"), "{text}");
}
