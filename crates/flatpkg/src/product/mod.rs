//! Making a product archive: components, the choices that offer them, and the pages that the Installer shows.
//!
//! ```text
//! Distribution                 what is offered and shown
//! A.pkg/{Payload,Bom,Scripts,PackageInfo}
//! B.pkg/…
//! Resources/Welcome.rtf        for every language
//! Resources/de.lproj/License.rtf
//! ```
//!
//! What a `pkg-ref` says about its component (version, size, place in the archive) is filled in from the component.

mod check;

use std::path::Path;

use thiserror::Error as ThisError;

use crate::component::{self, Component, Problem};
use crate::distribution::{Choice, Distribution, Line, Outline, PkgRef};
use crate::package_info::PostinstallAction;
use crate::payload::Progress;
use crate::shown::shown;
use crate::tree::{EntryKind, Tree};
use crate::xar::{self, Encoding, Writer};
use crate::xml;

/// A product to be made.
#[derive(Debug, Clone)]
pub struct Product<'a> {
    /// The components, in the order they go into the archive.
    pub components: Vec<ProductPart<'a>>,
    /// What is offered and shown. Choices name components by identifier. Its own `pkg-ref` elements may add `bundle-version`
    /// and `must-close`; they say nothing that the component knows better. Without choices and outline the product offers
    /// everything at once, as `productbuild --package` does.
    pub distribution: Distribution,
    /// Pages and pictures, by their path below `Resources`.
    pub resources: Option<&'a Tree>,
}

/// A component of a product.
#[derive(Debug, Clone)]
pub struct ProductPart<'a> {
    /// Its directory in the archive: `Python_Framework.pkg`. A space in it blanks the "Show Files" window of some Installers.
    pub file_name: String,
    /// The component.
    pub component: Component<'a>,
}

/// Why a product can't be made.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ProductError {
    /// It would not be a sound one. All problems at once.
    #[error("{}", Problem::list(.0))]
    Problems(Vec<Problem>),
    /// A component can't be written.
    #[error(transparent)]
    Component(#[from] component::ComponentError),
    /// The archive can't be written.
    #[error(transparent)]
    Xar(#[from] xar::XarError),
    /// A value that XML can't hold.
    #[error("failed to write the Distribution")]
    Xml(#[from] xml::XmlError),
    /// A resource can't be read.
    #[error("failed to read resource {path}", path = shown(path))]
    Resource {
        /// Its path below `Resources`.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
}

impl Product<'_> {
    /// The document as it is written: choices completed, and a `pkg-ref` for every component with its version, size and
    /// place.
    #[must_use]
    pub fn completed_distribution(&self) -> Distribution {
        let mut distribution = self.distribution.clone();
        if distribution.choices.is_empty() && distribution.choices_outline.is_none() {
            self.offer_everything(&mut distribution);
        }
        distribution.pkg_refs.extend(self.components.iter().map(|part| {
            let component = &part.component;
            PkgRef {
                version: Some(component.version.clone()),
                on_conclusion: Some(on_conclusion(component.postinstall_action).to_owned()),
                install_kbytes: Some(component.totals().install_kbytes),
                location: Some(PkgRef::location_of(&part.file_name)),
                ..PkgRef::to(&component.identifier)
            }
        }));
        distribution
    }

    /// Shows what is done of all components together, while one after the other is written.
    pub fn overall<'a>(&self, show: &'a (dyn Fn(Progress) + Sync)) -> Overall<'a> {
        let totals = self.components.iter().map(|part| part.component.totals());
        let all = Progress::default();
        let all = totals.fold(all, |sum, totals| Progress {
            entries: sum.entries + totals.number_of_files,
            bytes: sum.bytes + totals.content_bytes,
            ..sum
        });
        Overall { all, show }
    }

    /// One choice for each component, none of them visible, below one for all: the outline of `productbuild --package`.
    fn offer_everything(&self, distribution: &mut Distribution) {
        const ALL: &str = "default";
        let ids = || self.components.iter().map(|part| part.component.identifier.as_str());
        let line = |id: &str| Line { choice: id.to_owned(), lines: Vec::new() };
        let all = Line { choice: ALL.to_owned(), lines: ids().map(line).collect() };
        distribution.choices_outline = Some(Outline { lines: vec![all] });
        distribution.choices.push(Choice { id: ALL.to_owned(), ..Choice::default() });
        distribution.choices.extend(ids().map(|id| Choice {
            id: id.to_owned(),
            visible: Some("false".to_owned()),
            pkg_refs: vec![PkgRef::to(id)],
            ..Choice::default()
        }));
    }
}

/// How far a whole product has come; see [`Product::overall`].
pub struct Overall<'a> {
    /// What there is, and what is done of it without the current component.
    all: Progress,
    show: &'a (dyn Fn(Progress) + Sync),
}

impl Overall<'_> {
    /// Shows how far the current component has come.
    pub fn show(&self, part: Progress) {
        let entries_done = self.all.entries_done + part.entries_done;
        (self.show)(Progress { entries_done, bytes_done: self.all.bytes_done + part.bytes_done, ..self.all });
    }

    /// Goes on after this component.
    pub fn next(&mut self, done: &Component<'_>) {
        let totals = done.totals();
        self.all.entries_done += totals.number_of_files;
        self.all.bytes_done += totals.content_bytes;
    }
}

/// What a `pkg-ref` calls the action of its component, in the words of the Distribution.
fn on_conclusion(action: PostinstallAction) -> &'static str {
    match action {
        PostinstallAction::None => "none",
        PostinstallAction::Logout => "RequireLogout",
        PostinstallAction::Restart => "RequireRestart",
        PostinstallAction::Shutdown => "RequireShutdown",
    }
}

/// Writes a product archive. The output appears whole or not at all.
///
/// `progress` is called with what is done of all components together.
///
/// # Errors
/// [`ProductError::Problems`] when it would not be sound, [`ProductError::Component`] when the formats can't hold a component, before
/// anything is written; else when reading or writing fails.
pub fn write(
    product: &Product<'_>,
    out: &Path,
    options: xar::Options,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<xar::Summary, ProductError> {
    let problems = product.problems();
    if !problems.is_empty() {
        return Err(ProductError::Problems(problems));
    }
    product.components.iter().try_for_each(|part| part.component.check())?;
    let mut archive = Writer::new(out, options)?;
    let mut overall = product.overall(progress);
    for part in &product.components {
        part.component.add_to(&mut archive, Some(&part.file_name), &|done| overall.show(done))?;
        overall.next(&part.component);
    }
    if let Some(resources) = product.resources {
        add_resources(&mut archive, resources)?;
    }
    let xml = product.completed_distribution().to_xml()?;
    archive.add_file(&["Distribution"], xml.as_bytes(), Encoding::Zlib)?;
    Ok(archive.finish()?)
}

fn add_resources(archive: &mut Writer, resources: &Tree) -> Result<(), ProductError> {
    for (path, entry) in resources.iter() {
        let EntryKind::File(contents) = &entry.kind else { continue };
        let name = path.to_string();
        let member: Vec<&str> = std::iter::once("Resources").chain(name.split('/')).collect();
        let source = contents.open().map_err(|source| ProductError::Resource { path: name.clone(), source })?;
        archive.add_file(&member, source, Encoding::Zlib)?;
    }
    Ok(())
}
