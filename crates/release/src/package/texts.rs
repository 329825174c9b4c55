//! The files of `installer-assets/` that go into the package, with their names filled in.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use flatpkg::mode::Mode;
use flatpkg::tree::{Entry, Tree, TreePath};
use walkdir::WalkDir;

use super::template::{Escape, Names};
use crate::hint::{WithHint as _, causes};

/// Reads assets and fills them in. Problems are collected, so that all are reported at once by [`Texts::finish`].
pub struct Texts<'a> {
    dir: &'a Path,
    names: &'a Names,
    problems: RefCell<Vec<String>>,
}

impl<'a> Texts<'a> {
    /// The assets of a folder.
    pub fn new(dir: &'a Path, names: &'a Names) -> Self {
        Self { dir, names, problems: RefCell::default() }
    }

    /// A text of `product.toml`.
    pub fn plain(&self, text: &str) -> String {
        self.keep(self.names.fill(text, Escape::Plain, "product.toml"))
    }

    /// A file: Rich Text, a script and the strings of a language are filled in, a picture is taken as it is.
    pub fn file(&self, asset: &str) -> Vec<u8> {
        self.keep(self.read(&self.dir.join(asset), asset))
    }

    fn read(&self, path: &Path, asset: &str) -> Result<Vec<u8>> {
        let bytes = fs_err::read(path)?;
        let escape = match path.extension().and_then(|extension| extension.to_str()) {
            Some("png") => return Ok(bytes),
            Some("rtf") => Escape::Rtf,
            Some("strings") => Escape::Plain,
            _ if bytes.starts_with(b"#!") => Escape::Shell,
            _ => bail!("{} is neither .rtf, .png, .strings nor a script", path.display()),
        };
        let text = String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))?;
        Ok(self.names.fill(&text, escape, asset)?.into_bytes())
    }

    /// The scripts of a component: names and the assets they are made from.
    pub fn scripts<'s>(&self, scripts: impl IntoIterator<Item = (&'s String, &'s String)>) -> Result<Option<Tree>> {
        let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
        for (name, asset) in scripts {
            tree.insert(TreePath::new(name.as_str())?, Entry::file(self.file(asset), Mode::EXECUTABLE))?;
        }
        Ok((!tree.is_empty()).then_some(tree))
    }

    /// Everything below `resources/`: pages and pictures, and folders of languages (`de.lproj`) with other versions of them.
    pub fn resources(&self) -> Result<Tree> {
        let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
        let top = self.dir.join("resources");
        for entry in WalkDir::new(&top).min_depth(1).sort_by_file_name() {
            let entry = entry?;
            let below = entry.path().strip_prefix(&top)?;
            let path = TreePath::new(below.to_string_lossy().as_bytes())?;
            if entry.file_type().is_dir() {
                tree.insert(path, Entry::directory(Mode::EXECUTABLE))?;
            } else if entry.path().extension().is_some_and(|ending| ending != "svg") {
                self.check_language(&top, below);
                tree.insert(path, Entry::file(self.file(&format!("resources/{}", below.display())), Mode::PLAIN))?;
            }
        }
        Ok(tree)
    }

    /// A page in another language stands for one that everybody else sees.
    fn check_language(&self, top: &Path, below: &Path) {
        let name = below.file_name().map(PathBuf::from).unwrap_or_default();
        let strings = name.extension().is_some_and(|ending| ending == "strings");
        if name != below && !strings && !top.join(&name).is_file() {
            let problem = format!("resources/{} stands for no resources/{}", below.display(), name.display());
            self.problems.borrow_mut().push(problem);
        }
    }

    fn keep<T: Default>(&self, result: Result<T>) -> T {
        result.unwrap_or_else(|error| {
            self.problems.borrow_mut().push(causes(&error));
            T::default()
        })
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// Everything that was wrong with the files, and every name that none of them used.
    pub fn finish(self) -> Result<()> {
        let mut problems = self.problems.into_inner();
        problems.extend(self.names.check_all_used().err().map(|error| causes(&error)));
        if problems.is_empty() {
            return Ok(());
        }
        problems.sort();
        problems.dedup();
        Err(anyhow::anyhow!(problems.join("\n")))
            .context("installer-assets/ can't be used")
            .hint("installer-assets/README.md lists the names that texts may use")
    }
}
