//! How fast a package is made, and how big: ours against `cpio | gzip`, against `pigz`, and against the sum of its parts.
//!
//! `cargo bench -p flatpkg` makes a tree of about 300 MB and 9,000 paths from the machine's Python, and prints a table. Each
//! number is the best of several runs, from a warm page cache; user time tells more than elapsed time on a busy machine.

#![allow(clippy::disallowed_methods, reason = "a benchmark runs programs and looks at the clock")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr, missing_docs)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use fake_apple::{FakeApple, Signing};
use flatpkg::cksum::cksum;
use flatpkg::component::{self, Component};
use flatpkg::policy::Policy;
use flatpkg::tree::Tree;
use flatpkg::{verify, xar};
use rayon::prelude::*;

/// Bytes of files in the tree.
const SIZE: u64 = 300_000_000;

/// Runs of each contestant; the best counts.
const RUNS: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["package", tree, out] => package(Path::new(tree), Path::new(out)),
        ["verify", package] => {
            let report = verify::verify_file(Path::new(package), verify::Options { strict: true }).unwrap();
            assert!(report.findings.is_empty(), "{report}");
        }
        ["signature", package] => signature(Path::new(package)),
        // `cargo test --benches` asks for nothing to be measured.
        ["--bench", ..] => compare(),
        _ => return,
    }
    if arguments[0] != "--bench" {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default());
    }
}

fn package(tree: &Path, out: &Path) {
    let tree = Tree::from_dir(tree, &Policy::standard(0)).unwrap();
    let component = Component { payload: Some(&tree), ..Component::new("org.example.bench", "1") };
    component::write(&component, out, xar::Options::new(0), &|_| ()).unwrap();
}

/// Who signed a package, and that it is what was signed.
fn signature(package: &Path) {
    let archive = xar::Archive::open(package).unwrap();
    let report = verify::verify_archive(&archive, verify::Options { strict: true });
    assert!(report.findings.is_empty(), "{report}");
    let now = pkgsign::Time::from_unix(2_000_000_000);
    let expect =
        pkgsign::SignatureExpectations { policy: pkgsign::SignaturePolicy::SelfSigned, anchors: &[], team: None, now };
    let report = pkgsign::check(&archive, &expect);
    assert!(report.is_clean(), "{:?}", report.findings);
}

/// What a run took.
#[derive(Clone, Copy, PartialEq)]
struct Cost {
    elapsed: Duration,
    user: Duration,
    /// KiB; 0 where it was not asked for.
    peak: u64,
}

