//! `PackageInfo`, `Distribution` and the pages: the elements and attributes that are looked at, with values that are usual or not.

use libfuzzer_sys::arbitrary::{Result, Unstructured};

use crate::{bytes, damage, one_of};

const IDS: &[&str] = &["org.example.a", "org.example.b", "a", "b", "", "../a", "\u{202e}", "%41"];
const BOOLEANS: &[&str] = &["true", "false", "yes", "", "1"];
const PLACES: &[&str] =
    &["/", "/Applications", "", "..", "/../..", "relative", "/Library/Frameworks/X.framework", "//"];
const VERSIONS: &[&str] = &["1.0", "", "10.9", "11", "26.0", "-1", "99999999999999999999", "1..2"];

/// ` name="value"`, most of the time.
fn attribute(input: &mut Unstructured<'_>, xml: &mut String, name: &str, values: &[&str]) -> Result<()> {
    if input.ratio(3, 4)? {
        let value = one_of(input, values)?;
        xml.push_str(&format!(" {name}=\"{value}\""));
    }
    Ok(())
}

/// A `PackageInfo`.
pub fn package_info(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?><pkg-info format-version=\"2\"".to_owned();
    attribute(input, &mut xml, "identifier", IDS)?;
    attribute(input, &mut xml, "version", VERSIONS)?;
    attribute(input, &mut xml, "install-location", PLACES)?;
    attribute(input, &mut xml, "overwrite-permissions", BOOLEANS)?;
    attribute(input, &mut xml, "relocatable", BOOLEANS)?;
    attribute(input, &mut xml, "followSymLinks", BOOLEANS)?;
    attribute(input, &mut xml, "auth", &["root", "none", ""])?;
    attribute(input, &mut xml, "postinstall-action", &["none", "restart", "dance"])?;
    xml.push_str("><payload");
    attribute(input, &mut xml, "numberOfFiles", &["1", "0", "-1", "18446744073709551615"])?;
    attribute(input, &mut xml, "installKBytes", &["1", "0", "-1", "18446744073709551615"])?;
    xml.push_str("/>");
    for list in ["bundle-version", "upgrade-bundle", "atomic-update-bundle", "strict-identifier", "relocate"] {
        if input.ratio(1, 4)? {
            xml.push_str(&format!("<{list}><bundle"));
            attribute(input, &mut xml, "id", IDS)?;
            attribute(input, &mut xml, "path", &["./A.app", "..", ""])?;
            xml.push_str(&format!("/></{list}>"));
        }
    }
    if input.arbitrary()? {
        xml.push_str("<scripts>");
        for script in ["preinstall", "postinstall"] {
            xml.push_str(&format!("<{script}"));
            attribute(input, &mut xml, "file", &["./postinstall", "./preinstall", "/bin/sh", "../a", ""])?;
            xml.push_str("/>");
        }
        xml.push_str("</scripts>");
    }
    xml.push_str("</pkg-info>");
    damage(input, xml.into_bytes())
}

/// A `Distribution` with up to four choices.
pub fn distribution(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?><installer-gui-script minSpecVersion=\"2\">".to_owned();
    xml.push_str(&format!("<title>{}</title>", one_of(input, &["Spam", "TITLE", "", "&#27;[2J", "a\nb"])?));
    for (page, file) in [("welcome", "welcome.rtf"), ("license", "license.html"), ("conclusion", "missing.rtfd")] {
        if input.arbitrary()? {
            xml.push_str(&format!("<{page} file=\"{file}\"/>"));
        }
    }
    xml.push_str("<options");
    attribute(input, &mut xml, "customize", &["allow", "never", "always"])?;
    attribute(input, &mut xml, "rootVolumeOnly", BOOLEANS)?;
    attribute(input, &mut xml, "hostArchitectures", &["x86_64,arm64", "ppc", "", "arm64"])?;
    xml.push_str("/><domains");
    attribute(input, &mut xml, "enable_anywhere", BOOLEANS)?;
    attribute(input, &mut xml, "enable_currentUserHome", BOOLEANS)?;
    xml.push_str("/><volume-check><allowed-os-versions><os-version");
    attribute(input, &mut xml, "min", VERSIONS)?;
    attribute(input, &mut xml, "before", VERSIONS)?;
    xml.push_str("/></allowed-os-versions></volume-check>");
    let choices = input.int_in_range(0..=4)?;
    xml.push_str("<choices-outline>");
    let mut depth = 0;
    for number in 0..choices {
        xml.push_str(&format!("<line choice=\"{}\">", if input.ratio(1, 16)? { 0 } else { number }));
        if input.arbitrary()? {
            xml.push_str("</line>");
        } else {
            depth += 1;
        }
    }
    xml.push_str(&"</line>".repeat(depth));
    xml.push_str("</choices-outline>");
    for number in 0..choices {
        xml.push_str(&format!("<choice id=\"{number}\" title=\"SPAM\""));
        attribute(input, &mut xml, "visible", BOOLEANS)?;
        attribute(input, &mut xml, "enabled", BOOLEANS)?;
        attribute(
            input,
            &mut xml,
            "selected",
            &["true", "false", "choices['0'].selected", "system.compareVersions('1','2')"],
        )?;
        attribute(input, &mut xml, "start_selected", &["true", "false", "my.choice.packageUpgradeAction"])?;
        attribute(input, &mut xml, "customLocation", PLACES)?;
        xml.push('>');
        for _ in 0..input.int_in_range(0..=2)? {
            xml.push_str(&format!("<pkg-ref id=\"{}\"/>", one_of(input, IDS)?));
        }
        xml.push_str("</choice>");
    }
    for _ in 0..input.int_in_range(0..=4)? {
        xml.push_str("<pkg-ref");
        attribute(input, &mut xml, "id", IDS)?;
        attribute(input, &mut xml, "packageIdentifier", IDS)?;
        attribute(input, &mut xml, "version", VERSIONS)?;
        attribute(input, &mut xml, "installKBytes", &["1", "-1", "18446744073709551615"])?;
        let to = one_of(
            input,
            &["#a.pkg", "#b.pkg", "#c.pkg", "file:./a.pkg", "#nowhere.pkg", "#%61.pkg", "", "#../a.pkg"],
        )?;
        xml.push_str(&format!(">{to}</pkg-ref>"));
    }
    xml.push_str("</installer-gui-script>");
    damage(input, xml.into_bytes())
}

/// A page for the user: RTF, HTML or strings, begun as one and gone on as anything.
pub fn page(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let start = one_of(input, &["{\\rtf1\\ansi{\\fonttbl\\f0 A;}", "<html><body>", "\"SPAM\" = \"", "\u{feff}", ""])?;
    Ok([start.as_bytes(), &bytes(input, 128)?].concat())
}
