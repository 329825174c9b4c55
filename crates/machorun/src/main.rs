//! `machorun [--root DIR] [--sdk DIR] [--argv0 NAME] PROGRAM [ARGUMENTS]`: runs a Mach-O program.
//!
//! `machorun PROGRAM ARGUMENTS` is enough for a launchable copy, which says where the root and the SDK are.
//! `machorun --copy FILE NEW` with `--root` and `--sdk` makes one.
//! `--emulator` and `--loader` name an emulator and this loader for another processor, whose programs are run by both.

// Rust's own start would ignore SIGPIPE and handle SIGSEGV, both of which belong to the program that is run.
#![cfg_attr(not(test), no_main)]
#![cfg_attr(test, allow(clippy::disallowed_methods))]

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::Arg;
use machorun::launch::{self, Emulation, Places};

/// The exit code of a program that could not be loaded.
const NOT_LOADED: i32 = 127;

/// Said after what is wrong with the command line.
const USAGE: &str =
    "usage: machorun [--root DIR] [--sdk DIR] [--emulator FILE --loader FILE] [--argv0 NAME] PROGRAM [ARGUMENTS]";

/// The command line.
#[derive(Debug, Default, PartialEq, Eq)]
struct Line {
    places: Places,
    argv0: Option<OsString>,
    copy: bool,
    rest: Vec<OsString>,
}

impl Line {
    fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        Self::read(args).map_err(|error| format!("{error}\n  {USAGE}"))
    }

    fn read(args: impl IntoIterator<Item = OsString>) -> Result<Self, lexopt::Error> {
        let mut line = Line::default();
        let mut args = lexopt::Parser::from_args(args);
        let (mut emulator, mut loader) = (None, None);
        while let Some(arg) = args.next()? {
            match arg {
                Arg::Long("root") => line.places.root = args.value()?.into(),
                Arg::Long("sdk") => line.places.sdk = args.value()?.into(),
                Arg::Long("emulator") => emulator = Some(args.value()?.into()),
                Arg::Long("loader") => loader = Some(args.value()?.into()),
                Arg::Long("argv0") => line.argv0 = Some(args.value()?),
                Arg::Long("copy") => line.copy = true,
                // All that follows is the program's.
                Arg::Value(program) => {
                    line.places.emulation = match (emulator, loader) {
                        (Some(emulator), Some(loader)) => Some(Emulation { emulator, loader }),
                        (None, None) => None,
                        _ => return Err("--emulator and --loader need each other".into()),
                    };
                    line.rest.push(program);
                    line.rest.extend(args.raw_args()?);
                    return Ok(line);
                }
                other => return Err(other.unexpected()),
            }
        }
        Err("no program is named".into())
    }

    fn run(self) -> Result<i32, String> {
        let Line { mut places, argv0, copy, rest } = self;
        let mut rest = rest.into_iter();
        let program = PathBuf::from(rest.next().unwrap_or_default());
        if copy {
            let new = rest.next().ok_or("--copy needs a second file")?;
            return make_copy(&program, new.into(), &places).map(|()| 0);
        }
        if places == Places::default() {
            let mut head = Vec::new();
            let read = |file| std::io::Read::take(file, launch::BLOCK as u64);
            let opened = fs_err::File::open(&program).map_err(|error| error.to_string())?;
            std::io::Read::read_to_end(&mut read(opened), &mut head).map_err(|error| error.to_string())?;
            places = launch::parse(&head)
                .ok_or_else(|| format!("{}: neither --root and --sdk nor a launchable copy", program.display()))?;
        }
        run(places, program, argv0, rest.collect())
    }
}

fn make_copy(from: &std::path::Path, to: PathBuf, places: &Places) -> Result<(), String> {
    let said = |error: std::io::Error| error.to_string();
    let loader = std::env::current_exe().map_err(said)?;
    let mut bytes = launch::block(&loader, places)?;
    bytes.extend(fs_err::read(from).map_err(said)?);
    fs_err::write(&to, bytes).map_err(said)?;
    let permissions = fs_err::metadata(from).map_err(said)?.permissions();
    fs_err::set_permissions(&to, permissions).map_err(said)
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn run(places: Places, program: PathBuf, argv0: Option<OsString>, args: Vec<OsString>) -> Result<i32, String> {
    machorun::run::program(places, &program, argv0, args).map_err(|error| error.to_string())
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn run(_: Places, program: PathBuf, _: Option<OsString>, _: Vec<OsString>) -> Result<i32, String> {
    Err(format!("{}: Mach-O programs run under this loader on Linux only, on x86_64 and 64-bit ARM", program.display()))
}

fn begin() -> i32 {
    match Line::parse(std::env::args_os().skip(1)).and_then(Line::run) {
        Ok(code) => code,
        Err(error) => {
            let text = format!("machorun: {error}\n");
            let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
            NOT_LOADED
        }
    }
}

/// Called by the C library.
#[cfg(not(test))]
// SAFETY: the name is the C library's for this purpose, and no other function has it in a program without Rust's start.
#[unsafe(no_mangle)]
extern "C" fn main() -> i32 {
    begin()
}

#[cfg(test)]
fn main() {
    std::process::exit(begin());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Line, String> {
        Line::parse(args.iter().map(OsString::from))
    }

    #[test]
    fn options_end_where_the_program_begins() {
        let line = parse(&["--root", "/r", "--sdk", "/s", "--argv0", "x", "/p", "--root", "-c"]).unwrap();
        assert_eq!(line.places, Places { root: "/r".into(), sdk: "/s".into(), emulation: None });
        assert_eq!(line.rest, ["/p", "--root", "-c"]);
        // A login shell's name begins with a dash.
        assert_eq!(parse(&["--argv0", "-sh", "--sdk=/s", "/p"]).unwrap().argv0, Some("-sh".into()));
    }

    #[test]
    fn options_say_where_everything_is() {
        let emulation = Some(Emulation { emulator: "/e".into(), loader: "/l".into() });
        let places = Places { root: "/r".into(), sdk: "/s".into(), emulation };
        let line = Line::parse(places.options().into_iter().chain(["/p".into()])).unwrap();
        assert_eq!(line.places, places);
    }

    #[test]
    fn wrong_lines_are_refused() {
        let wrong = |args: &[&str]| parse(args).unwrap_err().lines().next().unwrap_or_default().to_owned();
        assert_eq!(wrong(&[]), "no program is named");
        assert_eq!(wrong(&["--root"]), "missing argument for option '--root'");
        assert_eq!(wrong(&["--loader", "/l", "/p"]), "--emulator and --loader need each other");
        assert_eq!(wrong(&["--no", "x"]), "invalid option '--no'");
        assert_eq!(wrong(&["-r", "x"]), "invalid option '-r'");
    }
}
