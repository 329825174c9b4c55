//! Text-based stubs: `.tbd` files say what the libraries of macOS export.
//!
//! An SDK has a `.tbd` file in place of each library. It is YAML in a fixed shape, with one document for the library and
//! one for each library inlined into it. Of version 4, which Apple's tools have written since 2019 (LLVM documents it in
//! `llvm/TextAPI`), the parts that matter:
//!
//! ```yaml
//! --- !tapi-tbd
//! tbd-version:     4
//! targets:         [ x86_64-macos, arm64-macos ]
//! install-name:    '/usr/lib/libz.1.dylib'
//! reexported-libraries:
//!   - targets:         [ x86_64-macos, arm64-macos ]
//!     libraries:       [ '/usr/lib/libother.dylib' ]
//! exports:
//!   - targets:         [ x86_64-macos, arm64-macos ]
//!     symbols:         [ _crc32, _deflate ]
//!     objc-classes:    [ NSObject ]
//! ...
//! ```
//!
//! The reader knows just this shape, which Apple's `tapi` and the project's own stubs share: top keys at the start of a
//! line, and lists in brackets of plain or quoted names. It copies no text, so that a loader can read the stubs of all
//! libraries that a program needs before it starts. Keys that aren't known here are skipped; a known one of another
//! shape is an error.

use crate::arch::Arch;

/// A library that a `.tbd` file describes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stub<'text> {
    /// What it calls itself; its file may lie under other names, too.
    pub install_name: &'text str,
    /// What it exports.
    pub exports: Vec<Group<'text>>,
    /// The libraries whose exports it passes on.
    pub reexported: Vec<Group<'text>>,
}

/// What is so for some targets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group<'text> {
    /// Processors with systems: `x86_64-macos`.
    pub targets: Vec<&'text str>,
    /// Install names.
    pub libraries: Vec<&'text str>,
    /// Functions and variables as the linker names them, with a leading underscore.
    pub symbols: Vec<&'text str>,
    /// Classes, exception types and instance variables of Objective-C, each with what the linker puts before its name.
    objc: Vec<(&'static [&'static str], &'text str)>,
}

impl<'text> Group<'text> {
    /// Whether it is for an architecture, on macOS.
    pub fn is_for(&self, arch: Arch) -> bool {
        self.targets.iter().any(|target| target.strip_suffix("-macos") == Some(arch.name()))
    }

    /// Takes the list of one of [`KEYS`].
    fn add(&mut self, key: &str, items: Vec<&'text str>) {
        let prefixes: &[&str] = match key {
            "targets" => return self.targets.extend(items),
            "libraries" => return self.libraries.extend(items),
            "symbols" | "weak-symbols" | "thread-local-symbols" => return self.symbols.extend(items),
            "objc-classes" => &["_OBJC_CLASS_$_", "_OBJC_METACLASS_$_"],
            "objc-eh-types" => &["_OBJC_EHTYPE_$_"],
            "objc-ivars" => &["_OBJC_IVAR_$_"],
            _ => return,
        };
        self.objc.extend(items.into_iter().map(|name| (prefixes, name)));
    }

    /// The linker's names of all that is there of Objective-C.
    pub fn objc_symbols(&self) -> impl Iterator<Item = String> {
        self.objc.iter().flat_map(|(prefixes, name)| prefixes.iter().map(move |prefix| format!("{prefix}{name}")))
    }
}

/// The keys of a group that matter.
const KEYS: [&str; 8] = [
    "targets",
    "libraries",
    "symbols",
    "weak-symbols",
    "thread-local-symbols",
    "objc-classes",
    "objc-eh-types",
    "objc-ivars",
];

/// A text that is no `.tbd` file of version 4.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TbdError {
    /// Another version.
    #[error("a tbd of version {0}, expected version 4")]
    Version(String),
    /// A library without a name.
    #[error("a tbd without `install-name`")]
    NoName,
    /// A line that is no key.
    #[error("line {0}: expected `key: value`")]
    NoKey(usize),
    /// A key that should have a list in brackets.
    #[error("line {line}: `{key}` has no list in brackets")]
    NoList {
        /// The line, from 1.
        line: usize,
        /// The key.
        key: String,
    },
    /// A list that nothing ends.
    #[error("line {line}: the list of `{key}` has no end")]
    NoEnd {
        /// The line, from 1.
        line: usize,
        /// The key.
        key: String,
    },
}

