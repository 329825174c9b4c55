//! stub
use anyhow::Result; use clap::Args; use crate::context::Context; use crate::plan::Plan; use crate::build::Built;
/// Verify.
#[derive(Debug, Args)]
pub struct Verify {}
impl Verify { pub fn run(self, _: &Context) -> Result<()> { Ok(()) } }
pub fn audit(_: &Context, _: &Plan, _: &Built) -> Result<()> { Ok(()) }
