/* What Python uses of Core Foundation: https://developer.apple.com/documentation/corefoundation. */
#ifndef __COREFOUNDATION_COREFOUNDATION__
#define __COREFOUNDATION_COREFOUNDATION__

/* Apple's header brings in the C library, and programs rely on it. */
#include <MacTypes.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

typedef const void *CFTypeRef;
typedef const struct __CFAllocator *CFAllocatorRef;
typedef const struct __CFArray *CFArrayRef;
typedef struct __CFBundle *CFBundleRef;
typedef const struct __CFDictionary *CFDictionaryRef;
typedef const struct __CFLocale *CFLocaleRef;
typedef const struct __CFNumber *CFNumberRef;
typedef struct __CFRunLoop *CFRunLoopRef;
typedef const struct __CFString *CFStringRef;
typedef const struct __CFURL *CFURLRef;

typedef signed long CFIndex;
typedef unsigned long CFTypeID;
typedef CFIndex CFNumberType;
typedef UInt32 CFStringEncoding;

enum { kCFNumberSInt32Type = 3, kCFNumberSInt64Type = 4, kCFNumberIntType = 9, kCFNumberLongType = 10 };
enum { kCFStringEncodingASCII = 0x0600, kCFStringEncodingUTF8 = 0x08000100 };

/* A constant string: the compiler lays it out, as an object of a class of Core Foundation. */
#define CFSTR(text) ((CFStringRef)__builtin___CFStringMakeConstantString("" text ""))

#ifdef __cplusplus
extern "C" {
#endif

extern const CFAllocatorRef kCFAllocatorDefault;

CFTypeRef CFRetain(CFTypeRef object);
void CFRelease(CFTypeRef object);
CFTypeID CFGetTypeID(CFTypeRef object);

CFTypeID CFArrayGetTypeID(void);
CFIndex CFArrayGetCount(CFArrayRef array);
const void *CFArrayGetValueAtIndex(CFArrayRef array, CFIndex index);

CFBundleRef CFBundleGetMainBundle(void);
CFBundleRef CFBundleGetBundleWithIdentifier(CFStringRef identifier);
UInt32 CFBundleGetVersionNumber(CFBundleRef bundle);

CFTypeID CFDictionaryGetTypeID(void);
const void *CFDictionaryGetValue(CFDictionaryRef dictionary, const void *key);

CFLocaleRef CFLocaleCopyCurrent(void);
CFTypeRef CFLocaleGetValue(CFLocaleRef locale, CFStringRef key);

CFTypeID CFNumberGetTypeID(void);
Boolean CFNumberGetValue(CFNumberRef number, CFNumberType type, void *value);

CFTypeRef CFPreferencesCopyAppValue(CFStringRef key, CFStringRef application);
Boolean CFPreferencesGetAppBooleanValue(CFStringRef key, CFStringRef application, Boolean *valid);

CFRunLoopRef CFRunLoopGetMain(void);
void CFRunLoopStop(CFRunLoopRef loop);

CFTypeID CFStringGetTypeID(void);
CFStringRef CFStringCreateWithCString(CFAllocatorRef allocator, const char *text, CFStringEncoding encoding);
CFIndex CFStringGetLength(CFStringRef string);
CFIndex CFStringGetMaximumSizeForEncoding(CFIndex length, CFStringEncoding encoding);
Boolean CFStringGetCString(CFStringRef string, char *buffer, CFIndex size, CFStringEncoding encoding);
const char *CFStringGetCStringPtr(CFStringRef string, CFStringEncoding encoding);

#ifdef __cplusplus
}
#endif
#endif
