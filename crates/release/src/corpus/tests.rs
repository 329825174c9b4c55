use flatpkg::component::{self, Component};
use flatpkg::mode::Mode;
use flatpkg::tree::{Entry, Tree, TreePath};
use flatpkg::{bom, xar};
use oldpkg::hfsplus::{self, Volume};
use oldpkg::udif;

use super::*;

/// A tree of one file.
fn tree(name: &str, contents: &[u8]) -> Tree {
    let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
    tree.insert(TreePath::new(name).unwrap(), Entry::file(contents.to_vec(), Mode::PLAIN)).unwrap();
    tree
}

/// One file of each kind, and one that is none.
fn corpus() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let payload = tree("spam", b"eggs\n");
    let component = Component { payload: Some(&payload), ..Component::new("org.example.spam", "1.0") };
    component::write(&component, &dir.path().join("spam.pkg"), xar::Options::new(1_700_000_000), &|_| ()).unwrap();

    let facts =
        flatpkg::payload::write(&payload, flatpkg::payload::Compression::Gzip, &mut Vec::new(), &|_| ()).unwrap();
    fs_err::write(dir.path().join("Archive.bom"), bom::write(&payload, &facts).unwrap()).unwrap();

    let package = fs_err::read(dir.path().join("spam.pkg")).unwrap();
    let tree = tree("Spam.pkg", &package);
    let volume = Volume { name: "Spam".into(), tree, created: 0, opens_window: false, custom_icon: false };
    let mut image = Vec::new();
    udif::write(&mut image, |mut out| hfsplus::write(&volume, &mut out, &|_| ()).map_err(anyhow::Error::from)).unwrap();
    fs_err::write(dir.path().join("spam.dmg"), image).unwrap();

    fs_err::write(dir.path().join("notes.txt"), "Lorem ipsum dolor sit amet.\n").unwrap();
    dir
}

/// The table of that corpus with these answers; a file without one is not in it.
fn table(dir: &Path, answers: &[(&str, &str)]) -> Table {
    let mut text = "now = 1_700_000_000\n".to_owned();
    for (name, right) in answers {
        let bytes = fs_err::read(dir.join(name)).unwrap();
        let (size, sha256) = (bytes.len(), Sha256::of(&bytes));
        text += &format!(
            "[[file]]\nrepository = 'example/spam'\ncommit = 'c0ffee'\npath = 'tests/{name}'\nsize = {size}\nsha256 = '{sha256}'\n\
             maker = 'this test'\nyear = 2026\nwhat = 'a file'\nright.{right}\n"
        );
    }
    toml::from_str(&text).unwrap()
}

const RIGHT: [(&str, &str); 4] = [
    ("spam.pkg", "package = { is_product = false, paths = 2 }"),
    ("Archive.bom", "bom = { paths = 2 }"),
    ("spam.dmg", "image = { volume = 'Spam', packages = ['Spam.pkg'] }"),
    ("notes.txt", "unread = { says = ['spam', 'disk image'] }"),
];

#[test]
fn right_answers_are_right_whatever_the_files_are_called() {
    let dir = corpus();
    let table = table(dir.path(), &RIGHT);
    fs_err::create_dir(dir.path().join("elsewhere")).unwrap();
    fs_err::rename(dir.path().join("spam.pkg"), dir.path().join("elsewhere/0001")).unwrap();
    let outcome = run(&table, dir.path()).unwrap();
    let wrong: Vec<_> = outcome.results.iter().filter(|judged| !judged.is_right).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!((outcome.results.len(), outcome.absent), (4, 0));
}

#[test]
fn each_wrong_answer_is_counted_and_shown() {
    let wrong = [
        ("spam.pkg", "package = { is_product = true, paths = 2 }"),
        ("spam.pkg", "package = { is_product = false, paths = 3 }"),
        ("spam.pkg", "package = { is_product = false, paths = 2, is_sound = false }"),
        ("spam.pkg", "package = { is_product = false, paths = 2, signature = { signer = 'S', is_trusted = true } }"),
        ("spam.pkg", "bom = { paths = 2 }"),
        ("Archive.bom", "bom = { paths = 1 }"),
        ("spam.dmg", "image = { volume = 'Spam' }"),
        ("spam.dmg", "unread = { says = ['image'] }"),
        ("notes.txt", "unread = { says = ['archive'] }"),
    ];
    let dir = corpus();
    for (name, right) in wrong {
        let table = table(dir.path(), &[(name, right)]);
        let outcome = run(&table, dir.path()).unwrap();
        assert_eq!((outcome.wrong(), outcome.absent), (1, 0), "{name}: {right}");
        assert!(outcome.to_string().contains("**wrong** |"), "{outcome}");
    }
}

#[test]
fn the_table_of_results_is_readable() {
    let dir = corpus();
    let mut table = table(dir.path(), &RIGHT);
    fs_err::write(dir.path().join("Archive.bom"), "another file").unwrap();
    table.files[2].right = Answer::Bom { paths: 7 };
    insta::assert_snapshot!(run(&table, dir.path()).unwrap(), @r#"
    | file | made by | year | expected | got | |
    |---|---|---|---|---|---|
    | spam.pkg | this test | 2026 | component package, 2 paths, sound, not signed | the same | right |
    | spam.dmg | this test | 2026 | bill of materials, 7 paths | disk image of volume "Spam" with Spam.pkg | **wrong** |
    | notes.txt | this test | 2026 | can't be read: spam or disk image | the same | right |

    3 files, 2 judged right, 1 wrong; 1 not found
    "#);
}

#[test]
fn a_table_with_an_unknown_key_is_refused() {
    let error = toml::from_str::<Table>("now = 0\nfile = []\nspam = 1\n").unwrap_err();
    assert!(error.to_string().contains("unknown field `spam`"), "{error}");
}

/// The project's own table: at least 40 files by at least 8 makers, each known by one digest.
#[test]
fn the_table_of_the_project_is_what_it_promises() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../flatpkg/tests/corpus/corpus.toml");
    let table = Table::parse(&fs_err::read_to_string(path).unwrap()).unwrap();
    let digests: std::collections::BTreeSet<_> = table.files.iter().map(|specimen| specimen.sha256).collect();
    assert_eq!(digests.len(), table.files.len());
    let tools: std::collections::BTreeSet<_> =
        table.files.iter().filter_map(|specimen| specimen.maker.split([' ', ',']).next()).collect();
    assert!(table.files.len() >= 40 && tools.len() >= 8, "{} files, {tools:?}", table.files.len());
    let years: std::collections::BTreeSet<_> = table.files.iter().map(|specimen| specimen.year).collect();
    assert!(years.contains(&2009) && years.last() >= Some(&2025), "{years:?}");
    for specimen in &table.files {
        assert!(specimen.commit.len() == 40 && specimen.repository.split('/').count() == 2, "{specimen:?}");
        let plain = match &specimen.right {
            Answer::Unread { .. } => false,
            Answer::Package(flat) => flat.is_sound && flat.signature.as_ref().is_none_or(|signed| signed.is_trusted),
            _ => true,
        };
        assert!(plain || specimen.because.is_some(), "{} needs a reason", specimen.name());
    }
}
