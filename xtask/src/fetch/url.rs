//! Upstream's own addresses. The only file that names the HTTP client.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::ui::Ui;

/// Downloads a file of a known size.
///
/// # Errors
/// When the server can't be reached, says no, or sends more than `size` bytes.
pub fn download(ui: &Ui, url: &str, size: u64, into: &Path) -> Result<PathBuf> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_connect(Some(Duration::from_secs(10)))
        .timeout_recv_response(Some(Duration::from_secs(30)))
        .build()
        .into();
    let response = agent.get(url).call()?;
    let path = into.join("download");
    let mut file = fs_err::File::create(&path)?;
    let bar = ui.bar("download", size);
    // One byte more than expected is enough to know that it is the wrong file.
    let mut reader = bar.wrap_read(response.into_body().into_reader().take(size + 1));
    let copied = std::io::copy(&mut reader, &mut file).context("the download broke off");
    bar.finish_and_clear();
    file.flush()?;
    match copied? {
        len if len > size => bail!("the file is larger than the {size} bytes expected"),
        _ => Ok(path),
    }
}
