//! How Python's build finds the libraries that were built for it.

use super::given::TCLTK;
use super::options::BuildOptions;
use super::step::Layer;
use crate::framework::Framework;
use crate::recipe::{Library, Prefix, Recipes};

/// Where libraries appear to Python's build: one layer each, those of the framework under `/usr/local` like the others.
pub fn library_layers(recipes: &Recipes, options: &BuildOptions) -> Vec<Layer> {
    let framework = Framework::Python.prefix(recipes.release.python);
    let layer = |library: &Library| match library.build.prefix {
        Prefix::Sysroot => Layer { from: format!("@{}@/usr/local", library.name), at: "usr/local".into() },
        Prefix::Framework => Layer { from: format!("@{}@{framework}", library.name), at: "usr/local".into() },
    };
    let tcltk = options.tcltk.iter().map(|_| Layer { from: format!("@{TCLTK}@"), at: "usr/local".into() });
    recipes.libraries.iter().map(layer).chain(tcltk).collect()
}

/// What the linker is told for Tcl and Tk, where there are any: the user's own, or those of recipes.
pub fn tcltk_link(recipes: &Recipes, options: &BuildOptions) -> Option<String> {
    if let Some(own) = &options.tcltk {
        return Some(own.link());
    }
    let link = |name| recipes.libraries.iter().find_map(|library| library.pkg_config.get(name));
    Some(format!("{} {}", link("tcl")?, link("tk")?))
}
