//! Programs that the cross compiler links, and that run here.
//!
//! `MACHORUN_CLANG` and `MACHORUN_SDK` name a clang that can link for macOS and an SDK; `MACHORUN_EMULATOR` and `MACHORUN_LOADER`
//! an emulator of 64-bit ARM Linux and the loader made for that. `cargo xtask ci` sets the first two, `cargo xtask test --slices arm64
//! --self-check` all four.

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

/// Tries to change the machine, by names and by an instruction: `sethostname` of Linux.
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
#ifdef __x86_64__
    long number = 170;
    __asm__ volatile("syscall" : "+a"(number) : "D"("here"), "S"(4) : "rcx", "r11", "memory");
#else
    register long number __asm__("x0") = (long)"here";
    register long len __asm__("x1") = 4, call __asm__("x8") = 161;
    __asm__ volatile("svc #0" : "+r"(number) : "r"(len), "r"(call) : "memory");
#endif
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

/// Optional arguments and lists of them, jumps with the signal mask, the register that leads to a thread's own structure, results in two
/// registers.
const BY_PROCESSOR: &str = r#"
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
static void list(const char *format, ...) {
    char text[100];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    puts(text);
}
static void *own(void *unused) {
    void **structure;
    (void)unused;
#ifdef __x86_64__
    __asm__ volatile("mov %%gs:0, %0" : "=r"(structure));
#else
    __asm__ volatile("mrs %0, tpidrro_el0" : "=r"(structure));
#endif
    return *structure == structure ? structure : 0;
}
int main(void) {
    printf("%d %s %.2f %c %ld %u %x %d %d %d %.1Lf\n", 1, "two", 3.25, '4', -5L, 6u, 7, 8, 9, 10, 11.5L);
    list("%s %d %.1f %Lg %d %d %d %d %d %d", "list", 1, 2.5, 3.5L, 4, 5, 6, 7, 8, 9);
    int number = 0;
    char word[8];
    double real = 0;
    int found = sscanf("12 ab 2.5", "%d %7s %lf", &number, word, &real);
    printf("%d: %d %s %.1f\n", found, number, word, real);

    struct stat status;
    umask(0);
    unlink("mode");
    int file = open("mode", O_CREAT | O_WRONLY | O_EXCL, 0641);
    fstat(file, &status);
    printf("%o %d\n", status.st_mode & 0777, fcntl(file, F_DUPFD, 77));

    sigset_t usr1, now;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    static sigjmp_buf there;
    static volatile int times;
    if (sigsetjmp(there, times == 0) == 0) {
        sigprocmask(SIG_BLOCK, &usr1, 0);
        siglongjmp(there, 5);
    }
    sigprocmask(SIG_BLOCK, 0, &now);
    puts(now & usr1 ? "still blocked" : "as it was");
    if (sigsetjmp(there, 0) == 0) {
        sigprocmask(SIG_BLOCK, &usr1, 0);
        siglongjmp(there, 5);
    }
    sigprocmask(SIG_BLOCK, 0, &now);
    puts(now & usr1 ? "still blocked" : "as it was");

    pthread_t thread;
    void *other;
    pthread_create(&thread, 0, own, 0);
    pthread_join(thread, &other);
    puts(own(0) && other && own(0) != other ? "each its own" : "not its own");

    struct __float2 pair = __sincosf_stret(0);
    printf("%.1f %.1f %d %d\n", pair.__sinval, pair.__cosval, fpclassify(0.0), fpclassify(1 / (double)pair.__sinval));
    fflush(stdout);
    execl("/bin/sh", "sh", "-c", "echo $# $*", "0", "1", "2", "3", "4", "5", (char *)0);
    return 1;
}
"#;

/// Which slices are linked and run.
#[derive(Clone, Copy)]
enum Processor {
    /// This machine's.
    X86_64,
    /// An emulator's.
    Arm64,
}

impl Processor {
    fn target(self) -> &'static str {
        match self {
            Self::X86_64 => "--target=x86_64-apple-macos11",
            Self::Arm64 => "--target=arm64-apple-macos11",
        }
    }

    /// What the loader is told besides root and SDK.
    fn options(self) -> Vec<String> {
        match self {
            Self::X86_64 => vec![],
            Self::Arm64 => ["emulator", "loader"]
                .iter()
                .flat_map(|name| [format!("--{name}"), variable(&format!("MACHORUN_{}", name.to_uppercase()))])
                .collect(),
        }
    }
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

struct Site {
    processor: Processor,
    clang: String,
    sdk: String,
    folder: tempfile::TempDir,
}

