//! Exceptions, Rust's panics among them: the host's unwinder (`libgcc_s`) passes them, since it has the functions of macOS's
//! `unwind.h`, and its types. What it doesn't know is how functions of images are left. It hears that before the first exception, or
//! the first look at callers: a program that has neither pays nothing.

use std::sync::{Mutex, PoisonError};

use macho::unwind::{Function, Rules, Table};

use super::arch;
use super::loader::{self, Loaded};
use super::shim::list::shims;

unsafe extern "C" {
    /// Takes the contents of an `.eh_frame`, which it keeps.
    fn __register_frame(frames: *const u8);
    fn _Unwind_RaiseException();
    fn _Unwind_Backtrace();
}

// The unwinder begins at its own caller, which must be the program.
arch::after!(raise_exception: describe => _Unwind_RaiseException);
arch::after!(backtrace: describe => _Unwind_Backtrace);

/// Describes those images that are not yet.
extern "C" fn describe() {
    static DESCRIBED: Mutex<usize> = Mutex::new(0);
    let mut described = DESCRIBED.lock().unwrap_or_else(PoisonError::into_inner);
    let images = loader::images();
    for image in images.get(*described..).unwrap_or_default() {
        match image.unwinding() {
            Ok(table) => {
                let frames = frames(&table, image);
                // SAFETY: a well-formed `.eh_frame` that ends with a length of 0 and stays.
                unsafe { __register_frame(frames.leak().as_ptr()) };
            }
            Err(error) => {
                let text = format!("machorun: {}: no exception passes it: {error}\n", image.path.to_string_lossy());
                let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
            }
        }
    }
    *described = images.len();
}

/// `DW_EH_PE_indirect`; 0 is an address as it is (`DW_EH_PE_absptr`).
const INDIRECT: u8 = 0x80;

/// The contents of an `.eh_frame` (Linux Standard Base, Core, 10.6), with addresses of this process.
fn frames(table: &Table<'_>, image: &Loaded) -> Vec<u8> {
    let mut bytes = Vec::new();
    let rules: Vec<usize> = table.rules.iter().map(|rules| entry(&mut bytes, 0, &common(rules, image))).collect();
    for function in &table.functions {
        let (Some(at), Some(rules)) = (rules.get(function.rules), table.rules.get(function.rules)) else { continue };
        // The distance back from the word that says it.
        let back = bytes.len() + 4 - at;
        entry(&mut bytes, back as u32, &description(function, rules, image));
    }
    bytes.extend([0; 4]);
    bytes
}

/// Adds an entry: its length, the word that follows, and what it says, filled up with instructions that do nothing. Gives back where
/// it lies.
fn entry(bytes: &mut Vec<u8>, word: u32, said: &[u8]) -> usize {
    let at = bytes.len();
    let length = (4 + said.len()).next_multiple_of(8) + 4;
    bytes.extend((length as u32).to_le_bytes());
    bytes.extend(word.to_le_bytes());
    bytes.extend(said);
    bytes.resize(at + 4 + length, 0);
    at
}

fn common(rules: &Rules<'_>, image: &Loaded) -> Vec<u8> {
    let mut said = vec![1];
    let mut data = Vec::new();
    said.push(b'z');
    if let Some(pointer) = rules.personality {
        said.push(b'P');
        data.push(INDIRECT);
        data.extend(pointer.wrapping_add(image.slide()).to_le_bytes());
    }
    if rules.has_tables {
        said.push(b'L');
        data.push(0);
    }
    said.extend(b"R\0");
    data.push(0);
    uleb(&mut said, rules.code_alignment);
    sleb(&mut said, rules.data_alignment);
    said.push(rules.return_register);
    uleb(&mut said, data.len() as u64);
    said.extend(data);
    said.extend(&*rules.instructions);
    said
}

fn description(function: &Function<'_>, rules: &Rules<'_>, image: &Loaded) -> Vec<u8> {
    let mut said = function.code.start.wrapping_add(image.slide()).to_le_bytes().to_vec();
    said.extend((function.code.end - function.code.start).to_le_bytes());
    if rules.has_tables {
        let table = function.table.map_or(0, |table| table.wrapping_add(image.slide()));
        said.push(8);
        said.extend(table.to_le_bytes());
    } else {
        said.push(0);
    }
    said.extend(&*function.instructions);
    said
}

fn uleb(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn sleb(bytes: &mut Vec<u8>, mut value: i64) {
    // The last byte's highest bit is the sign.
    while !(-0x40..0x40).contains(&value) {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8 & 0x7f);
}

shims! {
    ["__Unwind_RaiseException" => raise_exception]
    ["__Unwind_Backtrace" => backtrace]
}