/// All libraries in the text of a `.tbd` file; the one that it is the file of comes first.
///
/// # Errors
/// When it isn't of version 4, or of another shape.
pub fn read(text: &str) -> Result<Vec<Stub<'_>>, TbdError> {
    let mut reader = Reader::default();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let item = line.trim_start_matches([' ', '-']);
        if line.starts_with("---") || line.starts_with("...") {
            reader.end()?;
            reader.begun = line.starts_with("---");
            rest = after;
            continue;
        }
        if line.trim().is_empty() || line.starts_with('#') {
            rest = after;
            continue;
        }
        reader.begun = true;
        let number = || 1 + text.get(..text.len() - rest.len()).unwrap_or_default().matches('\n').count();
        let is_top = !line.starts_with([' ', '-']);
        if let Some((key, value)) = item.split_once(':') {
            if is_top {
                reader.top(key, unquoted(value));
            } else if line.trim_start().starts_with("- ") {
                reader.groups().push(Group::default());
            }
            if value.trim_start().starts_with('[') {
                let list = rest.split_once('[').map_or("", |(_, list)| list);
                let items = items(list).ok_or_else(|| TbdError::NoEnd { line: number(), key: key.to_owned() })?;
                rest = items.1;
                if !is_top {
                    reader.list(key, items.0);
                }
                continue;
            }
            if !is_top && reader.wants(key) {
                return Err(TbdError::NoList { line: number(), key: key.to_owned() });
            }
        } else if is_top {
            return Err(TbdError::NoKey(number()));
        }
        rest = after;
    }
    reader.end()?;
    Ok(reader.done)
}

/// The items of a list in brackets, and what follows its line.
fn items(list: &str) -> Option<(Vec<&str>, &str)> {
    let mut items = Vec::new();
    let mut rest = list;
    loop {
        rest = rest.trim_start_matches([' ', ',', '\n', '\r', '\t']);
        let first = rest.chars().next()?;
        let end = match first {
            ']' => return Some((items, rest.split_once('\n').map_or("", |(_, next)| next))),
            '\'' | '"' => {
                let (item, after) = rest.get(1..)?.split_once(first)?;
                items.push(item);
                rest = after;
                continue;
            }
            _ => rest.find([',', ']', '\n'])?,
        };
        let (item, after) = rest.split_at_checked(end)?;
        items.push(item.trim_end());
        rest = after;
    }
}

fn unquoted(value: &str) -> &str {
    value.trim().trim_matches(['\'', '"'])
}

/// What has been read of a document.
#[derive(Default)]
struct Reader<'text> {
    done: Vec<Stub<'text>>,
    /// There is a document.
    begun: bool,
    version: Option<&'text str>,
    name: Option<&'text str>,
    section: Section,
    stub: Stub<'text>,
    /// Groups of sections that don't matter.
    other: Vec<Group<'text>>,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Section {
    Exports,
    Reexported,
    #[default]
    Other,
}

impl<'text> Reader<'text> {
    fn top(&mut self, key: &str, value: &'text str) {
        match key {
            "tbd-version" => self.version = Some(value),
            "install-name" => self.name = Some(value),
            _ => {}
        }
        self.section = match key {
            "exports" | "reexports" => Section::Exports,
            "reexported-libraries" => Section::Reexported,
            _ => Section::Other,
        };
    }

    fn groups(&mut self) -> &mut Vec<Group<'text>> {
        match self.section {
            Section::Exports => &mut self.stub.exports,
            Section::Reexported => &mut self.stub.reexported,
            Section::Other => &mut self.other,
        }
    }

    /// Whether a key must have a list.
    fn wants(&self, key: &str) -> bool {
        self.section != Section::Other && KEYS.contains(&key)
    }

    fn list(&mut self, key: &str, items: Vec<&'text str>) {
        if let Some(group) = self.groups().last_mut() {
            group.add(key, items);
        }
    }

    fn end(&mut self) -> Result<(), TbdError> {
        let reader = std::mem::take(self);
        self.done = reader.done;
        if !reader.begun {
            return Ok(());
        }
        if reader.version != Some("4") {
            return Err(TbdError::Version(reader.version.unwrap_or("1, 2, 3 or 5").to_owned()));
        }
        let install_name = reader.name.ok_or(TbdError::NoName)?;
        self.done.push(Stub { install_name, ..reader.stub });
        Ok(())
    }
}

/// Where an SDK may keep the stub of a library, below its folder: under the install name, or with fewer parts of the version
/// (`usr/lib/libz.1.dylib` is described by `usr/lib/libz.1.tbd` or `usr/lib/libz.tbd`), and that of a framework in its
/// version folder or at its top.
pub fn candidates(install_name: &str) -> Vec<String> {
    let path = install_name.trim_start_matches('/');
    let mut paths = vec![stub_path(install_name)];
    if let Some(mut stem) = path.strip_suffix(".dylib") {
        while let Some((shorter, part)) = stem.rsplit_once('.')
            && !part.contains('/')
        {
            stem = shorter;
            paths.push(format!("{stem}.tbd"));
        }
    } else if let Some((framework, rest)) = path.split_once(".framework/Versions/")
        && let Some((_, name)) = rest.split_once('/')
    {
        paths.push(format!("{framework}.framework/{name}.tbd"));
    }
    paths
}

