use super::*;
use crate::recipe::read_toml;

/// A checkout's data, an empty cache, no network.
struct Place {
    dir: tempfile::TempDir,
    cx: Context,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Mac"), dir.path().join("Mac"));
        for entry in walkdir::WalkDir::new(&from).max_depth(3) {
            let entry = entry.unwrap();
            let target = to.join(entry.path().strip_prefix(&from).unwrap());
            if entry.file_type().is_dir() {
                fs_err::create_dir_all(target).unwrap();
            } else {
                fs_err::copy(entry.path(), target).unwrap();
            }
        }
        fs_err::create_dir(dir.path().join("given")).unwrap();
        let cx = crate::package::tests::context(&dir.path().join("dist"));
        let (cache, dist) = (dir.path().join("cache"), dir.path().join("dist"));
        let paths = crate::context::Paths { repo: dir.path().into(), cache, dist };
        Self { cx: Context { paths, offline: true, ..cx }, dir }
    }

    fn given(&self, file: &str) -> PathBuf {
        self.dir.path().join("given").join(file)
    }

    /// Puts a source into the folder that the user gives, in which some libraries are asked for.
    fn source(&self, version: &str, libraries: &str) -> Sha256 {
        let script = format!(
            "default_target_map = {{'universal2': '10.9'}}\ndef library_recipes():\n    result = []\n    \
             result.extend([{libraries}])\n    return result\n\
             def build():\n    runCommand(\"%s -C --enable-framework --with-new\" % (x,))\n"
        );
        let files = [
            (SCRIPT, script),
            (PATCHLEVEL, format!("#define PY_VERSION      \"{version}\"\n")),
            (modules::SETUP, "@MODULE__SSL_TRUE@_ssl _ssl.c\n@MODULE__NEW_TRUE@_new new.c\n".to_owned()),
        ];
        let mut bytes = Vec::new();
        let writer = lzma_rust2::XzWriter::new(&mut bytes, lzma_rust2::XzOptions::with_preset(0)).unwrap();
        let mut tar = tar::Builder::new(writer);
        for (path, text) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            header.set_mtime(1_785_888_000);
            tar.append_data(&mut header, format!("Python-{version}/{path}"), text.as_bytes()).unwrap();
        }
        tar.into_inner().unwrap().finish().unwrap();
        fs_err::write(self.given(&format!("Python-{version}.tar.xz")), &bytes).unwrap();
        Sha256::of(&bytes)
    }

    /// A library as the script asks for it, whose source is in the folder, too.
    fn library(&self, name: &str, version: &str) -> String {
        let file = format!("{}-{version}.tar.gz", name.to_lowercase());
        fs_err::write(self.given(&file), &file).unwrap();
        let checksum = Sha256::of(file.as_bytes());
        format!("dict(name='{name} {version}', url='https://example.invalid/{file}', checksum='{checksum}'),")
    }

    fn draft(&self, version: &str, sha256: Option<Sha256>) -> Result<Draft, String> {
        let supply = Supply::folder(&self.dir.path().join("given")).unwrap();
        let draft = draft(&self.cx, version.parse().unwrap(), &supply, sha256);
        draft.map_err(|error| crate::hint::render(&error).replace(&self.dir.path().display().to_string(), "DIR"))
    }

    fn written(&self, draft: &Draft) -> Vec<String> {
        let below = |path: &PathBuf| path.strip_prefix(self.dir.path()).unwrap().display().to_string();
        draft.written.iter().map(below).collect()
    }

    fn load(&self, version: &str) -> Recipes {
        Recipes::load(&self.cx.paths.mac(), version.parse().unwrap()).unwrap()
    }
}

