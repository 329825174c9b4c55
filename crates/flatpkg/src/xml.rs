//! XML as the parts of a package use it: small, UTF-8, two or three levels deep.
//!
//! Two ways in. `Element` is a plain tree, for the table of contents, whose readers must accept elements in any order
//! and repeated ones. `from_str` and `to_string` go through serde, for `PackageInfo` and `Distribution`, so that the
//! same types write and read.
//!
//! Both refuse a document that is too large, too deep or has too many elements *before* they allocate for it, so no input
//! can exhaust the stack or more than a bounded multiple of its size in memory.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error as ThisError;

/// The deepest nesting we follow. A table of contents of the largest real product nests about 12 levels.
const MAX_DEPTH: usize = 48;

/// The most elements in a table of contents. A member of a xar archive takes about 25: room for 20,000 members.
const MAX_TREE_ELEMENTS: usize = 1 << 19;

/// The most elements in a `PackageInfo` or `Distribution`. A bundle of a component takes at most six.
const MAX_SERDE_ELEMENTS: usize = 1 << 16;

/// The most attributes of one element; a `pkg-info` has about a dozen.
const MAX_ATTRIBUTES: usize = 64;

/// What is wrong with an XML document.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum XmlError {
    /// The bytes are not UTF-8, the only encoding Apple's tools write.
    #[error("byte {offset} is not UTF-8, the only encoding these documents use")]
    NotUtf8 {
        /// Bytes from the start of the document.
        offset: usize,
    },
    /// Not well-formed XML.
    #[error("at byte {offset}: {message}")]
    Syntax {
        /// Bytes from the start of the document.
        offset: u64,
        /// What the parser says.
        message: String,
    },
    /// A limit that no real document comes near.
    #[error("at byte {offset}: more than {limit} {what}")]
    Limit {
        /// Bytes from the start of the document.
        offset: u64,
        /// What there is too much of.
        what: &'static str,
        /// How many are allowed.
        limit: usize,
    },
    /// Well-formed, but not the document we expected.
    #[error("{0}")]
    Content(String),
}

/// One element with all it holds.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Element {
    /// Its name, with its prefix if it has one.
    pub name: String,
    /// Names and values, in document order, entities resolved.
    pub attributes: Vec<(String, String)>,
    /// The text directly inside, entities resolved, not trimmed.
    pub text: String,
    /// The elements directly inside, in document order.
    pub children: Vec<Element>,
}

