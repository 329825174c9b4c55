//! stub
use anyhow::Result; use clap::Args; use crate::context::Context;
/// Inspect.
#[derive(Debug, Args)]
pub struct Inspect {}
impl Inspect { pub fn run(self, _: &Context) -> Result<()> { Ok(()) } }
