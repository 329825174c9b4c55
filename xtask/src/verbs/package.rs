//! stub
use anyhow::Result; use clap::Args; use crate::context::Context;
/// Package.
#[derive(Debug, Args)]
pub struct Package {}
impl Package { pub fn run(self, _: &Context) -> Result<()> { Ok(()) } }