/// The first of [`candidates`]: the install name with `.tbd` for `.dylib`, or behind a framework's.
pub fn stub_path(install_name: &str) -> String {
    let name = install_name.trim_start_matches('/');
    format!("{}.tbd", name.strip_suffix(".dylib").unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STUB: &str = "\
--- !tapi-tbd
tbd-version:     4
targets:         [ x86_64-macos, arm64-macos ]
uuids:
  - target:          x86_64-macos
    value:           00000000-0000-0000-0000-000000000000
flags:           [ not_app_extension_safe ]
install-name:    '/usr/lib/libone.dylib'
reexported-libraries:
  - targets:         [ x86_64-macos, arm64-macos ]
    libraries:       [ '/usr/lib/libtwo.dylib' ]
exports:
  - targets:         [ x86_64-macos,
                       arm64-macos ]
    symbols:         [ _a, '_b$INODE64',
                       _c ]
    weak-symbols:    [ _w ]
    objc-classes:    [ NSOne, \"NSTwo\" ]
  - targets:         [ arm64-macos ]
    symbols:         [ _arm, '_-[ x ]' ]
undefineds:
  - targets:         [ x86_64-macos ]
    symbols:         [ _undefined ]
--- !tapi-tbd
tbd-version:     4
targets:         [ x86_64-macos ]
install-name:    '/usr/lib/system/libtwo.dylib'
reexports:
  - targets:         [ x86_64-macos ]
    symbols:         [ _two ]
    objc-ivars:      [ NSTwo._x ]
...
";

    fn exports(stub: &Stub<'_>, arch: Arch) -> Vec<String> {
        let groups = stub.exports.iter().filter(|group| group.is_for(arch));
        groups
            .flat_map(|group| group.symbols.iter().map(|name| (*name).to_owned()).chain(group.objc_symbols()))
            .collect()
    }

    #[test]
    fn names_are_found_by_library_and_processor() {
        let [one, two] = &read(STUB).unwrap()[..] else { panic!("two libraries") };
        assert_eq!([one.install_name, two.install_name], ["/usr/lib/libone.dylib", "/usr/lib/system/libtwo.dylib"]);
        let classes =
            ["_OBJC_CLASS_$_NSOne", "_OBJC_METACLASS_$_NSOne", "_OBJC_CLASS_$_NSTwo", "_OBJC_METACLASS_$_NSTwo"];
        let common = [&["_a", "_b$INODE64", "_c", "_w"][..], &classes].concat();
        assert_eq!(exports(one, Arch::X86_64), common);
        assert_eq!(exports(one, Arch::Arm64), [&common[..], &["_arm", "_-[ x ]"]].concat());
        assert_eq!(exports(two, Arch::X86_64), ["_two", "_OBJC_IVAR_$_NSTwo._x"]);
        assert_eq!(exports(two, Arch::Arm64), [""; 0]);
        assert_eq!(one.reexported[0].libraries, ["/usr/lib/libtwo.dylib"]);
        assert_eq!(read("").unwrap(), []);
    }

    #[test]
    fn what_it_cannot_read_is_refused() {
        let refused = |text: &str| read(text).unwrap_err().to_string();
        let text = "--- !tapi-tbd-v3\narchs: [ x86_64 ]\ninstall-name: /usr/lib/libz.1.dylib\n...\n";
        assert_eq!(refused(text), "a tbd of version 1, 2, 3 or 5, expected version 4");
        assert_eq!(refused("--- !tapi-tbd\ntbd-version: 6\n...\n"), "a tbd of version 6, expected version 4");
        assert_eq!(refused("tbd-version: 4\n"), "a tbd without `install-name`");
        assert_eq!(refused("# A stub.\ntbd-version: 4\nnonsense\n"), "line 3: expected `key: value`");
        assert_eq!(refused("{ \"main_library\": {} }"), "a tbd of version 1, 2, 3 or 5, expected version 4");
        let block =
            "tbd-version: 4\ninstall-name: a\nexports:\n  - targets: [ x86_64-macos ]\n    symbols:\n      - _a\n";
        assert_eq!(refused(block), "line 5: `symbols` has no list in brackets");
        let open = "tbd-version: 4\ninstall-name: a\nexports:\n  - targets: [ x86_64-macos,\n";
        assert_eq!(refused(open), "line 4: the list of `targets` has no end");
    }

    #[test]
    fn stubs_are_found_under_shorter_names() {
        assert_eq!(
            candidates("/usr/lib/libbz2.1.0.dylib"),
            ["usr/lib/libbz2.1.0.tbd", "usr/lib/libbz2.1.tbd", "usr/lib/libbz2.tbd"]
        );
        assert_eq!(
            candidates("/System/Library/Frameworks/Tk.framework/Versions/8.5/Tk"),
            [
                "System/Library/Frameworks/Tk.framework/Versions/8.5/Tk.tbd",
                "System/Library/Frameworks/Tk.framework/Tk.tbd"
            ]
        );
    }

    proptest! {
        #[test]
        fn any_text_ends_in_an_answer(text in "[-\\[\\]{}:,'\"# \n.a1_]{0,200}") {
            let _ = read(&text);
        }

        #[test]
        fn so_does_a_damaged_stub(at in any::<prop::sample::Index>(), with in "[-\\[\\]:,'\" \n]{0,3}") {
            let (before, after) = STUB.split_at(at.index(STUB.len()));
            let _ = read(&[before, &with, after.get(1..).unwrap_or_default()].concat());
        }
    }
}
