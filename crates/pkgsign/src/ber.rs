//! From what Apple's encoder writes to DER.
//!
//! Apple's SignedData (seen in a code signature of 2021) has indefinite lengths: its outermost four values each end with two
//! zero bytes instead of stating their lengths. Everything in them has definite lengths, in DER.

use super::asn1::Malformed;

/// How deep indefinite lengths may be nested. Apple's are four deep.
const DEPTH: usize = 4;

/// The first value of some bytes as DER. After it there may be zeros only: signatures are padded to the room they have.
pub(super) fn to_der(bytes: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut rest = bytes;
    let der = value(&mut rest, DEPTH)?;
    if rest.iter().any(|byte| *byte != 0) {
        return Err(Malformed::new("after the value there is more than padding with zeros"));
    }
    Ok(der)
}

/// Takes one value from the front.
fn value(rest: &mut &[u8], depth: usize) -> Result<Vec<u8>, Malformed> {
    const CONSTRUCTED: u8 = 0x20;
    let short = || Malformed::new("the bytes end inside a value");
    let [tag, first, ..] = *rest else { return Err(short()) };
    if *first != 0x80 {
        let total = definite(rest).ok_or_else(short)?;
        let (whole, after) = rest.split_at_checked(total).ok_or_else(short)?;
        *rest = after;
        return Ok(whole.to_vec());
    }
    if tag & CONSTRUCTED == 0 || depth == 0 {
        return Err(Malformed::new("an indefinite length where none may be"));
    }
    *rest = rest.get(2..).unwrap_or_default();
    let mut contents = Vec::new();
    while !rest.starts_with(&[0, 0]) {
        contents.extend(value(rest, depth - 1)?);
    }
    *rest = rest.get(2..).unwrap_or_default();
    Ok([&[*tag], length(contents.len()).as_slice(), &contents].concat())
}

/// Bytes of a value whose length is stated. Whether it is stated as DER wants it, the reader of DER checks.
fn definite(bytes: &[u8]) -> Option<usize> {
    let first = *bytes.get(1)?;
    if first < 0x80 {
        return Some(usize::from(first) + 2);
    }
    let count = usize::from(first & 0x7f);
    if count > 4 {
        return None;
    }
    let digits = bytes.get(2..2 + count)?;
    let length = digits.iter().fold(0_usize, |length, digit| (length << 8) | usize::from(*digit));
    length.checked_add(2 + count)
}

/// A length as DER has it.
fn length(length: usize) -> Vec<u8> {
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => vec![short],
        _ => {
            let digits: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|digit| *digit == 0).collect();
            let count = u8::try_from(digits.len()).unwrap_or(8);
            [&[0x80 | count], digits.as_slice()].concat()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn indefinite_lengths_become_definite() {
        let der = to_der(&[0x30, 0x80, 0xa0, 0x80, 0x02, 0x01, 0x07, 0, 0, 0x05, 0x00, 0, 0, 0, 0, 0]).unwrap();
        assert_eq!(der, [0x30, 7, 0xa0, 3, 0x02, 0x01, 0x07, 0x05, 0x00]);
        assert_eq!(to_der(&[0x02, 0x01, 0x07, 0]).unwrap(), [0x02, 0x01, 0x07]);
        assert_eq!(length(0x7f), [0x7f]);
        assert_eq!(length(0x80), [0x81, 0x80]);
        assert_eq!(length(0x1234), [0x82, 0x12, 0x34]);
    }

    #[test]
    fn what_is_no_such_value_is_refused() {
        for bytes in [&b""[..], b"\x30", b"\x30\x80", b"\x30\x05\x00", b"\x02\x80\x00\x00", b"\x02\x01\x07\x01"] {
            assert!(to_der(bytes).is_err(), "{bytes:02x?}");
        }
        assert!(to_der(&[0x30, 0x80].repeat(9)).is_err(), "too deep");
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes: Vec<u8>) {
            let _ = to_der(&bytes);
        }
    }
}
