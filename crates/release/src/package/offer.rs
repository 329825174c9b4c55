//! What the Installer shows and offers: the product's `Distribution`.

use flatpkg::OsVersion;
use flatpkg::distribution::{
    AllowedOsVersions, Background, Choice, Customize, Distribution, Domains, Line, Options, OsRange, Outline, Page,
    PkgRef, Product, VolumeCheck,
};

use super::assets::{ComponentAssets, ProductAssets};
use super::texts::Texts;
use crate::plan::Plan;

/// The document for the components that there is something for.
pub fn distribution(
    assets: &ProductAssets,
    offered: &[&ComponentAssets],
    texts: &Texts<'_>,
    plan: &Plan,
) -> Distribution {
    let page = |file: &str| {
        let kind = if file.ends_with(".rtf") { "text/rtf" } else { "text/plain" };
        vec![Page { file: file.to_owned(), mime_type: Some(kind.to_owned()), uti: None }]
    };
    let mut distribution = Distribution::new(&assets.title);
    distribution.product =
        Some(Product { id: Some(texts.plain(&assets.identifier)), version: Some(plan.python.receipt()) });
    let archs: Vec<&str> = plan.archs.keys().map(|arch| arch.name()).collect();
    distribution.options = vec![Options {
        customize: Some(Customize::Allow),
        require_scripts: Some(false),
        host_architectures: Some(archs.join(",")),
        root_volume_only: Some(assets.root_volume_only),
        ..Options::default()
    }];
    distribution.domains =
        Some(Domains { anywhere: Some(false), current_user_home: Some(false), local_system: Some(true) });
    if let Some(minimum) = plan.archs.values().min() {
        let ranges = vec![OsRange { min: OsVersion::new(minimum.major, minimum.minor), before: None }];
        let allowed_os_versions = Some(AllowedOsVersions { ranges });
        distribution.volume_check = Some(VolumeCheck { script: None, allowed_os_versions });
    }
    distribution.background = Some(background(&assets.background));
    distribution.background_dark = Some(background(&assets.background_dark));
    distribution.welcome = page(&assets.welcome);
    distribution.readme = page(&assets.readme);
    distribution.license = page(&assets.license_page);
    distribution.conclusion = page(&assets.conclusion);
    let choices = offered.iter().filter(|component| component.choice_of.is_none());
    distribution.choices = choices.map(|component| choice(component, offered, texts)).collect();
    let lines = distribution.choices.iter().map(|choice| Line { choice: choice.id.clone(), lines: vec![] });
    distribution.choices_outline = Some(Outline { lines: lines.collect() });
    distribution
}

fn background(file: &str) -> Background {
    Background {
        file: file.to_owned(),
        mime_type: Some("image/png".to_owned()),
        alignment: Some("bottomleft".to_owned()),
        scaling: Some("none".to_owned()),
        ..Background::default()
    }
}

fn choice(component: &ComponentAssets, offered: &[&ComponentAssets], texts: &Texts<'_>) -> Choice {
    let id = texts.plain(&component.identifier);
    let with_it = offered.iter().filter(|other| other.choice_of.as_ref() == Some(&component.file));
    let with_it = with_it.map(|other| PkgRef::to(&texts.plain(&other.identifier)));
    Choice {
        id: id.clone(),
        title: Some(texts.plain(&component.title)),
        description: Some(texts.plain(&component.description)),
        enabled: component.required.then(|| "false".to_owned()),
        selected: component.required.then(|| "true".to_owned()),
        start_selected: (!component.required).then(|| component.selected.to_string()),
        pkg_refs: [PkgRef::to(&id)].into_iter().chain(with_it).collect(),
        ..Choice::default()
    }
}
