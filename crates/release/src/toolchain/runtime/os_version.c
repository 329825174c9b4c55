/* What clang calls for __builtin_available(macOS 10.15, *): is the running system at least that version?
 *
 * The interface is compiler-rt's, which Debian doesn't build for macOS. The answer comes from
 * _availability_version_check, which libSystem has exported since macOS 10.15; it is looked up at run time, as
 * compiler-rt does. On older systems it is worked out from the kernel's version (sysctl kern.osrelease): Darwin 17.7
 * is macOS 10.13.6. Where that is ambiguous the smaller version is taken: a function is then not used though it is
 * there, never the other way round.
 *
 * Includes nothing, so that it compiles before there is an SDK.
 */

typedef unsigned int word;
typedef unsigned long size;

typedef struct {
    word platform; /* PLATFORM_MACOS is 1 */
    word version;  /* 0xXXXXYYZZ for X.Y.Z */
} build_version;

extern void *dlsym(void *handle, const char *name);
extern int sysctlbyname(const char *name, void *value, size *length, void *fresh, size fresh_length);

#define RTLD_DEFAULT ((void *)-2)
#define PLATFORM_MACOS 1

static word packed(word major, word minor, word patch)
{
    return (major & 0xffff) << 16 | (minor & 0xff) << 8 | (patch & 0xff);
}

/* Reads a number and the full stop after it. */
static word number(const char **text)
{
    word value = 0;
    while (**text >= '0' && **text <= '9')
        value = value * 10 + (word)(*(*text)++ - '0');
    if (**text == '.')
        ++*text;
    return value;
}

/* The version of a system older than macOS 10.15; 0 when it can't be told. */
static word old_version(void)
{
    char release[32] = {0};
    size length = sizeof release - 1;
    const char *text = release;
    word darwin, update;

    if (sysctlbyname("kern.osrelease", release, &length, 0, 0) != 0)
        return 0;
    darwin = number(&text);
    update = number(&text);
    if (darwin < 5 || darwin > 19)
        return 0;
    return packed(10, darwin - 4, update > 0 ? update - 1 : 0);
}

int __isPlatformVersionAtLeast(word platform, word major, word minor, word patch)
{
    unsigned char (*check)(word count, build_version *versions) =
        (unsigned char (*)(word, build_version *))dlsym(RTLD_DEFAULT, "_availability_version_check");
    build_version wanted = {platform, packed(major, minor, patch)};

    if (check)
        return check(1, &wanted);
    return platform == PLATFORM_MACOS && old_version() >= wanted.version;
}

int __isOSVersionAtLeast(int major, int minor, int patch)
{
    return __isPlatformVersionAtLeast(PLATFORM_MACOS, (word)major, (word)minor, (word)patch);
}
