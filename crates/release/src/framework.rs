//! The frameworks of an installer: Python's own, and that of its free-threaded build.

use serde::Serialize;

use crate::version::PythonVersion;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Framework {
    /// What everything else belongs to.
    Python,
    /// The same Python without its global interpreter lock. It uses the first one's OpenSSL, Tcl, Tk and certificates.
    PythonT,
}

impl Framework {
    /// `PythonT`: the folder's name without `.framework`, the name of its library, and of the program in its application.
    pub fn name(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::PythonT => "PythonT",
        }
    }

    /// `/Library/Frameworks/PythonT.framework/Versions/3.13`.
    pub fn prefix(self, python: PythonVersion) -> String {
        format!("/Library/Frameworks/{}.framework/Versions/{}", self.name(), python.short())
    }

    /// `python3.13t`: its interpreter, and its folders in `lib` and `include`.
    pub fn python(self, python: PythonVersion) -> String {
        let thread = match self {
            Self::Python => "",
            Self::PythonT => "t",
        };
        format!("python{}{thread}", python.short())
    }

    /// The step that builds it.
    pub fn step(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::PythonT => "pythont",
        }
    }
}

impl std::str::FromStr for Framework {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = [Self::Python, Self::PythonT];
        known.into_iter().find(|known| known.name() == text).ok_or_else(|| "known are Python and PythonT".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_free_threaded_one_has_names_of_its_own() {
        let python = "3.13.5".parse().unwrap();
        let names = |framework: Framework| [framework.prefix(python), framework.python(python)];
        assert_eq!(names(Framework::Python), ["/Library/Frameworks/Python.framework/Versions/3.13", "python3.13"]);
        assert_eq!(names(Framework::PythonT), ["/Library/Frameworks/PythonT.framework/Versions/3.13", "python3.13t"]);
    }
}
