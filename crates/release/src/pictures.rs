//! Pictures of the Installer's pages, light and dark, as documentation shows them: taken of a preview by a browser that nobody sees.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};

use crate::exec::{Tool, find};
use crate::hint::WithHint as _;

/// Browsers that can, by their programs.
const BROWSERS: &[&str] = &["chromium", "chromium-browser", "google-chrome", "chrome"];

/// Points: the Installer's window, two pixels each.
const WINDOW: (u32, u32) = (760, 580);

/// Takes them of every page of a preview into a folder, `welcome-light.png`; gives back the files.
///
/// # Errors
/// When no browser is installed, or one makes no picture.
pub fn take(page: &Path, panes: &[&str], dir: &Path) -> Result<Vec<PathBuf>> {
    let browser = BROWSERS.iter().find_map(|name| find(name).ok());
    let browser = browser.ok_or_else(|| anyhow!("no browser that takes pictures is installed"));
    let browser = browser.hint(format!("install one of {}", BROWSERS.join(", ")))?;
    fs_err::create_dir_all(dir)?;
    let (page, dir) = (fs_err::canonicalize(page)?, fs_err::canonicalize(dir)?);
    let profile = tempfile::tempdir()?;
    let mut pictures = Vec::new();
    for pane in panes {
        for (scheme, number) in [("light", 1), ("dark", 0)] {
            let picture = dir.join(format!("{pane}-{scheme}.png"));
            let args = [
                "--headless".to_owned(),
                "--no-sandbox".to_owned(),
                "--disable-gpu".to_owned(),
                "--disable-dev-shm-usage".to_owned(),
                "--hide-scrollbars".to_owned(),
                "--force-device-scale-factor=2".to_owned(),
                format!("--blink-settings=preferredColorScheme={number}"),
                format!("--window-size={},{}", WINDOW.0, WINDOW.1),
                format!("--user-data-dir={}", profile.path().display()),
                format!("--screenshot={}", picture.display()),
                format!("file://{}#show={pane}&only=window", page.display()),
            ];
            let args = args.map(OsString::from);
            let purpose = format!("take a picture of {pane}");
            let ended = Tool { purpose: &purpose, program: &browser, args: &args, dir: &dir, input: None }.run()?;
            if !picture.is_file() {
                return Err(anyhow!(ended.complaint()))
                    .with_context(|| format!("{} took no picture", browser.display()));
            }
            pictures.push(picture);
        }
    }
    Ok(pictures)
}