impl Element {
    /// The first child of that name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children of that name, in document order.
    pub fn children_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The trimmed text of the first child of that name.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim())
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The bytes as text: UTF-8, a byte order mark taken off.
///
/// # Errors
/// Other encodings.
pub fn text(bytes: &[u8]) -> Result<&str, XmlError> {
    let text = std::str::from_utf8(bytes).map_err(|error| XmlError::NotUtf8 { offset: error.valid_up_to() })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Parses a whole document into its root element.
pub fn parse(text: &str) -> Result<Element, XmlError> {
    let mut open: Vec<Element> = vec![Element::default()];
    walk(text, MAX_TREE_ELEMENTS, |event| {
        match event {
            Event::Start(start) => open.push(element(&start)?),
            Event::Empty(start) => {
                let child = element(&start)?;
                if let Some(parent) = open.last_mut() {
                    parent.children.push(child);
                }
            }
            Event::End(_) => {
                if let Some(child) = open.pop()
                    && let Some(parent) = open.last_mut()
                {
                    parent.children.push(child);
                }
            }
            Event::Text(part) => push_text(&mut open, &part.xml10_content()),
            Event::CData(part) => push_text(&mut open, &part.xml10_content()),
            Event::GeneralRef(reference) => push_text(&mut open, &resolve(&reference)?),
            _ => {}
        }
        Ok(())
    })?;
    let mut roots = open.into_iter().next().map(|document| document.children).unwrap_or_default();
    match (roots.pop(), roots.is_empty()) {
        (Some(root), true) => Ok(root),
        (Some(_), false) => Err(XmlError::Content("more than one root element".to_owned())),
        (None, _) => Err(XmlError::Content("no root element".to_owned())),
    }
}

/// The name of the root element of a document for another reader: of one that is well-formed and within the limits of
/// [`parse`].
pub(crate) fn within_limits(text: &str) -> Result<String, XmlError> {
    root_name(text, MAX_TREE_ELEMENTS)
}

fn root_name(text: &str, max_elements: usize) -> Result<String, XmlError> {
    let mut root = None;
    walk(text, max_elements, |event| {
        if let (None, Event::Start(start) | Event::Empty(start)) = (&root, &event) {
            root = Some(start.name().as_ref().to_owned());
        }
        Ok(())
    })?;
    Ok(root.unwrap_or_default())
}

/// Reads a value from a document whose root element has one of the given names. Returns that name too.
pub(crate) fn from_str<T: DeserializeOwned>(text: &str, roots: &[&str]) -> Result<(String, T), XmlError> {
    let root = root_name(text, MAX_SERDE_ELEMENTS)?;
    if !roots.contains(&root.as_str()) {
        return Err(XmlError::Content(format!("the root element is <{root}>, expected <{}>", roots.join("> or <"))));
    }
    let value = quick_xml::de::from_str(text).map_err(|error| XmlError::Content(error.to_string()))?;
    Ok((root, value))
}

/// Writes a value as Apple's tools lay out their documents: a declaration, four spaces per level, empty elements closed
/// in place, no newline at the end.
pub(crate) fn to_string<T: Serialize>(root: &str, value: &T) -> Result<String, XmlError> {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    let mut serializer = quick_xml::se::Serializer::with_root(&mut out, Some(root)).map_err(content)?;
    serializer.indent(' ', 4);
    serializer.set_quote_level(quick_xml::se::QuoteLevel::Minimal);
    value.serialize(serializer).map_err(content)?;
    only_characters(&out)?;
    Ok(out)
}

/// XML has no way to hold most control characters, not even as references (XML 1.0, production 2, Char).
pub(crate) fn only_characters(text: &str) -> Result<(), XmlError> {
    let is_character =
        |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    match text.chars().find(|c| !is_character(c)) {
        Some(other) => Err(XmlError::Content(format!("XML can't hold the character {other:?}"))),
        None => Ok(()),
    }
}

fn content(error: impl std::fmt::Display) -> XmlError {
    XmlError::Content(error.to_string())
}

/// Runs over every event of a document, within the limits.
fn walk(
    text: &str,
    max_elements: usize,
    mut each: impl FnMut(Event<'_>) -> Result<(), XmlError>,
) -> Result<(), XmlError> {
    only_characters(text)?;
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut depth, mut elements) = (0_usize, 0_usize);
    loop {
        let offset = reader.buffer_position();
        let event = reader
            .read_event()
            .map_err(|error| XmlError::Syntax { offset: reader.error_position(), message: error.to_string() })?;
        match &event {
            Event::Eof if depth == 0 => return Ok(()),
            Event::Eof => {
                return Err(XmlError::Syntax { offset, message: format!("the document ends inside {depth} elements") });
            }
            Event::Start(start) => {
                check_attributes(start, offset)?;
                elements += 1;
                depth += 1;
            }
            Event::Empty(start) => {
                check_attributes(start, offset)?;
                elements += 1;
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::GeneralRef(reference) => {
                if let Ok(Some(character)) = reference.resolve_char_ref() {
                    only_characters(character.encode_utf8(&mut [0; 4]))?;
                }
            }
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(XmlError::Limit { offset, what: "levels of elements", limit: MAX_DEPTH });
        }
        if elements > max_elements {
            return Err(XmlError::Limit { offset, what: "elements", limit: max_elements });
        }
        each(event).map_err(|error| match error {
            XmlError::Content(message) => XmlError::Syntax { offset, message },
            other => other,
        })?;
    }
}

fn check_attributes(start: &BytesStart<'_>, offset: u64) -> Result<(), XmlError> {
    for (count, attribute) in start.attributes().enumerate() {
        if count == MAX_ATTRIBUTES {
            return Err(XmlError::Limit { offset, what: "attributes", limit: MAX_ATTRIBUTES });
        }
        if let Ok(value) = attribute.map_err(content)?.normalized_value(XmlVersion::Implicit1_0) {
            only_characters(&value)?;
        }
    }
    Ok(())
}

fn element(start: &BytesStart<'_>) -> Result<Element, XmlError> {
    let name = start.name().as_ref().to_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(content)?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(content)?;
        attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(Element { name, attributes, ..Element::default() })
}

fn push_text(open: &mut [Element], part: &str) {
    // The first of `open` is the document itself: the white space around the root element says nothing.
    if let [_, .., inner] = open {
        inner.text.push_str(part);
    }
}

fn resolve(reference: &BytesRef<'_>) -> Result<String, XmlError> {
    if let Some(character) = reference.resolve_char_ref().map_err(content)? {
        return Ok(character.to_string());
    }
    let name = reference.xml10_content();
    quick_xml::escape::resolve_predefined_entity(&name)
        .map(str::to_owned)
        .ok_or_else(|| XmlError::Content(format!("unknown entity &{name};")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_entities() {
        let root = parse("<?xml version=\"1.0\"?>\n<a k='1 &lt; 2'>x &amp; <![CDATA[<y>]]> &#x7a;<b/></a>\n").unwrap();
        assert_eq!(root.text, "x & <y> z");
        assert_eq!(root.attribute("k"), Some("1 < 2"));
        assert_eq!(root.children.len(), 1);
    }

    #[test]
    fn limits_and_errors() {
        let deep = "<a>".repeat(100_000);
        assert!(matches!(parse(&deep), Err(XmlError::Limit { what: "levels of elements", .. })));
        let wide = format!("<a>{}</a>", "<b/>".repeat(MAX_TREE_ELEMENTS));
        assert!(matches!(parse(&wide), Err(XmlError::Limit { what: "elements", .. })));
        let attributes: String = (0..100).map(|n| format!(" a{n}='1'")).collect();
        assert!(matches!(parse(&format!("<a{attributes}/>")), Err(XmlError::Limit { what: "attributes", .. })));
        for control in ["<a k='\u{1d}'/>", "<a k='&#29;'/>", "<a>\u{1d}</a>", "<a>&#x1d;</a>", "<a>\u{ffff}</a>"] {
            assert!(parse(control).unwrap_err().to_string().contains("XML can't hold the character"), "{control:?}");
        }
        assert_eq!(parse("<a>\u{85}&#x85;</a>").unwrap().text, "\u{85}\u{85}");
        for broken in ["", "<a>", "<a></b>", "<a/><b/>", "<a>&nosuch;</a>", "text", "<a b></a>"] {
            assert!(parse(broken).is_err(), "{broken:?} was accepted");
        }
    }
}
