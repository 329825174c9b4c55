//! Programs that the cross compiler links, and that run here.
//!
//! `MACHORUN_CLANG` and `MACHORUN_SDK` name a clang that can link for macOS and an SDK; `cargo xtask ci` sets both.

#![allow(clippy::disallowed_methods, reason = "tests run other people's programs and read their files")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, missing_docs, reason = "a test may fail")]
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::path::Path;
use std::process::{Command, Output};

use macho::header::Header;

/// A library with a variable, a function, and a variable that the program has, too.
const LIBRARY: &str = r#"
int number = 40;
int *pointer = &number;
int shared = 1;
static int began;
__attribute__((constructor)) static void begin(void) { began = 2; }
int sum(void) { return *pointer + began; }
"#;

/// Uses everything that a fixup can do: rebases, binds with and without addend, weak imports, thread-local variables.
const PROGRAM: &str = r#"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
extern int sum(void), number, numbers[];
extern int absent(void) __attribute__((weak_import));
static const char *words[] = { "one", "two", "three" };
static int (*functions[])(const char *) = { puts, 0 };
int *second = &numbers[1];
_Thread_local int mine = 7, other = 8;
static void *thread(void *unused) { (void)unused; mine += other; return (void *)(long)mine; }
int main(int argc, char **argv) {
    pthread_t id;
    void *answer;
    functions[0](words[2]);
    mine = 100;
    pthread_create(&id, 0, thread, 0);
    pthread_join(id, &answer);
    printf("%d %d %d %ld %d\n", sum(), *second, mine, (long)answer, argc);
    if (absent) puts("what is absent is there");
    if (dlsym(RTLD_DEFAULT, "sum") != (void *)sum) puts("another sum");
    if (dlsym(RTLD_DEFAULT, "no_such_symbol")) puts("a symbol that is not there");
    return strcmp(argv[argc - 1], "end") ? 1 : 3;
}
"#;

/// Tries to change the machine, by names and by an instruction. 170 is `sethostname` of Linux.
const HOSTILE: &str = r#"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
static void say(const char *what, int result) {
    printf("%s: %s\n", what, result == 0 ? "done" : errno == EPERM ? "EPERM" : "another error");
}
int main(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    say("clock", clock_settime(CLOCK_REALTIME, &now));
    say("name", sethostname("here", 4));
    say("parent", kill(getppid(), SIGWINCH));
    say("everything", kill(-1, SIGWINCH));
    pid_t child = fork();
    if (child == 0) for (;;) pause();
    say("child", kill(child, SIGKILL));
    int status;
    waitpid(child, &status, 0);
    long number = 170;
    __asm__ volatile("syscall" : "+a"(number) : "D"("here"), "S"(4) : "rcx", "r11", "memory");
    printf("instruction: %ld\n", number);
    return WTERMSIG(status);
}
"#;

/// Calls that Darwin has and Linux has not, or not so.
const CALLS: &str = r#"
#define __STDC_WANT_LIB_EXT1__ 1
#include <errno.h>
#include <execinfo.h>
#include <mach-o/dyld.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static int by(void *sign, const void *left, const void *right) {
    return *(int *)sign * (*(const int *)left - *(const int *)right);
}
static __attribute__((noinline)) int callers(int depth, void **found) {
    volatile int count = depth ? callers(depth - 1, found) : backtrace(found, 64);
    return count;
}
int main(void) {
    int numbers[] = { 2, 3, 1 }, down = -1;
    qsort_r(numbers, 3, sizeof *numbers, &down, by);
    printf("%d %d %d\n", numbers[0], numbers[1], numbers[2]);

    char text[] = "secret";
    int result = memset_s(text, 4, 'x', 9);
    printf("%s %s\n", text, result == EOVERFLOW ? "EOVERFLOW" : "another result");

    char *top = pthread_get_stackaddr_np(pthread_self()), here;
    puts(&here < top && &here >= top - pthread_get_stacksize_np(pthread_self()) ? "on the stack" : "elsewhere");

    void *found[64];
    int few = callers(0, found);
    printf("%d callers more\n", callers(4, found) - few);

    const char *name = _dyld_get_image_name(0);
    puts(_dyld_image_count() && name && strstr(name, "/program") ? "the program is first" : "another image is first");
    puts(_dyld_get_image_name(_dyld_image_count()) ? "there is one more" : "there are no more");
    return 0;
}
"#;

