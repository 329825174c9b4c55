//! Whether the smoke test notices what it is there for: faults are put into the copy, one at a time, and a part of the
//! test must fail each time, and say why.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use macho::image::{self, Image};
use macho::{Arch, damage};
use machorun::launch;

use super::copy::{Interpreter, SDK};
use super::smoke;
use crate::context::Context;
use crate::hint::render;
use crate::plan::Plan;

/// One fault.
struct Fault {
    what: &'static str,
    /// The file, below the framework's version or the SDK; `*` stands for the rest of a name, or for a version.
    file: &'static str,
    damage: Damage,
    /// The part of the smoke test that must fail.
    part: &'static str,
    /// What it must say.
    says: &'static str,
}

/// What is done to the file.
enum Damage {
    /// Its bytes change.
    Bytes(fn(&mut [u8], Arch) -> Result<(), String>),
    /// Its bytes change, and the SDK's stub of libedit claims this symbol.
    Claim(fn(&mut [u8], Arch) -> Result<(), String>, &'static str),
    /// Its bytes change, and the SDK's stub of libSystem has this symbol no more, as on a macOS that is older than it.
    Withdraw(fn(&mut [u8], Arch) -> Result<(), String>, &'static str),
    /// It is gone.
    Missing,
}

/// A function that came with macOS 13; the SDK's stub of libSystem has it.
const NEWER: &str = "_mkfifoat";

const FAULTS: &[Fault] = &[
    Fault {
        what: "an import that one of our libraries doesn't export",
        file: "lib/python*/lib-dynload/_ssl.*",
        damage: Damage::Bytes(|file, arch| damage::rename_import(file, arch, "_SSL_read_ex", "_SSL_reed_ex")),
        part: "modules",
        says: "_SSL_reed_ex: not exported by ",
    },
    Fault {
        what: "an import that the system's library doesn't export",
        file: "lib/python*/lib-dynload/termios.*",
        damage: Damage::Bytes(|file, arch| damage::rename_import(file, arch, "_tcgetattr", "_tcgetatta")),
        part: "modules",
        says: "_tcgetatta: not exported by /usr/lib/libSystem",
    },
    Fault {
        what: "an import that only the SDK's stub says the system has, and the host has, too",
        file: "lib/python*/lib-dynload/readline.*",
        damage: Damage::Claim(
            |file, arch| damage::rename_import(file, arch, "_rl_bind_key_in_map", "_rl_resize_terminal"),
            "_rl_resize_terminal",
        ),
        part: "modules",
        says: "_rl_resize_terminal: in /usr/lib/libedit.3.dylib, but without a shim",
    },
    Fault {
        what: "a list of rebases that ends in the middle",
        file: "lib/python*/lib-dynload/_decimal.*",
        damage: Damage::Bytes(damage::forget_rebases),
        part: "numbers",
        says: "SIGSEGV",
    },
    Fault {
        what: "a list of rebases that is cut off",
        file: "lib/python*/lib-dynload/_decimal.*",
        damage: Damage::Bytes(damage::cut_rebases),
        part: "modules",
        says: "the list of rebases is cut off",
    },
    Fault {
        what: "another install name",
        file: "lib/libssl.*",
        damage: Damage::Bytes(|file, arch| {
            let name = install_name(file, arch)?;
            damage::rename_library(file, arch, &name)
        }),
        part: "modules",
        says: "whose install name is ",
    },
    Fault {
        what: "a missing library",
        file: "lib/libcrypto.*",
        damage: Damage::Missing,
        part: "modules",
        says: "library not loaded: ",
    },
    Fault {
        what: "two exports that changed places",
        file: "lib/libcrypto.*",
        damage: Damage::Bytes(|file, arch| {
            damage::swap_exports(file, arch, "_EVP_MD_get_size", "_EVP_MD_get_block_size")
        }),
        part: "hashes",
        says: "AssertionError",
    },
    Fault {
        what: "a condition that is turned round in the code of a library",
        file: "lib/libcrypto.*",
        damage: Damage::Bytes(|file, arch| damage::turn_branch(file, arch, "_EVP_DigestUpdate")),
        part: "hashes",
        says: "AssertionError",
    },
    Fault {
        what: "a function that older systems lack, imported as a must",
        file: "Python",
        damage: Damage::Withdraw(|file, arch| damage::forget_weak(file, arch, NEWER), NEWER),
        part: "modules",
        says: "_mkfifoat: not exported by /usr/lib/libSystem",
    },
    Fault {
        what: "a thread-local variable without a descriptor",
        file: "Python",
        damage: Damage::Bytes(damage::forget_thread_local),
        part: "modules",
        says: "has no descriptor",
    },
];

fn install_name(file: &[u8], arch: Arch) -> Result<String, String> {
    let (_, slice) = image::slice(file, arch).map_err(|error| error.to_string())?;
    let image = Image::parse(slice, arch).map_err(|error| error.to_string())?;
    image.install_name.ok_or_else(|| "the file has no install name".to_owned())
}

/// Puts each fault in and takes it out again.
///
/// # Errors
/// All faults that were not noticed, or for another reason than they should.
pub fn self_check(cx: &Context, plan: &Plan, interpreter: &Interpreter) -> Result<()> {
    if cfg!(target_os = "macos") {
        cx.ui.say("skipped: damaged files would have to be signed again on a Mac");
        return Ok(());
    }
    let log = interpreter.log(cx, "self-check")?;
    let task = cx.ui.task(format!("faults put in on purpose, {}", interpreter.arch), None);
    let parts = ["modules", "numbers", "hashes"];
    let run = |part: &str| {
        let args = if part == "modules" { plan.expected_modules.as_slice() } else { &[] };
        smoke::part(interpreter, part, args, &log)
    };
    for part in parts {
        run(part).with_context(|| format!("the part `{part}` fails without any fault"))?;
    }
    // The weak mark is what lets it start there.
    let (stub, text) = withdraw(interpreter, NEWER)?;
    let started = run("modules").with_context(|| format!("the part `modules` fails where macOS has no {NEWER}"));
    fs_err::write(stub, text)?;
    started?;
    let mut unnoticed = Vec::new();
    for fault in FAULTS {
        let undo = fault.put_in(interpreter).with_context(|| format!("could not put in {}", fault.what))?;
        let said = run(fault.part).err().map(|error| render(&error));
        undo.into_iter().try_for_each(|(path, bytes)| fs_err::write(path, bytes))?;
        match said {
            Some(said) if said.contains(fault.says) => {}
            Some(said) => unnoticed.push(format!("{}: noticed, but not with `{}`:\n{said}", fault.what, fault.says)),
            None => unnoticed.push(format!("{}: not noticed", fault.what)),
        }
    }
    task.done(format_args!(": {} of {} noticed", FAULTS.len() - unnoticed.len(), FAULTS.len()));
    if unnoticed.is_empty() { Ok(()) } else { bail!("the smoke test misses faults\n{}", unnoticed.join("\n")) }
}

impl Fault {
    /// Damages the files, and gives back what was in them.
    fn put_in(&self, interpreter: &Interpreter) -> Result<Vec<(PathBuf, Vec<u8>)>> {
        let file = find(&interpreter.home(), self.file)?;
        let mut bytes = fs_err::read(&file)?;
        let mut undo = vec![(file.clone(), bytes.clone())];
        match self.damage {
            Damage::Missing => fs_err::remove_file(&file)?,
            Damage::Bytes(change) | Damage::Claim(change, _) | Damage::Withdraw(change, _) => {
                let start = launch::header_len(&bytes);
                let code = bytes.get_mut(start..).unwrap_or_default();
                change(code, interpreter.arch).map_err(|why| anyhow!("{}: {why}", file.display()))?;
                fs_err::write(&file, bytes)?;
            }
        }
        match self.damage {
            Damage::Claim(_, symbol) => {
                let claimed = format!("_rl_initialize, {symbol}");
                undo.push(edit_stub(interpreter, "usr/lib/libedit.3.tbd", "_rl_initialize", &claimed)?);
            }
            Damage::Withdraw(_, symbol) => undo.push(withdraw(interpreter, symbol)?),
            Damage::Bytes(_) | Damage::Missing => {}
        }
        Ok(undo)
    }
}

/// Makes macOS older than a function of its libSystem.
fn withdraw(interpreter: &Interpreter, symbol: &str) -> Result<(PathBuf, Vec<u8>)> {
    edit_stub(interpreter, "usr/lib/libSystem.B.tbd", symbol, &format!("{symbol}.withdrawn"))
}

/// Replaces a name in a stub of the SDK, and gives back what the stub was.
fn edit_stub(interpreter: &Interpreter, stub: &str, name: &str, by: &str) -> Result<(PathBuf, Vec<u8>)> {
    let stub = find(&interpreter.folder.path().join(SDK), stub)?;
    let text = fs_err::read_to_string(&stub)?;
    if !text.contains(name) {
        bail!("{} doesn't have {name}", stub.display());
    }
    fs_err::write(&stub, text.replace(name, by))?;
    Ok((stub, text.into_bytes()))
}

/// The one regular file of this pattern.
fn find(folder: &Path, pattern: &str) -> Result<PathBuf> {
    let matcher = globset::GlobBuilder::new(pattern).literal_separator(true).build()?.compile_matcher();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() && matcher.is_match(entry.path().strip_prefix(folder)?) {
            return Ok(entry.into_path());
        }
    }
    bail!("there is no {pattern} in {}", folder.display())
}
