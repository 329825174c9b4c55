//! Packages made of a fuzzer's bytes: their containers are right, so that what is in them is reached, and what is in them is
//! anything. Plain bytes as an archive are the business of the target `xar`.

mod archive;
mod documents;
mod entries;

use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};

/// A package of up to three components, with a Distribution more often than not.
#[derive(Debug)]
pub struct Made(pub Vec<u8>);

impl<'a> Arbitrary<'a> for Made {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let is_product = input.ratio(3, 4)?;
        let count = if is_product { input.int_in_range(0..=3)? } else { 1 };
        let mut members = Vec::new();
        for number in 0..count {
            let place = |part: &str| {
                if is_product { format!("{}.pkg/{part}", ["a", "b", "c"][number]) } else { part.to_owned() }
            };
            let payload = entries::archive(input)?;
            if input.ratio(7, 8)? {
                members.push((place("PackageInfo"), documents::package_info(input)?));
            }
            if input.ratio(7, 8)? {
                members.push((place("Bom"), entries::bom(input, &payload)?));
                members.push((place("Payload"), entries::compressed(input, payload)?));
            }
            if input.ratio(1, 3)? {
                let scripts = entries::archive(input)?;
                members.push((place("Scripts"), entries::compressed(input, scripts)?));
            }
        }
        if is_product {
            members.push(("Distribution".to_owned(), documents::distribution(input)?));
            for page in
                ["Resources/welcome.rtf", "Resources/en.lproj/license.html", "Resources/en.lproj/Localizable.strings"]
            {
                if input.ratio(1, 4)? {
                    members.push((page.to_owned(), documents::page(input)?));
                }
            }
        }
        archive::xar(input, &members).map(Made)
    }
}

/// One of several; the first ones are the usual.
fn one_of<'a>(input: &mut Unstructured<'_>, words: &[&'a str]) -> Result<&'a str> {
    input.choose(words).copied()
}

/// A few bytes.
fn bytes(input: &mut Unstructured<'_>, most: usize) -> Result<Vec<u8>> {
    let length = input.int_in_range(0..=most)?.min(input.len());
    input.bytes(length).map(<[u8]>::to_vec)
}

/// Changes a byte or cuts the end off, once in a while.
fn damage(input: &mut Unstructured<'_>, mut bytes: Vec<u8>) -> Result<Vec<u8>> {
    if !bytes.is_empty() && input.ratio(1, 8)? {
        let at = input.choose_index(bytes.len())?;
        if input.arbitrary()? { bytes[at] = input.arbitrary()? } else { bytes.truncate(at) }
    }
    Ok(bytes)
}