impl Site {
    fn new(processor: Processor) -> Self {
        let [clang, sdk] = ["MACHORUN_CLANG", "MACHORUN_SDK"].map(variable);
        Self { processor, clang, sdk, folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn link(&self, source: &str, name: &str, options: &[&str]) {
        let file = self.path(&format!("{name}.c"));
        fs_err::write(&file, source).unwrap();
        let output = Command::new(&self.clang)
            .args([self.processor.target(), "-isysroot", &self.sdk, "-O1", &file, "-o", &self.path(name)])
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
            .args(["--root", &self.path("root"), "--sdk", &self.sdk])
            .args(self.processor.options())
            .args([&program, "a", "end"])
            .current_dir(self.folder.path())
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

fn byte_code_of_fixups_runs(processor: Processor) {
    let site = Site::new(processor);
    site.both(&["-Wl,-no_fixup_chains"]);
    assert!(!has_chains(&site.folder.path().join("program")));
    site.runs();
}

fn chained_fixups_run(processor: Processor) {
    let site = Site::new(processor);
    site.both(&["-Wl,-fixup_chains"]);
    for file in ["program", "root/usr/lib/libsum.dylib"] {
        assert!(has_chains(&site.folder.path().join(file)), "{file}");
    }
    site.runs();
}

fn calls_of_darwin_alone_do_what_its_manual_says(processor: Processor) {
    let site = Site::new(processor);
    site.link(CALLS, "program", &[]);
    let output = site.run();
    let said = String::from_utf8_lossy(&output.stdout);
    let wanted = "3 2 1\nxxxxet EOVERFLOW\non the stack\n4 callers more\nthe program is first\nthere are no more\n";
    assert_eq!(said, wanted, "{}", String::from_utf8_lossy(&output.stderr));
}

fn what_is_missing_is_named_before_anything_runs(processor: Processor) {
    let site = Site::new(processor);
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

fn a_program_can_not_change_the_machine(processor: Processor) {
    let site = Site::new(processor);
    site.link(HOSTILE, "program", &[]);
    let output = site.run();
    let said = String::from_utf8_lossy(&output.stdout);
    let wanted = "clock: EPERM\nname: EPERM\nparent: EPERM\neverything: EPERM\nchild: done\ninstruction: -1\n";
    assert_eq!(said, wanted, "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(9));
}

fn what_differs_by_processor_comes_out_the_same(processor: Processor) {
    let site = Site::new(processor);
    site.link(BY_PROCESSOR, "program", &[]);
    let output = site.run();
    let said = String::from_utf8_lossy(&output.stdout);
    let wanted = "1 two 3.25 4 -5 6 7 8 9 10 11.5\nlist 1 2.5 3.5 4 5 6 7 8 9\n3: 12 ab 2.5\n641 77\nas it was\n\
        still blocked\neach its own\n0.0 1.0 3 2\n5 1 2 3 4 5\n";
    assert_eq!(said, wanted, "{}", String::from_utf8_lossy(&output.stderr));
}

/// Each check by the names of its two tests.
macro_rules! on_both {
    ($($here:ident, $emulated:ident => $check:ident;)*) => {
        $(
            #[test]
            #[ignore = "needs MACHORUN_CLANG and MACHORUN_SDK: `cargo xtask ci` builds both and runs it"]
            fn $here() {
                $check(Processor::X86_64);
            }

            #[test]
            #[ignore = "needs MACHORUN_EMULATOR and MACHORUN_LOADER, too: `cargo xtask ci` makes both and runs it"]
            fn $emulated() {
                $check(Processor::Arm64);
            }
        )*
    };
}

on_both! {
    with_an_sdk_byte_code_of_fixups_runs, with_an_emulator_byte_code_of_fixups_runs => byte_code_of_fixups_runs;
    with_an_sdk_chained_fixups_run, with_an_emulator_chained_fixups_run => chained_fixups_run;
    with_an_sdk_calls_of_darwin_alone_do_what_its_manual_says, with_an_emulator_calls_of_darwin_alone_do_what_its_manual_says => calls_of_darwin_alone_do_what_its_manual_says;
    with_an_sdk_what_is_missing_is_named_before_anything_runs, with_an_emulator_what_is_missing_is_named_before_anything_runs => what_is_missing_is_named_before_anything_runs;
    with_an_sdk_a_program_can_not_change_the_machine, with_an_emulator_a_program_can_not_change_the_machine => a_program_can_not_change_the_machine;
    with_an_sdk_what_differs_by_processor_comes_out_the_same, with_an_emulator_what_differs_by_processor_comes_out_the_same => what_differs_by_processor_comes_out_the_same;
}
