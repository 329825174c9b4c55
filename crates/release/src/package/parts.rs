//! Which component holds what of the staged root.
//!
//! A path belongs to the component with the deepest root above it. Several components may share a folder of links: each
//! takes the links that lead into the one it names, so that no choice of the user leaves a link to nothing.

use anyhow::{Context as _, Result, ensure};
use flatpkg::policy::Policy;
use flatpkg::tree::{Contents, Entry, EntryKind, Tree, TreePath};

use super::assets::ComponentAssets;
use super::texts::Texts;
use crate::hint::WithHint as _;
use crate::recipe::LeftOut;

/// The components that there is something for.
pub struct Parts<'a> {
    /// In the order of `product.toml`.
    pub offered: Vec<Place<'a>>,
    /// What the staged root has nothing for.
    pub left_out: Vec<LeftOut>,
}

/// A component and its part of the staged root.
pub struct Place<'a> {
    /// What `product.toml` says.
    pub component: &'a ComponentAssets,
    /// Nothing for scripts alone.
    pub payload: Option<Payload<'a>>,
}

/// The files of a component.
pub struct Payload<'a> {
    /// Where they are in the staged root.
    pub root: String,
    /// They themselves.
    pub tree: Tree,
    /// Files of `installer-assets/` that join them: paths below `root`, and the assets.
    additions: Vec<(String, &'a str)>,
}

/// Divides a staged root among the components. `texts` fills in the paths.
///
/// # Errors
/// When a component's part is missing and it doesn't say what that means; when paths belong to no component.
pub fn divide<'a>(tree: &Tree, components: &'a [ComponentAssets], texts: &Texts<'_>) -> Result<Parts<'a>> {
    let mut parts = Parts { offered: Vec::new(), left_out: Vec::new() };
    for component in components {
        let is_offered = |file: &String| parts.offered.iter().any(|place| place.component.file == *file);
        if component.choice_of.as_ref().is_some_and(|owner| !is_offered(owner)) {
            continue;
        }
        let Some(root) = component.root.as_deref().map(|root| texts.plain(root)) else {
            parts.offered.push(Place { component, payload: None });
            continue;
        };
        match tree.get(root.as_bytes()).filter(|entry| matches!(entry.kind, EntryKind::Directory)) {
            Some(entry) => {
                let tree = Tree::new(entry.clone());
                let additions = component.add.iter().map(|add| (texts.plain(&add.path), add.asset.as_str())).collect();
                parts.offered.push(Place { component, payload: Some(Payload { root, tree, additions }) });
            }
            None if component.optional => {}
            None => parts.left_out.push(missing(component, &root)?),
        }
    }
    parts.hand_out(tree)?;
    Ok(parts)
}

fn missing(component: &ComponentAssets, root: &str) -> Result<LeftOut> {
    match &component.absent {
        Some(absent) => Ok(LeftOut { name: absent.name.clone(), why: absent.why.clone(), sdk: None }),
        None => Err(anyhow::anyhow!("the staged root has no folder {root}, which {} is made of", component.file))
            .hint("installer-assets/product.toml names what goes into each component"),
    }
}

