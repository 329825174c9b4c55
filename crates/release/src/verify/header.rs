//! What kind of file it is, what the load commands leave room for, and what they say about the stack.

use super::expectations::Expectations;
use super::finding::{Check, Findings};
use macho::{Details, FileType};

/// The folder of the program whose main thread runs the interpreter. The ones in `bin` only start it.
const INTERPRETER: &str = "/Python.app/Contents/MacOS/";

/// A kind that we make, room for more load commands, and the interpreter's stack.
pub(super) fn check(image: &Details, expect: &Expectations, findings: &mut Findings<'_>) {
    if let FileType::Other(number) = image.file_type {
        // 10, for one, is a companion file with debugging information: `.dSYM`.
        findings.add(Check::MachO, format!("file type {number}"), "a program, dylib, bundle or object file");
    }
    let linked = matches!(image.file_type, FileType::Executable | FileType::Dylib | FileType::Bundle);
    let least = expect.linkage.headerpad;
    if let Some(room) = image.header_room
        && linked
        && room < least
    {
        findings.add(Check::Headerpad, format!("{room} bytes after the load commands"), format!("at least {least}"));
    }
    let program = findings.path().split_once(INTERPRETER).map(|(_, program)| program);
    let runs = expect.frameworks.iter().any(|framework| program == Some(framework.name()));
    if runs && image.stack_size != Some(expect.stack_size) {
        let got = image.stack_size.map_or_else(|| "no LC_MAIN".to_owned(), |size| format!("{size:#x}"));
        findings.add(Check::StackSize, got, format!("{:#x}", expect.stack_size));
    }
}
