//! A product of ours: the package that was made of a staged root, and what became of it by a signature.

use std::fmt;
use std::path::Path;

use anyhow::Result;

use crate::context::Context;
use crate::digest::Sha256;
use crate::judgement;
use crate::package::name::{self, Mark};
use crate::package::{Format, Ownership, UnsignedPkg, package, package_to};
use crate::plan::Plan;
use crate::recipe::LeftOut;
use crate::sign::{SignedPkg, SignedRoot, Signing, sign_code, sign_package};
use crate::ui::size;

/// See the module's text.
pub struct Product {
    /// The package of the root.
    pub package: UnsignedPkg,
    /// The same, signed; nothing without an installer identity.
    pub signed: Option<SignedPkg>,
}

impl Product {
    /// Packages a staged root; nobody signs it.
    ///
    /// # Errors
    /// As [`package()`].
    pub fn unsigned(cx: &Context, plan: &Plan, root: &Path, ownership: Ownership, format: Format) -> Result<Self> {
        Ok(Self { package: package(cx, plan, root, ownership, format)?, signed: None })
    }

    /// Signs a copy of a staged root's code, packages it, signs the package; each is verified.
    ///
    /// # Errors
    /// Whatever can't be signed or packaged, or isn't good afterwards.
    pub fn signed(cx: &Context, plan: &Plan, root: &Path, signing: &Signing, ownership: Ownership) -> Result<Self> {
        let root = sign_code(cx, signing, root)?;
        let between = tempfile::Builder::new().prefix("package-").tempdir_in(cx.paths.work())?;
        // A package that is signed next isn't published.
        let dir = if signing.installer.is_some() { between.path() } else { cx.paths.dist.as_path() };
        let path = dir.join(name::file_name(&plan.product_name(), mark_of(&root)));
        let package = package_to(cx, plan, &root.root(), ownership, Format::Flat, path)?;
        judgement::package(cx, &package.path)?;
        let signed = match &signing.installer {
            Some(_) => Some(sign_package(cx, signing, &package.path, None)?),
            None => None,
        };
        Ok(Self { package, signed })
    }

    /// Verifies the package.
    ///
    /// # Errors
    /// All findings.
    pub fn verify(&self, cx: &Context) -> Result<()> {
        judgement::product(cx, &self.package)
    }

    /// The package that is published.
    pub fn path(&self) -> &Path {
        self.signed.as_ref().map_or(&self.package.path, |signed| &signed.path)
    }

    /// Its size, bytes.
    pub fn len(&self) -> u64 {
        self.signed.as_ref().map_or(self.package.len, |signed| signed.len)
    }

    /// Whether it has no bytes: never, once it was made.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes size and digest again: a ticket may have been stapled to it.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn measure(&mut self) -> Result<()> {
        if let Some(signed) = &mut self.signed {
            signed.len = fs_err::metadata(&signed.path)?.len();
            signed.measured(Sha256::of_file(&signed.path)?);
        }
        Ok(())
    }
}

fn mark_of(root: &SignedRoot) -> Mark {
    if root.ad_hoc { Mark::AdHoc } else { Mark::Unsigned }
}

impl fmt::Display for Product {
    /// What is in it, what is not, and what its signature is worth; no line break at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for component in &self.package.components {
            let size = size(component.kbytes * 1024);
            writeln!(f, "  {:28} {:>6} files {size:>10}", component.title, component.files)?;
        }
        for line in LeftOut::lines(&self.package.left_out) {
            writeln!(f, "  {line}")?;
        }
        let size = size(self.len());
        match &self.signed {
            None => write!(f, "  {size}, unsigned: Gatekeeper will block it"),
            Some(signed) => write!(f, "  {size}, {signed}"),
        }
    }
}
