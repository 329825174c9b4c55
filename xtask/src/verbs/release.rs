//! stub
use anyhow::Result; use clap::Args; use crate::context::Context;
/// Release.
#[derive(Debug, Args)]
pub struct Release {}
impl Release { pub fn run(self, _: &Context) -> Result<()> { Ok(()) } pub fn newest(_: &Context) -> Result<Self> { Ok(Self{}) } }