fn compare() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench");
    let tree = dir.join("tree");
    let paths = make_tree(&tree);
    let (sorted, unsorted) = lists(&dir, &tree);
    let archive = archive(&tree, &sorted);
    println!("{paths} paths, {:.1} MB in a cpio archive; best of {RUNS} runs\n", archive.len() as f64 / 1e6);

    let me = std::env::current_exe().unwrap();
    let out = dir.join("out.pkg");
    let ours = best(|| shell("\"$0\" package \"$1\" \"$2\"", &[&me, &tree, &out]));
    let checked = best(|| shell("\"$0\" verify \"$1\"", &[&me, &out]));
    let signed = dir.join("signed.pkg");
    let who = FakeApple::get().map(|fake| {
        fs::write(&signed, fake.sign_package(&fs::read(&out).unwrap(), Signing::default())).unwrap();
        best(|| shell("\"$0\" signature \"$1\"", &[&me, &signed]))
    });
    let pipeline = |compressor: &str, list: &Path, into: &str| {
        let script = format!("cd \"$0\" && cpio -o -H odc --quiet < \"$1\" | {compressor} > \"$2\"");
        let into = dir.join(into);
        (shell(&script, &[&tree, list, &into]), fs::metadata(&into).unwrap().len())
    };
    let best_of = |compressor: &str, into: &str| best(|| pipeline(compressor, &sorted, into).0);
    let gzip = best_of("gzip -6", "gzip");
    let pigz = has("pigz").then(|| best_of("pigz -6 -p2", "pigz"));
    let (gzip9, size9) = pipeline("gzip -9", &unsorted, "gzip9");

    let parts = [
        ("read", best(|| here(|| read(&tree, &sorted)))),
        ("deflate, all cores", best(|| here(|| deflate(&archive)))),
        ("cksum", best(|| here(|| u64::from(cksum(&archive))))),
        ("sha1", best(|| here(|| sha1(&archive[..size(&out) as usize])))),
    ];
    let sum: Duration = parts.iter().map(|(_, cost)| cost.elapsed).sum();

    let mut table = String::from("| | elapsed s | user s | MB |\n|---|---|---|---|\n");
    let mut row = |name: &str, cost: Cost, size: Option<u64>| {
        let size = size.map(|size| format!("{:.1}", size as f64 / 1e6)).unwrap_or_default();
        let (elapsed, user) = (cost.elapsed.as_secs_f64(), cost.user.as_secs_f64());
        writeln!(table, "| {name} | {elapsed:.2} | {user:.2} | {size} |").unwrap();
    };
    row("the whole package", ours, Some(size(&out)));
    row("verify", checked, None);
    if let Some(who) = who {
        row("verify: the archive and its signature", who, None);
    }
    row("cpio, gzip -6", gzip, Some(size(&dir.join("gzip"))));
    if let Some(pigz) = pigz {
        row("cpio, pigz -6 -p2", pigz, Some(size(&dir.join("pigz"))));
    }
    row("cpio unsorted, gzip -9 (once)", gzip9, Some(size9));
    parts.iter().for_each(|(name, cost)| row(&format!("part: {name}"), *cost, None));
    println!("{table}");

    let ratio = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
    let speed = who.map_or(0.0, |who| size(&signed) as f64 / 1e6 / who.elapsed.as_secs_f64());
    let goals = [
        ("times as fast as gzip -6, elapsed", ratio(gzip.elapsed, ours.elapsed), 5.0, true),
        ("times the sum of the parts", ratio(ours.elapsed, sum), 1.3, false),
        ("times the size of gzip -9 of the unsorted list", size(&out) as f64 / size9 as f64, 1.0, false),
        ("MB at the peak, packaging", ours.peak as f64 * 1024.0 / 1e6, 150.0, false),
        ("MB at the peak, verifying", checked.peak as f64 * 1024.0 / 1e6, 150.0, false),
        ("MB/s, the archive and its signature", speed, 500.0, true),
        ("times as long for verify as for packaging", ratio(checked.elapsed, ours.elapsed), 1.0, false),
    ];
    for (what, got, goal, more) in goals {
        let (met, at) = if more { (got >= goal, "least") } else { (got <= goal, "most") };
        println!("{} {got:.2} {what}; the goal is at {at} {goal}", if met { "met   " } else { "MISSED" });
    }
    println!("       {:.2} times the user time of gzip -6", ratio(ours.user, gzip.user));
}

fn size(file: &Path) -> u64 {
    fs::metadata(file).unwrap().len()
}

fn best(mut run: impl FnMut() -> Cost) -> Cost {
    (0..RUNS).map(|_| run()).min_by_key(|cost| cost.elapsed).unwrap()
}

fn has(program: &str) -> bool {
    let there = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !there {
        println!("skipped: {program} is not installed");
    }
    there
}

/// Runs a script and asks the shell what its children took.
fn shell(script: &str, arguments: &[&Path]) -> Cost {
    let started = Instant::now();
    let output = Command::new("sh").arg("-c").arg(format!("{script}; times")).args(arguments).output().unwrap();
    let elapsed = started.elapsed();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    let children = text.lines().last().and_then(|line| line.split(' ').next()).unwrap();
    let (minutes, seconds) = children.trim_end_matches('s').split_once('m').unwrap();
    let user = minutes.parse::<f64>().unwrap() * 60.0 + seconds.parse::<f64>().unwrap();
    Cost { elapsed, user: Duration::from_secs_f64(user), peak: peak.unwrap_or_default() }
}

/// Runs something in this process.
fn here(work: impl FnOnce() -> u64) -> Cost {
    let (started, before) = (Instant::now(), user_time());
    std::hint::black_box(work());
    Cost { elapsed: started.elapsed(), user: user_time() - before, peak: 0 }
}

