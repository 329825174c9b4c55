//! What servers do to a download.

use std::sync::Barrier;

use proptest::prelude::*;

use super::server::{Server, cut, ranged, status, whole};
use super::*;

const FILE: &[u8] = b"The quick brown fox jumps over the lazy dog";

/// Fetches from these addresses; gives what arrived, or what was said.
fn fetch(cache: &Path, urls: &[String]) -> Result<Vec<u8>, String> {
    let source = Source { urls: urls.to_vec(), ..source("a.tar", FILE) };
    let cx = Context { offline: false, ..context(cache) };
    let sources = fetcher(&cx).all(&[&source]).map_err(|error| render(&error))?;
    Ok(fs_err::read(sources.path(&source)).unwrap())
}

fn part(cache: &Path) -> PathBuf {
    let mut path = place(&cache.join("sources"), &source("a.tar", FILE)).into_os_string();
    path.push(".part");
    path.into()
}

#[test]
fn a_download_that_breaks_off_goes_on_where_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new(|request, before| match before {
        0 => cut(ranged(request, FILE), 10),
        1 => cut(ranged(request, FILE), 5),
        _ => ranged(request, FILE),
    });
    assert_eq!(fetch(dir.path(), &[server.url("/a.tar")]).unwrap(), FILE);
    assert_eq!(server.ranges(), [None, Some(10), Some(15)]);
    assert!(!part(dir.path()).exists());
}

#[test]
fn a_killed_run_s_part_is_gone_on_with() {
    for len in [20, FILE.len()] {
        let dir = tempfile::tempdir().unwrap();
        fs_err::create_dir_all(part(dir.path()).parent().unwrap()).unwrap();
        fs_err::write(part(dir.path()), &FILE[..len]).unwrap();
        let server = Server::new(|request, _| ranged(request, FILE));
        assert_eq!(fetch(dir.path(), &[server.url("/a.tar")]).unwrap(), FILE);
        let asked = (len < FILE.len()).then_some(Some(len));
        assert_eq!(server.ranges(), asked.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn a_server_without_ranges_sends_it_all_again() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new(|_, before| if before == 0 { cut(whole(FILE), 10) } else { whole(FILE) });
    assert_eq!(fetch(dir.path(), &[server.url("/a.tar")]).unwrap(), FILE);
    assert_eq!(server.ranges(), [None, Some(10)]);
}

#[test]
fn a_part_of_another_file_is_thrown_away() {
    for beginning in [&b"something else"[..], &[b'x'; 43], &[b'x'; 99]] {
        let dir = tempfile::tempdir().unwrap();
        fs_err::create_dir_all(part(dir.path()).parent().unwrap()).unwrap();
        fs_err::write(part(dir.path()), beginning).unwrap();
        let server = Server::new(|request, _| ranged(request, FILE));
        assert_eq!(fetch(dir.path(), &[server.url("/a.tar")]).unwrap(), FILE);
        assert_eq!(server.ranges().last().unwrap(), &None);
        assert!(!dir.path().join("rejected").exists());
    }
}

#[test]
fn what_has_arrived_outlives_a_server_that_gives_up() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new(|request, before| match before {
        0 => cut(ranged(request, FILE), 10),
        _ => status("503 Service Unavailable"),
    });
    let said = fetch(dir.path(), &[server.url("/a.tar")]).unwrap_err();
    assert!(said.contains("503 Service Unavailable"), "{said}");
    assert_eq!(server.requests().len(), 4);
    assert_eq!(fs_err::read(part(dir.path())).unwrap(), &FILE[..10]);
}

#[test]
fn a_busy_server_is_asked_again_and_a_clear_no_is_a_no() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new(|request, before| match (request.path.as_str(), before) {
        ("/gone", _) => status("404 Not Found"),
        (_, 1) => status("503 Service Unavailable"),
        (_, 2) => status("429 Too Many Requests"),
        // Not a word.
        (_, 3) => vec![],
        _ => whole(FILE),
    });
    assert_eq!(fetch(dir.path(), &[server.url("/gone"), server.url("/busy")]).unwrap(), FILE);
    let paths: Vec<String> = server.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/gone", "/busy", "/busy", "/busy", "/busy"]);
}

