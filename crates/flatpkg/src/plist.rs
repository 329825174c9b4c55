//! Property lists in XML: `Info.plist` of bundles, the resources of a disk image, choices for unattended installs.
//!
//! The `plist` crate reads and writes them; its dictionaries keep their order, so the same value is the same text. Two
//! things are added here. The crate follows any nesting, and a list with some thousand arrays in each other ends the whole
//! program, for lack of stack: what may come from anywhere is measured first. And it writes characters that XML has no way
//! to hold. Binary and NeXT's lists are not read: no package that was looked at has them.

use std::io::Cursor;

pub use plist::{Dictionary, Value};

use crate::xml::{self, XmlError};

/// Reads a document.
///
/// # Errors
/// Not a property list in XML, or deeper or larger than any that was ever seen.
pub fn read(bytes: &[u8]) -> Result<Value, XmlError> {
    let text = xml::text(bytes)?;
    let root = xml::within_limits(text)?;
    if root != "plist" {
        return Err(XmlError::Content(format!("the root element is <{root}>, expected <plist>")));
    }
    Value::from_reader_xml(Cursor::new(text)).map_err(|error| XmlError::Content(error.to_string()))
}

/// The document as Apple's `plutil` lays it out: tabs, and base64 in lines of 68.
///
/// # Errors
/// A text that XML can't hold.
pub fn write(value: &Value) -> Result<String, XmlError> {
    let mut bytes = Vec::new();
    value.to_writer_xml(&mut bytes).map_err(|error| XmlError::Content(error.to_string()))?;
    let mut text = xml::text(&bytes)?.to_owned();
    xml::only_characters(&text)?;
    text.push('\n');
    Ok(text)
}

/// A dictionary of these keys, in this order.
pub fn dictionary(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Value::Dictionary(entries.into_iter().collect())
}

/// The value of a key, if this is a dictionary that has it.
pub fn key<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    value.as_dictionary()?.get(key)
}

/// The text of a key, if it has one.
pub fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    self::key(value, key)?.as_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_comes_back() {
        let numbers = vec![Value::from(-7), Value::Real(0.100_000_001_490_116_12), true.into()];
        let value = dictionary([
            ("a & <b>", Value::Array(numbers)),
            ("text", Value::from("  two\nlines ")),
            ("none", Value::Array(Vec::new())),
            ("bytes", Value::Data((0..=99).collect())),
            ("in", dictionary([("x", false.into())])),
        ]);
        let xml = write(&value).unwrap();
        assert_eq!(read(xml.as_bytes()).unwrap(), value);
        insta::assert_snapshot!(xml, @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
        <plist version="1.0">
        <dict>
        	<key>a &amp; &lt;b&gt;</key>
        	<array>
        		<integer>-7</integer>
        		<real>0.10000000149011612</real>
        		<true/>
        	</array>
        	<key>text</key>
        	<string>  two
        lines </string>
        	<key>none</key>
        	<array/>
        	<key>bytes</key>
        	<data>
        	AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEy
        	MzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiYw==
        	</data>
        	<key>in</key>
        	<dict>
        		<key>x</key>
        		<false/>
        	</dict>
        </dict>
        </plist>
        "#);
        assert!(write(&Value::from("\u{1}")).unwrap_err().to_string().contains("XML can't hold"));
    }

    #[test]
    fn what_is_no_property_list_is_refused() {
        for inside in [
            "<dict><string/></dict>",
            "<dict><key>a</key></dict>",
            "<integer>x</integer>",
            "<data>*</data>",
            "<true/><true/>",
            "<set/>",
            "",
        ] {
            let text = format!("<plist>{inside}</plist>");
            assert!(read(text.as_bytes()).is_err(), "{inside}");
        }
        assert!(read(b"bplist00").is_err() && read(b"<dict/>").is_err() && read(b"{ a = b; }").is_err());
        let deep = format!("<plist>{}{}</plist>", "<array>".repeat(100_000), "</array>".repeat(100_000));
        assert!(matches!(read(deep.as_bytes()), Err(XmlError::Limit { what: "levels of elements", .. })));
    }
}
