//! Packages made to get out of the folder.

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use flatpkg::cpio;
use flatpkg::xar::{self, Encoding, Writer};
use tempfile::TempDir;
use walkdir::WalkDir;

use super::*;

const DIRECTORY: u32 = 0o040755;
const FILE: u32 = 0o100644;
const LINK: u32 = 0o120755;

/// Entries of an archive: name, mode, contents.
type Entries<'a> = &'a [(&'a str, u32, &'a [u8])];

fn archive(entries: Entries<'_>) -> Vec<u8> {
    let mut archive = Vec::new();
    for (index, (name, mode, contents)) in entries.iter().enumerate() {
        let (length, size) = (name.len() + 1, contents.len());
        let header = format!(
            "070707{:06o}{index:06o}{mode:06o}{:06o}{:06o}{:06o}{:06o}{:011o}{length:06o}{size:011o}{name}\0",
            0, 0, 0, 1, 0, 0
        );
        archive.extend([header.as_bytes(), contents].concat());
    }
    archive.extend(cpio::Writer::new(Vec::new()).finish().unwrap());
    archive
}

/// A folder to install to with one to spare beside it, and a package.
struct Case {
    dir: TempDir,
}

impl Case {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for name in ["root", "outside", "outside/secret"] {
            fs_err::create_dir(dir.path().join(name)).unwrap();
        }
        fs_err::write(dir.path().join("root/mine"), "mine").unwrap();
        fs_err::write(dir.path().join("outside/keys"), "keys").unwrap();
        fs_err::set_permissions(dir.path().join("outside/secret"), std::fs::Permissions::from_mode(0o700)).unwrap();
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn package(&self, location: &str, payload: Entries<'_>, scripts: Entries<'_>) -> PathBuf {
        let out = self.path("attack.pkg");
        let names = scripts.iter().filter(|(name, ..)| name.ends_with("install"));
        let list: String =
            names.map(|(name, ..)| format!("<{0} file=\"{name}\"/>", name.trim_start_matches("./"))).collect();
        let info = format!(
            "<pkg-info overwrite-permissions=\"true\" identifier=\"org.example.a\" version=\"1\" format-version=\"2\" \
             install-location=\"{location}\" auth=\"root\"><payload numberOfFiles=\"1\" installKBytes=\"1\"/>\
             <scripts>{list}</scripts></pkg-info>"
        );
        let mut writer = Writer::new(&out, xar::Options::new(0)).unwrap();
        writer.add_file(&["PackageInfo"], info.as_bytes(), Encoding::Zlib).unwrap();
        writer.add_file(&["Payload"], archive(payload).as_slice(), Encoding::Stored).unwrap();
        if !scripts.is_empty() {
            writer.add_file(&["Scripts"], archive(scripts).as_slice(), Encoding::Stored).unwrap();
        }
        writer.finish().unwrap();
        out
    }

    /// Everything outside of the root: mode, owner, time, contents.
    fn outside(&self) -> BTreeMap<PathBuf, String> {
        let walk = WalkDir::new(self.dir.path()).min_depth(1).into_iter();
        let walk = walk.map(Result::unwrap).filter(|entry| !entry.path().starts_with(self.path("root")));
        let one = |entry: walkdir::DirEntry| {
            let there = entry.metadata().unwrap();
            let contents = if there.is_file() { fs_err::read(entry.path()).unwrap() } else { Vec::new() };
            let text = format!("{:o} {} {} {contents:?}", there.mode(), there.uid(), there.mtime());
            (entry.into_path(), text)
        };
        walk.map(one).collect()
    }

    fn install(&self, package: &Path, options: Options, log: Option<&Path>) -> Result<u64> {
        let package = open(package, None)?;
        let offer = package.offer()?;
        package.lay_down(&offer, &offer.initial(), &self.path("root"), options, log)
    }
}

