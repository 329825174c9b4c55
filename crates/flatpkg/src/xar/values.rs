//! Values of elements of a table of contents.

use std::str::FromStr;

use super::error::XarError;
use crate::xml::Element;

/// The number in a child element that must be there.
pub(in crate::xar) fn number(element: &Element, name: &'static str, place: &str) -> Result<u64, XarError> {
    let text = element.text_of(name).ok_or_else(|| missing(place, name, "a number of bytes"))?;
    parsed(text, name, place, "a number of bytes")
}

pub(in crate::xar) fn optional<T: FromStr>(
    element: &Element,
    name: &'static str,
    place: &str,
) -> Result<Option<T>, XarError> {
    element.text_of(name).map(|text| parsed(text, name, place, "a number")).transpose()
}

pub(in crate::xar) fn parsed<T: FromStr>(
    text: &str,
    name: &'static str,
    place: &str,
    expected: &'static str,
) -> Result<T, XarError> {
    text.parse().map_err(|_| wrong(place, name, text, expected))
}

pub(in crate::xar) fn missing(place: &str, element: &'static str, expected: &'static str) -> XarError {
    XarError::Element { place: place.to_owned(), element, got: "missing".to_owned(), expected }
}

pub(in crate::xar) fn wrong(place: &str, element: &'static str, got: &str, expected: &'static str) -> XarError {
    let got = format!("{:?}", got.chars().take(80).collect::<String>());
    XarError::Element { place: place.to_owned(), element, got, expected }
}
