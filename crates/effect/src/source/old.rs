//! Bundle packages and metapackages.

use std::collections::BTreeMap;

use oldpkg::bundle::{self, Authorization, Bundle, Phase};

use super::reading::{Ids, OfferError, laid, sorted_scripts};
use crate::offer::{Choice, Offer, OfferPart, Policy};
use crate::stated::Stated;

pub(super) fn offer(bundle: &Bundle) -> Result<Offer, OfferError> {
    let (mut parts, mut ids) = (Vec::new(), Ids::default());
    for (index, member) in bundle.members.iter().enumerate() {
        let info = &member.info;
        let phases: Vec<(String, Phase)> =
            member.scripts().map(|(phase, _)| (phase.name().to_owned(), phase)).collect();
        let (scripts, companions) = sorted_scripts(&info.identifier, Some(&member.resources), &phases)?;
        let archive = member.archive()?;
        let authorization = match info.authorization {
            Authorization::None => "none",
            Authorization::Admin => "admin",
            Authorization::Root => "root",
        };
        let paths = archive.map(|archive| laid(archive, &info.identifier, &info.install_location)).transpose()?;
        parts.push(OfferPart {
            id: ids.give(&info.identifier, &member.file_name),
            index,
            identifier: info.identifier.clone(),
            version: info.version.clone(),
            location: info.install_location.clone(),
            paths,
            scripts,
            companions,
            overwrite_permissions: info.overwrite_permissions,
            follow_links: info.follow_links,
            policies: BTreeMap::from([
                (Policy::OverwritePermissions, info.overwrite_permissions.to_string()),
                (Policy::Relocation, if info.relocatable { "yes" } else { "no" }.to_owned()),
                (Policy::ReplacedAsAWhole, "no".to_owned()),
                (Policy::Authorization, authorization.to_owned()),
                (Policy::Restart, info.restart.to_string()),
                (Policy::RootVolumeOnly, info.root_volume_only.to_string()),
            ]),
            stated: None,
        });
    }
    let choice = |(member, part): (&bundle::Member, &OfferPart)| Choice {
        id: part.id.clone(),
        parts: vec![part.id.clone()],
        required: member.selection == bundle::Selection::Required,
        selected: member.selection != bundle::Selection::Unselected,
        stated: Stated::new(),
    };
    let choices = bundle.members.iter().zip(&parts).map(choice).collect();
    Ok(Offer { parts, choices, stated: None, is_folder: false })
}
