//! What a source's own script asks for, beside what the release's data have: a table for a person to judge.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::script::{Asked, Script};
use crate::recipe::{Library, Recipes, Upstream};

/// Options that the tool gives by itself, or by a flag, whatever the data say.
const OF_THE_TOOL: [&str; 3] = ["--with-openssl", "--enable-optimizations", "--with-lto"];

/// A comparison.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Libraries: of either side.
    pub libraries: Vec<Row>,
    /// Options that only the script gives, and those that only the data give.
    pub options: (Vec<String>, Vec<String>),
    /// Extension modules that only the source has, and those that only the data have.
    pub modules: (Vec<String>, Vec<String>),
    /// The oldest macOS: what the script takes when it isn't told, and the data.
    pub minimum: (Option<String>, String),
    /// What of the script wasn't understood.
    pub notes: Vec<String>,
}

/// A library.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// As recipes call it.
    pub name: String,
    /// The script's version.
    pub asked: Option<String>,
    /// The data's.
    pub ours: Option<String>,
}

impl Row {
    /// Whether the script's version is newer than ours.
    pub fn is_behind(&self) -> bool {
        match (&self.asked, &self.ours) {
            (Some(asked), Some(ours)) => numbers(asked) > numbers(ours),
            _ => false,
        }
    }

    fn judged(&self) -> &'static str {
        match (&self.asked, &self.ours) {
            (Some(_), None) => "only the script",
            (None, Some(_)) => "only the data",
            _ if self.is_behind() => "behind",
            (Some(asked), Some(ours)) if numbers(asked) < numbers(ours) => "ahead",
            _ => "",
        }
    }
}

/// What recipes call a library of the script's: its name in small letters, or another one that `Mac/upstream.toml` knows.
pub fn recipe_name(asked: &Asked, upstream: &Upstream) -> String {
    let name = asked.name.to_ascii_lowercase();
    upstream.names.get(&name).cloned().unwrap_or(name)
}

/// The numbers in a version, in order: `6.5+20250216` is 6, 5, 20250216.
pub fn numbers(version: &str) -> Vec<u64> {
    let parts = version.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().unwrap_or(u64::MAX)).collect()
}

impl Comparison {
    /// Compares.
    pub fn new(script: &Script, modules: &BTreeSet<String>, recipes: &Recipes, upstream: &Upstream) -> Self {
        let release = &recipes.release;
        let version = |library: &Library| library.version.clone();
        let ours = |name: &str| recipes.libraries.iter().find(|library| library.name == name).map(version);
        let mut libraries: Vec<Row> = Vec::new();
        for asked in &script.libraries {
            let name = recipe_name(asked, upstream);
            let ours = ours(&name);
            libraries.push(Row { name, asked: Some(asked.version.clone()), ours });
        }
        for library in &recipes.libraries {
            if !libraries.iter().any(|row| row.name == library.name) {
                libraries.push(Row { name: library.name.clone(), asked: None, ours: Some(version(library)) });
            }
        }
        let theirs: BTreeSet<&str> = script.options.iter().map(|option| name_of(option)).collect();
        let own = release.configure.iter().chain(&release.variant.configure).filter(|option| option.starts_with("--"));
        let own: BTreeSet<&str> = own.map(|option| name_of(option)).collect();
        let named = release.modules.expected.iter().chain(release.modules.left_out.iter().map(|item| &item.name));
        let named: BTreeSet<&str> = named.map(String::as_str).collect();
        let found: BTreeSet<&str> = modules.iter().map(String::as_str).collect();
        let only = |one: &BTreeSet<&str>, other: &BTreeSet<&str>, known: &[&str]| {
            let rest = one.difference(other).filter(|name| !known.contains(name));
            rest.map(|name| (*name).to_owned()).collect::<Vec<_>>()
        };
        let gone = release.modules.expected.iter().map(String::as_str).collect();
        let target = script.targets.iter().find(|(kind, _)| kind == "universal2");
        Self {
            libraries,
            options: (only(&theirs, &own, &OF_THE_TOOL), only(&own, &theirs, &[])),
            modules: (only(&found, &named, &[]), if found.is_empty() { vec![] } else { only(&gone, &found, &[]) }),
            minimum: (target.map(|(_, target)| target.clone()), release.variant.minimum.to_string()),
            notes: script.notes.clone(),
        }
    }

