//! stub
use std::path::Path;
use anyhow::{Result, bail};
use crate::apt::Apt;
pub fn set_stack_size(_: &Path, _: u64) -> Result<()> { bail!("stub") }
pub fn unpack_packages(_: &mut Apt, _: &[String], _: &Path) -> Result<()> { bail!("stub") }
pub mod open_sdk { use super::*; use crate::digest::Sha256; pub fn generate(_: &Path, _: &Path, _: &Path) -> Result<()> { bail!("stub") } pub fn spec_digest(_: &Path) -> Result<Sha256> { Ok(Sha256::of(b"")) } }
pub mod shim { use super::*; pub const SOURCE_DIGEST_INPUT: &str = ""; pub struct Tool; pub fn is_shim_name(_: &std::ffi::OsStr) -> Option<Tool> { None } pub fn run(_: Tool, _: Vec<std::ffi::OsString>) -> std::process::ExitCode { std::process::ExitCode::FAILURE } pub fn install(_: &Path, _: &Path) -> Result<()> { bail!("stub") } }
pub mod runtime { use super::*; pub fn compile(_: &std::collections::BTreeMap<String,String>, _: &Path, _: &Path, _: &Path) -> Result<()> { bail!("stub") } }