/// Where a package goes, what is in it, and whether it can be laid down; `out` is a folder outside.
#[expect(clippy::type_complexity, reason = "a table: what it is, its entries, whether it is refused")]
fn escapes(out: &[u8]) -> [(&'static str, Vec<(&'static str, u32, &[u8])>, bool); 9] {
    let root = (".", DIRECTORY, &b""[..]);
    let keys = ("./keys", FILE, &b"theirs"[..]);
    [
        // A folder is laid down, and what it is in is replaced by a link.
        ("/", vec![root, ("./a", DIRECTORY, b""), ("./a/secret", 0o040777, b""), ("./a", LINK, out)], true),
        ("/", vec![root, ("./a", LINK, out), ("./a/secret", 0o040777, b""), ("./a/keys", FILE, b"theirs")], true),
        ("/", vec![root, ("./a", LINK, b"../../outside"), ("./a/keys", FILE, b"theirs")], true),
        ("/", vec![root, ("./a", LINK, out), ("./a", 0o040777, b"")], true),
        // The payload's root is a link, or a file.
        ("/", vec![(".", LINK, out), keys, ("./cron.d", DIRECTORY, b"")], false),
        ("/", vec![(".", FILE, b"hello")], false),
        ("/mine", vec![(".", LINK, out), keys], true),
        ("/../outside", vec![root, keys], false),
        ("//./mine/../../outside", vec![root, keys], false),
    ]
}

#[test]
fn nothing_is_changed_outside_of_the_folder() {
    for number in 0..escapes(b"").len() {
        let case = Case::new();
        let out = case.path("outside").display().to_string();
        let (location, entries, works) = &escapes(out.as_bytes())[number];
        let package = case.package(location, entries, &[(".", DIRECTORY, b""), ("./postinstall", FILE, b"x")]);
        let (before, mode) = (case.outside(), case.path("root").metadata().unwrap().mode());
        let installed = case.install(&package, Options::default().with_owners(), None);
        assert_eq!(installed.is_ok(), *works, "{location} {entries:?}: {installed:?}");
        assert_eq!(case.outside(), before, "{location} {entries:?}");
        let root = case.path("root").symlink_metadata().unwrap();
        assert!(root.is_dir() && root.mode() == mode, "{location} {entries:?}");
        let mine = case.path("root/mine").symlink_metadata();
        assert!(mine.is_ok(), "what the user has is still there: {location} {entries:?}");
    }
}

#[test]
fn what_failed_says_what_is_left() {
    let case = Case::new();
    let entries: Entries<'_> = &[(".", DIRECTORY, b""), ("./a", 0o040500, b""), ("./a/b", FILE, b"x")];
    let package = case.package("/", entries, &[]);
    let options = || Options { max_size: 4096, ..Options::default() };
    let error = crate::hint::render(&case.install(&package, options(), None).unwrap_err());
    assert!(error.contains("more than 4096 bytes would be written"), "{error}");
    assert!(
        error.ends_with(&format!("what was laid down so far is still in {}", case.path("root").display())),
        "{error}"
    );
    assert!(case.path("root/mine").exists());
    fs_err::remove_dir_all(case.path("root")).unwrap();
    let before = case.outside();
    let error = crate::hint::render(&case.install(&package, options(), None).unwrap_err());
    assert!(error.ends_with(&format!("nothing is left of it in {}", case.path("root").display())), "{error}");
    assert!(!case.path("root").exists());
    let stop = Arc::new(AtomicBool::new(false));
    stop.store(true, Ordering::Relaxed);
    let error = case.install(&package, Options { stop, ..Options::default() }, None).unwrap_err();
    assert!(crate::hint::render(&error).contains("interrupted"), "{error:#}");
    assert!(!case.path("root").exists());
    assert_eq!(case.outside(), before);
}

