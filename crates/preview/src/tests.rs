use std::path::Path;

use flatpkg::distribution::{
    Choice, Customize, Distribution, Line, Options, Outline, Page as DistributionPage, PkgRef,
};
use flatpkg::mode::Mode;
use flatpkg::package::Package;
use flatpkg::tree::{Entry, Tree, TreePath};

use super::*;

#[test]
fn what_took_how_long_is_shown() {
    let dir = tempfile::tempdir().unwrap();
    let end = [("end.rtfd", b"end".to_vec())];
    let package = product(dir.path(), keyed(Customize::Allow), &end, "/");
    let steps = vec![Step { name: "openssl".into(), took: 600_000, needs: Vec::new() }];
    let html = page(&package, "a.pkg", "en", Some(&Timings { stages: Vec::new(), steps })).unwrap();
    assert!(html.contains(">10m00s</span>"), "{html}");
}

#[test]
fn a_package_by_apple_has_a_page_too() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures");
    if !fixtures.is_dir() {
        oracle::missing(format_args!("{} is not there", fixtures.display()));
        return;
    }
    for name in ["relic-dummy.pkg", "rtrouton-kbox.pkg"] {
        let html = page(&Package::open(&fixtures.join(name)).unwrap(), name, "en", None).unwrap();
        assert!(html.contains("There is no file of timings") && html.contains("<td><code>"), "{name}");
    }
}

/// A product of one component with these pages.
fn product(dir: &Path, distribution: Distribution, resources: &[(&str, Vec<u8>)], location: &str) -> Package {
    let mode = |bits| Mode::new(bits).unwrap();
    let folder = || Entry::directory(mode(0o755));
    let mut pages = Tree::new(folder());
    for (path, bytes) in resources {
        for (end, _) in path.match_indices('/') {
            if pages.get(&path.as_bytes()[..end]).is_none() {
                pages.insert(TreePath::new(&path.as_bytes()[..end]).unwrap(), folder()).unwrap();
            }
        }
        pages.insert(TreePath::new(path.as_bytes()).unwrap(), Entry::file(bytes.clone(), mode(0o644))).unwrap();
    }
    let mut payload = Tree::new(folder());
    payload.insert(TreePath::new("f").unwrap(), Entry::file(vec![b'x'; 5000], mode(0o644))).unwrap();
    let component = flatpkg::component::Component {
        payload: Some(&payload),
        install_location: location.to_owned(),
        ..flatpkg::component::Component::new("org.example.files", "1")
    };
    let components = vec![flatpkg::product::ProductPart { file_name: "A.pkg".to_owned(), component }];
    let product = flatpkg::product::Product { components, distribution, resources: Some(&pages) };
    let out = dir.join("product.pkg");
    flatpkg::product::write(&product, &out, flatpkg::xar::Options::new(0), &|_| ()).unwrap();
    Package::open(&out).unwrap()
}

/// A document as productbuild writes it: a choice without a title around the others; texts are keys.
fn keyed(customize: Customize) -> Distribution {
    let line = Line { choice: "org.example.files".to_owned(), lines: Vec::new() };
    let choice = Choice {
        id: "org.example.files".to_owned(),
        title: Some("CHOICE".to_owned()),
        description: Some("No key".to_owned()),
        pkg_refs: vec![PkgRef::to("org.example.files")],
        ..Choice::default()
    };
    Distribution {
        options: vec![Options { customize: Some(customize), ..Options::default() }],
        conclusion: vec![DistributionPage { file: "end.rtfd".to_owned(), ..DistributionPage::default() }],
        choices_outline: Some(Outline { lines: vec![Line { choice: "default".to_owned(), lines: vec![line] }] }),
        choices: vec![Choice { id: "default".to_owned(), ..Choice::default() }, choice],
        ..Distribution::new("TITLE")
    }
}

#[test]
fn texts_and_pages_are_in_the_users_language() {
    let wide = |text: &str| -> Vec<u8> {
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    };
    let resources = [
        ("de.lproj/Localizable.strings", wide("\"TITLE\" = \"Schlange\";\n\"CHOICE\" = \"Größe\";\n")),
        ("de.lproj/end.rtfd/TXT.rtf", b"{\\rtf1 Ende}".to_vec()),
        ("en.lproj/Localizable.strings", b"\"TITLE\" = \"Snake\";\n\"CHOICE\" = \"Size\";\n".to_vec()),
        ("en.lproj/end.rtfd/TXT.rtf", b"{\\rtf1 The end}".to_vec()),
        ("en.lproj/end.rtfd/picture.png", b"PNG".to_vec()),
    ];
    let dir = tempfile::tempdir().unwrap();
    let package = product(dir.path(), keyed(Customize::Allow), &resources, "/");
    for (language, texts) in [
        ("en", ["Install Snake<", "<b>Size</b>", "<p>The end</p>"]),
        ("de_CH", ["Install Schlange<", "<b>Größe</b>", "<p>Ende</p>"]),
    ] {
        let html = page(&package, "product.pkg", language, None).unwrap();
        for text in texts.into_iter().chain(["<p>No key</p>", "\" checked> <b>"]) {
            assert!(html.contains(text), "{text}: {html}");
        }
        assert!(!html.contains("default</"), "a choice that only holds others has no row");
    }
    let package = product(dir.path(), keyed(Customize::Never), &resources, "/");
    let html = page(&package, "product.pkg", "en", None).unwrap();
    assert!(html.contains("there is nothing to choose") && html.contains(" KB</output>"), "{html}");
    assert!(!html.contains("checkbox"));
}

