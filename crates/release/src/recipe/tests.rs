use std::collections::BTreeSet;

use super::*;

fn mac() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Mac")
}

fn version(text: &str) -> PythonVersion {
    text.parse().unwrap()
}

/// A copy of the data, for tests to break; errors call it `Mac`.
struct Data(tempfile::TempDir);

impl Data {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for entry in walkdir::WalkDir::new(mac()).min_depth(1) {
            let entry = entry.unwrap();
            let to = dir.path().join(entry.path().strip_prefix(mac()).unwrap());
            if entry.file_type().is_dir() {
                fs_err::create_dir(to).unwrap();
            } else {
                fs_err::copy(entry.path(), to).unwrap();
            }
        }
        Self(dir)
    }

    /// Changes the first place in a file that has some text.
    fn replace(&self, file: &str, from: &str, to: &str) {
        let path = self.0.path().join(file);
        let text = fs_err::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        fs_err::write(path, text.replacen(from, to, 1)).unwrap();
    }

    fn load(&self) -> Result<Recipes> {
        Recipes::load(self.0.path(), version("3.13.5"))
    }

    /// The error, without the last line: that names the READMEs, always.
    fn error(&self) -> String {
        let text = crate::hint::render(&self.load().unwrap_err());
        let text = text.replace(&self.0.path().display().to_string(), "Mac");
        let hint = "\n  hint: Mac/releases/README.md and Mac/recipes/README.md explain every key";
        text.strip_suffix(hint).map_or(text.clone(), ToOwned::to_owned)
    }
}

/// The error of the data with one change.
fn broken(file: &str, from: &str, to: &str) -> String {
    let data = Data::new();
    data.replace(file, from, to);
    data.error()
}

/// The release that tests break, its series, and a recipe of it.
const RELEASE: &str = "releases/3.13.5.toml";
const SERIES: &str = "series/3.13.toml";
const XZ: &str = "recipes/xz-5.8.1.toml";

#[test]
fn every_release_loads_with_its_recipes() {
    let known = known_releases(&mac()).unwrap();
    assert!(!known.is_empty());
    for version in known {
        let recipes = Recipes::load(&mac(), version).unwrap();
        assert!(recipes.source_date().unwrap() > 1_000_000_000);
        assert!(recipes.release.source.urls.iter().all(|url| url.starts_with("https://")), "{version}");
    }
}

#[test]
fn every_recipe_is_sound_even_if_no_release_uses_it() {
    let tools: LinuxTools = read_toml(&mac().join("toolchains/linux.toml")).unwrap();
    for name in toml_stems(&mac().join("recipes")).unwrap() {
        let library: Library = read_toml(&mac().join(format!("recipes/{name}.toml"))).unwrap();
        assert_eq!(format!("{}-{}", library.name, library.version), name);
        assert_eq!(check::library(&library, &tools), [""; 0], "{name}");
        assert!(library.source.urls.iter().all(|url| url.starts_with("https://")), "{name}");
    }
}

#[test]
fn the_newest_built_release_is_no_draft_and_stays() {
    let version = newest_built(&mac()).unwrap();
    let release = Recipes::load(&mac(), version).unwrap().release;
    assert!(release.built.is_some() && !release.transient);
    let data = Data::new();
    for version in known_releases(&mac()).unwrap() {
        let path = data.0.path().join(format!("releases/{version}.toml"));
        let text = fs_err::read_to_string(&path).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with("built = "));
        fs_err::write(path, lines.collect::<Vec<_>>().join("\n")).unwrap();
    }
    assert!(newest_built(data.0.path()).unwrap_err().to_string().contains("no release"), "all are drafts now");
}