/// What a script tries; each line of its log is `NAME: RESULT`.
#[cfg(target_os = "linux")]
const ESCAPES: &str = r#"#!/bin/sh
out=$1
cd /
try() { name=$1; shift; if "$@" >/dev/null 2>&1; then echo "$name: yes"; else echo "$name: no"; fi; }
{
try remount mount -o remount,bind,rw /
try mount mount -t tmpfs none /usr
try namespace unshare --user --map-root-user true
try device mknod /tmp/device b 8 0
try system touch /usr/touched
try root touch /touched
# Opened, and nothing written: where it worked, it would be the machine's own.
try sysctl sh -c ': >>/proc/sys/kernel/core_pattern'
try caches sh -c ': >>/proc/sys/vm/drop_caches'
try requests sh -c ': >>/proc/sysrq-trigger'
try outside touch "$OUTSIDE/touched"
try read cat "$OUTSIDE/keys"
try chown chown 12345 "$DSTROOT/mine"
try socket python3 -c 'import socket; socket.socket(socket.AF_UNIX).connect("'"$OUTSIDE"'/socket")'
try network python3 -c 'import socket; socket.create_connection(("127.0.0.1", int("'"$PORT"'")), 3)'
try signal kill -0 "$PARENT"
for place in /home /root /run /var /media /mnt /srv /opt /sys /etc/shadow /etc/ssh; do try "$place" ls "$place"; done
echo "capabilities: $(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status) $(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)"
echo "processes: $(ls -d /proc/[0-9]* | wc -l | awk '{ print ($1 < 12) ? "few" : "many" }')"
echo "secret: ${CARGO_MANIFEST_DIR:-none}"
echo "core: $(ulimit -c)"
try own touch "$DSTROOT/ran"
try scratch touch /tmp/x /dev/shm/x
} >"$DSTROOT/log"
"#;

#[cfg(target_os = "linux")]
#[test]
fn scripts_are_confined() {
    let case = Case::new();
    let before = {
        let listener = std::os::unix::net::UnixListener::bind(case.path("outside/socket")).unwrap();
        let tcp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let text = ESCAPES
            .replace("$OUTSIDE", &case.path("outside").display().to_string())
            .replace("$PORT", &tcp.local_addr().unwrap().port().to_string())
            .replace("$PARENT", &std::process::id().to_string());
        let scripts: Entries<'_> = &[(".", DIRECTORY, b""), ("./postinstall", 0o100755, text.as_bytes())];
        let package = case.package("/", &[(".", DIRECTORY, b"")], scripts);
        fs_err::write(case.path("scripts.log"), "").unwrap();
        let log = case.path("scripts.log");
        let before = case.outside();
        case.install(&package, Options::default().with_owners(), Some(&log)).unwrap();
        drop((listener, tcp));
        before
    };
    let found = fs_err::read_to_string(case.path("root/log")).unwrap();
    insta::assert_snapshot!(found, @r"
    remount: no
    mount: no
    namespace: no
    device: no
    system: no
    root: no
    sysctl: no
    caches: no
    requests: no
    outside: no
    read: no
    chown: no
    socket: no
    network: no
    signal: no
    /home: no
    /root: no
    /run: no
    /var: no
    /media: no
    /mnt: no
    /srv: no
    /opt: no
    /sys: no
    /etc/shadow: no
    /etc/ssh: no
    capabilities: 0000000000000000 0000000000000000
    processes: few
    secret: none
    core: 0
    own: yes
    scratch: yes
    ");
    assert!(case.path("root/ran").exists());
    let mut after = case.outside();
    let mut before = before;
    for all in [&mut before, &mut after] {
        all.remove(&case.path("scripts.log"));
    }
    assert_eq!(after, before);
}

#[cfg(target_os = "linux")]
#[test]
fn scripts_never_get_a_folder_of_the_system() {
    let (dir, env) = (tempfile::tempdir().unwrap(), BTreeMap::new());
    let log = dir.path().join("log");
    for root in ["/", "/usr", "/usr/local", "/lib"] {
        let room = confine::Room { root: Path::new(root), readable: &[], env: &env, log: &log };
        let error = room.run("try it", dir.path(), &["/bin/true".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("the machine's own"), "{root}: {error}");
    }
    assert!(!log.exists());
}
