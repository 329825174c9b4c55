//! `cargo xtask fetch` as its user meets it: exit codes, messages, proxies, a full disk.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::indexing_slicing)]

#[allow(dead_code)]
#[path = "../../crates/release/src/fetch/tests/server.rs"]
mod server;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fake_apple::{FakeApple, NotaryServer, Script};
use server::{Server, ranged, whole};
use sha2::Digest as _;

/// A checkout with one release of two sources, and a cache.
struct Checkout {
    dir: tempfile::TempDir,
}

fn hex(bytes: &[u8]) -> String {
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn source(table: &str, file: &str, contents: &[u8], url: &str) -> String {
    let (size, sha256) = (contents.len(), hex(contents));
    format!("[{table}]\nfile = \"{file}\"\nsize = {size}\nsha256 = \"{sha256}\"\nurls = [\"{url}/{file}\"]\n")
}

impl Checkout {
    /// Sources are `python` and `headers`, below `url`.
    fn new(python: &[u8], url: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Mac");
        let mac = dir.path().join("Mac");
        for folder in ["releases", "recipes", "toolchains"] {
            fs_err::create_dir_all(mac.join(folder)).unwrap();
        }
        for folder in ["sdk", "patches"] {
            fs_err::os::unix::fs::symlink(ours.join(folder), mac.join(folder)).unwrap();
        }
        fs_err::write(dir.path().join("Cargo.toml"), "").unwrap();
        let release = format!(
            "python = \"3.13.5\"\nreleased = \"2025-06-11\"\nlibraries = []\nconfigure = []\n{}\
             [variant]\nname = \"macos11\"\narchs = [\"x86_64\", \"arm64\"]\nminimum = \"10.13\"\n\
             [config-site]\nyes = []\nno = []\n[modules]\nexpected = []\n",
            source("source", "python", python, url)
        );
        fs_err::write(mac.join("releases/3.13.5.toml"), release).unwrap();
        let linux =
            format!("[llvm]\nmajor = 1\npackages = []\n{}", source("headers.source", "headers", b"headers", url));
        fs_err::write(mac.join("toolchains/linux.toml"), linux).unwrap();
        Self { dir }
    }

    fn cached(&self, file: &str, contents: &[u8]) -> PathBuf {
        self.dir.path().join("cache/sources").join(hex(contents)).join(file)
    }

    /// Runs it, below a shell's command line that sets limits.
    fn run(&self, limits: &str, env: &[(&str, &str)], args: &[&str]) -> Output {
        let mut command = Command::new("/bin/sh");
        command.args([
            "-c",
            &format!("{limits} exec \"$0\" \"$@\""),
            env!("CARGO_BIN_EXE_cpython-macos-release"),
            "fetch",
        ]);
        command.args(args).args(["--cache", "cache"]);
        let clean = command.env_clear().env("PATH", "/usr/bin:/bin").env("CARGO_MANIFEST_DIR", self.dir.path());
        clean.envs(env.iter().copied()).current_dir(&self.dir).output().unwrap()
    }

    fn fetch(&self, env: &[(&str, &str)], args: &[&str]) -> Output {
        self.run("", env, &[&["3.13.5"], args].concat())
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn assert_exit(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}", said(output));
}

fn upstream(python: &'static [u8]) -> Server {
    Server::new(
        move |request, _| if request.path.ends_with("/python") { ranged(request, python) } else { whole(b"headers") },
    )
}

#[test]
fn sources_are_fetched_once_and_their_paths_printed() {
    let server = upstream(b"python");
    let checkout = Checkout::new(b"python", &server.url(""));
    let output = checkout.fetch(&[], &[]);
    assert_exit(&output, 0);
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 2);
    assert_eq!(fs_err::read(checkout.cached("python", b"python")).unwrap(), b"python");
    assert_exit(&checkout.fetch(&[], &["--offline"]), 0);
    assert_eq!(server.requests().len(), 2);
}

/// Programs that note their environment, in place of those that fetch.
fn notaries_of_environments(dir: &Path, names: &[&str]) {
    use std::os::unix::fs::PermissionsExt as _;
    fs_err::create_dir_all(dir).unwrap();
    for name in names {
        let path = dir.join(name);
        fs_err::write(&path, "#!/bin/sh\n/usr/bin/env >> \"$0.environment\"\nexit 1\n").unwrap();
        fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

#[test]
fn programs_that_fetch_do_not_see_our_variables() {
    let server = Server::new(|_, _| server::status("404 Not Found"));
    let checkout = Checkout::new(b"python", &server.url(""));
    let release = checkout.dir.path().join("Mac/releases/3.13.5.toml");
    let elsewhere = "[source.debian]\nsuite = \"sid\"\npackage = \"python\"\nversion = \"1\"\nfile = \"python\"\n\
                     [source.pypi]\npackage = \"python\"\nversion = \"1\"\nplatform = \"any\"\n[variant]";
    let text = fs_err::read_to_string(&release).unwrap().replace("[variant]", elsewhere);
    fs_err::write(&release, text).unwrap();
    let programs = checkout.dir.path().join("programs");
    notaries_of_environments(&programs, &["apt-config", "python3"]);
    let path = format!("{}:/usr/bin:/bin", programs.display());
    let env = [
        ("PATH", path.as_str()),
        ("SIGNING_PASSWORD", "word"),
        ("http_proxy", "http://127.0.0.1:9"),
        ("no_proxy", "*"),
    ];
    assert_exit(&checkout.fetch(&env, &[]), 1);
    for program in ["apt-config", "python3"] {
        let seen = fs_err::read_to_string(programs.join(format!("{program}.environment"))).unwrap();
        assert!(seen.contains("http_proxy=http://127.0.0.1:9") && seen.contains("LC_ALL=C"), "{program}: {seen}");
        assert!(!seen.contains("SIGNING_PASSWORD") && !seen.contains("CARGO_"), "{program}: {seen}");
    }
}

#[test]
fn a_cache_that_others_write_to_or_that_builds_stumble_over_is_refused_at_once() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = upstream(b"python");
    let checkout = Checkout::new(b"python", &server.url(""));
    let cache = checkout.dir.path().join("cache");
    fs_err::create_dir(&cache).unwrap();
    fs_err::set_permissions(&cache, std::fs::Permissions::from_mode(0o777)).unwrap();
    let output = checkout.fetch(&[], &[]);
    assert_exit(&output, 1);
    assert!(said(&output).contains("can be written by others (mode 0777)"), "{}", said(&output));
    assert_exit(&checkout.fetch(&[], &["--allow-shared-cache"]), 0);
    let mut command = Command::new(env!("CARGO_BIN_EXE_cpython-macos-release"));
    command.args(["fetch", "3.13.5", "--cache", "an odd one"]).env("CARGO_MANIFEST_DIR", checkout.dir.path());
    let output = command.current_dir(&checkout.dir).output().unwrap();
    assert_exit(&output, 1);
    assert!(said(&output).contains("has ' ' in its name"), "{}", said(&output));
}

#[test]
fn proxies_are_those_of_the_environment() {
    let proxy = upstream(b"python");
    let checkout = Checkout::new(b"python", "http://upstream.invalid");
    for name in ["http_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
        let checkout = Checkout::new(b"python", "http://upstream.invalid");
        assert_exit(&checkout.fetch(&[(name, &proxy.url(""))], &[]), 0);
    }
    assert!(proxy.requests().iter().any(|request| request.path.contains("upstream.invalid")));
    // Without one, nobody knows that host.
    assert_exit(&checkout.fetch(&[], &[]), 1);

    let direct = upstream(b"python");
    let checkout = Checkout::new(b"python", &direct.url(""));
    let before = proxy.requests().len();
    assert_exit(&checkout.fetch(&[("http_proxy", &proxy.url("")), ("no_proxy", "127.0.0.1")], &[]), 0);
    assert_eq!((proxy.requests().len(), direct.requests().len()), (before, 2));
}

#[test]
fn servers_are_vouched_for_by_the_authorities_of_the_machine() {
    let Some(fake) = FakeApple::get() else { return };
    let server = NotaryServer::start(*fake.openssl(), Script::saying(&["Accepted"]));
    let checkout = Checkout::new(b"python", "https://api.apple-cloudkit.com");
    let environment = server.environment();
    let fetch = |variables: &[&str]| {
        let known = environment.iter().filter(|(name, _)| variables.contains(name));
        said(&checkout.fetch(&known.map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>(), &[]))
    };
    let stranger = fetch(&["HTTPS_PROXY"]);
    assert!(stranger.contains("certificate") && !stranger.contains("404"), "{stranger}");
    let trusted = fetch(&["HTTPS_PROXY", "SSL_CERT_FILE"]);
    assert!(trusted.contains("404") && !trusted.contains("certificate"), "{trusted}");
}

#[test]
fn a_full_disk_is_named_and_the_next_run_goes_on() {
    static PYTHON: [u8; 100_000] = [7; 100_000];
    let server = upstream(&PYTHON);
    let checkout = Checkout::new(&PYTHON, &server.url(""));
    // 64 blocks of 512 or 1024 bytes; the signal is ignored, so that writing fails as on a full disk.
    let output = checkout.run("trap '' XFSZ; ulimit -f 64;", &[], &["3.13.5"]);
    assert_exit(&output, 1);
    let text = said(&output);
    assert!(text.contains("python.part") && text.contains("File too large") && text.contains("--cache DIR"), "{text}");
    assert!(!checkout.cached("python", &PYTHON).exists());
    assert_exit(&checkout.fetch(&[], &[]), 0);
    let resumed = server.requests().iter().filter_map(|request| request.from).max();
    assert!(resumed.is_some_and(|from| (1..100_000).contains(&from)), "{:?}", server.requests());
}

#[test]
fn wrong_files_are_named_all_at_once() {
    let server = Server::new(|_, _| whole(b"another"));
    let checkout = Checkout::new(b"python!", &server.url(""));
    let output = checkout.fetch(&[], &[]);
    assert_exit(&output, 1);
    let text = said(&output);
    for part in
        ["python does not match the pinned checksum", "headers does not match the pinned checksum", &hex(b"another")]
    {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
    assert!(!checkout.cached("python", b"python!").exists());
    assert_eq!(fs_err::read(checkout.dir.path().join("cache/rejected/python")).unwrap(), b"another");
}

#[test]
fn a_folder_and_no_network() {
    let checkout = Checkout::new(b"python", "http://upstream.invalid");
    let output = checkout.fetch(&[], &["--offline"]);
    assert_exit(&output, 1);
    let text = said(&output);
    assert!(text.contains("http://upstream.invalid/python") && text.contains("/headers"), "{text}");
    assert!(!checkout.dir.path().join("cache").exists(), "nothing was made for nothing");
    fs_err::create_dir(checkout.dir.path().join("archives")).unwrap();
    fs_err::write(checkout.dir.path().join("archives/python"), "python").unwrap();
    fs_err::write(checkout.dir.path().join("archives/headers"), "headers").unwrap();
    assert_exit(&checkout.fetch(&[], &["--offline", "--sources", "archives"]), 0);
}

#[test]
fn no_network_is_said_once() {
    let checkout = Checkout::new(b"python", "http://upstream.invalid");
    let output = checkout.fetch(&[], &[]);
    assert_exit(&output, 1);
    let text = said(&output);
    assert!(text.starts_with("error: no network: upstream.invalid can't be looked up\n  hint: "), "{text}");
    assert_eq!(text.lines().count(), 2, "{text}");
}

#[test]
fn an_md5_without_a_sha256_takes_a_flag() {
    let server = upstream(b"python");
    let checkout = Checkout::new(b"python", &server.url(""));
    let release = checkout.dir.path().join("Mac/releases/3.13.5.toml");
    let text = fs_err::read_to_string(&release).unwrap();
    let sha256 = format!("sha256 = \"{}\"", hex(b"python"));
    fs_err::write(release, text.replace(&sha256, "md5 = \"23eeeb4347bdd26bfc6b7ee9a3b755dd\"")).unwrap();
    let output = checkout.fetch(&[], &[]);
    assert_exit(&output, 1);
    assert!(said(&output).contains("no SHA-256 is known of python") && said(&output).contains("--accept-md5"));
    assert_eq!(server.requests().len(), 0);
    let output = checkout.fetch(&[], &["--accept-md5"]);
    assert_exit(&output, 0);
    assert!(said(&output).contains("checked by MD5 alone, as --accept-md5 says: python"), "{}", said(&output));
}

#[test]
fn exit_codes_of_wrong_command_lines() {
    let checkout = Checkout::new(b"python", "http://upstream.invalid");
    assert_exit(&checkout.run("", &[], &["3.13.6"]), 1);
    assert_exit(&checkout.run("", &[], &["3.13"]), 2);
    assert_exit(&checkout.run("", &[], &["3.13.5", "--source", "x"]), 2);
}
