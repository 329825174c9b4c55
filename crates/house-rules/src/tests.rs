use super::*;

/// A made-up tree of sources.
fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }
    folder
}

fn circles_of(files: &[(&str, &str)]) -> Vec<Vec<String>> {
    circles(tree(files).path())
}

const NONE: [[&str; 0]; 0] = [];

#[test]
fn a_circle_is_found_as_soon_as_there_is_one() {
    let mut files = vec![
        ("lib.rs", "pub mod a; pub mod b; pub mod c;"),
        ("a.rs", "use crate::b::B; fn a(b: B) {}"),
        ("b.rs", "use crate::c; pub struct B; fn b() { c::c() }"),
        ("c.rs", "pub fn c() {}"),
    ];
    assert_eq!(circles_of(&files), NONE);
    files[3].1 = "pub fn c() { crate::a::a() }";
    assert_eq!(circles_of(&files), [["a.rs", "b.rs", "c.rs"]]);
}

#[test]
fn two_circles_are_two() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c; mod d;"),
        ("a.rs", "use super::b;"),
        ("b.rs", "use super::{a::A, c::{self, C}};"),
        ("c.rs", "use super::d::*;"),
        ("d.rs", "fn d(_: crate::c::C) {}"),
    ];
    assert_eq!(circles_of(&files), [["a.rs", "b.rs"], ["c.rs", "d.rs"]]);
}

#[test]
fn a_child_that_takes_from_its_parent_what_needs_the_child() {
    let mut files = vec![
        ("lib.rs", "mod top;"),
        ("top/mod.rs", "mod low; pub struct Top; fn top() { low::low() }"),
        ("top/low.rs", "use super::Top; pub fn low() {}"),
    ];
    assert_eq!(circles_of(&files), [["top/low.rs", "top/mod.rs"]]);
    // A parent that only declares and passes on needs nothing.
    files[1].1 = "mod low; mod kind; pub use low::low; pub(crate) use kind::Top; use kind::Other as Same;";
    files[2].1 = "use super::Top; pub fn low(_: super::Same) {}";
    files.push(("top/kind.rs", "pub struct Top; pub struct Other;"));
    assert_eq!(circles_of(&files), NONE);
    let needs = needs(tree(&files).path());
    assert_eq!(needs["top/low.rs"], BTreeSet::from(["top/kind.rs".to_owned()]));
    // Through a name that was passed on.
    files[3].1 = "pub struct Top; pub struct Other; fn kind() { crate::top::low() }";
    assert_eq!(circles_of(&files), [["top/kind.rs", "top/low.rs"]]);
}

#[test]
fn macros_are_code_and_comments_and_strings_are_not() {
    let mut files = vec![
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "macro_rules! m { ($x:expr) => { $crate::b::b($x) }; }"),
        ("b.rs", "/* crate::a::a() */ const B: &str = \"use crate::a\"; // crate::a"),
    ];
    assert_eq!(circles_of(&files), NONE);
    files[2].1 = "fn b() { println!(\"{}\", crate::a::a()) }";
    assert_eq!(circles_of(&files), [["a.rs", "b.rs"]]);
}

#[test]
fn tests_may_need_anything() {
    let files = [
        ("lib.rs", "mod a; mod b; #[cfg(test)] mod tests;"),
        ("a.rs", "use crate::b::B;"),
        ("b.rs", "#[cfg(test)] use crate::a::{A, C}; #[cfg(test)] mod tests { use crate::a::A; } pub struct B;"),
        ("tests.rs", "use crate::a; fn t() { crate::tests::more::x() } pub mod more;"),
        ("tests/more.rs", "use crate::tests;"),
    ];
    assert_eq!(circles_of(&files), NONE);
}

#[test]
fn modules_in_braces_are_parts_of_their_file() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        (
            "a.rs",
            "pub mod inner { pub fn one() { super::two(); super::super::b::b(); } } fn two() { self::inner::one() }",
        ),
        ("b.rs", "use crate::a::inner;"),
    ];
    assert_eq!(circles_of(&files), [["a.rs", "b.rs"]]);
}

#[test]
fn a_program_beside_a_library_is_another_crate() {
    let files = [
        ("lib.rs", "pub mod a;"),
        ("a.rs", "fn a() { a::b(); std::fs::read(); other::a::c(); }"),
        ("main.rs", "use library::a; fn main() {}"),
    ];
    assert_eq!(circles_of(&files), NONE);
}
