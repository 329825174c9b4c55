//! Entitlements in DER, which macOS 12 and later go by.
//!
//! Two forms were seen in signatures by Apple's tools. Since Xcode 13.2 or so a dictionary is `[16]` with pairs, and all of it is in
//! `[APPLICATION 16]` behind a version, 1. Before, a dictionary was a SET of pairs, and nothing was around it. A pair is a
//! SEQUENCE of a UTF8String and a value; the other values are BOOLEAN, INTEGER, UTF8String, OCTET STRING and, for arrays,
//! SEQUENCE. The old form wrote `true` as 1, the new one writes 255.

use flatpkg::plist::{Dictionary, Value};
use x509_cert::der::asn1::AnyRef;
use x509_cert::der::{Decode as _, Reader as _, SliceReader, Tag, TagNumber, Tagged as _};

/// More values in each other than anybody writes.
const DEEPEST: usize = 16;

const DICTIONARY: Tag = Tag::ContextSpecific { constructed: true, number: TagNumber::N16 };
const VERSIONED: Tag = Tag::Application { constructed: true, number: TagNumber::N16 };

/// Reads the contents of a blob of DER entitlements.
///
/// # Errors
/// It is none of the forms above.
pub(super) fn read(bytes: &[u8]) -> Result<Dictionary, String> {
    let mut values = fields(bytes)?;
    let [whole] = values.as_mut_slice() else { return Err("not one value".to_owned()) };
    if whole.tag() != VERSIONED {
        return dictionary(*whole, DEEPEST);
    }
    match fields(whole.value())?.as_slice() {
        [version, entitlements] if version.tag() == Tag::Integer && version.value() == [1] => {
            dictionary(*entitlements, DEEPEST)
        }
        _ => Err("not a version, 1, and a dictionary".to_owned()),
    }
}

fn dictionary(value: AnyRef<'_>, depth: usize) -> Result<Dictionary, String> {
    if !matches!(value.tag(), DICTIONARY | Tag::Set) {
        return Err(format!("{} instead of a dictionary", value.tag()));
    }
    let mut dictionary = Dictionary::new();
    for pair in fields(value.value())? {
        let inner = fields(pair.value())?;
        let (Tag::Sequence, [key, value]) = (pair.tag(), inner.as_slice()) else {
            return Err("a dictionary with something else than pairs".to_owned());
        };
        if key.tag() != Tag::Utf8String {
            return Err(format!("a key that is {}", key.tag()));
        }
        let key = text(key.value())?;
        if dictionary.insert(key.clone(), self::value(*value, depth)?).is_some() {
            return Err(format!("{key} is there twice"));
        }
    }
    Ok(dictionary)
}

fn value(value: AnyRef<'_>, depth: usize) -> Result<Value, String> {
    let depth = depth.checked_sub(1).ok_or("values in each other without end")?;
    Ok(match value.tag() {
        Tag::Boolean => match value.value() {
            [byte] => Value::Boolean(*byte != 0),
            _ => return Err("a BOOLEAN of several bytes".to_owned()),
        },
        Tag::Integer => Value::Integer(integer(value.value())?.into()),
        Tag::Utf8String => Value::String(text(value.value())?),
        Tag::OctetString => Value::Data(value.value().to_vec()),
        Tag::Sequence => {
            let values = fields(value.value())?.into_iter().map(|value| self::value(value, depth));
            Value::Array(values.collect::<Result<_, _>>()?)
        }
        DICTIONARY | Tag::Set => Value::Dictionary(dictionary(value, depth)?),
        other => return Err(format!("a value that is {other}")),
    })
}

fn integer(bytes: &[u8]) -> Result<i64, String> {
    let [first, ..] = bytes else { return Err("an INTEGER without bytes".to_owned()) };
    if bytes.len() > 8 {
        return Err("an INTEGER of more than 8 bytes".to_owned());
    }
    let start = if *first >= 0x80 { -1 } else { 0 };
    Ok(bytes.iter().fold(start, |number, byte| number << 8 | i64::from(*byte)))
}

fn text(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| "a text that is not UTF-8".to_owned())
}

/// Values one after the other.
fn fields(bytes: &[u8]) -> Result<Vec<AnyRef<'_>>, String> {
    let mut reader = SliceReader::new(bytes).map_err(|error| error.to_string())?;
    let mut values = Vec::new();
    while !reader.is_finished() {
        let whole = reader.tlv_bytes().map_err(|error| error.to_string())?;
        values.push(AnyRef::from_der(whole).map_err(|error| error.to_string())?);
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        // `{a: true, b: [1, "x", {c: false}]}`
        let inner = |tag: u8, yes: u8| {
            let c = [tag, 8, 0x30, 6, 0x0c, 1, b'c', 1, 1, 0];
            let b = [&[0x30, 21, 0x0c, 1, b'b', 0x30, 16, 2, 1, 1, 0x0c, 1, b'x'], &c[..]].concat();
            [&[0x30, 6, 0x0c, 1, b'a', 1, 1, yes], &b[..]].concat()
        };
        let (old, new) = (inner(0x31, 1), inner(0xb0, 255));
        let old = [&[0x31, 31], &old[..]].concat();
        let new = [&[0x70, 36, 2, 1, 1, 0xb0, 31], &new[..]].concat();
        let read_old = read(&old).unwrap();
        assert_eq!(read_old, read(&new).unwrap());
        let plist = flatpkg::plist::read(
            b"<plist version=\"1.0\"><dict><key>a</key><true/><key>b</key><array><integer>1</integer><string>x</string>\
              <dict><key>c</key><false/></dict></array></dict></plist>",
        );
        assert_eq!(Value::Dictionary(read_old), plist.unwrap());
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes: Vec<u8>, first in prop::sample::select(vec![0x31_u8, 0x70, 0xb0, 0x30])) {
            let _ = read(&bytes);
            let _ = read(&[&[first, bytes.len().min(127) as u8], &bytes[..bytes.len().min(127)]].concat());
        }
    }
}