impl Parts<'_> {
    /// Puts every path into the tree of its component.
    fn hand_out(&mut self, tree: &Tree) -> Result<()> {
        let mut homeless = Vec::new();
        for (path, entry) in tree.iter() {
            let text = String::from_utf8_lossy(path.as_bytes()).into_owned();
            let is_root = self.offered.iter().filter_map(Place::root).any(|root| root == text);
            if is_root || path.is_root() {
                continue;
            }
            let owner = self.owner(&text, entry);
            let Some(payload) = owner.and_then(|at| self.offered.get_mut(at)?.payload.as_mut()) else {
                let leads_to_a_root =
                    self.offered.iter().filter_map(Place::root).any(|root| below(root, &text).is_some());
                if !leads_to_a_root {
                    homeless.push(text);
                }
                continue;
            };
            let inside = path.as_bytes().get(payload.root.len() + 1..).unwrap_or_default();
            if !payload.additions.iter().any(|(path, _)| path.as_bytes() == inside) {
                payload.tree.insert(TreePath::new(inside)?, entry.clone())?;
            }
        }
        ensure_none(&homeless)
    }

    /// The component with the deepest root above a path; among those that take links, the one that the link leads to.
    fn owner(&self, path: &str, entry: &Entry) -> Option<usize> {
        let above = |place: &Place<'_>| place.root().is_some_and(|root| below(path, root).is_some());
        let deepest =
            self.offered.iter().filter(|place| above(place)).filter_map(|place| Some(place.root()?.len())).max()?;
        let target = match &entry.kind {
            EntryKind::Symlink(target) => resolve(path, &String::from_utf8_lossy(target)),
            _ => None,
        };
        let target_owner = target.and_then(|target| self.holder(&target)).map(|place| place.component.file.as_str());
        self.offered.iter().position(|place| {
            let links_to = place.component.links_to.as_deref();
            above(place)
                && place.root().map(str::len) == Some(deepest)
                && (links_to.is_none() || links_to == target_owner)
        })
    }

    /// The component that holds files at a path, folders of links aside.
    fn holder(&self, path: &str) -> Option<&Place<'_>> {
        let holds = |place: &&Place<'_>| {
            let root = place.root().filter(|_| place.component.links_to.is_none());
            root.is_some_and(|root| root == path || below(path, root).is_some())
        };
        self.offered.iter().filter(holds).max_by_key(|place| place.root().map(str::len))
    }

    /// Adds the files that come from `installer-assets/`.
    ///
    /// # Errors
    /// When the folder that one belongs in is not there.
    pub fn add(&mut self, texts: &Texts<'_>, policy: &Policy) -> Result<()> {
        for place in &mut self.offered {
            let Some(payload) = &mut place.payload else { continue };
            for (inside, asset) in &payload.additions {
                let bytes = texts.file(asset);
                let program = bytes.starts_with(b"#!");
                let kind = EntryKind::File(Contents::Memory(bytes.into()));
                let path = TreePath::new(format!("{}/{inside}", payload.root))?;
                payload
                    .tree
                    .insert(TreePath::new(inside.as_str())?, policy.entry(&path, kind, program))
                    .with_context(|| format!("{} can't add {asset}", place.component.file))?;
            }
        }
        Ok(())
    }

    /// Says whether every link leads to something that is installed whenever the link is.
    ///
    /// # Errors
    /// All links to nothing, and all into a component that the user may leave out.
    pub fn check_links(&self) -> Result<()> {
        let mut problems = Vec::new();
        for place in &self.offered {
            let Some(payload) = &place.payload else { continue };
            for (path, entry) in payload.tree.iter() {
                let EntryKind::Symlink(target) = &entry.kind else { continue };
                let link = format!("{}/{path}", payload.root);
                problems.extend(self.flaw_of_link(place, &link, &String::from_utf8_lossy(target)));
            }
        }
        ensure!(problems.is_empty(), "{}", problems.join("\n"));
        Ok(())
    }

    fn flaw_of_link(&self, place: &Place<'_>, link: &str, target: &str) -> Option<String> {
        let Some(end) = resolve(link, target) else {
            return Some(format!("{link} leads out of the installed files, to {target}"));
        };
        let holder = self.holder(&end).and_then(|holder| Some((holder, holder.payload.as_ref()?)));
        let Some((holder, payload)) = holder else {
            return Some(format!("{link} leads to {end}, which is not installed"));
        };
        // A link may lead through others (`Headers`, `Versions/Current/Headers`); within a component that is its own affair.
        if holder.component.file == place.component.file {
            return None;
        }
        let is_certain =
            holder.component.required || place.component.choice_of.as_ref() == Some(&holder.component.file);
        let there = below(&end, &payload.root).is_none_or(|path| payload.tree.get(path.as_bytes()).is_some());
        match (there, is_certain) {
            (false, _) => Some(format!("{link} leads to {end}, which is not installed")),
            (true, false) => Some(format!("{link} leads into {}, which users may leave out", holder.component.file)),
            (true, true) => None,
        }
    }
}

impl Place<'_> {
    fn root(&self) -> Option<&str> {
        self.payload.as_ref().map(|payload| payload.root.as_str())
    }
}

fn ensure_none(homeless: &[String]) -> Result<()> {
    const SHOWN: usize = 20;
    if homeless.is_empty() {
        return Ok(());
    }
    let shown: Vec<&str> = homeless.iter().take(SHOWN).map(String::as_str).collect();
    let more = homeless.len() - shown.len();
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    Err(anyhow::anyhow!("no component holds {}{more} of the staged root", shown.join(", ")))
        .hint("give it to one in installer-assets/product.toml (`root`, or `links-to` for links)")
}

/// The rest of a path below a folder.
fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    path.strip_prefix(folder)?.strip_prefix('/')
}

/// Where a link leads, as a path below the root; nothing when it leads out of it.
fn resolve(link: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = if target.starts_with('/') { Vec::new() } else { link.split('/').collect() };
    parts.pop();
    for part in target.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            parts.pop()?;
        } else {
            parts.push(part);
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_by_their_text() {
        let link = "usr/local/bin/python3";
        assert_eq!(resolve(link, "../../../Library/F/bin/python3").as_deref(), Some("Library/F/bin/python3"));
        assert_eq!(resolve(link, "/opt/x").as_deref(), Some("opt/x"));
        assert_eq!(resolve(link, "./pip3").as_deref(), Some("usr/local/bin/pip3"));
        assert_eq!(resolve(link, "../../../../outside"), None);
    }
}
