//! The names of folders in a plan's texts: `@out@`, `@work@`, `@openssl@`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// What the names stand for while a step runs.
#[derive(Debug, Clone)]
pub struct Names {
    /// `@work@`: thrown away when the step ends.
    pub work: PathBuf,
    /// `@out@`: becomes the step's product.
    pub out: PathBuf,
    /// Products of the steps that this one needs, by name.
    pub products: BTreeMap<String, PathBuf>,
}

impl Names {
    /// Replaces every `@name@` in a text; an `@` that doesn't enclose a name stays.
    ///
    /// # Errors
    /// When a name is none of a folder's: then the step doesn't need the step it reads.
    pub fn fill(&self, text: &str) -> Result<String> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('@') {
            filled.push_str(before);
            rest = match after.split_once('@').filter(|(name, _)| is_name(name)) {
                Some((name, after)) => {
                    filled.push_str(&self.folder(name, text)?.to_string_lossy());
                    after
                }
                // The `$@` of a shell script, for instance.
                None => {
                    filled.push('@');
                    after
                }
            };
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// A path of a plan: names filled in, relative ones below `@work@`.
    ///
    /// # Errors
    /// As [`Names::fill`].
    pub fn path(&self, text: &str) -> Result<PathBuf> {
        Ok(self.work.join(self.fill(text)?))
    }

    fn folder(&self, name: &str, text: &str) -> Result<&Path> {
        match name {
            "work" => Ok(&self.work),
            "out" => Ok(&self.out),
            _ => match self.products.get(name) {
                Some(folder) => Ok(folder),
                None => bail!("`{text}` reads the product of step `{name}`, which this step doesn't need"),
            },
        }
    }
}

/// What a step may be called.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._+-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_and_unknown_ones_refused() {
        let products = BTreeMap::from([("xz".into(), "/steps/xz-1".into())]);
        let names = Names { work: "/w".into(), out: "/w/out".into(), products };
        assert_eq!(names.fill("-I@xz@/include:@out@").unwrap(), "-I/steps/xz-1/include:/w/out");
        assert_eq!(names.path("src/a").unwrap(), Path::new("/w/src/a"));
        assert_eq!(names.path("@xz@").unwrap(), Path::new("/steps/xz-1"));
        assert!(names.fill("@zlib@").unwrap_err().to_string().contains("step `zlib`"));
        let script = "while read a; do run \"$@\"; done; exec @xz@/bin/sh \"$@\"";
        assert_eq!(names.fill(script).unwrap(), script.replace("@xz@", "/steps/xz-1"));
    }
}
