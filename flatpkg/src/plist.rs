//! Property lists in XML: `Info.plist` of bundles, the resources of a disk image, choices for unattended installs.
//!
//! ```xml
//! <?xml version="1.0" encoding="UTF-8"?>
//! <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
//! <plist version="1.0">
//! <dict>
//! 	<key>IFPkgFlagIsRequired</key>
//! 	<true/>
//! </dict>
//! </plist>
//! ```
//!
//! The layout, with tabs and base64 in lines of 68, is that of Apple's `plutil`. Binary and NeXT's lists are not read: no
//! package that was looked at has them.

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

use crate::xml::{self, Element, Error};

/// Apple's declarations before every property list.
const HEAD: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
    "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n",
    "<plist version=\"1.0\">\n"
);

/// Base64 digits in a line.
const LINE: usize = 68;

/// Apple's writers pad; others may not.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
);

/// A value of a property list.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Keys with their values, in the order of the document.
    Dictionary(Vec<(String, Value)>),
    /// Values in their order.
    Array(Vec<Value>),
    /// Text; a date is read as one.
    String(String),
    /// A whole number.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// `<true/>` or `<false/>`.
    Boolean(bool),
    /// Bytes.
    Data(Vec<u8>),
}

impl Value {
    /// A dictionary of these keys.
    pub fn dictionary<K: Into<String>>(entries: impl IntoIterator<Item = (K, Value)>) -> Value {
        Value::Dictionary(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// Reads a document.
    ///
    /// # Errors
    /// Not a property list in XML, or deeper or larger than any that was ever seen.
    pub fn parse(bytes: &[u8]) -> Result<Value, Error> {
        let root = xml::parse(xml::text(bytes)?)?;
        match (root.name.as_str(), root.children.as_slice()) {
            ("plist", [value]) => read(value),
            ("plist", values) => Err(content(format!("the property list has {} values, expected one", values.len()))),
            (other, _) => Err(content(format!("the root element is <{other}>, expected <plist>"))),
        }
    }

    /// The document as `plutil` lays it out.
    ///
    /// # Errors
    /// A text that XML can't hold.
    pub fn to_xml(&self) -> Result<String, Error> {
        let mut out = HEAD.to_owned();
        self.write(0, &mut out);
        out.push_str("</plist>\n");
        xml::only_characters(&out)?;
        Ok(out)
    }

    /// The value of a key, if this is a dictionary that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let Value::Dictionary(entries) = self else { return None };
        entries.iter().find(|(own, _)| own == key).map(|(_, value)| value)
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(text) = self { Some(text) } else { None }
    }

    /// Whether it is true; a whole number is true unless it is 0.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Boolean(answer) => Some(*answer),
            Value::Integer(number) => Some(*number != 0),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    pub fn as_integer(&self) -> Option<i64> {
        if let Value::Integer(number) = self { Some(*number) } else { None }
    }

    /// The values of an array; none of anything else.
    pub fn items(&self) -> &[Value] {
        if let Value::Array(values) = self { values } else { &[] }
    }

    /// The bytes, if they are such.
    pub fn as_data(&self) -> Option<&[u8]> {
        if let Value::Data(bytes) = self { Some(bytes) } else { None }
    }

    fn write(&self, depth: usize, out: &mut String) {
        let indent = "\t".repeat(depth);
        match self {
            Value::Dictionary(entries) if entries.is_empty() => out.push_str(&format!("{indent}<dict/>\n")),
            Value::Dictionary(entries) => {
                out.push_str(&format!("{indent}<dict>\n"));
                for (key, value) in entries {
                    out.push_str(&format!("{indent}\t<key>{}</key>\n", escape(key)));
                    value.write(depth + 1, out);
                }
                out.push_str(&format!("{indent}</dict>\n"));
            }
            Value::Array(values) if values.is_empty() => out.push_str(&format!("{indent}<array/>\n")),
            Value::Array(values) => {
                out.push_str(&format!("{indent}<array>\n"));
                values.iter().for_each(|value| value.write(depth + 1, out));
                out.push_str(&format!("{indent}</array>\n"));
            }
            Value::String(text) => out.push_str(&format!("{indent}<string>{}</string>\n", escape(text))),
            Value::Integer(number) => out.push_str(&format!("{indent}<integer>{number}</integer>\n")),
            Value::Real(number) => out.push_str(&format!("{indent}<real>{number}</real>\n")),
            Value::Boolean(answer) => out.push_str(&format!("{indent}<{answer}/>\n")),
            Value::Data(bytes) => {
                out.push_str(&format!("{indent}<data>\n"));
                let digits: Vec<char> = STANDARD.encode(bytes).chars().collect();
                for line in digits.chunks(LINE) {
                    out.push_str(&indent);
                    out.extend(line);
                    out.push('\n');
                }
                out.push_str(&format!("{indent}</data>\n"));
            }
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::String(text.to_owned())
    }
}

impl From<bool> for Value {
    fn from(answer: bool) -> Value {
        Value::Boolean(answer)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Integer(number)
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn content(message: String) -> Error {
    Error::Content(message)
}

fn read(element: &Element) -> Result<Value, Error> {
    let text = element.text.trim();
    let bad = || content(format!("<{}> holds {:?}", element.name, text.chars().take(40).collect::<String>()));
    Ok(match element.name.as_str() {
        "dict" => Value::Dictionary(pairs(&element.children)?),
        "array" => Value::Array(element.children.iter().map(read).collect::<Result<_, _>>()?),
        "string" => Value::String(element.text.clone()),
        "date" => Value::String(text.to_owned()),
        "integer" => Value::Integer(integer(text).ok_or_else(bad)?),
        "real" => Value::Real(text.parse().map_err(|_| bad())?),
        "true" => Value::Boolean(true),
        "false" => Value::Boolean(false),
        "data" => {
            let digits: String = text.split_ascii_whitespace().collect();
            Value::Data(LENIENT.decode(digits).map_err(|_| bad())?)
        }
        other => return Err(content(format!("<{other}> is no value of a property list"))),
    })
}

fn integer(text: &str) -> Option<i64> {
    match text.strip_prefix("0x") {
        Some(digits) if !digits.starts_with(['+', '-']) => i64::from_str_radix(digits, 16).ok(),
        Some(_) => None,
        None => text.parse().ok(),
    }
}

fn pairs(children: &[Element]) -> Result<Vec<(String, Value)>, Error> {
    let pair = |pair: &[Element]| match pair {
        [key, value] if key.name == "key" => Ok((key.text.clone(), read(value)?)),
        _ => Err(content("a <dict> holds something else than pairs of <key> and value".to_owned())),
    };
    children.chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_comes_back() {
        let value = Value::dictionary([
            ("a & <b>", Value::Array(vec![Value::Integer(-7), Value::Real(0.100_000_001_490_116_12), true.into()])),
            ("text", Value::from("  two\nlines ")),
            ("none", Value::Array(Vec::new())),
            ("bytes", Value::Data((0..=99).collect())),
            ("in", Value::dictionary([("x", false.into())])),
        ]);
        let xml = value.to_xml().unwrap();
        assert_eq!(Value::parse(xml.as_bytes()).unwrap(), value);
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
    }

    #[test]
    fn what_is_no_property_list_is_refused() {
        for inside in [
            "<dict><string/></dict>",
            "<dict><key>a</key></dict>",
            "<integer>x</integer>",
            "<integer>0x-1</integer>",
            "<data>*</data>",
            "<true/><true/>",
            "<set/>",
            "",
        ] {
            let text = format!("<plist>{inside}</plist>");
            assert!(Value::parse(text.as_bytes()).is_err(), "{inside}");
        }
        assert!(Value::parse(b"bplist00").is_err() && Value::parse(b"<dict/>").is_err());
        let deep = format!("<plist>{}", "<array>".repeat(100_000));
        assert!(Value::parse(deep.as_bytes()).is_err());
    }
}
