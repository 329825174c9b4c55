//! The page of a package of ours, as `preview` makes it.

use std::path::Path;
use std::process::Command;

use flatpkg::package::Package;
use preview::{Stage, Step, Timings, page};

use super::{context, plan, root};
use crate::package::Ownership;

fn timings() -> Timings {
    let step = |name: &str, took, needs: &[&str]| Step {
        name: name.into(),
        took,
        needs: needs.iter().map(ToString::to_string).collect(),
    };
    Timings {
        stages: vec![Stage { name: "package".into(), start: 100, took: 4000 }],
        steps: vec![step("openssl", 600_000, &[]), step("python", 400_000, &["openssl"])],
    }
}

/// The page of a small package.
fn small(dist: &Path) -> String {
    let root = root();
    let made = super::flat(&context(dist), &plan(), root.path(), Ownership::Parity).unwrap();
    page(&Package::open(&made.path).unwrap(), "python-3.13.5-macos11-unsigned.pkg", "en", Some(&timings())).unwrap()
}

#[test]
fn the_page_shows_what_the_user_meets_and_names_nothing_outside() {
    let dist = tempfile::tempdir().unwrap();
    let html = small(dist.path());
    for part in [
        "This installs <b>Python 3.13.5</b>",
        "the licence",
        "org.python.Python.PythonFramework-3.13</p>",
        "checked disabled> <b>Python Framework</b>",
        "<td><code>/usr/local/bin</code></td>",
        "macOS 10.13 or later · x86_64 and arm64 · not signed",
        "data:image/png;base64,iVBOR",
        "class=\"treemap\"",
        ">10m00s</span>",
    ] {
        assert!(html.contains(part), "{part}");
    }
    // References by which a page loads something; links inside the page start with `#`.
    for attribute in ["src=\"", "href=\"", "url(", "@import", "action=\""] {
        for (_, value) in html.match_indices(attribute).map(|(at, _)| (at, &html[at + attribute.len()..])) {
            assert!(value.starts_with("data:") || value.starts_with('#'), "{attribute}{}", &value[..60]);
        }
    }
    assert_eq!(html, small(dist.path()), "two pages of one package are equal");
}

/// Shows the page in a browser that nobody sees.
fn browse(dir: &Path, html: &str, args: &[&str]) -> Option<std::process::Output> {
    let browser = ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| which::which(name).ok())?;
    fs_err::write(dir.join("page.html"), html).unwrap();
    let profile = format!("--user-data-dir={}", dir.join("profile").display());
    let page = format!("file://{}#show=choices", dir.join("page.html").display());
    let mut command = Command::new(browser);
    command.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--window-size=1100,1600",
    ]);
    Some(command.arg(profile).args(args).arg(page).env("HOME", dir).output().unwrap())
}

#[test]
fn every_page_has_its_pictures() {
    let dist = tempfile::tempdir().unwrap();
    let made = super::flat(&context(dist.path()), &plan(), root().path(), Ownership::Parity).unwrap();
    let package = Package::open(&made.path).unwrap();
    let panes = preview::panes(&package).unwrap();
    assert_eq!(panes, ["welcome", "readme", "license", "choices", "conclusion"]);
    let html = dist.path().join("page.html");
    fs_err::write(&html, page(&package, "a.pkg", "en", None).unwrap()).unwrap();
    if !["chromium", "chromium-browser", "google-chrome"].iter().any(|name| which::which(name).is_ok()) {
        oracle::missing("chromium is not installed");
        return;
    }
    let pictures = crate::pictures::take(&html, &panes[..1], &dist.path().join("pictures")).unwrap();
    let names: Vec<_> = pictures.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["welcome-light.png", "welcome-dark.png"]);
    let [light, dark] = [0, 1].map(|at| fs_err::read(&pictures[at]).unwrap());
    let size = |png: &[u8], at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert_eq!([size(&light, 16), size(&light, 20), size(&dark, 16)], [1520, 1160, 1520]);
    assert!(light != dark, "dark is not light");
}

#[test]
fn a_browser_shows_the_choices() {
    let dist = tempfile::tempdir().unwrap();
    let html = small(dist.path());
    let Some(output) = browse(dist.path(), &html, &["--dump-dom"]) else {
        oracle::missing("chromium is not installed");
        return;
    };
    let dom = String::from_utf8_lossy(&output.stdout);
    assert!(
        dom.contains("class=\"scripted\"")
            && dom.contains("aria-labelledby=\"tab-choices\" tabindex=\"0\" class=\"shown\"")
    );
    assert!(dom.contains("MB</output>"), "the script adds the sizes up: {dom}");

    let picture = dist.path().join("picture.png");
    browse(dist.path(), &html, &[&format!("--screenshot={}", picture.display())]).unwrap();
    let png = fs_err::read(&picture).unwrap();
    let size = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert_eq!((size(16), size(20)), (1100, 1600));
    assert!(png.len() > 20_000, "an empty page takes less: {} bytes", png.len());
}
