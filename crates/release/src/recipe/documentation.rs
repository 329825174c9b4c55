//! What makes the documentation.

use std::path::Path;

use anyhow::Result;
use serde::Deserialize;

use super::{Source, read_toml};
use crate::version::PythonVersion;

/// A file of `Mac/documentation/`: `3.13.toml`, for all releases of Python 3.13.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Documentation {
    /// The oldest `python3` that runs it.
    pub python: PythonVersion,
    /// Sphinx and everything that it needs.
    pub wheels: Vec<Source>,
}

impl Documentation {
    /// That of a version of Python, when somebody has written it down.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn of(mac: &Path, python: PythonVersion) -> Result<Option<Self>> {
        let path = mac.join("documentation").join(format!("{}.toml", python.short()));
        path.is_file().then(|| read_toml(&path)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A wheel for one processor or one version of Python makes other pages elsewhere, or none; `MarkupSafe` alone has no other, and does
    /// without its compiled half.
    #[test]
    fn wheels_work_everywhere() {
        let mac = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Mac");
        let files: Vec<_> =
            fs_err::read_dir(mac.join("documentation")).unwrap().map(|file| file.unwrap().path()).collect();
        let series: Vec<_> =
            files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "toml")).collect();
        assert!(series.len() > 1);
        for file in series {
            let Documentation { wheels, .. } = read_toml(file).unwrap();
            assert!(wheels.iter().any(|wheel| wheel.file.starts_with("sphinx-")), "{}", file.display());
            for wheel in wheels {
                let pypi = wheel.pypi.expect(&wheel.file);
                assert!(wheel.pin.sha256().is_some() && wheel.size > 0, "{}", wheel.file);
                assert!(wheel.file.ends_with("-none-any.whl") || pypi.package == "markupsafe", "{}", wheel.file);
                assert!(wheel.file.contains(&pypi.version), "{}: {}", wheel.file, pypi.version);
            }
        }
    }
}
