//! Rules of the house.

#[test]
fn no_file_needs_one_that_needs_it() {
    let circles = house_rules::circles(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    assert!(circles.is_empty(), "files that need each other: {circles:#?}");
}
