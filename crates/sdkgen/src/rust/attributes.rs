//! What attributes of items say.

use syn::Attribute;

/// What an attribute `#[doc(alias = "…")]` says: the name in C.
pub(super) fn alias(attributes: &[Attribute]) -> Option<String> {
    let mut found = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        // Documentation is `#[doc = "…"]`, which is no list.
        _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("alias") {
                found = Some(meta.value()?.parse::<syn::LitStr>()?.value());
            }
            Ok(())
        });
    }
    found
}

/// The alignment of `#[repr(C, packed(2))]`, bytes.
pub(super) fn packed(attributes: &[Attribute]) -> Option<u8> {
    let mut found = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("repr")) {
        _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("packed") {
                let content;
                syn::parenthesized!(content in meta.input);
                found = content.parse::<syn::LitInt>()?.base10_parse().ok();
            }
            Ok(())
        });
    }
    found
}
