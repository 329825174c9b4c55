//! `cargo xtask preview`.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;

use release::context::Context;
use release::evidence::timings;
use release::output::write_whole;
use release::pictures;

/// Show a package as its user will meet it, as one web page.
///
/// The installer's pages and choices, what goes where, what takes the space, and how long it took to make. The page needs no
/// network and no other file.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask preview dist/python-3.13.5-macos11-unsigned.pkg
  cargo xtask preview ~/Downloads/python-3.13.5-macos11.pkg -o theirs.html --pictures theirs")]
pub struct Preview {
    /// A .pkg file, Apple's own included.
    package: PathBuf,

    /// The page to write [default: the package's name with .html after it].
    #[arg(long, short, value_name = "PAGE.html")]
    output: Option<PathBuf>,

    /// Take pictures of all pages into this folder, light and dark, as documentation shows them; needs Chromium or Chrome.
    #[arg(long, value_name = "DIR")]
    pictures: Option<PathBuf>,

    /// The language of the user who is shown the pages, where the package has them in several: de, pt-BR.
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    language: String,
}

impl Preview {
    /// Writes the page and prints its path.
    ///
    /// # Errors
    /// When the package can't be read or the page not be written.
    pub fn run(self, cx: &Context) -> Result<()> {
        let package = release::flat::open(&self.package)?;
        let file = self.package.file_name().unwrap_or_default().to_string_lossy();
        let path = timings::path_beside(&self.package);
        let timings = match path.is_file() {
            true => Some(
                serde_json::from_slice(&fs_err::read(&path)?)
                    .with_context(|| format!("failed to read {}", path.display()))?,
            ),
            false => None,
        };
        let page = preview::page(&package, &file, &self.language, timings.as_ref())?;
        let output = self.output.unwrap_or_else(|| self.package.with_file_name(format!("{file}.html")));
        write_whole(&std::path::absolute(&output)?, page.as_bytes(), 0o644)?;
        cx.ui.result(output.display());
        if let Some(dir) = &self.pictures {
            let pictures = pictures::take(&output, &preview::panes(&package)?, dir)?;
            pictures.iter().for_each(|picture| cx.ui.result(picture.display()));
        }
        Ok(())
    }
}