#[test]
fn a_file_of_another_size_is_not_downloaded() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new(|_, _| whole(b"<html>You have to log in first</html>"));
    let said = fetch(dir.path(), &[server.url("/a.tar")]).unwrap_err();
    assert!(said.contains("has 37 bytes, not 43"), "{said}");
    assert!(!part(dir.path()).parent().unwrap().exists(), "nothing came, so nothing stays");
    let endless = Server::new(|_, _| [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", &[b'x'; 99][..]].concat());
    let said = fetch(dir.path(), &[endless.url("/a.tar")]).unwrap_err();
    assert!(said.contains("is larger than the 43 bytes expected"), "{said}");
}

#[test]
fn another_provider_makes_up_for_a_wrong_file() {
    let dir = tempfile::tempdir().unwrap();
    let wrong = [b'x'; 43];
    let server = Server::new(move |request, _| whole(if request.path == "/wrong" { &wrong } else { FILE }));
    let said = fetch(dir.path(), &[server.url("/wrong")]).unwrap_err();
    for text in ["a.tar does not match the pinned checksum", &server.url("/wrong"), &Sha256::of(&wrong).to_string()] {
        assert!(said.contains(text), "{text} is not in:\n{said}");
    }
    assert_eq!(fs_err::read(dir.path().join("rejected/a.tar")).unwrap(), wrong);
    assert_eq!(fetch(dir.path(), &[server.url("/wrong"), server.url("/right")]).unwrap(), FILE);
}

/// A clock on which a minute goes by between two looks.
fn minutes() -> impl Fn() -> Duration + Send + Sync {
    let looks = std::sync::atomic::AtomicU64::new(0);
    move || Duration::from_secs(60 * looks.fetch_add(1, Ordering::Relaxed))
}

/// As [`fetch`], while minutes go by.
fn fetch_slowly(cache: &Path, limits: pace::Limits, urls: &[String]) -> Result<Vec<u8>, String> {
    let source = Source { urls: urls.to_vec(), ..source("a.tar", FILE) };
    let cx = Context { offline: false, ..context(cache) };
    let client = Client::with(Duration::ZERO, limits, minutes());
    let sources = Fetcher { client, ..fetcher(&cx) }.all(&[&source]).map_err(|error| render(&error))?;
    Ok(fs_err::read(sources.path(&source)).unwrap())
}

#[test]
fn a_slow_server_is_given_up_and_the_next_one_goes_on_from_there() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new(|request, _| match request.path.as_str() {
        "/slow" => cut(ranged(request, FILE), 10),
        _ => ranged(request, FILE),
    });
    let (slow, fast) = (server.url("/slow"), server.url("/fast"));
    let said = fetch_slowly(dir.path(), pace::Limits::default(), std::slice::from_ref(&slow)).unwrap_err();
    assert!(said.contains(&format!("{slow}: sent 0 bytes a second for 60 seconds")), "{said}");
    assert_eq!(fetch_slowly(dir.path(), pace::Limits::default(), &[slow, fast]).unwrap(), FILE);
    // The slow one was asked once by each run; as slow as it is by the clock, the last bytes of a file are taken.
    assert_eq!(server.ranges(), [None, Some(10), Some(20)]);
}

#[test]
fn a_server_that_breaks_off_again_and_again_is_given_up_in_time() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new(|request, _| cut(ranged(request, FILE), 1));
    let limits = pace::Limits { floor: 0, whole: Duration::from_secs(500), ..pace::Limits::default() };
    let said = fetch_slowly(dir.path(), limits, &[server.url("/a.tar")]).unwrap_err();
    assert!(said.contains("is not done after 500 seconds"), "{said}");
    assert!(server.requests().len() < 4, "{:?}", server.ranges());
}

#[test]
fn a_server_out_of_reach_is_named() {
    let dir = tempfile::tempdir().unwrap();
    // Taken, then closed: nobody listens there.
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{address}/a.tar");
    let said = fetch(dir.path(), std::slice::from_ref(&url)).unwrap_err();
    assert!(said.contains(&url) && said.contains("refused"), "{said}");
    assert!(said.contains("hint: look at the network"), "{said}");
}

#[test]
fn several_files_are_fetched_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    // No answer before two have asked.
    let both = Barrier::new(2);
    let server = Server::new(move |request, _| {
        both.wait();
        whole(request.path.as_bytes())
    });
    let files = ["/one", "/two"];
    let sources = files.map(|file| Source { urls: vec![server.url(file)], ..source(&file[1..], file.as_bytes()) });
    let cx = Context { offline: false, ..context(dir.path()) };
    fetcher(&cx).all(&sources.iter().collect::<Vec<_>>()).unwrap();
}

#[test]
fn two_runs_share_one_download() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::new(|request, _| ranged(request, FILE));
    let urls = [server.url("/a.tar")];
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(fetch(dir.path(), &urls).unwrap(), FILE));
        }
    });
    assert_eq!(server.requests().len(), 1);
}

#[derive(Debug, Clone)]
enum Mood {
    Sound,
    Cut(usize),
    Busy,
    Silent,
    NoRanges(usize),
}

fn mood() -> impl Strategy<Value = Mood> {
    prop_oneof![
        2 => Just(Mood::Sound),
        4 => (0..50_usize).prop_map(Mood::Cut),
        1 => Just(Mood::Busy),
        1 => Just(Mood::Silent),
        2 => (0..50_usize).prop_map(Mood::NoRanges),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_server_does_a_file_is_whole_or_not_there(
        moods in prop::collection::vec(mood(), 1..6),
        left in 0..60_usize,
    ) {
        let dir = tempfile::tempdir().unwrap();
        fs_err::create_dir_all(part(dir.path()).parent().unwrap()).unwrap();
        fs_err::write(part(dir.path()), FILE.iter().cycle().take(left).copied().collect::<Vec<_>>()).unwrap();
        let server = Server::new(move |request, before| match moods[before % moods.len()] {
            Mood::Sound => ranged(request, FILE),
            Mood::Cut(len) => cut(ranged(request, FILE), len),
            Mood::Busy => status("502 Bad Gateway"),
            Mood::Silent => vec![],
            Mood::NoRanges(len) => cut(whole(FILE), len),
        });
        let there = dir.path().join("sources").join(Sha256::of(FILE).to_string()).join("a.tar");
        match fetch(dir.path(), &[server.url("/a.tar")]) {
            Ok(bytes) => prop_assert_eq!(bytes, FILE),
            Err(said) => prop_assert!(!there.exists(), "{}", said),
        }
    }
}
