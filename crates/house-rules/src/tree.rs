//! The modules of a crate, and which file has what a path leads to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use walkdir::WalkDir;

use crate::paths::{self, Module};

/// How often a name may stand for another one.
const MAX_ALIASES: usize = 16;

/// Which files of a crate need which others. Names are relative to the folder of its sources.
pub type Needs = BTreeMap<String, BTreeSet<String>>;

/// A module's path from the root, without `crate`.
type Place = Vec<String>;

/// What is known of a crate.
pub struct Tree {
    modules: BTreeMap<Place, (String, Module)>,
    /// `main.rs` beside a `lib.rs`: a crate of its own.
    program: Option<Module>,
}

impl Tree {
    pub fn read(src_dir: &Path) -> Self {
        let mut tree = Self { modules: BTreeMap::new(), program: None };
        let files = WalkDir::new(src_dir).sort_by_file_name().into_iter();
        for entry in files.map(|entry| entry.unwrap_or_else(|error| panic!("{error}"))) {
            let name = entry.path().strip_prefix(src_dir).unwrap_or(entry.path());
            if name.extension().is_none_or(|ending| ending != "rs") || name.starts_with("bin") {
                continue;
            }
            let text = fs_err::read_to_string(entry.path()).unwrap_or_else(|error| panic!("{error}"));
            let tokens = text.parse().unwrap_or_else(|error| panic!("{}: {error}", entry.path().display()));
            let module = Module::of(tokens);
            let place = place(name);
            let name = name.to_string_lossy().into_owned();
            if name == "main.rs" && tree.modules.contains_key(&place) {
                tree.program = Some(module);
            } else {
                tree.add(place, &name, module);
            }
        }
        tree.forget_tests();
        tree
    }

    fn add(&mut self, place: Place, file: &str, mut module: Module) {
        for (name, inner) in std::mem::take(&mut module.inner) {
            self.add([place.as_slice(), &[name]].concat(), file, inner);
        }
        self.modules.insert(place, (file.to_owned(), module));
    }

    fn forget_tests(&mut self) {
        let tests = self.modules.iter().flat_map(|(place, (_, module))| {
            module.tests.iter().map(|name| [place.as_slice(), std::slice::from_ref(name)].concat())
        });
        let tests: Vec<Place> = tests.collect();
        self.modules.retain(|place, _| !tests.iter().any(|test| place.starts_with(test)));
    }

    pub fn needs(&self) -> Needs {
        let mut needs = Needs::new();
        let mut add = |file: &str, needed: BTreeSet<String>| {
            let entry = needs.entry(file.to_owned()).or_default();
            entry.extend(needed.into_iter().filter(|other| other != file));
        };
        for (place, (file, module)) in &self.modules {
            add(file, module.paths.iter().filter_map(|path| self.file_of(place, path, 0)).map(str::to_owned).collect());
        }
        if let Some(module) = &self.program {
            let root = Place::new();
            let paths = module.paths.iter().filter(|path| path.first().is_some_and(|first| first == "crate"));
            add("main.rs", paths.filter_map(|path| self.file_of(&root, path, 0)).map(str::to_owned).collect());
        }
        needs
    }

    /// The file that has what a path in a module leads to; none for other crates.
    fn file_of(&self, from: &Place, path: &paths::Path, depth: usize) -> Option<&str> {
        let mut place = from.clone();
        let mut rest = path.as_slice();
        match rest.first()?.as_str() {
            "crate" => place.clear(),
            "self" => {}
            "super" => {
                place.pop()?;
            }
            name => {
                // A module of its own, or a name that it imported; anything else is a crate or its own item.
                let child = [place.as_slice(), &[name.to_owned()]].concat();
                if !self.modules.contains_key(&child) {
                    return self.alias(&place, name, &[], depth);
                }
                place = child;
            }
        }
        rest = rest.get(1..)?;
        while let Some((name, after)) = rest.split_first() {
            let child = [place.as_slice(), std::slice::from_ref(name)].concat();
            if name == "super" {
                place.pop()?;
            } else if self.modules.contains_key(&child) {
                place = child;
            } else if let Some(file) = self.alias(&place, name, after, depth) {
                return Some(file);
            } else {
                break;
            }
            rest = after;
        }
        self.modules.get(&place).map(|(file, _)| file.as_str())
    }

    /// What a name of a module stands for, when it is imported there from this crate.
    fn alias(&self, place: &Place, name: &str, after: &[String], depth: usize) -> Option<&str> {
        let (_, module) = self.modules.get(place)?;
        let (_, path) = module.aliases.iter().find(|(alias, path)| alias == name && path.as_slice() != [name])?;
        if depth == MAX_ALIASES {
            return None;
        }
        self.file_of(place, &[path.as_slice(), after].concat(), depth + 1)
    }
}

/// `a/mod.rs` and `a.rs` are the module `a`, `lib.rs` and `main.rs` the root.
fn place(file: &Path) -> Place {
    let parts = file.with_extension("");
    let mut parts: Place = parts.components().filter_map(name).collect();
    if parts.last().is_some_and(|last| last == "mod")
        || matches!(parts.as_slice(), [root] if root == "lib" || root == "main")
    {
        parts.pop();
    }
    parts
}

fn name(part: Component<'_>) -> Option<String> {
    match part {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    }
}
