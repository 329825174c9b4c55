//! As much of DER as it takes to put attributes and a time stamp into a signature that `openssl` made.

/// A value.
pub(crate) fn value(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
    let contents = contents.concat();
    let digits: Vec<u8> = contents.len().to_be_bytes().into_iter().skip_while(|digit| *digit == 0).collect();
    let length = match digits.as_slice() {
        [] => vec![0],
        [short] if *short < 0x80 => vec![*short],
        long => [&[0x80 + u8::try_from(long.len()).unwrap()], long].concat(),
    };
    [&[tag], length.as_slice(), &contents].concat()
}

/// The contents of the first value.
pub(crate) fn contents(bytes: &[u8]) -> &[u8] {
    let (start, end) = extent(bytes);
    &bytes[start..end]
}

/// The last of several values.
pub(crate) fn last(values: &[u8]) -> &[u8] {
    let mut rest = values;
    while extent(rest).1 < rest.len() {
        rest = &rest[extent(rest).1..];
    }
    rest
}

/// Appends to the contents of what is so many levels down, always in the last value of a level.
pub(crate) fn append(bytes: &[u8], levels: usize, extra: &[u8]) -> Vec<u8> {
    let contents = contents(bytes);
    if levels == 0 {
        return value(bytes[0], &[contents, extra]);
    }
    let last = last(contents);
    value(bytes[0], &[&contents[..contents.len() - last.len()], &append(last, levels - 1, extra)])
}

/// All values, each whole.
pub(crate) fn all(values: &[u8]) -> Vec<&[u8]> {
    let mut rest = values;
    let mut all = Vec::new();
    while !rest.is_empty() {
        let (value, after) = rest.split_at(extent(rest).1);
        all.push(value);
        rest = after;
    }
    all
}

/// Replaces what is so many levels down, always in the last value of a level.
pub(crate) fn replace(bytes: &[u8], levels: usize, new: &[u8]) -> Vec<u8> {
    if levels == 0 {
        return new.to_vec();
    }
    let contents = contents(bytes);
    let last = last(contents);
    value(bytes[0], &[&contents[..contents.len() - last.len()], &replace(last, levels - 1, new)])
}

/// Where the contents of the first value begin and end.
fn extent(bytes: &[u8]) -> (usize, usize) {
    let first = usize::from(bytes[1]);
    if first < 0x80 {
        return (2, 2 + first);
    }
    let start = 2 + (first & 0x7f);
    let length = bytes[2..start].iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
    (start, start + length)
}
