//! What makes the documentation.

use serde::Deserialize;

use super::source::Source;
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::recipe::read_toml;

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