/// User time of this process, in the kernel's ticks of 10 ms (proc(5), field 14).
fn user_time() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = fields.split_whitespace().nth(11).and_then(|field| field.parse().ok()).unwrap_or_default();
    Duration::from_millis(ticks * 10)
}

fn read(tree: &Path, list: &Path) -> u64 {
    let list = fs::read_to_string(list).unwrap();
    let files = list.lines().map(|path| tree.join(path)).filter(|path| path.is_file());
    files.map(|path| fs::read(path).unwrap().len() as u64).sum()
}

/// The level of our payloads, in pieces of 1 MiB with the window before them.
fn deflate(bytes: &[u8]) -> u64 {
    const PIECE: usize = 1 << 20;
    let pieces = bytes.par_chunks(PIECE).enumerate();
    let lengths = pieces.map(|(number, piece)| {
        let mut deflate = flate2::Compress::new(flate2::Compression::new(5), false);
        let start = number * PIECE;
        if start > 0 {
            deflate.set_dictionary(&bytes[start - 32 * 1024..start]).unwrap();
        }
        let mut out = Vec::with_capacity(2 * PIECE);
        deflate.compress_vec(piece, &mut out, flate2::FlushCompress::Sync).unwrap();
        out.len() as u64
    });
    lengths.sum()
}

fn sha1(bytes: &[u8]) -> u64 {
    let mut digest = xar::Style::Sha1.digester().unwrap();
    digest.update(bytes);
    digest.finish().len() as u64
}

/// The archive that the pipelines compress.
fn archive(tree: &Path, list: &Path) -> Vec<u8> {
    let list = fs::File::open(list).unwrap();
    let cpio = Command::new("cpio").args(["-o", "-H", "odc", "--quiet"]).current_dir(tree).stdin(list).output();
    cpio.unwrap().stdout
}

/// Paths as `find` gives them, sorted by their bytes and not.
fn lists(dir: &Path, tree: &Path) -> (PathBuf, PathBuf) {
    let found = Command::new("find").arg(".").current_dir(tree).output().unwrap().stdout;
    let (sorted, unsorted) = (dir.join("sorted"), dir.join("unsorted"));
    let mut lines: Vec<&[u8]> = found.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    fs::write(&sorted, [lines.join(&b'\n'), b"\n".to_vec()].concat()).unwrap();
    fs::write(&unsorted, &found).unwrap();
    (sorted, unsorted)
}

/// Copies the machine's Python, without what was installed into it, as often as it takes. Returns the number of paths.
fn make_tree(tree: &Path) -> usize {
    let ask = "import os, sysconfig; print(os.path.dirname(sysconfig.get_path('stdlib')))";
    let python = Command::new("python3").args(["-c", ask]).output().unwrap().stdout;
    let python = PathBuf::from(String::from_utf8(python).unwrap().trim());
    // Where Python is the system's, its libraries lie among everybody's.
    let ours = |name: &str| name.starts_with("python3") || name.starts_with("libpython3");
    if !tree.with_extension("made").exists() {
        let _ = fs::remove_dir_all(tree);
        let mut bytes = 0;
        for copy in 1.. {
            let before = bytes;
            for entry in sorted_entries(&python).filter(|entry| ours(&name_of(entry))) {
                copy_into(&entry, &tree.join(format!("copy {copy}")), &mut bytes);
            }
            if bytes >= SIZE || bytes == before {
                break;
            }
        }
        fs::write(tree.with_extension("made"), "").unwrap();
    }
    walkdir::WalkDir::new(tree).into_iter().count()
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn sorted_entries(dir: &Path) -> impl Iterator<Item = PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries.into_iter()
}

fn copy_into(from: &Path, dir: &Path, bytes: &mut u64) {
    let to = dir.join(from.file_name().unwrap());
    if *bytes >= SIZE || from.is_symlink() {
        return;
    }
    fs::create_dir_all(dir).unwrap();
    if from.is_file() {
        *bytes += fs::copy(from, to).unwrap();
    } else if !["site-packages", "dist-packages"].contains(&name_of(from).as_str()) {
        fs::create_dir_all(&to).unwrap();
        sorted_entries(from).for_each(|entry| copy_into(&entry, &to, bytes));
    }
}
