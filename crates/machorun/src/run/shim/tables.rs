//! Tables of pairs: a number or a bit of Darwin's, and what it is on Linux.

/// Maps the bits of a Darwin set to Linux's.
pub fn bits_to_linux(table: &[(i32, i32)], value: i32) -> i32 {
    table.iter().filter(|(darwin, _)| value & darwin == *darwin).fold(0, |bits, (_, linux)| bits | linux)
}

/// The other way.
pub fn bits_to_darwin(table: &[(i32, i32)], value: i32) -> i32 {
    table.iter().filter(|(_, linux)| value & linux == *linux).fold(0, |bits, (darwin, _)| bits | darwin)
}

/// Maps a Darwin number to Linux's.
pub fn to_linux(table: &[(i32, i32)], value: i32) -> Option<i32> {
    table.iter().find(|(darwin, _)| *darwin == value).map(|(_, linux)| *linux)
}

/// The other way.
pub fn to_darwin(table: &[(i32, i32)], value: i32) -> Option<i32> {
    table.iter().find(|(_, linux)| *linux == value).map(|(darwin, _)| *darwin)
}