#[test]
fn a_release_of_a_series_is_drafted_with_recipes_for_what_is_behind() {
    let place = Place::new();
    let libraries = place.library("OpenSSL", "3.0.99") + &place.library("XZ", "5.2.3");
    let sha256 = place.source("3.13.99", &libraries);
    let draft = place.draft("3.13.99", Some(sha256)).unwrap();
    assert_eq!(place.written(&draft), ["Mac/releases/3.13.99.toml", "Mac/recipes/openssl-3.0.99.toml"]);
    let release = place.load("3.13.99").release;
    assert_eq!(release.source.pin.sha256(), Some(sha256));
    assert_eq!(release.released.to_string(), "2026-08-05");
    assert!(release.built.is_none(), "a draft");
    let recipe: Library = read_toml(&draft.written[1]).unwrap();
    assert_eq!((recipe.version.as_str(), recipe.source.size), ("3.0.99", "openssl-3.0.99.tar.gz".len() as u64));
    let table = draft.comparison.render();
    assert!(
        table.contains("openssl      3.0.99 ") && table.contains("modules that only the source has: _new"),
        "{table}"
    );
    // The next time it is there, and only compared.
    let again = place.draft("3.13.99", None).unwrap();
    assert!(again.written.is_empty() && again.vouched.is_none());
    assert_eq!(again.notes, ["Mac/recipes/openssl-3.0.99.toml is there, and openssl is older in the data"]);
}

#[test]
fn a_new_series_begins_as_its_neighbour() {
    let place = Place::new();
    let sha256 = place.source("3.99.0a1", &place.library("XZ", "5.2.3"));
    let draft = place.draft("3.99.0a1", Some(sha256)).unwrap();
    assert_eq!(place.written(&draft), ["Mac/series/3.99.toml", "Mac/releases/3.99.0a1.toml"]);
    assert_eq!(place.load("3.99.0a1").release.python.to_string(), "3.99.0a1");
    assert!(draft.notes[0].starts_with("Mac/series/3.99.toml is a copy of 3."), "{:?}", draft.notes);
}

#[test]
fn a_library_whose_source_cannot_be_had_is_named() {
    let place = Place::new();
    let asked = |name: &str, checksum: &str| {
        format!("dict(name='{name} 99.0', url='https://example.invalid/{name}.tar.gz', checksum='{checksum}'),")
    };
    let sha256 = place.source("3.13.99", &(asked("OpenSSL", &Sha256::of(b"x").to_string()) + &asked("SQLite", "d0ae")));
    let draft = place.draft("3.13.99", Some(sha256)).unwrap();
    assert_eq!(place.written(&draft), ["Mac/releases/3.13.99.toml"]);
    let notes = draft.notes.join("\n");
    assert!(notes.contains("openssl 99.0 got no recipe") && notes.contains("could not fetch a source"), "{notes}");
    assert!(notes.contains("the script takes https://example.invalid/OpenSSL.tar.gz"), "{notes}");
    assert!(notes.contains("sqlite 99.0 got no recipe") && notes.contains("is not a SHA-256"), "{notes}");
}

#[test]
fn what_is_not_the_source_of_that_version_writes_nothing() {
    let place = Place::new();
    let other = place.source("3.13.98", "dict(name='XZ 5.2.3')");
    fs_err::copy(place.given("Python-3.13.98.tar.xz"), place.given("Python-3.13.99.tar.xz")).unwrap();
    let error = place.draft("3.13.99", Some(other)).err().unwrap();
    assert_eq!(error, "error: the source is that of Python 3.13.98, not of 3.13.99");
    let wrong = place.draft("3.13.99", Some(Sha256::of(b"x"))).err().unwrap();
    assert!(wrong.contains("Python-3.13.99.tar.xz does not match the pinned checksum"), "{wrong}");
    let empty = place.source("3.13.97", "");
    let error = place.draft("3.13.97", Some(empty)).err().unwrap();
    assert!(
        error.contains("could not read Mac/BuildScript/build-installer.py of 3.13.97\n  caused by: its function"),
        "{error}"
    );
    assert!(!place.cx.paths.mac().join("releases/3.13.99.toml").exists());
}

#[test]
fn a_draft_that_is_not_built_can_not_be_accepted() {
    let place = Place::new();
    let sha256 = place.source("3.13.99", &place.library("XZ", "5.2.3"));
    place.draft("3.13.99", Some(sha256)).unwrap();
    let error = accept(&place.cx, "3.13.99".parse().unwrap(), Day::of(1_785_888_000).unwrap()).err().unwrap();
    let text = crate::hint::render(&error);
    assert_eq!(text, "error: Python 3.13.99 is not built yet\n  hint: run `cargo xtask build 3.13.99` first");
}
