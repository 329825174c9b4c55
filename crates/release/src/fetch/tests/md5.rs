//! Sources from the time of MD5.

use super::*;
use crate::digest::Md5;

/// What `contents` has, as `md5sum` says.
const MD5: &str = "98bf7d8c15784f0a3d63204441e1e2aa";

fn md5(digits: &str) -> Md5 {
    digits.parse().unwrap()
}

/// A folder with the file, and nothing in the cache.
struct Place {
    cache: tempfile::TempDir,
    folder: tempfile::TempDir,
}

impl Place {
    fn with(contents: &str) -> Self {
        let place = Self { cache: tempfile::tempdir().unwrap(), folder: tempfile::tempdir().unwrap() };
        fs_err::write(place.folder.path().join("a.tar"), contents).unwrap();
        place
    }

    fn fetch(&self, pin: Pin) -> Result<PathBuf, String> {
        let source = Source { pin, size: 0, ..source("a.tar", b"") };
        let sources = all_again(&context(self.cache.path()), &[&source], &folder_of(self.folder.path()));
        sources.map(|sources| sources.path(&source)).map_err(|error| render(&error))
    }

    fn rejected(&self) -> PathBuf {
        self.cache.path().join("rejected/a.tar")
    }
}

#[test]
fn an_md5_alone_is_refused_with_the_flag_that_accepts_it() {
    let place = Place::with("contents");
    insta::assert_snapshot!(place.fetch(Pin::Md5 { md5: md5(MD5), accepted: false }).unwrap_err(), @"
    error: no SHA-256 is known of a.tar, only an MD5, and that can be forged
      hint: add --accept-md5 to take it nevertheless: the plan and the receipt will say so; better, find a SHA-256 that was published, and add it to Mac/recipes
    ");
    assert_eq!(fs_err::read_dir(place.cache.path()).unwrap().count(), 0, "nothing was fetched");
}

#[test]
fn an_accepted_md5_is_checked() {
    let place = Place::with("contents");
    let accepted = Pin::Md5 { md5: md5(MD5), accepted: true };
    let file = place.fetch(accepted).unwrap();
    assert_eq!(fs_err::read(&file).unwrap(), b"contents");
    assert!(file.ends_with(format!("md5-{MD5}/a.tar")), "{}: what it was checked by is in its path", file.display());
    assert!(place.fetch(Pin::Md5 { md5: md5(MD5), accepted: false }).is_err(), "not even from the cache");
    // What the cache has is read again.
    fs_err::write(&file, "contentz").unwrap();
    place.fetch(accepted).unwrap();
    assert_eq!(fs_err::read(file).unwrap(), b"contents");
    assert_eq!(fs_err::read(place.rejected()).unwrap(), b"contentz");
}

#[test]
fn a_wrong_md5_is_refused_and_the_file_set_aside() {
    let place = Place::with("tampered");
    let text = place.fetch(Pin::Md5 { md5: md5(MD5), accepted: true }).unwrap_err();
    let expected = format!("expected md5 {MD5}, of any size");
    assert!(text.contains("a.tar does not match the pinned checksum") && text.contains(&expected), "{text}");
    assert!(text.contains("got      md5 07b218b924120d49a725c36b06556000, 8 bytes"), "{text}");
    assert_eq!(fs_err::read(place.rejected()).unwrap(), b"tampered");
}

#[test]
fn an_md5_beside_a_sha256_is_checked_too() {
    let sha256 = Sha256::of(b"contents");
    Place::with("contents").fetch(Pin::Sha256 { sha256, md5: Some(md5(MD5)) }).unwrap();
    let (place, other) = (Place::with("contents"), MD5.replace('9', "0"));
    let text = place.fetch(Pin::Sha256 { sha256, md5: Some(md5(&other)) }).unwrap_err();
    assert!(text.contains(&format!("expected sha256 {sha256}, md5 {other}")), "{text}");
    assert!(place.rejected().is_file(), "one of two digests that is wrong is enough");
}