struct Site {
    clang: String,
    sdk: String,
    folder: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        let [clang, sdk] = ["MACHORUN_CLANG", "MACHORUN_SDK"]
            .map(|name| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set")));
        Self { clang, sdk, folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn link(&self, source: &str, name: &str, options: &[&str]) {
        let file = self.path(&format!("{name}.c"));
        fs_err::write(&file, source).unwrap();
        let output = Command::new(&self.clang)
            .args(["--target=x86_64-apple-macos11", "-isysroot", &self.sdk, "-O1", &file, "-o", &self.path(name)])
            .args(options)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Links a library and a program, both with these options.
    fn both(&self, options: &[&str]) {
        let (library, numbers) = (self.path("libsum.dylib"), format!("{LIBRARY}int numbers[] = {{ 1, 2, 3 }};\n"));
        let of_library = [options, &["-dynamiclib", "-install_name", "/usr/lib/libsum.dylib"]].concat();
        // The library that is linked to claims one more symbol than the one that is run with.
        self.link(&format!("{numbers}int absent(void) {{ return 1; }}\n"), "libsum.dylib", &of_library);
        self.link(PROGRAM, "program", &[options, &[library.as_str()]].concat());
        self.link(&numbers, "libsum.dylib", &of_library);
        let place = self.folder.path().join("root/usr/lib");
        fs_err::create_dir_all(&place).unwrap();
        fs_err::rename(&library, place.join("libsum.dylib")).unwrap();
    }

    fn run(&self) -> Output {
        let program = self.path("program");
        Command::new(env!("CARGO_BIN_EXE_machorun"))
            .args(["--root", &self.path("root"), "--sdk", &self.sdk, &program, "a", "end"])
            .output()
            .unwrap()
    }

    fn runs(&self) {
        let output = self.run();
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(said, "three\n42 2 100 15 3\n", "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(3));
    }
}

/// Whether a file states its fixups as chains.
fn has_chains(file: &Path) -> bool {
    let bytes = fs_err::read(file).unwrap();
    let header = Header::parse(&bytes).unwrap();
    let commands = header.commands(&bytes).unwrap();
    // LC_DYLD_CHAINED_FIXUPS
    commands.iter().any(|command| command.kind == 0x8000_0034)
}

#[test]
#[ignore = "needs MACHORUN_CLANG and MACHORUN_SDK: `cargo xtask ci` builds both and runs it"]
fn with_an_sdk_byte_code_of_fixups_runs() {
    let site = Site::new();
    site.both(&["-Wl,-no_fixup_chains"]);
    assert!(!has_chains(&site.folder.path().join("program")));
    site.runs();
}

#[test]
#[ignore = "needs MACHORUN_CLANG and MACHORUN_SDK: `cargo xtask ci` builds both and runs it"]
fn with_an_sdk_chained_fixups_run() {
    let site = Site::new();
    site.both(&["-Wl,-fixup_chains"]);
    for file in ["program", "root/usr/lib/libsum.dylib"] {
        assert!(has_chains(&site.folder.path().join(file)), "{file}");
    }
    site.runs();
}

#[test]
#[ignore = "needs MACHORUN_CLANG and MACHORUN_SDK: `cargo xtask ci` builds both and runs it"]
fn with_an_sdk_calls_of_darwin_alone_do_what_its_manual_says() {
    let site = Site::new();
    site.link(CALLS, "program", &[]);
    let output = site.run();
    let said = String::from_utf8_lossy(&output.stdout);
    let wanted = "3 2 1\nxxxxet EOVERFLOW\non the stack\n4 callers more\nthe program is first\nthere are no more\n";
    assert_eq!(said, wanted, "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[ignore = "needs MACHORUN_CLANG and MACHORUN_SDK: `cargo xtask ci` builds both and runs it"]
fn with_an_sdk_what_is_missing_is_named_before_anything_runs() {
    let site = Site::new();
    site.both(&[]);
    let library = site.folder.path().join("root/usr/lib/libsum.dylib");
    fs_err::rename(&library, site.path("away")).unwrap();
    let output = site.run();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("library not loaded: /usr/lib/libsum.dylib"), "{said}");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(127), 0));
    site.link("int number;", "libsum.dylib", &["-dynamiclib", "-install_name", "/usr/lib/libsum.dylib"]);
    fs_err::rename(site.path("libsum.dylib"), library).unwrap();
    let said = String::from_utf8_lossy(&site.run().stderr).into_owned();
    for symbol in ["_sum", "_numbers"] {
        assert!(said.contains(&format!("{symbol}: not exported by /usr/lib/libsum.dylib")), "{said}");
    }
}

#[test]
#[ignore = "needs MACHORUN_CLANG and MACHORUN_SDK: `cargo xtask ci` builds both and runs it"]
fn with_an_sdk_a_program_can_not_change_the_machine() {
    let site = Site::new();
    site.link(HOSTILE, "program", &[]);
    let output = site.run();
    let said = String::from_utf8_lossy(&output.stdout);
    let wanted = "clock: EPERM\nname: EPERM\nparent: EPERM\neverything: EPERM\nchild: done\ninstruction: -1\n";
    assert_eq!(said, wanted, "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(9));
}