/// Two thousand folders in each other have a page; it shows the uppermost.
#[test]
fn a_very_deep_package_has_a_page() {
    let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
    let mut path = String::new();
    for _ in 0..2_000 {
        path.push('d');
        tree.insert(TreePath::new(path.as_str()).unwrap(), Entry::directory(Mode::EXECUTABLE)).unwrap();
        path.push('/');
    }
    tree.insert(TreePath::new(path + "f").unwrap(), Entry::file(vec![b'x'; 5000], Mode::PLAIN)).unwrap();
    let component = flatpkg::component::Component {
        payload: Some(&tree),
        ..flatpkg::component::Component::new("org.example.deep", "1")
    };
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("deep.pkg");
    flatpkg::component::write(&component, &out, flatpkg::xar::Options::new(0), &|_| ()).unwrap();
    let html = page(&Package::open(&out).unwrap(), "deep.pkg", "en", None).unwrap();
    assert!(html.contains("/d/d/d: 4 KB"), "{html}");
}

/// Pages in HTML are shown, not their source, and can do nothing: whatever is in them stays inside one attribute.
#[test]
fn pages_in_html_are_shown_in_a_frame_that_can_do_nothing() {
    let shown = |file: &str, mime: Option<&str>, text: &str| {
        let dir = tempfile::tempdir().unwrap();
        let conclusion = DistributionPage {
            file: file.to_owned(),
            mime_type: mime.map(str::to_owned),
            ..DistributionPage::default()
        };
        let distribution = Distribution { conclusion: vec![conclusion], ..keyed(Customize::Allow) };
        let package = product(dir.path(), distribution, &[(file, text.as_bytes().to_vec())], "/");
        let html = page(&package, "product.pkg", "en", None).unwrap();
        let pane = html.split_once("id=\"conclusion\"").unwrap().1;
        let pane = pane.split_once('\n').unwrap().1;
        pane.split_once("</div>\n</div>").unwrap().0.to_owned()
    };
    const START: &str = "<iframe class=\"page\" title=\"The page as the Installer shows it\" sandbox=\"\" referrerpolicy=\"no-referrer\" srcdoc=\"";
    for hostile in [
        "<b>The end</b>",
        "<script>parent.document.body.remove()</script>",
        "\"></iframe><script>alert(1)</script>",
        "' onload='alert(1)' \" onload=\"alert(1)",
        "<img src=https://example.org/x onerror=alert(1)>",
        "<META HTTP-EQUIV=refresh content='0; url=https://example.org/'>",
        "<base href=https://example.org/><form action=/x><input autofocus onfocus=alert(1)></form>",
        "&quot;&gt;<iframe srcdoc='<script>alert(1)</script>'>",
        "\u{feff}<meta charset=utf-16><link rel=stylesheet href=https://example.org/a.css>",
    ] {
        let frame = shown("end.html", None, hostile);
        let inside = frame.strip_prefix(START).unwrap().strip_suffix("\"></iframe>\n").unwrap();
        assert!(!inside.contains(['"', '<', '>']), "{inside}");
        assert!(
            inside.starts_with("&lt;!DOCTYPE html&gt;&lt;meta http-equiv=&quot;Content-Security-Policy&quot;"),
            "{inside}"
        );
        assert_eq!(inside.to_ascii_lowercase().matches("&lt;meta").count(), 2, "only our own: {inside}");
        let text = inside.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let own = hostile.trim_start_matches('\u{feff}').replace("<META", "<x-meta").replace("<meta", "<x-meta");
        assert!(text.ends_with(&own), "{text}");
    }
    for (file, mime, text, is_html) in [
        ("end", Some("text/html"), "The end", true),
        ("end.HTM", None, "The end", true),
        ("end.txt", None, "\u{feff} <!doctype HTML><p>", true),
        ("end.txt", None, "<html lang=en>", true),
        ("end.html", Some("text/plain"), "<b>", false),
        ("end.txt", None, "1 < 2", false),
    ] {
        assert_eq!(shown(file, mime, text).starts_with(START), is_html, "{file} {mime:?} {text}");
    }
}

#[test]
fn any_place_has_a_page() {
    let dir = tempfile::tempdir().unwrap();
    for (location, shown) in [("/a".repeat(50_000), "/a/a: "), (format!("/{}/b", "x".repeat(1 << 20)), "/b/f: ")] {
        let end = [("end.rtfd", b"end".to_vec())];
        let package = product(dir.path(), keyed(Customize::Allow), &end, &location);
        let html = page(&package, "product.pkg", "en", None).unwrap();
        assert!(html.contains("<svg class=\"treemap\"") && html.contains(shown), "{shown}");
        assert!(html.len() < location.len() + (1 << 16), "{} bytes", html.len());
    }
}

#[test]
fn packages_that_others_made() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures/field");
    if !fixtures.is_dir() {
        oracle::missing(format_args!("{} is not there", fixtures.display()));
        return;
    }
    let page = |name: &str| page(&Package::open(&fixtures.join(name)).unwrap(), name, "en", None);
    let text = page("conclusion-rtfd.pkg").unwrap();
    assert!(text.contains("id=\"conclusion\"") && !text.contains("is not in the package"), "{text}");
    let app = page("productbuild-macos15-app.pkg").unwrap();
    assert!(app.contains("Install With App Installer<") && app.contains("there is nothing to choose"), "{app}");
    assert!(!page("go-1.22.4-like.pkg").unwrap().contains("0 KB</output>"));
    let acrobat = page("acrobat-like.pkg").unwrap();
    assert!(acrobat.contains("<b>CoreApplication</b>") && !acrobat.contains("<b>EntryPackage</b>"), "{acrobat}");
    assert!(page("pkgref-leads-nowhere.pkg").unwrap_err().to_string().contains("leads to \"hello.pkg\""));
}
