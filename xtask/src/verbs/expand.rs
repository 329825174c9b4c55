//! stub
use anyhow::Result; use clap::Args; use crate::context::Context;
/// Expand.
#[derive(Debug, Args)]
pub struct Expand {}
impl Expand { pub fn run(self, _: &Context) -> Result<()> { Ok(()) } }