#[test]
fn an_unknown_release_names_the_nearest_ones() {
    let data = Data::new();
    let kept = ["2.7.5", "3.3.0", "3.13.5"].map(version);
    for other in known_releases(&mac()).unwrap().into_iter().filter(|known| !kept.contains(known)) {
        fs_err::remove_file(data.0.path().join(format!("releases/{other}.toml"))).unwrap();
    }
    for other in ["3.12.1", "3.13.2", "3.14.0", "3.9.9"] {
        let text = fs_err::read_to_string(data.0.path().join(RELEASE)).unwrap();
        fs_err::write(data.0.path().join(format!("releases/{other}.toml")), text.replace("3.13.5", other)).unwrap();
    }
    let error = |text: &str| crate::hint::render(&Recipes::load(data.0.path(), version(text)).unwrap_err());
    insta::assert_snapshot!([error("3.13.6"), error("3.14.7"), error("2.7.18")].join("\n"), @"
    error: Python 3.13.6 is not defined: there is no Mac/releases/3.13.6.toml
      hint: the nearest ones are 3.13.5, 3.13.2, 3.12.1; a new release is a new file in Mac/releases
    error: Python 3.14.7 is not defined: there is no Mac/releases/3.14.7.toml
      hint: the nearest ones are 3.14.0, 3.13.5, 3.13.2; a new release is a new file in Mac/releases
    error: Python 2.7.18 is not defined: there is no Mac/releases/2.7.18.toml
      hint: the nearest ones are 2.7.5, 3.9.9, 3.3.0; a new release is a new file in Mac/releases
    ");
}

#[test]
fn an_unknown_key_is_an_error_that_shows_file_and_line() {
    let errors = [
        broken(RELEASE, "released = ", "realeased = "),
        broken(SERIES, "minimum = ", "minimun = "),
        broken(RELEASE, "libraries = ", "library = "),
        broken(XZ, "license-file = ", "licence-file = "),
        broken(XZ, "[build]", "[build]\nflags = []"),
        broken("recipes/libffi-3.4.4.toml", "env = {", "enw = {"),
        broken("toolchains/linux.toml", "major = ", "mayor = "),
    ]
    .join("\n\n");
    insta::assert_snapshot!("unknown-keys", errors);
}

#[test]
fn values_that_make_no_sense() {
    let errors = [
        broken(RELEASE, "python = \"3.13.5\"", "python = \"3.13\""),
        broken(RELEASE, "\"2025-06-11\"", "\"11.06.2025\""),
        broken(SERIES, "minimum = \"10.13\"", "minimum = \"10.13.6\""),
        broken(SERIES, "\"arm64\"", "\"aarch64\""),
        broken(SERIES, "why = \"configure refuses", "why = \"\" # \"configure refuses"),
        broken(SERIES, "file = \"3.13.5/", "file = \"../3.13.5/"),
        broken(XZ, "sha256 = \"0b", "sha256 = \"0"),
        broken(XZ, "file = \"xz-5", "file = \"a/xz-5"),
        broken(XZ, "\"https://tukaani.org", "\"ftp://tukaani.org"),
        broken(XZ, "system = \"autoconf\"", "system = \"cmake\""),
        broken(XZ, "license-file = \"COPYING.0BSD\"", "license-file = \"/etc/passwd\""),
        broken(XZ, "size = 1_461_872", "size = \"1.4 MB\""),
        broken(XZ, "name = \"xz\"", "name = \"xz"),
    ]
    .join("\n\n");
    insta::assert_snapshot!("senseless-values", errors);
}

#[test]
fn contradictions_are_reported_all_at_once() {
    let data = Data::new();
    data.replace(SERIES, "\"xz-5.8.1\"", "\"xz-5.8.1\", \"xz-5.4\", \"expat-2.7\"");
    data.replace(SERIES, "3.13.5/configure-darwin-cross", "3.13.5/configure-darwin");
    data.replace(SERIES, "\"x86_64\", \"arm64\"", "\"x86_64\", \"x86_64\"");
    data.replace(SERIES, "\"zlib\",\n]", "\"zlib\",\n]\n[[modules.left-out]]\nname = \"_ssl\"\nwhy = \"it is new\"");
    data.replace(SERIES, "no = [", "no = [\"file__dev_ptmx\", ");
    data.replace(XZ, "universal = \"one-pass\"", "universal = \"one-pass\"\narch-headers = [\"lzma.h\"]");
    data.replace(XZ, "version = \"5.8.1\"", "version = \"5.8.2\"");
    data.replace(XZ, "license = \"0BSD\"", "license = \"0BSD or so\"");
    data.replace(XZ, "[build]", "[build]\nship = [\"lib/liblzma.dylib\"]");
    data.replace("recipes/sqlite-3.46.1.toml", "debian = ", "# debian = ");
    data.replace("recipes/sqlite-3.46.1.toml", "[\"tclsh\"]", "[\"jimsh\"]");
    data.replace("recipes/openssl-3.0.20.toml", "system = \"openssl\"", "system = \"openssl\"\nscript = \"./config\"");
    data.replace("recipes/libffi-3.4.4.toml", "size = 1_362_394", "size = 0");
    data.replace("recipes/mpdecimal-4.0.1.toml", "size = ", "site = ");
    let errors = data.error();
    insta::assert_snapshot!("contradictions", errors);
}

#[test]
fn every_series_has_a_release() {
    let known: BTreeSet<String> = known_releases(&mac()).unwrap().into_iter().map(|version| version.short()).collect();
    for name in toml_stems(&mac().join("series")).unwrap() {
        assert!(known.contains(&name), "{name}");
    }
}

/// The data with these lines at the end of the release's file, or at its beginning.
fn with(lines: &str) -> Data {
    let data = Data::new();
    let path = data.0.path().join(RELEASE);
    let text = fs_err::read_to_string(&path).unwrap();
    let text = text.split("[override]\n").next().unwrap();
    let (head, tail) = lines.split_once("---\n").unwrap_or(("", lines));
    fs_err::write(path, text.replacen("python = ", &format!("{head}python = "), 1) + tail).unwrap();
    data
}

#[test]
fn a_release_overrides_what_its_series_says_and_adds_to_it() {
    let series = with("").load().unwrap().release;
    let text = "libraries = [\"db-4.7.25\"]\nconfigure = [\"--with-pydebug\"]\ncurrent = false\n---\n\
                [config-site.values]\nprog_READELF = \"none\"\n\
                [[modules.left-out]]\nname = \"nis\"\nwhy = \"nobody has it\"\n\
                [override]\nlibraries = [\"tk-9.0.4\", \"openssl-3.0.20\"]\npatches = []\n\
                [override.variant]\nminimum = \"10.15\"\n[override.config-site.values]\npath_mkdir = \"/mkdir\"\n";
    let release = with(text).load().unwrap().release;
    let expected = series.libraries.iter().map(|name| match name.split_once('-').unwrap().0 {
        "openssl" => "openssl-3.0.20".to_owned(),
        "tk" => "tk-9.0.4".to_owned(),
        _ => name.clone(),
    });
    let expected: Vec<String> = expected.chain(["db-4.7.25".to_owned()]).collect();
    assert_eq!(release.libraries, expected);
    assert_eq!(release.configure, [&series.configure[..], &["--with-pydebug".to_owned()]].concat());
    assert!(series.current && !release.current && release.patches.is_empty() && !series.patches.is_empty());
    assert_eq!((release.variant.name, release.variant.archs), (series.variant.name, series.variant.archs));
    assert_eq!(release.variant.minimum.to_string(), "10.15");
    let values = &release.config_site.values;
    assert_eq!((values["prog_READELF"].as_str(), values["path_mkdir"].as_str()), ("none", "/mkdir"));
    assert_eq!(release.config_site.yes, series.config_site.yes);
    let left_out = release.modules.left_out.iter().map(|item| item.name.as_str());
    assert_eq!(left_out.collect::<Vec<_>>(), ["nis"]);
}

#[test]
fn errors_show_the_file_and_the_line_whichever_of_the_two_it_is() {
    let in_series = |from: &str, to: &str| broken(SERIES, from, to);
    let errors = [
        in_series("libraries = [", "python = \"3.13.5\"\nlibraries = ["),
        in_series("name = \"macos11\"\n", ""),
        in_series("configure = [", "configuring = ["),
        in_series("cross = true", "cross = 1"),
        in_series("minimum = \"10.13\"", "minimum = \"10.13"),
        broken(RELEASE, "released = \"2025-06-11\"\n", ""),
        {
            let data = Data::new();
            data.replace(SERIES, "configure = [", "[cross]\nconfigure = [");
            data.error()
        },
        with("modules = 3\n---\n").error(),
        with("[variant]\nname = \"macos10\"\n").error(),
        with("override = true\n---\n").error(),
        with("[override]\ncurrent = false\n").error(),
        with("[override]\nlibraries = [\"expat-2.7\"]\n").error(),
        with("[override]\nlibraries = [3]\n").error(),
        with("[override.variant]\nminimum = 3\n").error(),
        with("[override.variant]\nminimun = \"3\"\n").error(),
        with("libraries = [\"xz-5.0.3\"]\n---\n").error(),
        {
            let data = Data::new();
            fs_err::remove_file(data.0.path().join(SERIES)).unwrap();
            data.error()
        },
    ]
    .join("\n\n");
    insta::assert_snapshot!("layers", errors);
}

#[test]
fn a_release_is_what_its_file_s_name_says() {
    let data = Data::new();
    data.replace(RELEASE, "python = \"3.13.5\"", "python = \"3.13.6\"");
    insta::assert_snapshot!(data.error(), @"error: Mac/releases/3.13.5.toml: python: is 3.13.6, which the file's name is not");
}

/// Keys whose tables hold names of the author's choice.
const FREE: &[&str] = &["env", "pkg-config", "arch", "tools", "values", "wheel", "links", "names", "packages"];

fn keys(table: &toml::Table, found: &mut BTreeSet<String>) {
    for (key, value) in table {
        found.insert(key.clone());
        let items = value.as_array().map(Vec::as_slice).unwrap_or_default().iter().chain([value]);
        for table in items.filter_map(toml::Value::as_table) {
            if FREE.contains(&key.as_str()) {
                // Below a name of the author's choice, keys are ours again.
                for table in table.values().filter_map(toml::Value::as_table) {
                    keys(table, found);
                }
            } else {
                keys(table, found);
            }
        }
    }
}

/// In a README beside the files, or in the comment on top of one.
#[test]
fn every_key_in_use_is_documented() {
    let kinds = [
        ("releases", &["releases/README.md", "recipes/README.md"][..]),
        ("series", &["releases/README.md", "recipes/README.md"]),
        ("recipes", &["recipes/README.md"]),
        ("toolchains", &["toolchains/linux.toml"]),
        ("linkage.toml", &["linkage.toml"]),
        ("upstream.toml", &["upstream.toml"]),
        ("sdk/stubs", &["sdk/sdk.toml"]),
        ("sdk/sdk.toml", &["sdk/sdk.toml"]),
    ];
    for (kind, documents) in kinds {
        let documents = documents.iter().map(|path| {
            let text = fs_err::read_to_string(mac().join(path)).unwrap();
            let is_document = |line: &&str| path.ends_with(".md") || line.starts_with('#');
            text.lines().filter(is_document).collect::<Vec<_>>().join("\n")
        });
        let document = documents.collect::<Vec<_>>().join("\n");
        let words: BTreeSet<&str> = document.split(|c: char| !c.is_alphanumeric() && !"-_".contains(c)).collect();
        let files = walkdir::WalkDir::new(mac().join(kind)).max_depth(1);
        let files = files.into_iter().map(|entry| entry.unwrap().into_path());
        for file in files.filter(|file| file.extension().is_some_and(|extension| extension == "toml")) {
            let mut found = BTreeSet::new();
            keys(&fs_err::read_to_string(&file).unwrap().parse().unwrap(), &mut found);
            let missing: Vec<_> = found.into_iter().filter(|key| !words.contains(key.as_str())).collect();
            assert_eq!(missing, [""; 0], "undocumented keys of {}", file.display());
        }
    }
}
