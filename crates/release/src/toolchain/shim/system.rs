//! `sw_vers` and `xcrun`: questions about a Mac.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use super::site::variable;
use super::tool::{ALIASES, NAMES, Tool};

/// The system that a build is told it runs on: the first for both architectures.
const MACOS: &str = "11.0";

/// `sw_vers`: the version of macOS.
pub(super) fn sw_vers(args: &[OsString]) -> Result<ExitCode> {
    let text = match args.first().map(|arg| arg.to_string_lossy().trim_start_matches('-').to_owned()).as_deref() {
        Some("productVersion") => MACOS.to_owned(),
        Some("productName") => "macOS".to_owned(),
        Some("buildVersion") => "20A2411".to_owned(),
        Some(other) => bail!("unknown question `{other}`"),
        None => format!("ProductName:\tmacOS\nProductVersion:\t{MACOS}\nBuildVersion:\t20A2411"),
    };
    print(&text);
    Ok(ExitCode::SUCCESS)
}

/// What `xcrun` is asked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Xcrun {
    SdkPath,
    Find(String),
    Run(Tool, Vec<OsString>),
}

/// `xcrun`: where the SDK is, where a tool is, or runs the tool.
pub(super) fn xcrun(args: &[OsString], run: fn(Tool, Vec<OsString>) -> ExitCode) -> Result<ExitCode> {
    match parse_xcrun(args)? {
        Xcrun::SdkPath => print(&variable("XTASK_SDK")?.to_string_lossy()),
        Xcrun::Find(name) => {
            let own = std::env::current_exe()?;
            let path = own.parent().unwrap_or(Path::new("/")).join(&name);
            if !path.exists() {
                bail!("no tool `{name}`");
            }
            print(&path.to_string_lossy());
        }
        Xcrun::Run(tool, args) => return Ok(run(tool, args)),
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads arguments: options, then a tool's name and its own arguments.
pub(super) fn parse_xcrun(args: &[OsString]) -> Result<Xcrun> {
    let mut args = args.iter();
    let mut find = false;
    while let Some(arg) = args.next() {
        let text = arg.to_string_lossy();
        match text.trim_start_matches('-') {
            "show-sdk-path" if text.starts_with('-') => return Ok(Xcrun::SdkPath),
            "sdk" | "toolchain" if text.starts_with('-') => _ = args.next(),
            "find" | "f" if text.starts_with('-') => find = true,
            _ if text.starts_with('-') => bail!("`{text}` is not understood"),
            name if find => return Ok(Xcrun::Find(name.to_owned())),
            name => {
                let tool = NAMES.iter().chain(ALIASES).find(|(known, _)| *known == name).map(|(_, tool)| *tool);
                let tool = tool.with_context(|| format!("no tool `{name}`"))?;
                return Ok(Xcrun::Run(tool, args.cloned().collect()));
            }
        }
    }
    bail!("no tool named")
}

/// A line on standard output. Stand-ins talk as the tools do, without the user's terminal.
pub(super) fn print(text: &str) {
    _ = writeln!(std::io::stdout(), "{text}");
}

/// A line on standard error.
pub(super) fn complain(text: &str) {
    _ = writeln!(std::io::stderr(), "{text}");
}
