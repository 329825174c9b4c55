/* What Python uses of Core Services: Apple events, launch services, Gestalt.
 * https://developer.apple.com/documentation/coreservices */
#ifndef __CORESERVICES__
#define __CORESERVICES__

#include <CoreFoundation/CoreFoundation.h>
#include <MacTypes.h>

/* Apple events. */
typedef OSType DescType;
typedef OSType AEEventClass;
typedef OSType AEEventID;
typedef OSType AEKeyword;
typedef SInt16 AEReturnID;
typedef SInt32 AETransactionID;
typedef SInt32 AESendMode;

/* Two bytes is the alignment of 68k Macs, which this structure kept. */
#pragma pack(push, 2)
typedef struct AEDesc {
    DescType descriptorType;
    void **dataHandle;
} AEDesc;
#pragma pack(pop)
typedef AEDesc AppleEvent;

typedef struct {
    UInt32 code;
    UInt32 position;
} AEBuildError;

enum {
    kAECoreSuite = 'core',
    kAEDoScript = 'dosc',
    typeApplicationBundleID = 'bund',
    typeSInt32 = 'long',
    keyErrorNumber = 'errn',
    kAutoGenerateReturnID = -1,
    kAnyTransactionID = 0,
    kAEWaitReply = 3,
    kAEDefaultTimeout = -1,
    errAEDescNotFound = -1701,
};

/* Launch services. */
typedef struct {
    UInt8 hidden[80];
} FSRef;
typedef UInt32 LSRolesMask;

enum { kLSUnknownType = 0, kLSUnknownCreator = 0 };
enum { kLSRolesNone = 1, kLSRolesViewer = 2, kLSRolesEditor = 4 };

#ifdef __cplusplus
extern "C" {
#endif

OSStatus AEBuildAppleEvent(AEEventClass event_class, AEEventID event_id, DescType address_type,
                           const void *address, Size address_length, AEReturnID return_id,
                           AETransactionID transaction_id, AppleEvent *event, AEBuildError *error,
                           const char *format, ...);
OSStatus AESendMessage(const AppleEvent *event, AppleEvent *reply, AESendMode mode, long timeout);
OSErr AEDisposeDesc(AEDesc *desc);
OSErr AEGetParamDesc(const AppleEvent *event, AEKeyword keyword, DescType type, AEDesc *desc);
OSErr AEGetDescData(const AEDesc *desc, void *data, Size size);

OSStatus LSGetApplicationForInfo(OSType type, OSType creator, CFStringRef extension, LSRolesMask roles, FSRef *application,
                                 CFURLRef *url);

OSErr Gestalt(OSType selector, SInt32 *response);

#ifdef __cplusplus
}
#endif
#endif