    /// As a text.
    pub fn render(&self) -> String {
        let mut text = format!("{:12} {:12} the data\n", "library", "the script");
        for row in &self.libraries {
            let shown = |version: &Option<String>| version.clone().unwrap_or_else(|| "-".to_owned());
            let line = format!("{:12} {:12} {:14} {}", row.name, shown(&row.asked), shown(&row.ours), row.judged());
            _ = writeln!(text, "{}", line.trim_end());
        }
        for (what, (script, data)) in [("options", &self.options), ("modules", &self.modules)] {
            for (side, names) in [("source", script), ("data", data)] {
                if !names.is_empty() {
                    _ = writeln!(text, "{what} that only the {side} has: {}", names.join(" "));
                }
            }
        }
        let (script, data) = &self.minimum;
        let script =
            script.as_ref().map_or_else(String::new, |target| format!("; the script takes {target} if it isn't told"));
        _ = writeln!(text, "oldest macOS: {data}{script}");
        for note in &self.notes {
            _ = writeln!(text, "build-installer.py, {note}");
        }
        text
    }
}

/// `--with-openssl` of `--with-openssl='…'`.
fn name_of(option: &str) -> &str {
    option.split('=').next().unwrap_or(option)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        let row =
            |asked: &str, ours: &str| Row { name: "x".into(), asked: Some(asked.into()), ours: Some(ours.into()) };
        assert!(row("3.5.10", "3.5.8").is_behind() && row("3.53.3", "3.46.1").is_behind());
        assert_eq!(row("5.2.3", "5.8.1").judged(), "ahead");
        assert_eq!(row("6.5", "6.5+20250216").judged(), "ahead");
        assert_eq!(row("4.0.1", "4.0.1").judged(), "");
    }

    #[test]
    fn both_sides_are_in_the_table() {
        let mac = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Mac");
        let recipes = Recipes::load(&mac, "3.13.5".parse().unwrap()).unwrap();
        let upstream = Upstream::read(&mac).unwrap();
        let asked =
            |name: &str, version: &str| Asked { name: name.into(), version: version.into(), ..Asked::default() };
        let script = Script {
            libraries: vec![
                asked("OpenSSL", "3.0.99"),
                asked("libmpdec", "4.0.1"),
                asked("XZ", "5.2.3"),
                asked("Zip", "1"),
            ],
            options: ["--enable-framework", "--with-openssl='x'", "--with-new=%s"].map(String::from).to_vec(),
            targets: vec![("universal2".into(), "10.9".into())],
            notes: vec!["line 3 isn't understood".into()],
        };
        let modules = recipes.release.modules.expected.iter().filter(|name| *name != "math").cloned();
        let modules = modules.chain(["_new".to_owned()]).collect();
        insta::assert_snapshot!(Comparison::new(&script, &modules, &recipes, &upstream).render(), @"
        library      the script   the data
        openssl      3.0.99       3.0.20         behind
        mpdecimal    4.0.1        4.0.1
        xz           5.2.3        5.8.1          ahead
        zip          1            -              only the script
        sqlite       -            3.46.1         only the data
        ncurses      -            6.5+20250216   only the data
        libffi       -            3.4.4          only the data
        tcl          -            8.6.18         only the data
        tk           -            8.6.18         only the data
        options that only the source has: --with-new
        options that only the data has: --enable-universalsdk --with-computed-gotos --with-dbmliborder --with-mimalloc --with-readline --with-system-libmpdec --with-universal-archs --without-ensurepip
        modules that only the source has: _new
        modules that only the data has: math
        oldest macOS: 10.13; the script takes 10.9 if it isn't told
        build-installer.py, line 3 isn't understood
        ");
    }
}
