//! Percent-encoding (RFC 3986), for the location of a component.

/// Keeps what RFC 3986 calls unreserved, and encodes everything else.
pub(super) fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String can't fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// Undoes percent-encoding. A `%` without two hexadecimal digits stays as it is.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits =
            after.first_chunk::<2>().filter(|digits| first == b'%' && digits.iter().all(u8::is_ascii_hexdigit));
        let value = digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(value.unwrap_or(first));
        rest = if value.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        assert_eq!(encode("Python_Framework.pkg"), "Python_Framework.pkg");
        assert_eq!(encode("a b&ü.pkg"), "a%20b%26%C3%BC.pkg");
        assert_eq!(decode("a%20b%26%C3%BC%2").as_deref(), Some("a b&ü%2"));
        assert_eq!(decode("%ff"), None);
        assert_eq!(decode("%+1%é").as_deref(), Some("%+1%é"));
    }
}
