use super::*;
use crate::package_info::{Bundle, Bundles};

fn python() -> Distribution {
    let choice = |id: &str, title: &str, selected: &str| Choice {
        id: id.to_owned(),
        title: Some(title.to_owned()),
        start_selected: Some(selected.to_owned()),
        pkg_refs: vec![PkgRef::to(id)],
        ..Choice::default()
    };
    let page = |file: &str| vec![Page { file: file.to_owned(), mime_type: Some("text/rtf".to_owned()), uti: None }];
    let picture = |file: &str| Background {
        file: file.to_owned(),
        mime_type: Some("image/png".to_owned()),
        alignment: Some("left".to_owned()),
        ..Background::default()
    };
    let line = |choice: &str| Line { choice: choice.to_owned(), lines: Vec::new() };
    Distribution {
        product: Some(Product { id: Some("org.python.Python".to_owned()), version: Some("3.14.0".to_owned()) }),
        options: vec![Options {
            customize: Some(Customize::Allow),
            require_scripts: Some(false),
            host_architectures: Some("arm64,x86_64".to_owned()),
            root_volume_only: Some(true),
            allow_external_scripts: None,
        }],
        domains: Some(Domains { local_system: Some(true), ..Domains::default() }),
        volume_check: Some(VolumeCheck {
            script: None,
            allowed_os_versions: Some(AllowedOsVersions {
                ranges: vec![OsRange { min: OsVersion::new(10, 15), before: None }],
            }),
        }),
        background: Some(picture("background.png")),
        background_dark: Some(picture("background-dark.png")),
        welcome: page("Welcome.rtf"),
        license: page("License.rtf"),
        choices_outline: Some(Outline { lines: vec![line("org.python.A"), line("org.python.B")] }),
        choices: vec![
            choice("org.python.A", "Python Framework", "true"),
            choice("org.python.B", "Freithreaded & mehr", "my.choice.packageUpgradeAction != \"installed\""),
        ],
        pkg_refs: vec![
            PkgRef {
                bundle_version: Some(Bundles {
                    bundles: vec![Bundle { id: Some("org.python.python".to_owned()), ..Bundle::default() }],
                }),
                ..PkgRef::to("org.python.A")
            },
            PkgRef {
                version: Some("3.14.0".to_owned()),
                install_kbytes: Some(123),
                on_conclusion: Some("none".to_owned()),
                location: Some(PkgRef::location_of("Python Framework.pkg")),
                ..PkgRef::to("org.python.A")
            },
        ],
        ..Distribution::new("Python")
    }
}

#[test]
fn written_as_productbuild_does() {
    let distribution = python();
    let xml = distribution.to_xml().unwrap();
    insta::assert_snapshot!(xml, @r#"
    <?xml version="1.0" encoding="utf-8"?>
    <installer-gui-script minSpecVersion="1">
        <title>Python</title>
        <product id="org.python.Python" version="3.14.0"/>
        <options customize="allow" require-scripts="false" hostArchitectures="arm64,x86_64" rootVolumeOnly="true"/>
        <domains enable_localSystem="true"/>
        <volume-check>
            <allowed-os-versions>
                <os-version min="10.15"/>
            </allowed-os-versions>
        </volume-check>
        <background file="background.png" mime-type="image/png" alignment="left"/>
        <background-darkAqua file="background-dark.png" mime-type="image/png" alignment="left"/>
        <welcome file="Welcome.rtf" mime-type="text/rtf"/>
        <license file="License.rtf" mime-type="text/rtf"/>
        <choices-outline>
            <line choice="org.python.A"/>
            <line choice="org.python.B"/>
        </choices-outline>
        <choice id="org.python.A" title="Python Framework" start_selected="true">
            <pkg-ref id="org.python.A"/>
        </choice>
        <choice id="org.python.B" title="Freithreaded &amp; mehr" start_selected="my.choice.packageUpgradeAction != &quot;installed&quot;">
            <pkg-ref id="org.python.B"/>
        </choice>
        <pkg-ref id="org.python.A">
            <bundle-version>
                <bundle id="org.python.python"/>
            </bundle-version>
        </pkg-ref>
        <pkg-ref id="org.python.A" version="3.14.0" onConclusion="none" installKBytes="123">#Python%20Framework.pkg</pkg-ref>
    </installer-gui-script>
    "#);
    assert_eq!(Distribution::parse(xml.as_bytes()).unwrap(), distribution);
    assert_eq!(distribution.min_os(), Some(OsVersion::new(10, 15)));
    let resources: Vec<_> = distribution.resources().map(|(_, file)| file).collect();
    assert_eq!(resources, ["background.png", "background-dark.png", "Welcome.rtf", "License.rtf"]);
}

#[test]
fn read_with_tolerance() {
    let xml = r##"<?xml version="1.0"?>
<installer-script minSpecVersion="1.000000" authoringTool="com.apple.PackageMaker">
    <options customize="never"/>
    <unknown><x>1</x></unknown>
    <script><![CDATA[ function f() { return 1 < 2 && 3 > 2; } ]]></script>
    <pkg-ref id="a"><must-close><app id="m"/></must-close><bundle-version/></pkg-ref>
    <choice id="x"><pkg-ref id="a"/></choice>
    <options hostArchitectures="x86_64"/>
    <pkg-ref id="a" version="0" auth="root"> #A%20b%2Epkg </pkg-ref>
    <choices-outline ui="x"><line choice="x"><line choice="y"/></line></choices-outline>
    <choice id="y"/>
</installer-script>"##;
    let distribution = Distribution::parse(xml.as_bytes()).unwrap();
    assert_eq!(distribution.root, Root::Script);
    assert_eq!((distribution.options.len(), distribution.pkg_refs.len(), distribution.choices.len()), (2, 2, 2));
    let references = distribution.references(["B.pkg", "A b.pkg"]);
    assert_eq!((references.component("a"), references.problems()), (Some(1), &[][..]));
    assert_eq!(distribution.choices_outline.as_ref().unwrap().choices(), ["x", "y"]);
    assert!(distribution.script[0].source.contains("1 < 2 && 3 > 2"));
    assert_eq!(Distribution::parse(distribution.to_xml().unwrap().as_bytes()).unwrap(), distribution);
}

#[test]
fn refused() {
    for xml in ["<pkg-info/>", "<installer-gui-script><choice/></installer-gui-script>", "<installer-gui-script>"] {
        assert!(Distribution::parse(xml.as_bytes()).is_err(), "{xml}");
    }
    let deep = format!("<installer-gui-script>{}", "<line choice='a'>".repeat(10_000));
    assert!(matches!(Distribution::parse(deep.as_bytes()), Err(xml::XmlError::Limit { .. })));
}
