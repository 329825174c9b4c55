/* Written by sdkgen from the sources that Mac/sdk/wanted.toml names. Change that file, not this one. */
typedef struct AEDesc AEDesc;
typedef const struct __CFAllocator *CFAllocatorRef;
typedef const struct __CFArray *CFArrayRef;
typedef const struct __CFAttributedString *CFAttributedStringRef;
typedef struct __CFBundle *CFBundleRef;
typedef const struct __CFData *CFDataRef;
typedef const struct __CFDictionary *CFDictionaryRef;
typedef const struct __CFLocale *CFLocaleRef;
typedef struct __CFData *CFMutableDataRef;
typedef struct __CFDictionary *CFMutableDictionaryRef;
typedef const struct __CFNumber *CFNumberRef;
typedef struct __CFRunLoop *CFRunLoopRef;
typedef struct __CFRunLoopObserver *CFRunLoopObserverRef;
typedef struct CFRunLoopObserverContext CFRunLoopObserverContext;
typedef struct __CFRunLoopSource *CFRunLoopSourceRef;
typedef struct CFRunLoopSourceContext CFRunLoopSourceContext;
typedef struct __CFRunLoopTimer *CFRunLoopTimerRef;
typedef struct CFRunLoopTimerContext CFRunLoopTimerContext;
typedef const struct __CFString *CFStringRef;
typedef const struct __CFURL *CFURLRef;
typedef struct CGAffineTransform CGAffineTransform;
typedef struct CGColor *CGColorRef;
typedef struct CGColorSpace *CGColorSpaceRef;
typedef struct CGContext *CGContextRef;
typedef const struct CGDataConsumer *CGDataConsumerRef;
typedef struct CGDataProvider *CGDataProviderRef;
typedef struct CGFont *CGFontRef;
typedef struct CGGradient *CGGradientRef;
typedef struct CGImage *CGImageRef;
typedef struct CGLayer *CGLayerRef;
typedef struct CGPath *CGMutablePathRef;
typedef const struct CGPath *CGPathRef;
typedef struct CGPattern *CGPatternRef;
typedef struct CGShading *CGShadingRef;
typedef const struct __CTFont *CTFontRef;
typedef const struct __CTLine *CTLineRef;
typedef const struct __CTTypesetter *CTTypesetterRef;
typedef struct __HIShape *HIMutableShapeRef;
typedef const struct __HIShape *HIShapeRef;
typedef struct NSOperatingSystemVersion NSOperatingSystemVersion;
typedef id AEDataStorageType;
typedef AEDataStorageType *AEDataStorage;
typedef ResType DescType;
#pragma pack(push, 2)
struct AEDesc {
    DescType descriptorType;
    AEDataStorage dataHandle;
};
#pragma pack(pop)
typedef AEDesc AEDescList;
typedef FourCharCode AEEventClass;
typedef FourCharCode AEEventID;
typedef FourCharCode AEKeyword;
typedef AEDescList AERecord;
typedef AERecord AppleEvent;
typedef double CFTimeInterval;
typedef CFTimeInterval CFAbsoluteTime;
typedef CFStringRef CFLocaleIdentifier;
typedef CFIndex CFNumberType;
typedef CFOptionFlags CFRunLoopActivity;
typedef CFStringRef CFRunLoopMode;
typedef void (*CFRunLoopObserverCallBack)(CFRunLoopObserverRef, CFRunLoopActivity, void *);
struct CFRunLoopObserverContext {
    CFIndex version;
    void *info;
    const void *(*retain)(const void *);
    void (*release)(const void *);
    CFStringRef (*copyDescription)(const void *);
};
typedef int32_t CFRunLoopRunResult;
struct CFRunLoopSourceContext {
    CFIndex version;
    void *info;
    const void *(*retain)(const void *);
    void (*release)(const void *);
    CFStringRef (*copyDescription)(const void *);
    Boolean (*equal)(const void *, const void *);
    CFHashCode (*hash)(const void *);
    void (*schedule)(void *, CFRunLoopRef, CFRunLoopMode);
    void (*cancel)(void *, CFRunLoopRef, CFRunLoopMode);
    void (*perform)(void *);
};
typedef void (*CFRunLoopTimerCallBack)(CFRunLoopTimerRef, void *);
struct CFRunLoopTimerContext {
    CFIndex version;
    void *info;
    const void *(*retain)(const void *);
    void (*release)(const void *);
    CFStringRef (*copyDescription)(const void *);
};
typedef uint32_t CFStringEncoding;
typedef CFStringEncoding CFStringBuiltInEncodings;
typedef CFOptionFlags CFStringCompareFlags;
typedef CFIndex CFURLPathStyle;
struct CGAffineTransform {
    CGFloat a;
    CGFloat b;
    CGFloat c;
    CGFloat d;
    CGFloat tx;
    CGFloat ty;
};
typedef uint32_t CGBitmapInfo;
typedef int32_t CGBlendMode;
typedef int32_t CGColorRenderingIntent;
typedef void (*CGDataProviderReleaseDataCallback)(void *info, const void *data, size_t size);
typedef uint32_t CGDirectDisplayID;
typedef int32_t CGError;
typedef unsigned short CGFontIndex;
typedef CGFontIndex CGGlyph;
typedef uint32_t CGGradientDrawingOptions;
typedef uint32_t CGImageAlphaInfo;
typedef int32_t CGLineCap;
typedef int32_t CGLineJoin;
typedef int32_t CGTextDrawingMode;
typedef int32_t CGWindowLevel;
typedef uint32_t CTFontOrientation;
typedef uint32_t CTFontUIFontType;
typedef OSStatus (*HIShapeEnumerateProcPtr)(int, HIShapeRef, const CGRect *, void *);
typedef NSUInteger NSAlertStyle;
typedef double NSAppKitVersion;
typedef NSInteger NSApplicationActivationPolicy;
typedef NSUInteger NSBackingStoreType;
typedef NSUInteger NSBitmapFormat;
typedef NSUInteger NSCellType;
typedef NSInteger NSColorPanelMode;
typedef NSInteger NSColorType;
typedef NSUInteger NSCompositingOperation;
typedef NSUInteger NSControlSize;
typedef NSInteger NSControlStateValue;
typedef NSUInteger NSControlTint;
typedef NSUInteger NSDataReadingOptions;
typedef NSUInteger NSDataWritingOptions;
typedef unsigned long long NSEventMask;
typedef NSUInteger NSEventModifierFlags;
typedef NSUInteger NSEventPhase;
typedef short NSEventSubtype;
typedef NSUInteger NSEventType;
typedef NSUInteger NSFontAction;
typedef NSUInteger NSFontRenderingMode;
typedef NSUInteger NSFontTraitMask;
typedef CGFloat NSFontWeight;
typedef CGFloat NSFontWidth;
typedef unsigned int NSGlyph;
typedef NSUInteger NSKeyValueObservingOptions;
typedef NSInteger NSMenuItemBadgeType;
typedef NSInteger NSModalResponse;
typedef struct _NSModalSession *NSModalSession;
struct NSOperatingSystemVersion {
    NSInteger majorVersion;
    NSInteger minorVersion;
    NSInteger patchVersion;
};
typedef NSInteger NSPaperOrientation;
typedef NSUInteger NSPrintPanelOptions;
typedef NSUInteger NSRequestUserAttentionType;
typedef NSUInteger NSStringCompareOptions;
typedef NSUInteger NSStringEncoding;
typedef NSInteger NSTextAlignment;
typedef NSInteger NSToolbarItemStyle;
typedef NSUInteger NSTrackingAreaOptions;
typedef NSInteger NSUnderlineStyle;
typedef NSInteger NSViewLayerContentsRedrawPolicy;
typedef NSUInteger NSWindowButton;
typedef NSUInteger NSWindowCollectionBehavior;
typedef int32_t NSWindowDepth;
typedef NSInteger NSWindowLevel;
typedef NSInteger NSWindowOrderingMode;
typedef NSUInteger NSWindowStyleMask;
typedef NSInteger NSWindowTabbingMode;
typedef NSInteger NSWindowUserTabbingPreference;
typedef uint16_t PMDestinationType;
typedef const void *PMObject;
typedef struct OpaquePMPageFormat *PMPageFormat;
typedef struct OpaquePMPrintSession *PMPrintSession;
typedef struct OpaquePMPrintSettings *PMPrintSettings;
typedef struct OpaquePMPrinter *PMPrinter;
enum : NSModalResponse { NSAlertFirstButtonReturn = 1000 };
enum : NSBitmapFormat { NSAlphaFirstBitmapFormat = 1 };
enum : NSEventModifierFlags { NSAlphaShiftKeyMask = 65536 };
enum : NSEventModifierFlags { NSAlternateKeyMask = 524288 };
enum : NSEventMask { NSAnyEventMask = 0xffffffffffffffffULL };
enum : NSEventType { NSAppKitDefined = 13 };
static const NSAppKitVersion NSAppKitVersionNumber10_9 = 1265;
enum : NSEventSubtype { NSApplicationActivatedEventType = 1 };
enum : NSEventSubtype { NSApplicationDeactivatedEventType = 2 };
enum : NSEventType { NSApplicationDefined = 15 };
enum : NSEventMask { NSApplicationDefinedMask = 32768 };
enum : unsigned int { NSBackTabCharacter = 25 };
enum : unsigned int { NSBackspaceCharacter = 8 };
enum : NSWindowStyleMask { NSBorderlessWindowMask = 0 };
enum : unsigned int { NSCarriageReturnCharacter = 13 };
enum : unsigned int { NSClearDisplayFunctionKey = 63290 };
enum : unsigned int { NSClearLineFunctionKey = 63289 };
enum : NSWindowStyleMask { NSClosableWindowMask = 2 };
enum : NSEventModifierFlags { NSCommandKeyMask = 1048576 };
enum : NSCompositingOperation { NSCompositeCopy = 1 };
enum : NSCompositingOperation { NSCompositeDestinationIn = 7 };
enum : NSCompositingOperation { NSCompositeSourceAtop = 5 };
enum : NSCompositingOperation { NSCompositeSourceOver = 2 };
enum : NSEventModifierFlags { NSControlKeyMask = 262144 };
enum : NSControlStateValue { NSControlStateValueOff = 0 };
enum : NSControlStateValue { NSControlStateValueOn = 1 };
enum : NSAlertStyle { NSCriticalAlertStyle = 2 };
enum : NSEventType { NSCursorUpdate = 17 };
enum : unsigned int { NSDeleteCharacter = 127 };
enum : unsigned int { NSDeleteFunctionKey = 63272 };
enum : NSEventModifierFlags { NSDeviceIndependentModifierFlagsMask = 0xffff0000U };
enum : NSWindowStyleMask { NSDocModalWindowMask = 64 };
enum : unsigned int { NSDownArrowFunctionKey = 63233 };
enum : unsigned int { NSEndFunctionKey = 63275 };
enum : unsigned int { NSEnterCharacter = 3 };
enum : unsigned int { NSF10FunctionKey = 63245 };
enum : unsigned int { NSF11FunctionKey = 63246 };
enum : unsigned int { NSF12FunctionKey = 63247 };
enum : unsigned int { NSF13FunctionKey = 63248 };
enum : unsigned int { NSF14FunctionKey = 63249 };
enum : unsigned int { NSF15FunctionKey = 63250 };
enum : unsigned int { NSF16FunctionKey = 63251 };
enum : unsigned int { NSF17FunctionKey = 63252 };
enum : unsigned int { NSF18FunctionKey = 63253 };
enum : unsigned int { NSF19FunctionKey = 63254 };
enum : unsigned int { NSF1FunctionKey = 63236 };
enum : unsigned int { NSF20FunctionKey = 63255 };
enum : unsigned int { NSF2FunctionKey = 63237 };
enum : unsigned int { NSF3FunctionKey = 63238 };
enum : unsigned int { NSF4FunctionKey = 63239 };
enum : unsigned int { NSF5FunctionKey = 63240 };
enum : unsigned int { NSF6FunctionKey = 63241 };
enum : unsigned int { NSF7FunctionKey = 63242 };
enum : unsigned int { NSF8FunctionKey = 63243 };
enum : unsigned int { NSF9FunctionKey = 63244 };
enum : NSEventType { NSFlagsChanged = 12 };
enum : unsigned int { NSFontPanelAllEffectsModeMask = 1048320 };
enum : unsigned int { NSFontPanelStandardModesMask = 65535 };
enum : unsigned int { NSFontPanelStrikethroughEffectModeMask = 512 };
enum : unsigned int { NSFontPanelUnderlineEffectModeMask = 256 };
enum : NSWindowStyleMask { NSFullScreenWindowMask = 16384 };
enum : NSEventModifierFlags { NSFunctionKeyMask = 8388608 };
enum : NSWindowStyleMask { NSHUDWindowMask = 8192 };
enum : unsigned int { NSHelpFunctionKey = 63302 };
enum : unsigned int { NSHomeFunctionKey = 63273 };
enum : NSAlertStyle { NSInformationalAlertStyle = 1 };
enum : NSEventType { NSKeyDown = 10 };
enum : NSEventType { NSKeyUp = 11 };
enum : unsigned int { NSLeftArrowFunctionKey = 63234 };
enum : NSEventType { NSLeftMouseDown = 1 };
enum : NSEventMask { NSLeftMouseDownMask = 2 };
enum : NSEventType { NSLeftMouseDragged = 6 };
enum : NSEventMask { NSLeftMouseDraggedMask = 64 };
enum : NSEventType { NSLeftMouseUp = 2 };
enum : NSStringEncoding { NSMacOSRomanStringEncoding = 30 };
enum : NSWindowStyleMask { NSMiniaturizableWindowMask = 4 };
enum : NSModalResponse { NSModalResponseCancel = 0 };
enum : NSModalResponse { NSModalResponseOK = 1 };
enum : NSEventType { NSMouseEntered = 8 };
enum : NSEventType { NSMouseExited = 9 };
enum : NSEventType { NSMouseMoved = 5 };
enum : NSEventMask { NSMouseMovedMask = 32 };
enum : unsigned int { NSNewlineCharacter = 10 };
enum : NSWindowStyleMask { NSNonactivatingPanelMask = 128 };
enum : NSInteger { NSNotFound = 0x7fffffffffffffffLL };
enum : NSEventModifierFlags { NSNumericPadKeyMask = 2097152 };
enum : NSControlStateValue { NSOffState = 0 };
enum : NSControlStateValue { NSOnState = 1 };
enum : NSEventType { NSOtherMouseDown = 25 };
enum : NSEventType { NSOtherMouseDragged = 27 };
enum : NSEventType { NSOtherMouseUp = 26 };
enum : unsigned int { NSPageDownFunctionKey = 63277 };
enum : unsigned int { NSPageUpFunctionKey = 63276 };
enum : NSWindowStyleMask { NSResizableWindowMask = 8 };
enum : unsigned int { NSRightArrowFunctionKey = 63235 };
enum : NSEventType { NSRightMouseDown = 3 };
enum : NSEventType { NSRightMouseDragged = 7 };
enum : NSEventType { NSRightMouseUp = 4 };
enum : NSEventSubtype { NSScreenChangedEventType = 8 };
enum : NSEventType { NSScrollWheel = 22 };
enum : NSEventModifierFlags { NSShiftKeyMask = 131072 };
enum : NSEventType { NSSystemDefined = 14 };
enum : unsigned int { NSTabCharacter = 9 };
enum : NSEventType { NSTabletPoint = 23 };
enum : NSEventType { NSTabletProximity = 24 };
enum : NSWindowStyleMask { NSTexturedBackgroundWindowMask = 256 };
enum : NSWindowStyleMask { NSTitledWindowMask = 1 };
enum : NSStringEncoding { NSUTF8StringEncoding = 4 };
enum : NSUnderlineStyle { NSUnderlinePatternSolid = 0 };
enum : NSWindowStyleMask { NSUnifiedTitleAndToolbarWindowMask = 4096 };
enum : unsigned int { NSUpArrowFunctionKey = 63232 };
enum : NSWindowStyleMask { NSUtilityWindowMask = 16 };
static const CGFloat NSVariableStatusItemLength = -1.0;
enum : NSAlertStyle { NSWarningAlertStyle = 0 };
enum : NSEventSubtype { NSWindowExposedEventType = 0 };
enum : NSEventSubtype { NSWindowMovedEventType = 4 };
enum : OSType { cURL = 1970433056 };
enum : OSType { kAEDoScript = 1685025635 };
enum : unsigned int { kAEGetURL = 1196773964 };
enum : OSType { kAEMiscStandards = 1835627363 };
enum : AEEventID { kAEOpenApplication = 1868656752 };
enum : AEEventID { kAEOpenDocuments = 1868853091 };
enum : AEEventID { kAEPrintDocuments = 1885630307 };
enum : AEEventID { kAEQuitApplication = 1903520116 };
enum : OSType { kAEReopenApplication = 1918988400 };
enum : AEEventID { kAEShowPreferences = 1886545254 };
enum : unsigned int { kAlertCautionIcon = 1667331444 };
enum : unsigned int { kAlertNoteIcon = 1852798053 };
enum : unsigned int { kAlertStopIcon = 1937010544 };
enum : CGWindowLevel { kCGFloatingWindowLevel = 3 };
enum : CGWindowLevel { kCGNormalWindowLevel = 0 };
enum : CGWindowLevel { kCGUtilityWindowLevel = 19 };
enum : DescType { kCoreEventClass = 1634039412 };
enum : unsigned int { kGenericApplicationIcon = 1095782476 };
enum : unsigned int { kGenericCDROMIcon = 1667523698 };
enum : unsigned int { kGenericDeskAccessoryIcon = 1095782468 };
enum : unsigned int { kGenericDocumentIcon = 1685021557 };
enum : unsigned int { kGenericEditionFileIcon = 1701082214 };
enum : unsigned int { kGenericFloppyIcon = 1718382713 };
enum : unsigned int { kGenericFolderIcon = 1718379634 };
enum : unsigned int { kGenericPreferencesIcon = 1886545254 };
enum : unsigned int { kGenericQueryDocumentIcon = 1902473849 };
enum : unsigned int { kGenericRAMDiskIcon = 1918987620 };
enum : unsigned int { kGenericStationeryIcon = 1935961955 };
enum : unsigned int { kHIShapeEnumerateInit = 1 };
enum : unsigned int { kHIShapeEnumerateRect = 2 };
enum : unsigned int { kHIShapeParseFromBottom = 1 };
enum : unsigned int { kHIShapeParseFromLeft = 0 };
enum : unsigned int { kInternetEventClass = 1196773964 };
enum : unsigned int { kPMDestinationFile = 2 };
enum : unsigned int { kPMDestinationPreview = 4 };
enum : unsigned int { kPMDestinationPrinter = 1 };
enum : unsigned int { kPrivateFolderIcon = 1886549606 };
enum : unsigned int { kTrashIcon = 1953657704 };
enum : AEKeyword { keyDirectObject = 757935405 };
enum : AEKeyword { keyErrorNumber = 1701999214 };
enum : AEKeyword { keyErrorString = 1701999219 };
enum : AEKeyword { keyMissedKeywordAttr = 1835627379 };
enum : AEKeyword { keyWindow = 1802989156 };
enum : DescType { typeAEList = 1818850164 };
enum : DescType { typeAlias = 1634494835 };
enum : DescType { typeChar = 1413830740 };
enum : DescType { typeFileURL = 1718973036 };
enum : DescType { typePtr = 1886679584 };
enum : DescType { typeSInt32 = 1819242087 };
enum : DescType { typeUTF8Text = 1970562616 };
enum : DescType { typeWildCard = 707406378 };
enum : CFComparisonResult {
    kCFCompareEqualTo = 0,
    kCFCompareGreaterThan = 1,
    kCFCompareLessThan = -1,
};
enum : CFNumberType {
    kCFNumberSInt64Type = 4,
};
enum : CFRunLoopActivity {
    kCFRunLoopEntry = 1,
    kCFRunLoopExit = 128,
};
enum : CFRunLoopRunResult {
    kCFRunLoopRunFinished = 1,
    kCFRunLoopRunHandledSource = 4,
    kCFRunLoopRunStopped = 2,
    kCFRunLoopRunTimedOut = 3,
};
enum : CFStringBuiltInEncodings {
    kCFStringEncodingUTF8 = 134217984,
};
enum : CFURLPathStyle {
    kCFURLPOSIXPathStyle = 0,
};
enum : CGBitmapInfo {
    kCGBitmapByteOrder16Little = 4096,
    kCGBitmapByteOrder32Big = 16384,
    kCGBitmapByteOrder32Little = 8192,
    kCGBitmapByteOrderDefault = 0,
};
enum : CGBlendMode {
    kCGBlendModeSourceAtop = 20,
};
enum : CGColorRenderingIntent {
    kCGRenderingIntentDefault = 0,
};
enum : CGImageAlphaInfo {
    kCGImageAlphaLast = 3,
    kCGImageAlphaNoneSkipFirst = 6,
    kCGImageAlphaNoneSkipLast = 5,
    kCGImageAlphaOnly = 7,
    kCGImageAlphaPremultipliedFirst = 2,
    kCGImageAlphaPremultipliedLast = 1,
};
enum : CGLineCap {
    kCGLineCapButt = 0,
    kCGLineCapRound = 1,
    kCGLineCapSquare = 2,
};
enum : CGLineJoin {
    kCGLineJoinBevel = 2,
    kCGLineJoinMiter = 0,
    kCGLineJoinRound = 1,
};
enum : CGTextDrawingMode {
    kCGTextFill = 0,
};
enum : CTFontOrientation {
    kCTFontDefaultOrientation = 0,
    kCTFontOrientationDefault = 0,
    kCTFontOrientationVertical = 2,
    kCTFontVerticalOrientation = 2,
};
enum : CTFontUIFontType {
    kCTFontUIFontUserFixedPitch = 1,
    kCTFontUserFixedPitchFontType = 1,
};
enum : NSAlertStyle {
    NSAlertStyleCritical = 2,
    NSAlertStyleInformational = 1,
    NSAlertStyleWarning = 0,
};
enum : NSApplicationActivationPolicy {
    NSApplicationActivationPolicyRegular = 0,
};
enum : NSBackingStoreType {
    NSBackingStoreBuffered = 2,
};
enum : NSBitmapFormat {
    NSBitmapFormatAlphaFirst = 1,
};
enum : NSCompositingOperation {
    NSCompositingOperationCopy = 1,
    NSCompositingOperationDestinationIn = 7,
    NSCompositingOperationSourceAtop = 5,
    NSCompositingOperationSourceOver = 2,
};
enum : NSEventMask {
    NSEventMaskAny = 0xffffffffffffffffULL,
    NSEventMaskApplicationDefined = 32768,
    NSEventMaskLeftMouseDown = 2,
    NSEventMaskLeftMouseDragged = 64,
    NSEventMaskLeftMouseUp = 4,
    NSEventMaskMouseMoved = 32,
    NSEventMaskRightMouseUp = 16,
};
enum : NSEventModifierFlags {
    NSEventModifierFlagCapsLock = 65536,
    NSEventModifierFlagCommand = 1048576,
    NSEventModifierFlagControl = 262144,
    NSEventModifierFlagDeviceIndependentFlagsMask = 0xffff0000U,
    NSEventModifierFlagFunction = 8388608,
    NSEventModifierFlagNumericPad = 2097152,
    NSEventModifierFlagOption = 524288,
    NSEventModifierFlagShift = 131072,
};
enum : NSEventSubtype {
    NSEventSubtypeApplicationActivated = 1,
    NSEventSubtypeApplicationDeactivated = 2,
    NSEventSubtypeScreenChanged = 8,
    NSEventSubtypeWindowExposed = 0,
    NSEventSubtypeWindowMoved = 4,
};
enum : NSEventType {
    NSEventTypeAppKitDefined = 13,
    NSEventTypeApplicationDefined = 15,
    NSEventTypeBeginGesture = 19,
    NSEventTypeCursorUpdate = 17,
    NSEventTypeEndGesture = 20,
    NSEventTypeFlagsChanged = 12,
    NSEventTypeGesture = 29,
    NSEventTypeKeyDown = 10,
    NSEventTypeKeyUp = 11,
    NSEventTypeLeftMouseDown = 1,
    NSEventTypeLeftMouseDragged = 6,
    NSEventTypeLeftMouseUp = 2,
    NSEventTypeMagnify = 30,
    NSEventTypeMouseEntered = 8,
    NSEventTypeMouseExited = 9,
    NSEventTypeMouseMoved = 5,
    NSEventTypeOtherMouseDown = 25,
    NSEventTypeOtherMouseDragged = 27,
    NSEventTypeOtherMouseUp = 26,
    NSEventTypeRightMouseDown = 3,
    NSEventTypeRightMouseDragged = 7,
    NSEventTypeRightMouseUp = 4,
    NSEventTypeRotate = 18,
    NSEventTypeScrollWheel = 22,
    NSEventTypeSwipe = 31,
    NSEventTypeTabletPoint = 23,
    NSEventTypeTabletProximity = 24,
};
enum : NSFontAction {
    NSViaPanelFontAction = 1,
};
enum : NSFontRenderingMode {
    NSFontAntialiasedRenderingMode = 1,
    NSFontDefaultRenderingMode = 0,
    NSFontIntegerAdvancementsRenderingMode = 2,
};
enum : NSFontTraitMask {
    NSBoldFontMask = 2,
    NSItalicFontMask = 1,
    NSUnboldFontMask = 4,
    NSUnitalicFontMask = 16777216,
};
enum : NSKeyValueObservingOptions {
    NSKeyValueObservingOptionNew = 1,
};
enum : NSRequestUserAttentionType {
    NSCriticalRequest = 0,
};
enum : NSTrackingAreaOptions {
    NSTrackingActiveAlways = 128,
    NSTrackingEnabledDuringMouseDrag = 1024,
    NSTrackingInVisibleRect = 512,
    NSTrackingMouseEnteredAndExited = 1,
    NSTrackingMouseMoved = 2,
};
enum : NSUnderlineStyle {
    NSUnderlineStyleDouble = 9,
    NSUnderlineStyleNone = 0,
    NSUnderlineStyleSingle = 1,
    NSUnderlineStyleThick = 2,
};
enum : NSViewLayerContentsRedrawPolicy {
    NSViewLayerContentsRedrawOnSetNeedsDisplay = 1,
};
enum : NSWindowButton {
    NSWindowCloseButton = 0,
    NSWindowMiniaturizeButton = 1,
    NSWindowToolbarButton = 3,
    NSWindowZoomButton = 2,
};
enum : NSWindowCollectionBehavior {
    NSWindowCollectionBehaviorCanJoinAllSpaces = 1,
    NSWindowCollectionBehaviorDefault = 0,
    NSWindowCollectionBehaviorFullScreenAuxiliary = 256,
    NSWindowCollectionBehaviorFullScreenPrimary = 128,
    NSWindowCollectionBehaviorIgnoresCycle = 64,
    NSWindowCollectionBehaviorMoveToActiveSpace = 2,
    NSWindowCollectionBehaviorParticipatesInCycle = 32,
};
enum : NSWindowOrderingMode {
    NSWindowAbove = 1,
    NSWindowBelow = -1,
};
enum : NSWindowStyleMask {
    NSWindowStyleMaskBorderless = 0,
    NSWindowStyleMaskClosable = 2,
    NSWindowStyleMaskDocModalWindow = 64,
    NSWindowStyleMaskFullScreen = 16384,
    NSWindowStyleMaskFullSizeContentView = 32768,
    NSWindowStyleMaskHUDWindow = 8192,
    NSWindowStyleMaskMiniaturizable = 4,
    NSWindowStyleMaskNonactivatingPanel = 128,
    NSWindowStyleMaskResizable = 8,
    NSWindowStyleMaskTexturedBackground = 256,
    NSWindowStyleMaskTitled = 1,
    NSWindowStyleMaskUnifiedTitleAndToolbar = 4096,
    NSWindowStyleMaskUtilityWindow = 16,
};
enum : NSWindowTabbingMode {
    NSWindowTabbingModeAutomatic = 0,
    NSWindowTabbingModeDisallowed = 2,
    NSWindowTabbingModePreferred = 1,
};
enum : NSWindowUserTabbingPreference {
    NSWindowUserTabbingPreferenceAlways = 1,
};
enum : NSTextAlignment {
#ifdef __x86_64__
    NSCenterTextAlignment = 2,
#else
    NSCenterTextAlignment = 1,
#endif
};
enum : NSTextAlignment {
#ifdef __x86_64__
    NSRightTextAlignment = 1,
#else
    NSRightTextAlignment = 2,
#endif
};
enum : NSTextAlignment {
#ifdef __x86_64__
    NSTextAlignmentCenter = 2,
#else
    NSTextAlignmentCenter = 1,
#endif
};
enum : NSTextAlignment {
#ifdef __x86_64__
    NSTextAlignmentRight = 1,
#else
    NSTextAlignmentRight = 2,
#endif
};
extern CGAffineTransform CGAffineTransformIdentity;
extern CGRect CGRectZero;
extern CGSize CGSizeZero;
extern NSAppKitVersion NSAppKitVersionNumber;
extern NSPoint NSZeroPoint;
extern NSRect NSZeroRect;
extern CFAllocatorRef kCFAllocatorDefault;
extern CFRunLoopMode kCFRunLoopCommonModes;
extern CFRunLoopMode kCFRunLoopDefaultMode;
extern CFStringRef kCGColorSpaceGenericGray;
extern CFStringRef kCGColorWhite;
extern CFStringRef kCTForegroundColorAttributeName;
extern CFStringRef kUTTagClassOSType;
extern OSErr AECountItems(const AEDescList *, long *);
extern OSErr AEDisposeDesc(AEDesc *);
extern OSErr AEGetAttributePtr(const AppleEvent *, AEKeyword, DescType, DescType *, void *, Size, Size *);
extern OSErr AEGetNthPtr(const AEDescList *, long, DescType, AEKeyword *, DescType *, void *, Size, Size *);
extern OSErr AEGetParamDesc(const AppleEvent *, AEKeyword, DescType, AEDesc *);
extern OSErr AEGetParamPtr(const AppleEvent *, AEKeyword, DescType, DescType *, void *, Size, Size *);
extern OSErr AEPutParamPtr(AppleEvent *, AEKeyword, DescType, const void *, Size);
extern CFAbsoluteTime CFAbsoluteTimeGetCurrent(void);
extern Boolean CFArrayContainsValue(CFArrayRef, CFRange, const void *);
extern CFIndex CFArrayGetCount(CFArrayRef);
extern CFURLRef CFBundleCopyBundleURL(CFBundleRef);
extern CFURLRef CFBundleCopyPrivateFrameworksURL(CFBundleRef);
extern CFURLRef CFBundleCopyResourceURL(CFBundleRef, CFStringRef, CFStringRef, CFStringRef);
extern CFURLRef CFBundleCopySharedFrameworksURL(CFBundleRef);
extern CFBundleRef CFBundleCreate(CFAllocatorRef, CFURLRef);
extern CFBundleRef CFBundleGetBundleWithIdentifier(CFStringRef);
extern CFBundleRef CFBundleGetMainBundle(void);
extern CFBundleRefNum CFBundleOpenBundleResourceMap(CFBundleRef);
extern const uint8_t *CFDataGetBytePtr(CFDataRef);
extern const void *CFDictionaryGetValue(CFDictionaryRef, const void *);
extern CFIndex CFGetRetainCount(CFTypeRef);
extern CFLocaleRef CFLocaleCopyCurrent(void);
extern CFLocaleIdentifier CFLocaleGetIdentifier(CFLocaleRef);
extern Boolean CFNumberGetValue(CFNumberRef, CFNumberType, void *);
extern void CFRunLoopAddObserver(CFRunLoopRef, CFRunLoopObserverRef, CFRunLoopMode);
extern void CFRunLoopAddSource(CFRunLoopRef, CFRunLoopSourceRef, CFRunLoopMode);
extern void CFRunLoopAddTimer(CFRunLoopRef, CFRunLoopTimerRef, CFRunLoopMode);
extern CFRunLoopRef CFRunLoopGetCurrent(void);
extern CFRunLoopRef CFRunLoopGetMain(void);
extern CFRunLoopObserverRef CFRunLoopObserverCreate(CFAllocatorRef, CFOptionFlags, Boolean, CFIndex, CFRunLoopObserverCallBack, CFRunLoopObserverContext *);
extern void CFRunLoopObserverInvalidate(CFRunLoopObserverRef);
extern CFRunLoopRunResult CFRunLoopRunInMode(CFRunLoopMode, CFTimeInterval, Boolean);
extern CFRunLoopSourceRef CFRunLoopSourceCreate(CFAllocatorRef, CFIndex, CFRunLoopSourceContext *);
extern void CFRunLoopSourceInvalidate(CFRunLoopSourceRef);
extern void CFRunLoopSourceSignal(CFRunLoopSourceRef);
extern CFRunLoopTimerRef CFRunLoopTimerCreate(CFAllocatorRef, CFAbsoluteTime, CFTimeInterval, CFOptionFlags, CFIndex, CFRunLoopTimerCallBack, CFRunLoopTimerContext *);
extern CFAbsoluteTime CFRunLoopTimerGetNextFireDate(CFRunLoopTimerRef);
extern void CFRunLoopTimerInvalidate(CFRunLoopTimerRef);
extern void CFRunLoopTimerSetNextFireDate(CFRunLoopTimerRef, CFAbsoluteTime);
extern void CFRunLoopWakeUp(CFRunLoopRef);
extern CFComparisonResult CFStringCompare(CFStringRef, CFStringRef, CFStringCompareFlags);
extern CFStringRef CFStringCreateWithCString(CFAllocatorRef, const char *, CFStringEncoding);
extern Boolean CFStringGetCString(CFStringRef, char *, CFIndex, CFStringEncoding);
extern const char *CFStringGetCStringPtr(CFStringRef, CFStringEncoding);
extern CFStringEncoding CFStringGetSystemEncoding(void);
extern CFStringRef CFURLCopyFileSystemPath(CFURLRef, CFURLPathStyle);
extern CFStringRef CFURLCopyLastPathComponent(CFURLRef);
extern CFURLRef CFURLCreateCopyAppendingPathComponent(CFAllocatorRef, CFURLRef, CFStringRef, Boolean);
extern CFURLRef CFURLCreateCopyDeletingLastPathComponent(CFAllocatorRef, CFURLRef);
extern CFURLRef CFURLCreateWithFileSystemPath(CFAllocatorRef, CFStringRef, CFURLPathStyle, Boolean);
extern Boolean CFURLGetFileSystemRepresentation(CFURLRef, Boolean, uint8_t *, CFIndex);
extern CGAffineTransform CGAffineTransformInvert(CGAffineTransform);
extern CGAffineTransform CGAffineTransformMake(CGFloat, CGFloat, CGFloat, CGFloat, CGFloat, CGFloat);
extern CGAffineTransform CGAffineTransformMakeScale(CGFloat, CGFloat);
extern CGAffineTransform CGAffineTransformRotate(CGAffineTransform, CGFloat);
extern CGAffineTransform CGAffineTransformTranslate(CGAffineTransform, CGFloat, CGFloat);
extern CGImageRef CGBitmapContextCreateImage(CGContextRef);
extern CGColorRef CGColorCreate(CGColorSpaceRef, const CGFloat *);
extern const CGFloat *CGColorGetComponents(CGColorRef);
extern CGColorRef CGColorGetConstantColor(CFStringRef);
extern size_t CGColorGetNumberOfComponents(CGColorRef);
extern CGColorSpaceRef CGColorSpaceCreateDeviceRGB(void);
extern CGColorSpaceRef CGColorSpaceCreateWithName(CFStringRef);
extern void CGContextAddArc(CGContextRef, CGFloat, CGFloat, CGFloat, CGFloat, CGFloat, int);
extern void CGContextAddEllipseInRect(CGContextRef, CGRect);
extern void CGContextAddLineToPoint(CGContextRef, CGFloat, CGFloat);
extern void CGContextAddLines(CGContextRef, const CGPoint *, size_t);
extern void CGContextAddPath(CGContextRef, CGPathRef);
extern void CGContextAddRect(CGContextRef, CGRect);
extern void CGContextBeginPath(CGContextRef);
extern void CGContextClearRect(CGContextRef, CGRect);
extern void CGContextClip(CGContextRef);
extern void CGContextClipToMask(CGContextRef, CGRect, CGImageRef);
extern void CGContextClipToRect(CGContextRef, CGRect);
extern void CGContextClosePath(CGContextRef);
extern void CGContextConcatCTM(CGContextRef, CGAffineTransform);
extern void CGContextDrawImage(CGContextRef, CGRect, CGImageRef);
extern void CGContextDrawLinearGradient(CGContextRef, CGGradientRef, CGPoint, CGPoint, CGGradientDrawingOptions);
extern void CGContextEOClip(CGContextRef);
extern void CGContextEOFillPath(CGContextRef);
extern void CGContextFillEllipseInRect(CGContextRef, CGRect);
extern void CGContextFillPath(CGContextRef);
extern void CGContextFillRect(CGContextRef, CGRect);
extern CGRect CGContextGetClipBoundingBox(CGContextRef);
extern void CGContextMoveToPoint(CGContextRef, CGFloat, CGFloat);
extern void CGContextReplacePathWithStrokedPath(CGContextRef);
extern void CGContextRestoreGState(CGContextRef);
extern void CGContextSaveGState(CGContextRef);
extern void CGContextScaleCTM(CGContextRef, CGFloat, CGFloat);
extern void CGContextSetBlendMode(CGContextRef, CGBlendMode);
extern void CGContextSetFillColorSpace(CGContextRef, CGColorSpaceRef);
extern void CGContextSetFillColorWithColor(CGContextRef, CGColorRef);
extern void CGContextSetGrayFillColor(CGContextRef, CGFloat, CGFloat);
extern void CGContextSetGrayStrokeColor(CGContextRef, CGFloat, CGFloat);
extern void CGContextSetLineCap(CGContextRef, CGLineCap);
extern void CGContextSetLineDash(CGContextRef, CGFloat, const CGFloat *, size_t);
extern void CGContextSetLineJoin(CGContextRef, CGLineJoin);
extern void CGContextSetLineWidth(CGContextRef, CGFloat);
extern void CGContextSetPatternPhase(CGContextRef, CGSize);
extern void CGContextSetRGBFillColor(CGContextRef, CGFloat, CGFloat, CGFloat, CGFloat);
extern void CGContextSetRGBStrokeColor(CGContextRef, CGFloat, CGFloat, CGFloat, CGFloat);
extern void CGContextSetShouldAntialias(CGContextRef, bool);
extern void CGContextSetStrokeColorSpace(CGContextRef, CGColorSpaceRef);
extern void CGContextSetStrokeColorWithColor(CGContextRef, CGColorRef);
extern void CGContextSetTextDrawingMode(CGContextRef, CGTextDrawingMode);
extern void CGContextSetTextMatrix(CGContextRef, CGAffineTransform);
extern void CGContextSetTextPosition(CGContextRef, CGFloat, CGFloat);
extern void CGContextStrokeEllipseInRect(CGContextRef, CGRect);
extern void CGContextStrokeLineSegments(CGContextRef, const CGPoint *, size_t);
extern void CGContextStrokePath(CGContextRef);
extern void CGContextStrokeRect(CGContextRef, CGRect);
extern void CGContextSynchronize(CGContextRef);
extern void CGContextTranslateCTM(CGContextRef, CGFloat, CGFloat);
extern CGDataConsumerRef CGDataConsumerCreateWithCFData(CFMutableDataRef);
extern CGDataProviderRef CGDataProviderCreateWithData(void *, const void *, size_t, CGDataProviderReleaseDataCallback);
extern CGColorSpaceRef CGDisplayCopyColorSpace(CGDirectDisplayID);
extern CGGradientRef CGGradientCreateWithColorComponents(CGColorSpaceRef, const CGFloat *, const CGFloat *, size_t);
extern CGImageRef CGImageCreate(size_t, size_t, size_t, size_t, size_t, CGColorSpaceRef, CGBitmapInfo, CGDataProviderRef, const CGFloat *, bool, CGColorRenderingIntent);
extern CGImageRef CGImageCreateWithImageInRect(CGImageRef, CGRect);
extern CGImageRef CGImageCreateWithMask(CGImageRef, CGImageRef);
extern CGBitmapInfo CGImageGetBitmapInfo(CGImageRef);
extern size_t CGImageGetBitsPerComponent(CGImageRef);
extern size_t CGImageGetBitsPerPixel(CGImageRef);
extern size_t CGImageGetBytesPerRow(CGImageRef);
extern CGColorSpaceRef CGImageGetColorSpace(CGImageRef);
extern size_t CGImageGetHeight(CGImageRef);
extern size_t CGImageGetWidth(CGImageRef);
extern bool CGImageIsMask(CGImageRef);
extern CGImageRef CGImageMaskCreate(size_t, size_t, size_t, size_t, size_t, CGDataProviderRef, const CGFloat *, bool);
extern void CGPDFContextBeginPage(CGContextRef, CFDictionaryRef);
extern CGContextRef CGPDFContextCreate(CGDataConsumerRef, const CGRect *, CFDictionaryRef);
extern void CGPDFContextEndPage(CGContextRef);
extern void CGPathAddArc(CGMutablePathRef, const CGAffineTransform *, CGFloat, CGFloat, CGFloat, CGFloat, CGFloat, bool);
extern void CGPathCloseSubpath(CGMutablePathRef);
extern CGMutablePathRef CGPathCreateMutable(void);
extern CGPathRef CGPathCreateWithRoundedRect(CGRect, CGFloat, CGFloat, const CGAffineTransform *);
extern void CGPathMoveToPoint(CGMutablePathRef, const CGAffineTransform *, CGFloat, CGFloat);
extern CGPoint CGPointApplyAffineTransform(CGPoint, CGAffineTransform);
extern CGRect CGRectApplyAffineTransform(CGRect, CGAffineTransform);
extern bool CGRectContainsRect(CGRect, CGRect);
extern bool CGRectEqualToRect(CGRect, CGRect);
extern CGFloat CGRectGetHeight(CGRect);
extern CGFloat CGRectGetMaxX(CGRect);
extern CGFloat CGRectGetMaxY(CGRect);
extern CGFloat CGRectGetMidX(CGRect);
extern CGFloat CGRectGetMidY(CGRect);
extern CGFloat CGRectGetMinX(CGRect);
extern CGFloat CGRectGetMinY(CGRect);
extern CGFloat CGRectGetWidth(CGRect);
extern CGRect CGRectInset(CGRect, CGFloat, CGFloat);
extern CGRect CGRectIntersection(CGRect, CGRect);
extern bool CGRectIntersectsRect(CGRect, CGRect);
extern CGRect CGRectOffset(CGRect, CGFloat, CGFloat);
extern CGError CGWarpMouseCursorPosition(CGPoint);
extern CTFontRef CTFontCreateUIFontForLanguage(CTFontUIFontType, CGFloat, CFStringRef);
extern CGRect CTFontGetBoundingRectsForGlyphs(CTFontRef, CTFontOrientation, const CGGlyph *, CGRect *, CFIndex);
extern bool CTFontGetGlyphsForCharacters(CTFontRef, const UniChar *, CGGlyph *, CFIndex);
extern void CTLineDraw(CTLineRef, CGContextRef);
extern double CTLineGetTypographicBounds(CTLineRef, CGFloat *, CGFloat *, CGFloat *);
extern CTLineRef CTTypesetterCreateLine(CTTypesetterRef, CFRange);
extern CTTypesetterRef CTTypesetterCreateWithAttributedString(CFAttributedStringRef);
extern CFIndex CTTypesetterSuggestClusterBreak(CTTypesetterRef, CFIndex, double);
extern CFIndex CTTypesetterSuggestLineBreak(CTTypesetterRef, CFIndex, double);
extern HIShapeRef HIShapeCreateCopy(HIShapeRef);
extern HIShapeRef HIShapeCreateDifference(HIShapeRef, HIShapeRef);
extern HIShapeRef HIShapeCreateEmpty(void);
extern HIShapeRef HIShapeCreateIntersection(HIShapeRef, HIShapeRef);
extern HIMutableShapeRef HIShapeCreateMutable(void);
extern HIMutableShapeRef HIShapeCreateMutableCopy(HIShapeRef);
extern HIMutableShapeRef HIShapeCreateMutableWithRect(const CGRect *);
extern HIShapeRef HIShapeCreateWithRect(const CGRect *);
extern OSStatus HIShapeDifference(HIShapeRef, HIShapeRef, HIMutableShapeRef);
extern OSStatus HIShapeEnumerate(HIShapeRef, OptionBits, HIShapeEnumerateProcPtr, void *);
extern CGRect *HIShapeGetBounds(HIShapeRef, CGRect *);
extern OSStatus HIShapeIntersect(HIShapeRef, HIShapeRef, HIMutableShapeRef);
extern Boolean HIShapeIntersectsRect(HIShapeRef, const CGRect *);
extern Boolean HIShapeIsEmpty(HIShapeRef);
extern Boolean HIShapeIsRectangular(HIShapeRef);
extern OSStatus HIShapeOffset(HIMutableShapeRef, CGFloat, CGFloat);
extern OSStatus HIShapeReplacePathInCGContext(HIShapeRef, CGContextRef);
extern OSStatus HIShapeSetEmpty(HIMutableShapeRef);
extern OSStatus HIShapeSetWithShape(HIMutableShapeRef, HIShapeRef);
extern OSStatus HIShapeUnion(HIShapeRef, HIShapeRef, HIMutableShapeRef);
extern OSStatus HIShapeUnionWithRect(HIMutableShapeRef, const CGRect *);
extern void NSBeep(void);
extern NSInteger NSBitsPerPixelFromDepth(NSWindowDepth);
extern BOOL NSContainsRect(NSRect, NSRect);
extern NSRect NSInsetRect(NSRect, CGFloat, CGFloat);
extern BOOL NSMouseInRect(NSPoint, NSRect, BOOL);
extern BOOL NSPointInRect(NSPoint, NSRect);
extern void NSRectFillUsingOperation(NSRect, NSCompositingOperation);
extern NSRect NSUnionRect(NSRect, NSRect);
extern OSStatus PMCreatePrintSettings(PMPrintSettings *);
extern OSStatus PMCreateSession(PMPrintSession *);
extern OSStatus PMPrinterGetMimeTypes(PMPrinter, PMPrintSettings, CFArrayRef *);
extern OSStatus PMPrinterPrintWithFile(PMPrinter, PMPrintSettings, PMPageFormat, CFStringRef, CFURLRef);
extern OSStatus PMRelease(PMObject);
extern OSStatus PMSessionCopyDestinationLocation(PMPrintSession, PMPrintSettings, CFURLRef *);
extern OSStatus PMSessionDefaultPrintSettings(PMPrintSession, PMPrintSettings);
extern OSStatus PMSessionGetCurrentPrinter(PMPrintSession, PMPrinter *);
extern OSStatus PMSessionGetDestinationType(PMPrintSession, PMPrintSettings, PMDestinationType *);
extern CFStringRef UTTypeCreatePreferredIdentifierForTag(CFStringRef, CFStringRef, CFStringRef);
#ifdef __OBJC__
@class CALayer;
@class NSAlert;
@class NSAppearance;
@class NSAppleEventDescriptor;
@class NSAppleEventManager;
@class NSAppleScript;
@class NSApplication;
@class NSArray<ObjectType>;
@class NSAttributedString;
@class NSAutoreleasePool;
@class NSBitmapImageRep;
@class NSBundle;
@class NSButton;
@class NSCell;
@class NSCharacterSet;
@class NSColor;
@class NSColorList;
@class NSColorPanel;
@class NSColorSpace;
@class NSControl;
@class NSCursor;
@class NSData;
@class NSDate;
@class NSDictionary<KeyType, ObjectType>;
@class NSDockTile;
@class NSEnumerator<ObjectType>;
@class NSError;
@class NSEvent;
@class NSException;
@class NSFileManager;
@class NSFont;
@class NSFontDescriptor;
@class NSFontManager;
@class NSFontPanel;
@class NSGraphicsContext;
@class NSImage;
@class NSImageRep;
@class NSItemBadge;
@class NSLocale;
@class NSMenu;
@class NSMenuItem;
@class NSMenuItemBadge;
@class NSMutableArray<ObjectType>;
@class NSMutableCharacterSet;
@class NSMutableData;
@class NSMutableDictionary<KeyType, ObjectType>;
@class NSMutableString;
@class NSNotification;
@class NSNotificationCenter;
@class NSNumber;
@class NSOpenPanel;
@class NSPanel;
@class NSPasteboard;
@class NSPopUpButton;
@class NSPrintInfo;
@class NSPrintPanel;
@class NSProcessInfo;
@class NSResponder;
@class NSRunLoop;
@class NSRunningApplication;
@class NSSavePanel;
@class NSScreen;
@class NSStatusBar;
@class NSStatusBarButton;
@class NSStatusItem;
@class NSString;
@class NSTextField;
@class NSThread;
@class NSToolbar;
@class NSToolbarItem;
@class NSTrackingArea;
@class NSURL;
@class NSUserDefaults;
@class NSValue;
@class NSView;
@class NSWindow;
@class NSWindowTab;
@class NSWorkspace;
@class UTType;
@protocol CAAction;
@protocol CALayerDelegate;
@protocol NSAlertDelegate;
@protocol NSAppearanceCustomization;
@protocol NSApplicationDelegate;
@protocol NSControlTextEditingDelegate;
@protocol NSFastEnumeration;
@protocol NSFileManagerDelegate;
@protocol NSImageDelegate;
@protocol NSMenuDelegate;
@protocol NSOpenSavePanelDelegate;
@protocol NSTextFieldDelegate;
@protocol NSTextInputClient;
@protocol NSToolbarDelegate;
@protocol NSUserInterfaceValidations;
@protocol NSValidatedUserInterfaceItem;
@protocol NSWindowDelegate;
typedef NSString *CALayerContentsGravity;
typedef NSString *NSAppearanceName;
typedef NSString *NSAttributedStringKey;
typedef NSString *NSColorListName;
typedef NSString *NSColorName;
typedef NSString *NSDeviceDescriptionKey;
typedef NSString *NSErrorUserInfoKey;
typedef NSString *NSExceptionName;
typedef NSString *NSFontDescriptorAttributeName;
typedef NSString *NSGraphicsContextAttributeKey;
typedef NSString *NSImageHintKey;
typedef NSString *NSImageName;
typedef NSString *NSKeyValueChangeKey;
typedef NSString *NSLocaleKey;
typedef NSString *NSNotificationName;
typedef NSString *NSPasteboardName;
typedef NSString *NSPasteboardType;
typedef NSString *NSPrintInfoSettingKey;
typedef NSString *NSRunLoopMode;
typedef NSString *NSToolbarIdentifier;
typedef NSString *NSUserInterfaceItemIdentifier;
typedef NSString *NSWindowTabbingIdentifier;
@protocol CAAction <NSObject>
@end

@protocol CALayerDelegate <NSObject>
@end

@protocol NSAlertDelegate <NSObject>
@end

@protocol NSAppearanceCustomization <NSObject>
@required
- (NSAppearance *)appearance;
- (void)setAppearance:(NSAppearance *)a0;
- (NSAppearance *)effectiveAppearance;
@end

@protocol NSApplicationDelegate <NSObject>
@optional
- (BOOL)application:(NSApplication *)a0 printFile:(NSString *)a1;
- (BOOL)applicationShouldHandleReopen:(NSApplication *)a0 hasVisibleWindows:(BOOL)a1;
- (BOOL)applicationSupportsSecureRestorableState:(NSApplication *)a0;
- (void)applicationWillFinishLaunching:(NSNotification *)a0;
- (void)applicationDidFinishLaunching:(NSNotification *)a0;
@end

@protocol NSControlTextEditingDelegate <NSObject>
@end

@protocol NSFastEnumeration <NSObject>
@required
- (NSUInteger)countByEnumeratingWithState:(NSFastEnumerationState *)a0 objects:(id *)a1 count:(NSUInteger)a2;
@end

@protocol NSFileManagerDelegate <NSObject>
@end

@protocol NSImageDelegate <NSObject>
@end

@protocol NSMenuDelegate <NSObject>
@optional
- (void)menuNeedsUpdate:(NSMenu *)a0;
- (void)menuWillOpen:(NSMenu *)a0;
- (void)menuDidClose:(NSMenu *)a0;
- (void)menu:(NSMenu *)a0 willHighlightItem:(NSMenuItem *)a1;
@end

@protocol NSOpenSavePanelDelegate <NSObject>
@optional
- (BOOL)panel:(id)a0 shouldEnableURL:(NSURL *)a1;
- (BOOL)panel:(id)a0 validateURL:(NSURL *)a1 error:(NSError **)a2;
- (void)panel:(id)a0 didChangeToDirectoryURL:(NSURL *)a1;
@end

@protocol NSTextFieldDelegate <NSControlTextEditingDelegate>
@end

@protocol NSTextInputClient <NSObject>
@required
- (void)insertText:(id)a0 replacementRange:(NSRange)a1;
- (void)doCommandBySelector:(SEL)a0;
- (void)setMarkedText:(id)a0 selectedRange:(NSRange)a1 replacementRange:(NSRange)a2;
- (void)unmarkText;
- (NSRange)selectedRange;
- (NSRange)markedRange;
- (BOOL)hasMarkedText;
- (NSAttributedString *)attributedSubstringForProposedRange:(NSRange)a0 actualRange:(NSRangePointer)a1;
- (NSArray<NSAttributedStringKey> *)validAttributesForMarkedText;
- (NSRect)firstRectForCharacterRange:(NSRange)a0 actualRange:(NSRangePointer)a1;
- (NSUInteger)characterIndexForPoint:(NSPoint)a0;
@optional
- (NSAttributedString *)attributedString;
@end

@protocol NSToolbarDelegate <NSObject>
@end

@protocol NSUserInterfaceValidations <NSObject>
@required
- (BOOL)validateUserInterfaceItem:(id<NSValidatedUserInterfaceItem>)a0;
@end

@protocol NSValidatedUserInterfaceItem <NSObject>
@required
- (SEL)action;
- (NSInteger)tag;
@end

@protocol NSWindowDelegate <NSObject>
@optional
- (BOOL)windowShouldClose:(NSWindow *)a0;
- (NSSize)windowWillResize:(NSWindow *)a0 toSize:(NSSize)a1;
- (NSRect)windowWillUseStandardFrame:(NSWindow *)a0 defaultFrame:(NSRect)a1;
- (NSSize)window:(NSWindow *)a0 willUseFullScreenContentSize:(NSSize)a1;
@end

@interface CALayer : NSObject
+ (instancetype)layer;
- (instancetype)init;
- (CGRect)bounds;
- (void)setBounds:(CGRect)a0;
- (CGPoint)position;
- (void)setPosition:(CGPoint)a0;
- (CGRect)frame;
- (void)setFrame:(CGRect)a0;
@property (getter=isHidden) BOOL hidden;
- (BOOL)isHidden;
- (void)setHidden:(BOOL)a0;
- (BOOL)contentsAreFlipped;
- (CALayer *)mask;
- (void)setMask:(CALayer *)a0;
- (id)contents;
- (void)setContents:(id)a0;
- (CALayerContentsGravity)contentsGravity;
- (void)setContentsGravity:(CALayerContentsGravity)a0;
- (CGFloat)contentsScale;
- (void)setContentsScale:(CGFloat)a0;
- (void)setOpaque:(BOOL)a0;
- (void)display;
- (void)setNeedsDisplay;
- (void)setNeedsDisplayInRect:(CGRect)a0;
- (BOOL)needsDisplay;
- (void)displayIfNeeded;
- (void)renderInContext:(CGContextRef)a0;
- (CGColorRef)backgroundColor;
- (void)setBackgroundColor:(CGColorRef)a0;
- (CGFloat)borderWidth;
- (void)setBorderWidth:(CGFloat)a0;
- (CGColorRef)borderColor;
- (void)setBorderColor:(CGColorRef)a0;
- (NSArray *)filters;
- (void)setFilters:(NSArray *)a0;
- (NSDictionary<NSString *, id<CAAction>> *)actions;
- (void)setActions:(NSDictionary<NSString *, id<CAAction>> *)a0;
- (NSString *)name;
- (void)setName:(NSString *)a0;
- (id<CALayerDelegate>)delegate;
- (void)setDelegate:(id<CALayerDelegate>)a0;
- (NSDictionary *)style;
- (void)setStyle:(NSDictionary *)a0;
+ (instancetype)new;
@end

@interface NSAlert : NSObject
- (void)setMessageText:(NSString *)a0;
- (void)setInformativeText:(NSString *)a0;
- (NSImage *)icon;
- (void)setIcon:(NSImage *)a0;
- (NSButton *)addButtonWithTitle:(NSString *)a0;
- (NSArray<NSButton *> *)buttons;
- (void)setAlertStyle:(NSAlertStyle)a0;
- (id<NSAlertDelegate>)delegate;
- (void)setDelegate:(id<NSAlertDelegate>)a0;
- (NSView *)accessoryView;
- (void)setAccessoryView:(NSView *)a0;
- (NSModalResponse)runModal;
- (void)beginSheetModalForWindow:(NSWindow *)a0 completionHandler:(void (^)(NSModalResponse))a1;
- (NSWindow *)window;
- (instancetype)init;
+ (instancetype)new;
- (void)beginSheetModalForWindow:(NSWindow *)a0 modalDelegate:(id)a1 didEndSelector:(SEL)a2 contextInfo:(void *)a3;
@end

@interface NSAppearance : NSObject
- (NSAppearanceName)name;
+ (NSAppearance *)currentAppearance;
+ (void)setCurrentAppearance:(NSAppearance *)a0;
+ (NSAppearance *)currentDrawingAppearance;
- (void)performAsCurrentDrawingAppearance:(void (^)(void))a0;
+ (NSAppearance *)appearanceNamed:(NSAppearanceName)a0;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSAppleEventDescriptor : NSObject <NSCopying>
+ (NSAppleEventDescriptor *)nullDescriptor;
- (const AEDesc *)aeDesc;
- (DescType)descriptorType;
- (NSData *)data;
- (NSString *)stringValue;
- (NSAppleEventDescriptor *)paramDescriptorForKeyword:(AEKeyword)a0;
- (NSInteger)numberOfItems;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSAppleEventManager : NSObject
+ (NSAppleEventManager *)sharedAppleEventManager;
- (void)setEventHandler:(id)a0 andSelector:(SEL)a1 forEventClass:(AEEventClass)a2 andEventID:(AEEventID)a3;
- (OSErr)dispatchRawAppleEvent:(const AppleEvent *)a0 withRawReply:(AppleEvent *)a1 handlerRefCon:(SRefCon)a2;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSAppleScript : NSObject <NSCopying>
- (instancetype)initWithContentsOfURL:(NSURL *)a0 error:(NSDictionary<NSString *, id> **)a1;
- (instancetype)initWithSource:(NSString *)a0;
- (NSString *)source;
- (NSAppleEventDescriptor *)executeAndReturnError:(NSDictionary<NSString *, id> **)a0;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSResponder : NSObject
- (instancetype)init;
- (BOOL)performKeyEquivalent:(NSEvent *)a0;
- (id)validRequestorForSendType:(NSPasteboardType)a0 returnType:(NSPasteboardType)a1;
- (void)keyDown:(NSEvent *)a0;
- (BOOL)acceptsFirstResponder;
- (void)interpretKeyEvents:(NSArray<NSEvent *> *)a0;
- (NSMenu *)menu;
- (void)setMenu:(NSMenu *)a0;
+ (instancetype)new;
@end

@interface NSApplication : NSResponder <NSAppearanceCustomization, NSUserInterfaceValidations>
+ (__kindof NSApplication *)sharedApplication;
- (id<NSApplicationDelegate>)delegate;
- (void)setDelegate:(id<NSApplicationDelegate>)a0;
- (void)hide:(id)a0;
- (void)unhide:(id)a0;
- (NSWindow *)keyWindow;
@property (readonly, getter=isActive) BOOL active;
- (BOOL)isActive;
@property (readonly, getter=isHidden) BOOL hidden;
- (BOOL)isHidden;
- (void)activateIgnoringOtherApps:(BOOL)a0;
- (void)hideOtherApplications:(id)a0;
- (void)unhideAllApplications:(id)a0;
- (void)finishLaunching;
- (void)run;
- (NSModalResponse)runModalForWindow:(NSWindow *)a0;
- (void)stop:(id)a0;
- (void)stopModalWithCode:(NSModalResponse)a0;
- (NSWindow *)modalWindow;
- (NSModalSession)beginModalSessionForWindow:(NSWindow *)a0;
- (void)endModalSession:(NSModalSession)a0;
- (void)terminate:(id)a0;
- (NSInteger)requestUserAttention:(NSRequestUserAttentionType)a0;
- (void)cancelUserAttentionRequest:(NSInteger)a0;
- (NSArray<NSWindow *> *)windows;
- (NSMenu *)mainMenu;
- (void)setMainMenu:(NSMenu *)a0;
- (NSMenu *)helpMenu;
- (void)setHelpMenu:(NSMenu *)a0;
- (NSImage *)applicationIconImage;
- (void)setApplicationIconImage:(NSImage *)a0;
- (BOOL)setActivationPolicy:(NSApplicationActivationPolicy)a0;
- (NSDockTile *)dockTile;
- (instancetype)init;
+ (instancetype)new;
- (NSAppearance *)appearance;
- (void)setAppearance:(NSAppearance *)a0;
- (NSAppearance *)effectiveAppearance;
- (void)sendEvent:(NSEvent *)a0;
- (void)postEvent:(NSEvent *)a0 atStart:(BOOL)a1;
- (NSEvent *)currentEvent;
- (NSEvent *)nextEventMatchingMask:(NSEventMask)a0 untilDate:(NSDate *)a1 inMode:(NSRunLoopMode)a2 dequeue:(BOOL)a3;
- (id)validRequestorForSendType:(NSPasteboardType)a0 returnType:(NSPasteboardType)a1;
- (NSMenu *)windowsMenu;
- (void)setWindowsMenu:(NSMenu *)a0;
- (void)arrangeInFront:(id)a0;
- (void)setServicesMenu:(NSMenu *)a0;
- (void)registerServicesMenuSendTypes:(NSArray<NSPasteboardType> *)a0 returnTypes:(NSArray<NSPasteboardType> *)a1;
- (id)servicesProvider;
- (void)setServicesProvider:(id)a0;
- (void)orderFrontStandardAboutPanel:(id)a0;
- (void)endSheet:(NSWindow *)a0;
- (void)endSheet:(NSWindow *)a0 returnCode:(NSInteger)a1;
- (NSGraphicsContext *)context;
- (NSArray<NSWindow *> *)orderedWindows;
- (void)showHelp:(id)a0;
@end

@interface NSArray<ObjectType> : NSObject <NSCopying, NSFastEnumeration, NSMutableCopying>
- (NSUInteger)count;
- (ObjectType)objectAtIndex:(NSUInteger)a0;
- (instancetype)init;
- (instancetype)initWithObjects:(ObjectType *)a0 count:(NSUInteger)a1;
+ (instancetype)new;
- (NSArray<ObjectType> *)arrayByAddingObject:(ObjectType)a0;
- (NSArray<ObjectType> *)arrayByAddingObjectsFromArray:(NSArray<ObjectType> *)a0;
- (NSString *)componentsJoinedByString:(NSString *)a0;
- (BOOL)containsObject:(ObjectType)a0;
- (NSString *)description;
- (NSUInteger)indexOfObject:(ObjectType)a0;
- (ObjectType)firstObject;
- (NSEnumerator<ObjectType> *)reverseObjectEnumerator;
- (ObjectType)objectAtIndexedSubscript:(NSUInteger)a0;
+ (instancetype)array;
+ (instancetype)arrayWithObject:(ObjectType)a0;
+ (instancetype)arrayWithObjects:(ObjectType *)a0 count:(NSUInteger)a1;
- (NSArray<ObjectType> *)initWithContentsOfURL:(NSURL *)a0 error:(NSError **)a1;
- (NSArray<ObjectType> *)initWithContentsOfFile:(NSString *)a0;
- (NSArray<ObjectType> *)initWithContentsOfURL:(NSURL *)a0;
- (BOOL)writeToFile:(NSString *)a0 atomically:(BOOL)a1;
- (id)valueForKey:(NSString *)a0;
- (void)setValue:(id)a0 forKey:(NSString *)a1;
- (void)addObserver:(NSObject *)a0 forKeyPath:(NSString *)a1 options:(NSKeyValueObservingOptions)a2 context:(void *)a3;
- (void)removeObserver:(NSObject *)a0 forKeyPath:(NSString *)a1 context:(void *)a2;
- (void)removeObserver:(NSObject *)a0 forKeyPath:(NSString *)a1;
@end

@interface NSAttributedString : NSObject <NSCopying, NSMutableCopying>
- (NSString *)string;
- (instancetype)init;
+ (instancetype)new;
- (NSUInteger)length;
- (NSAttributedString *)attributedSubstringFromRange:(NSRange)a0;
- (instancetype)initWithString:(NSString *)a0;
- (instancetype)initWithString:(NSString *)a0 attributes:(NSDictionary<NSAttributedStringKey, id> *)a1;
- (CGSize)size;
- (void)drawAtPoint:(CGPoint)a0;
- (void)drawInRect:(CGRect)a0;
@end

@interface NSAutoreleasePool : NSObject
+ (void)addObject:(id)a0;
- (void)addObject:(id)a0;
- (void)drain;
- (instancetype)init;
+ (instancetype)new;
+ (void)showPools;
@end

@interface NSImageRep : NSObject <NSCopying>
- (instancetype)init;
- (BOOL)draw;
- (BOOL)drawAtPoint:(NSPoint)a0;
- (BOOL)drawInRect:(NSRect)a0;
- (BOOL)drawInRect:(NSRect)a0 fromRect:(NSRect)a1 operation:(NSCompositingOperation)a2 fraction:(CGFloat)a3 respectFlipped:(BOOL)a4 hints:(NSDictionary<NSImageHintKey, id> *)a5;
- (NSSize)size;
- (void)setSize:(NSSize)a0;
- (void)setAlpha:(BOOL)a0;
- (void)setOpaque:(BOOL)a0;
+ (instancetype)new;
@end

@interface NSBitmapImageRep : NSImageRep <NSCopying>
- (instancetype)initWithCGImage:(CGImageRef)a0;
- (unsigned char *)bitmapData;
@property (readonly, getter=isPlanar) BOOL planar;
- (BOOL)isPlanar;
- (NSInteger)samplesPerPixel;
- (NSInteger)bitsPerPixel;
- (NSInteger)bytesPerRow;
- (NSInteger)bytesPerPlane;
- (NSBitmapFormat)bitmapFormat;
- (CGImageRef)CGImage;
- (NSColorSpace *)colorSpace;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSBundle : NSObject
+ (NSBundle *)mainBundle;
+ (instancetype)bundleWithPath:(NSString *)a0;
+ (NSBundle *)bundleWithIdentifier:(NSString *)a0;
- (BOOL)load;
- (BOOL)unload;
- (NSURL *)bundleURL;
- (NSString *)localizedStringForKey:(NSString *)a0 value:(NSString *)a1 table:(NSString *)a2;
- (id)objectForInfoDictionaryKey:(NSString *)a0;
- (instancetype)init;
+ (instancetype)new;
- (NSString *)pathForImageResource:(NSImageName)a0;
@end

@interface NSView : NSResponder <NSAppearanceCustomization>
- (instancetype)initWithFrame:(NSRect)a0;
- (NSWindow *)window;
@property (getter=isHidden) BOOL hidden;
- (BOOL)isHidden;
- (void)setHidden:(BOOL)a0;
- (BOOL)wantsDefaultClipping;
- (void)addSubview:(NSView *)a0;
- (void)viewDidChangeBackingProperties;
- (void)setFrameSize:(NSSize)a0;
- (NSRect)frame;
- (void)setFrame:(NSRect)a0;
- (NSRect)bounds;
- (void)setBounds:(NSRect)a0;
@property (readonly, getter=isFlipped) BOOL flipped;
- (BOOL)isFlipped;
- (NSPoint)convertPoint:(NSPoint)a0 fromView:(NSView *)a1;
- (NSPoint)convertPoint:(NSPoint)a0 toView:(NSView *)a1;
- (BOOL)canDraw;
- (void)setNeedsDisplayInRect:(NSRect)a0;
- (BOOL)needsDisplay;
- (void)setNeedsDisplay:(BOOL)a0;
- (void)lockFocus;
- (void)unlockFocus;
+ (NSView *)focusView;
- (void)display;
- (void)displayIfNeeded;
- (void)drawRect:(NSRect)a0;
- (void)scrollRect:(NSRect)a0 by:(NSSize)a1;
- (BOOL)mouse:(NSPoint)a0 inRect:(NSRect)a1;
- (NSInteger)tag;
- (BOOL)performKeyEquivalent:(NSEvent *)a0;
- (NSViewLayerContentsRedrawPolicy)layerContentsRedrawPolicy;
- (void)setLayerContentsRedrawPolicy:(NSViewLayerContentsRedrawPolicy)a0;
- (BOOL)wantsLayer;
- (void)setWantsLayer:(BOOL)a0;
- (CALayer *)layer;
- (void)setLayer:(CALayer *)a0;
- (BOOL)wantsUpdateLayer;
- (void)updateLayer;
- (CGFloat)alphaValue;
- (void)setAlphaValue:(CGFloat)a0;
- (NSString *)toolTip;
- (void)setToolTip:(NSString *)a0;
- (BOOL)inLiveResize;
- (void)viewDidChangeEffectiveAppearance;
- (instancetype)init;
+ (instancetype)new;
- (void)print:(id)a0;
- (void)addTrackingArea:(NSTrackingArea *)a0;
@end

@interface NSControl : NSView <NSAppearanceCustomization>
- (instancetype)initWithFrame:(NSRect)a0;
- (id)target;
- (void)setTarget:(id)a0;
- (SEL)action;
- (void)setAction:(SEL)a0;
- (NSInteger)tag;
- (void)setTag:(NSInteger)a0;
- (void)setContinuous:(BOOL)a0;
@property (getter=isEnabled) BOOL enabled;
- (BOOL)isEnabled;
- (void)setEnabled:(BOOL)a0;
- (NSControlSize)controlSize;
- (void)setControlSize:(NSControlSize)a0;
- (NSString *)stringValue;
- (void)setStringValue:(NSString *)a0;
- (int)intValue;
- (void)setIntValue:(int)a0;
- (NSInteger)integerValue;
- (void)setIntegerValue:(NSInteger)a0;
- (NSInteger)sendActionOn:(NSEventMask)a0;
- (NSFont *)font;
- (void)setFont:(NSFont *)a0;
- (instancetype)init;
+ (instancetype)new;
- (NSCell *)cell;
- (void)setCell:(NSCell *)a0;
- (void)setNeedsDisplay;
@end

@interface NSButton : NSControl <NSAppearanceCustomization, NSUserInterfaceValidations>
- (NSString *)title;
- (void)setTitle:(NSString *)a0;
- (NSAttributedString *)attributedTitle;
- (void)setAttributedTitle:(NSAttributedString *)a0;
- (void)setBordered:(BOOL)a0;
@property (getter=isTransparent) BOOL transparent;
- (BOOL)isTransparent;
- (void)setTransparent:(BOOL)a0;
- (NSImage *)image;
- (void)setImage:(NSImage *)a0;
- (NSControlStateValue)state;
- (void)setState:(NSControlStateValue)a0;
- (void)highlight:(BOOL)a0;
- (NSString *)keyEquivalent;
- (void)setKeyEquivalent:(NSString *)a0;
- (NSEventModifierFlags)keyEquivalentModifierMask;
- (void)setKeyEquivalentModifierMask:(NSEventModifierFlags)a0;
- (BOOL)performKeyEquivalent:(NSEvent *)a0;
- (instancetype)initWithFrame:(NSRect)a0;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSCell : NSObject <NSCopying>
- (instancetype)init;
- (NSCellType)type;
- (void)setType:(NSCellType)a0;
- (NSControlStateValue)state;
- (void)setState:(NSControlStateValue)a0;
- (id)target;
- (void)setTarget:(id)a0;
- (SEL)action;
- (void)setAction:(SEL)a0;
- (NSInteger)tag;
- (void)setTag:(NSInteger)a0;
- (NSString *)title;
- (void)setTitle:(NSString *)a0;
@property (getter=isEnabled) BOOL enabled;
- (BOOL)isEnabled;
- (void)setEnabled:(BOOL)a0;
- (NSInteger)sendActionOn:(NSEventMask)a0;
- (void)setContinuous:(BOOL)a0;
- (void)setEditable:(BOOL)a0;
- (void)setBordered:(BOOL)a0;
- (void)setBezeled:(BOOL)a0;
- (NSFont *)font;
- (void)setFont:(NSFont *)a0;
- (NSString *)keyEquivalent;
- (NSString *)stringValue;
- (void)setStringValue:(NSString *)a0;
- (NSComparisonResult)compare:(id)a0;
- (int)intValue;
- (void)setIntValue:(int)a0;
- (NSInteger)integerValue;
- (void)setIntegerValue:(NSInteger)a0;
- (NSImage *)image;
- (void)setImage:(NSImage *)a0;
- (NSControlSize)controlSize;
- (void)setControlSize:(NSControlSize)a0;
- (NSMenu *)menu;
- (void)setMenu:(NSMenu *)a0;
+ (instancetype)new;
- (BOOL)acceptsFirstResponder;
@end

@interface NSCharacterSet : NSObject <NSCopying, NSMutableCopying>
+ (NSCharacterSet *)whitespaceCharacterSet;
+ (NSCharacterSet *)whitespaceAndNewlineCharacterSet;
- (BOOL)characterIsMember:(unichar)a0;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSColor : NSObject <NSCopying>
- (instancetype)init;
+ (NSColor *)colorWithColorSpace:(NSColorSpace *)a0 components:(const CGFloat *)a1 count:(NSInteger)a2;
+ (NSColor *)colorWithRed:(CGFloat)a0 green:(CGFloat)a1 blue:(CGFloat)a2 alpha:(CGFloat)a3;
+ (NSColor *)colorWithCatalogName:(NSColorListName)a0 colorName:(NSColorName)a1;
- (NSColorType)type;
- (NSColor *)colorUsingColorSpace:(NSColorSpace *)a0;
+ (NSColor *)blackColor;
+ (NSColor *)whiteColor;
+ (NSColor *)grayColor;
+ (NSColor *)blueColor;
+ (NSColor *)clearColor;
+ (NSColor *)selectedMenuItemTextColor;
+ (NSColor *)windowBackgroundColor;
+ (NSColor *)textColor;
+ (NSColor *)textBackgroundColor;
+ (NSColor *)controlTextColor;
+ (NSColor *)disabledControlTextColor;
+ (NSColor *)controlAccentColor;
+ (NSControlTint)currentControlTint;
+ (NSColor *)colorForControlTint:(NSControlTint)a0;
+ (NSColor *)highlightColor;
- (void)set;
- (void)setFill;
- (void)setStroke;
- (NSColor *)colorWithAlphaComponent:(CGFloat)a0;
- (NSColorSpace *)colorSpace;
- (NSInteger)numberOfComponents;
- (void)getComponents:(CGFloat *)a0;
- (CGColorRef)CGColor;
+ (instancetype)new;
@end

@interface NSColorList : NSObject
+ (NSColorList *)colorListNamed:(NSColorListName)a0;
- (NSColorListName)name;
- (void)setColor:(NSColor *)a0 forKey:(NSColorName)a1;
- (NSArray<NSColorName> *)allKeys;
- (BOOL)writeToFile:(NSString *)a0;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSWindow : NSResponder <NSAppearanceCustomization, NSUserInterfaceValidations>
+ (NSRect)frameRectForContentRect:(NSRect)a0 styleMask:(NSWindowStyleMask)a1;
+ (NSRect)contentRectForFrameRect:(NSRect)a0 styleMask:(NSWindowStyleMask)a1;
- (NSRect)frameRectForContentRect:(NSRect)a0;
- (NSRect)contentRectForFrameRect:(NSRect)a0;
- (instancetype)initWithContentRect:(NSRect)a0 styleMask:(NSWindowStyleMask)a1 backing:(NSBackingStoreType)a2 defer:(BOOL)a3;
- (instancetype)initWithContentRect:(NSRect)a0 styleMask:(NSWindowStyleMask)a1 backing:(NSBackingStoreType)a2 defer:(BOOL)a3 screen:(NSScreen *)a4;
- (NSString *)title;
- (void)setTitle:(NSString *)a0;
- (BOOL)titlebarAppearsTransparent;
- (void)setTitlebarAppearsTransparent:(BOOL)a0;
- (NSString *)representedFilename;
- (void)setRepresentedFilename:(NSString *)a0;
- (void)setExcludedFromWindowsMenu:(BOOL)a0;
- (__kindof NSView *)contentView;
- (void)setContentView:(NSView *)a0;
- (id<NSWindowDelegate>)delegate;
- (void)setDelegate:(id<NSWindowDelegate>)a0;
- (NSInteger)windowNumber;
- (NSWindowStyleMask)styleMask;
- (void)setStyleMask:(NSWindowStyleMask)a0;
- (void)setFrame:(NSRect)a0 display:(BOOL)a1;
- (void)setFrameTopLeftPoint:(NSPoint)a0;
- (NSPoint)cascadeTopLeftFromPoint:(NSPoint)a0;
- (NSRect)frame;
- (BOOL)inLiveResize;
- (void)setResizeIncrements:(NSSize)a0;
- (void)setContentAspectRatio:(NSSize)a0;
- (void)displayIfNeeded;
- (void)display;
- (void)update;
- (void)close;
- (void)setReleasedWhenClosed:(BOOL)a0;
- (void)miniaturize:(id)a0;
- (void)deminiaturize:(id)a0;
@property (readonly, getter=isZoomed) BOOL zoomed;
- (BOOL)isZoomed;
- (void)zoom:(id)a0;
@property (readonly, getter=isMiniaturized) BOOL miniaturized;
- (BOOL)isMiniaturized;
- (id)validRequestorForSendType:(NSPasteboardType)a0 returnType:(NSPasteboardType)a1;
- (NSColor *)backgroundColor;
- (void)setBackgroundColor:(NSColor *)a0;
- (void)setMovableByWindowBackground:(BOOL)a0;
- (void)setHidesOnDeactivate:(BOOL)a0;
- (void)setCanHide:(BOOL)a0;
- (void)center;
- (void)makeKeyAndOrderFront:(id)a0;
- (void)orderFront:(id)a0;
- (void)orderOut:(id)a0;
- (void)orderWindow:(NSWindowOrderingMode)a0 relativeTo:(NSInteger)a1;
- (void)orderFrontRegardless;
- (NSDockTile *)dockTile;
@property (getter=isDocumentEdited) BOOL documentEdited;
- (BOOL)isDocumentEdited;
- (void)setDocumentEdited:(BOOL)a0;
@property (readonly, getter=isVisible) BOOL visible;
- (BOOL)isVisible;
@property (readonly, getter=isKeyWindow) BOOL keyWindow;
- (BOOL)isKeyWindow;
- (BOOL)canBecomeKeyWindow;
- (void)makeKeyWindow;
- (BOOL)worksWhenModal;
- (NSRect)convertRectToScreen:(NSRect)a0;
- (NSRect)convertRectFromScreen:(NSRect)a0;
- (CGFloat)backingScaleFactor;
- (void)performClose:(id)a0;
- (void)performMiniaturize:(id)a0;
- (void)performZoom:(id)a0;
- (void)print:(id)a0;
- (NSWindowLevel)level;
- (void)setLevel:(NSWindowLevel)a0;
- (NSScreen *)screen;
- (void)setHasShadow:(BOOL)a0;
- (CGFloat)alphaValue;
- (void)setAlphaValue:(CGFloat)a0;
- (void)setOpaque:(BOOL)a0;
- (void)setCollectionBehavior:(NSWindowCollectionBehavior)a0;
- (void)toggleFullScreen:(id)a0;
- (void)setContentMinSize:(NSSize)a0;
- (void)setContentMaxSize:(NSSize)a0;
- (void)setMaxFullScreenContentSize:(NSSize)a0;
- (NSDictionary<NSDeviceDescriptionKey, id> *)deviceDescription;
- (void)beginSheet:(NSWindow *)a0 completionHandler:(void (^)(NSModalResponse))a1;
- (void)endSheet:(NSWindow *)a0;
- (void)endSheet:(NSWindow *)a0 returnCode:(NSModalResponse)a1;
- (NSWindow *)attachedSheet;
@property (readonly, getter=isSheet) BOOL sheet;
- (BOOL)isSheet;
- (NSButton *)standardWindowButton:(NSWindowButton)a0;
- (void)addChildWindow:(NSWindow *)a0 ordered:(NSWindowOrderingMode)a1;
- (void)removeChildWindow:(NSWindow *)a0;
- (NSWindow *)parentWindow;
- (void)setParentWindow:(NSWindow *)a0;
- (NSColorSpace *)colorSpace;
- (void)setColorSpace:(NSColorSpace *)a0;
- (NSToolbar *)toolbar;
- (void)setToolbar:(NSToolbar *)a0;
- (void)setShowsToolbarButton:(BOOL)a0;
+ (NSWindowUserTabbingPreference)userTabbingPreference;
- (NSWindowTabbingMode)tabbingMode;
- (void)setTabbingMode:(NSWindowTabbingMode)a0;
- (NSWindowTabbingIdentifier)tabbingIdentifier;
- (void)setTabbingIdentifier:(NSWindowTabbingIdentifier)a0;
- (void)selectNextTab:(id)a0;
- (void)selectPreviousTab:(id)a0;
- (void)moveTabToNewWindow:(id)a0;
- (void)mergeAllWindows:(id)a0;
- (void)toggleTabBar:(id)a0;
- (NSArray<NSWindow *> *)tabbedWindows;
- (void)addTabbedWindow:(NSWindow *)a0 ordered:(NSWindowOrderingMode)a1;
- (NSWindowTab *)tab;
- (instancetype)init;
+ (instancetype)new;
- (NSEvent *)nextEventMatchingMask:(NSEventMask)a0;
- (NSEvent *)nextEventMatchingMask:(NSEventMask)a0 untilDate:(NSDate *)a1 inMode:(NSRunLoopMode)a2 dequeue:(BOOL)a3;
- (void)postEvent:(NSEvent *)a0 atStart:(BOOL)a1;
- (void)sendEvent:(NSEvent *)a0;
- (NSEvent *)currentEvent;
- (void)setAcceptsMouseMovedEvents:(BOOL)a0;
- (void)setIgnoresMouseEvents:(BOOL)a0;
- (NSPoint)mouseLocationOutsideOfEventStream;
- (NSPoint)convertBaseToScreen:(NSPoint)a0;
- (NSPoint)convertScreenToBase:(NSPoint)a0;
@property (readonly, getter=isFloatingPanel) BOOL floatingPanel;
- (BOOL)isFloatingPanel;
@property (readonly, getter=isMiniaturizable) BOOL miniaturizable;
- (BOOL)isMiniaturizable;
@property (readonly, getter=isResizable) BOOL resizable;
- (BOOL)isResizable;
- (void)setIsMiniaturized:(BOOL)a0;
- (void)setIsVisible:(BOOL)a0;
- (void)setIsZoomed:(BOOL)a0;
@end

@interface NSPanel : NSWindow <NSAppearanceCustomization, NSUserInterfaceValidations>
@property (getter=isFloatingPanel) BOOL floatingPanel;
- (BOOL)isFloatingPanel;
- (void)setFloatingPanel:(BOOL)a0;
- (void)setBecomesKeyOnlyIfNeeded:(BOOL)a0;
- (BOOL)worksWhenModal;
- (void)setWorksWhenModal:(BOOL)a0;
- (instancetype)initWithContentRect:(NSRect)a0 styleMask:(NSWindowStyleMask)a1 backing:(NSBackingStoreType)a2 defer:(BOOL)a3;
- (instancetype)initWithContentRect:(NSRect)a0 styleMask:(NSWindowStyleMask)a1 backing:(NSBackingStoreType)a2 defer:(BOOL)a3 screen:(NSScreen *)a4;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSColorPanel : NSPanel <NSAppearanceCustomization, NSUserInterfaceValidations>
+ (NSColorPanel *)sharedColorPanel;
+ (BOOL)sharedColorPanelExists;
- (NSView *)accessoryView;
- (void)setAccessoryView:(NSView *)a0;
- (void)setContinuous:(BOOL)a0;
- (void)setShowsAlpha:(BOOL)a0;
- (NSColorPanelMode)mode;
- (void)setMode:(NSColorPanelMode)a0;
- (NSColor *)color;
- (void)setColor:(NSColor *)a0;
- (CGFloat)alpha;
- (void)setAction:(SEL)a0;
- (void)setTarget:(id)a0;
- (instancetype)initWithContentRect:(NSRect)a0 styleMask:(NSWindowStyleMask)a1 backing:(NSBackingStoreType)a2 defer:(BOOL)a3;
- (instancetype)initWithContentRect:(NSRect)a0 styleMask:(NSWindowStyleMask)a1 backing:(NSBackingStoreType)a2 defer:(BOOL)a3 screen:(NSScreen *)a4;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSColorSpace : NSObject
- (CGColorSpaceRef)CGColorSpace;
+ (NSColorSpace *)sRGBColorSpace;
+ (NSColorSpace *)deviceRGBColorSpace;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSCursor : NSObject
- (instancetype)initWithImage:(NSImage *)a0 hotSpot:(NSPoint)a1;
- (NSImage *)image;
- (NSPoint)hotSpot;
+ (void)hide;
+ (void)unhide;
+ (void)pop;
- (void)pop;
- (void)push;
- (void)set;
+ (NSCursor *)arrowCursor;
+ (NSCursor *)crosshairCursor;
+ (NSCursor *)disappearingItemCursor;
+ (NSCursor *)operationNotAllowedCursor;
+ (NSCursor *)dragLinkCursor;
+ (NSCursor *)dragCopyCursor;
+ (NSCursor *)contextualMenuCursor;
+ (NSCursor *)pointingHandCursor;
+ (NSCursor *)closedHandCursor;
+ (NSCursor *)openHandCursor;
+ (NSCursor *)IBeamCursor;
- (instancetype)init;
+ (instancetype)new;
+ (NSCursor *)resizeLeftCursor;
+ (NSCursor *)resizeRightCursor;
+ (NSCursor *)resizeLeftRightCursor;
+ (NSCursor *)resizeUpCursor;
+ (NSCursor *)resizeDownCursor;
+ (NSCursor *)resizeUpDownCursor;
@end

@interface NSData : NSObject <NSCopying, NSMutableCopying>
- (NSUInteger)length;
- (instancetype)init;
+ (instancetype)new;
- (NSString *)description;
- (BOOL)writeToFile:(NSString *)a0 atomically:(BOOL)a1;
- (BOOL)writeToFile:(NSString *)a0 options:(NSDataWritingOptions)a1 error:(NSError **)a2;
+ (instancetype)data;
+ (instancetype)dataWithContentsOfFile:(NSString *)a0 options:(NSDataReadingOptions)a1 error:(NSError **)a2;
+ (instancetype)dataWithContentsOfFile:(NSString *)a0;
- (instancetype)initWithContentsOfFile:(NSString *)a0 options:(NSDataReadingOptions)a1 error:(NSError **)a2;
- (instancetype)initWithContentsOfURL:(NSURL *)a0 options:(NSDataReadingOptions)a1 error:(NSError **)a2;
- (instancetype)initWithContentsOfFile:(NSString *)a0;
- (instancetype)initWithContentsOfURL:(NSURL *)a0;
@end

@interface NSDate : NSObject <NSCopying>
- (instancetype)initWithString:(NSString *)a0;
- (instancetype)init;
+ (instancetype)new;
- (NSComparisonResult)compare:(NSDate *)a0;
- (NSString *)description;
+ (NSDate *)distantPast;
+ (NSDate *)now;
@end

@interface NSDictionary<KeyType, ObjectType> : NSObject <NSCopying, NSFastEnumeration, NSMutableCopying>
- (NSUInteger)count;
- (ObjectType)objectForKey:(KeyType)a0;
- (instancetype)init;
+ (instancetype)new;
- (NSArray<KeyType> *)allKeys;
- (NSString *)description;
- (NSDictionary<KeyType, ObjectType> *)initWithContentsOfFile:(NSString *)a0;
- (NSDictionary<KeyType, ObjectType> *)initWithContentsOfURL:(NSURL *)a0;
- (BOOL)writeToFile:(NSString *)a0 atomically:(BOOL)a1;
- (NSString *)fileType;
- (ObjectType)valueForKey:(NSString *)a0;
@end

@interface NSDockTile : NSObject
- (NSSize)size;
- (NSView *)contentView;
- (void)setContentView:(NSView *)a0;
- (void)display;
- (void)setBadgeLabel:(NSString *)a0;
- (id)owner;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSEnumerator<ObjectType> : NSObject <NSFastEnumeration>
- (instancetype)init;
+ (instancetype)new;
- (NSArray<ObjectType> *)allObjects;
@end

@interface NSError : NSObject <NSCopying>
- (NSInteger)code;
- (NSDictionary<NSErrorUserInfoKey, id> *)userInfo;
- (instancetype)init;
@end

@interface NSEvent : NSObject <NSCopying>
- (NSEventType)type;
- (NSEventModifierFlags)modifierFlags;
- (NSTimeInterval)timestamp;
- (NSWindow *)window;
- (NSInteger)windowNumber;
- (NSGraphicsContext *)context;
- (NSInteger)clickCount;
- (NSInteger)buttonNumber;
- (NSInteger)eventNumber;
- (float)pressure;
- (NSPoint)locationInWindow;
- (CGFloat)deltaX;
- (CGFloat)deltaY;
- (BOOL)hasPreciseScrollingDeltas;
- (CGFloat)scrollingDeltaX;
- (CGFloat)scrollingDeltaY;
- (NSString *)characters;
- (NSString *)charactersIgnoringModifiers;
@property (readonly, getter=isARepeat) BOOL ARepeat;
- (BOOL)isARepeat;
- (unsigned short)keyCode;
- (void *)userData;
- (NSTrackingArea *)trackingArea;
- (NSEventSubtype)subtype;
- (NSEventPhase)phase;
+ (NSEvent *)mouseEventWithType:(NSEventType)a0 location:(NSPoint)a1 modifierFlags:(NSEventModifierFlags)a2 timestamp:(NSTimeInterval)a3 windowNumber:(NSInteger)a4 context:(NSGraphicsContext *)a5 eventNumber:(NSInteger)a6 clickCount:(NSInteger)a7 pressure:(float)a8;
+ (NSEvent *)keyEventWithType:(NSEventType)a0 location:(NSPoint)a1 modifierFlags:(NSEventModifierFlags)a2 timestamp:(NSTimeInterval)a3 windowNumber:(NSInteger)a4 context:(NSGraphicsContext *)a5 characters:(NSString *)a6 charactersIgnoringModifiers:(NSString *)a7 isARepeat:(BOOL)a8 keyCode:(unsigned short)a9;
+ (NSPoint)mouseLocation;
+ (NSEventModifierFlags)modifierFlags;
+ (NSTimeInterval)keyRepeatDelay;
+ (id)addLocalMonitorForEventsMatchingMask:(NSEventMask)a0 handler:(NSEvent *(^)(NSEvent *))a1;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSException : NSObject <NSCopying>
- (NSExceptionName)name;
- (NSString *)reason;
- (NSDictionary *)userInfo;
- (instancetype)init;
@end

@interface NSFileManager : NSObject
+ (NSFileManager *)defaultManager;
- (id<NSFileManagerDelegate>)delegate;
- (void)setDelegate:(id<NSFileManagerDelegate>)a0;
- (BOOL)copyItemAtPath:(NSString *)a0 toPath:(NSString *)a1 error:(NSError **)a2;
- (BOOL)removeItemAtPath:(NSString *)a0 error:(NSError **)a1;
- (BOOL)fileExistsAtPath:(NSString *)a0;
- (BOOL)fileExistsAtPath:(NSString *)a0 isDirectory:(BOOL *)a1;
- (BOOL)isReadableFileAtPath:(NSString *)a0;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSFont : NSObject <NSCopying>
+ (NSFont *)fontWithName:(NSString *)a0 size:(CGFloat)a1;
+ (NSFont *)userFixedPitchFontOfSize:(CGFloat)a0;
+ (NSFont *)systemFontOfSize:(CGFloat)a0;
+ (NSFont *)controlContentFontOfSize:(CGFloat)a0;
+ (NSFont *)systemFontOfSize:(CGFloat)a0 weight:(NSFontWeight)a1;
+ (NSFont *)systemFontOfSize:(CGFloat)a0 weight:(NSFontWeight)a1 width:(NSFontWidth)a2;
- (CGFloat)pointSize;
- (NSString *)familyName;
- (NSFontDescriptor *)fontDescriptor;
- (NSCharacterSet *)coveredCharacterSet;
- (NSRect)boundingRectForFont;
- (NSSize)maximumAdvancement;
- (CGFloat)ascender;
- (CGFloat)descender;
- (CGFloat)leading;
@property (readonly, getter=isFixedPitch) BOOL fixedPitch;
- (BOOL)isFixedPitch;
- (void)set;
- (void)setInContext:(NSGraphicsContext *)a0;
@property (readonly, getter=isVertical) BOOL vertical;
- (BOOL)isVertical;
- (instancetype)init;
+ (instancetype)new;
- (NSSize)advancementForGlyph:(NSGlyph)a0;
- (NSFont *)screenFontWithRenderingMode:(NSFontRenderingMode)a0;
- (NSFontRenderingMode)renderingMode;
@end

@interface NSFontDescriptor : NSObject <NSCopying>
- (CGFloat)pointSize;
- (id)objectForKey:(NSFontDescriptorAttributeName)a0;
- (NSDictionary<NSFontDescriptorAttributeName, id> *)fontAttributes;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSFontManager : NSObject
+ (NSFontManager *)sharedFontManager;
@property (readonly, getter=isMultiple) BOOL multiple;
- (BOOL)isMultiple;
- (void)setSelectedFont:(NSFont *)a0 isMultiple:(BOOL)a1;
- (NSFontPanel *)fontPanel:(BOOL)a0;
- (NSFont *)fontWithFamily:(NSString *)a0 traits:(NSFontTraitMask)a1 weight:(NSInteger)a2 size:(CGFloat)a3;
- (NSFontTraitMask)traitsOfFont:(NSFont *)a0;
- (NSArray<NSString *> *)availableFontFamilies;
- (NSFont *)convertFont:(NSFont *)a0;
- (NSFont *)convertFont:(NSFont *)a0 toSize:(CGFloat)a1;
- (NSFont *)convertFont:(NSFont *)a0 toFamily:(NSString *)a1;
- (NSFont *)convertFont:(NSFont *)a0 toHaveTrait:(NSFontTraitMask)a1;
- (NSFont *)convertFont:(NSFont *)a0 toNotHaveTrait:(NSFontTraitMask)a1;
@property (getter=isEnabled) BOOL enabled;
- (BOOL)isEnabled;
- (void)setEnabled:(BOOL)a0;
- (SEL)action;
- (void)setAction:(SEL)a0;
- (id)delegate;
- (void)setDelegate:(id)a0;
- (void)setSelectedAttributes:(NSDictionary<NSString *, id> *)a0 isMultiple:(BOOL)a1;
- (NSDictionary<NSString *, id> *)convertAttributes:(NSDictionary<NSString *, id> *)a0;
- (NSFontAction)currentFontAction;
- (id)target;
- (void)setTarget:(id)a0;
- (instancetype)init;
+ (instancetype)new;
- (void)orderFrontFontPanel:(id)a0;
@end

@interface NSFontPanel : NSPanel <NSAppearanceCustomization, NSUserInterfaceValidations>
+ (NSFontPanel *)sharedFontPanel;
+ (BOOL)sharedFontPanelExists;
- (NSView *)accessoryView;
- (void)setAccessoryView:(NSView *)a0;
- (void)setPanelFont:(NSFont *)a0 isMultiple:(BOOL)a1;
- (BOOL)worksWhenModal;
- (void)setWorksWhenModal:(BOOL)a0;
@property (getter=isEnabled) BOOL enabled;
- (BOOL)isEnabled;
- (void)setEnabled:(BOOL)a0;
- (instancetype)initWithContentRect:(NSRect)a0 styleMask:(NSWindowStyleMask)a1 backing:(NSBackingStoreType)a2 defer:(BOOL)a3;
- (instancetype)initWithContentRect:(NSRect)a0 styleMask:(NSWindowStyleMask)a1 backing:(NSBackingStoreType)a2 defer:(BOOL)a3 screen:(NSScreen *)a4;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSGraphicsContext : NSObject
+ (NSGraphicsContext *)graphicsContextWithCGContext:(CGContextRef)a0 flipped:(BOOL)a1;
+ (NSGraphicsContext *)currentContext;
+ (void)setCurrentContext:(NSGraphicsContext *)a0;
+ (void)saveGraphicsState;
+ (void)restoreGraphicsState;
- (NSDictionary<NSGraphicsContextAttributeKey, id> *)attributes;
- (void)saveGraphicsState;
- (void)restoreGraphicsState;
- (CGContextRef)CGContext;
@property (readonly, getter=isFlipped) BOOL flipped;
- (BOOL)isFlipped;
- (instancetype)init;
+ (instancetype)new;
- (BOOL)shouldAntialias;
- (void)setShouldAntialias:(BOOL)a0;
+ (NSGraphicsContext *)graphicsContextWithGraphicsPort:(void *)a0 flipped:(BOOL)a1;
- (void *)graphicsPort;
@end

@interface NSImage : NSObject <NSCopying>
+ (NSImage *)imageNamed:(NSImageName)a0;
- (instancetype)initWithSize:(NSSize)a0;
- (instancetype)initWithContentsOfFile:(NSString *)a0;
- (instancetype)initWithContentsOfURL:(NSURL *)a0;
- (NSSize)size;
- (void)setSize:(NSSize)a0;
- (BOOL)setName:(NSImageName)a0;
- (NSImageName)name;
- (NSColor *)backgroundColor;
- (void)setBackgroundColor:(NSColor *)a0;
- (void)drawAtPoint:(NSPoint)a0 fromRect:(NSRect)a1 operation:(NSCompositingOperation)a2 fraction:(CGFloat)a3;
- (void)drawInRect:(NSRect)a0 fromRect:(NSRect)a1 operation:(NSCompositingOperation)a2 fraction:(CGFloat)a3;
- (void)drawInRect:(NSRect)a0 fromRect:(NSRect)a1 operation:(NSCompositingOperation)a2 fraction:(CGFloat)a3 respectFlipped:(BOOL)a4 hints:(NSDictionary<NSImageHintKey, id> *)a5;
- (void)drawInRect:(NSRect)a0;
- (void)addRepresentation:(NSImageRep *)a0;
@property (readonly, getter=isValid) BOOL valid;
- (BOOL)isValid;
- (id<NSImageDelegate>)delegate;
- (void)setDelegate:(id<NSImageDelegate>)a0;
@property (getter=isTemplate) BOOL template;
- (BOOL)isTemplate;
- (void)setTemplate:(BOOL)a0;
- (instancetype)initWithCGImage:(CGImageRef)a0 size:(NSSize)a1;
- (NSLocale *)locale;
- (instancetype)init;
+ (instancetype)new;
- (void)lockFocus;
- (void)unlockFocus;
- (void)setFlipped:(BOOL)a0;
@property (getter=isFlipped) BOOL flipped;
- (BOOL)isFlipped;
@end

@interface NSItemBadge : NSObject
- (NSString *)text;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSLocale : NSObject <NSCopying>
- (id)objectForKey:(NSLocaleKey)a0;
@end

@interface NSMenu : NSObject <NSAppearanceCustomization, NSCopying>
- (instancetype)initWithTitle:(NSString *)a0;
- (NSString *)title;
- (void)setTitle:(NSString *)a0;
- (BOOL)popUpMenuPositioningItem:(NSMenuItem *)a0 atLocation:(NSPoint)a1 inView:(NSView *)a2;
- (NSMenu *)supermenu;
- (void)setSupermenu:(NSMenu *)a0;
- (void)insertItem:(NSMenuItem *)a0 atIndex:(NSInteger)a1;
- (void)addItem:(NSMenuItem *)a0;
- (void)removeItemAtIndex:(NSInteger)a0;
- (NSArray<NSMenuItem *> *)itemArray;
- (void)setItemArray:(NSArray<NSMenuItem *> *)a0;
- (NSInteger)numberOfItems;
- (NSMenuItem *)itemAtIndex:(NSInteger)a0;
- (NSInteger)indexOfItem:(NSMenuItem *)a0;
- (NSInteger)indexOfItemWithSubmenu:(NSMenu *)a0;
- (NSMenuItem *)itemWithTitle:(NSString *)a0;
- (void)update;
- (BOOL)performKeyEquivalent:(NSEvent *)a0;
- (id<NSMenuDelegate>)delegate;
- (void)setDelegate:(id<NSMenuDelegate>)a0;
- (CGFloat)menuBarHeight;
- (NSSize)size;
- (NSFont *)font;
- (void)setFont:(NSFont *)a0;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSMenuItem : NSObject <NSCopying, NSValidatedUserInterfaceItem>
+ (void)setUsesUserKeyEquivalents:(BOOL)a0;
+ (NSMenuItem *)separatorItem;
- (instancetype)initWithTitle:(NSString *)a0 action:(SEL)a1 keyEquivalent:(NSString *)a2;
- (NSMenu *)menu;
- (void)setMenu:(NSMenu *)a0;
- (NSMenu *)submenu;
- (void)setSubmenu:(NSMenu *)a0;
- (NSString *)title;
- (void)setTitle:(NSString *)a0;
- (NSAttributedString *)attributedTitle;
- (void)setAttributedTitle:(NSAttributedString *)a0;
- (BOOL)isSeparatorItem;
- (NSString *)keyEquivalent;
- (void)setKeyEquivalent:(NSString *)a0;
- (NSEventModifierFlags)keyEquivalentModifierMask;
- (void)setKeyEquivalentModifierMask:(NSEventModifierFlags)a0;
- (NSImage *)image;
- (void)setImage:(NSImage *)a0;
- (NSControlStateValue)state;
- (void)setState:(NSControlStateValue)a0;
@property (getter=isEnabled) BOOL enabled;
- (BOOL)isEnabled;
- (void)setEnabled:(BOOL)a0;
- (id)target;
- (void)setTarget:(id)a0;
- (SEL)action;
- (void)setAction:(SEL)a0;
- (NSInteger)tag;
- (void)setTag:(NSInteger)a0;
- (NSView *)view;
- (void)setView:(NSView *)a0;
@property (getter=isHidden) BOOL hidden;
- (BOOL)isHidden;
- (void)setHidden:(BOOL)a0;
- (NSString *)toolTip;
- (void)setToolTip:(NSString *)a0;
- (NSMenuItemBadge *)badge;
- (void)setBadge:(NSMenuItemBadge *)a0;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSMenuItemBadge : NSObject <NSCopying>
- (instancetype)initWithString:(NSString *)a0;
- (instancetype)init;
- (NSMenuItemBadgeType)type;
- (NSString *)stringValue;
+ (instancetype)new;
@end

@interface NSMutableArray<ObjectType> : NSArray <NSCopying, NSFastEnumeration, NSMutableCopying>
+ (instancetype)array;
+ (instancetype)arrayWithObject:(ObjectType)a0;
+ (instancetype)arrayWithObjects:(ObjectType *)a0 count:(NSUInteger)a1;
- (void)addObject:(ObjectType)a0;
- (instancetype)init;
- (instancetype)initWithCapacity:(NSUInteger)a0;
- (instancetype)initWithObjects:(ObjectType *)a0 count:(NSUInteger)a1;
+ (instancetype)new;
- (void)removeAllObjects;
- (void)removeObject:(ObjectType)a0;
- (void)setArray:(NSArray<ObjectType> *)a0;
- (NSMutableArray<ObjectType> *)initWithContentsOfFile:(NSString *)a0;
- (NSMutableArray<ObjectType> *)initWithContentsOfURL:(NSURL *)a0;
@end

@interface NSMutableCharacterSet : NSCharacterSet <NSCopying, NSMutableCopying>
- (void)removeCharactersInString:(NSString *)a0;
+ (NSMutableCharacterSet *)whitespaceCharacterSet;
+ (NSMutableCharacterSet *)whitespaceAndNewlineCharacterSet;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSMutableData : NSData <NSCopying, NSMutableCopying>
+ (instancetype)data;
+ (instancetype)dataWithContentsOfFile:(NSString *)a0 options:(NSDataReadingOptions)a1 error:(NSError **)a2;
+ (instancetype)dataWithContentsOfFile:(NSString *)a0;
- (instancetype)initWithContentsOfFile:(NSString *)a0 options:(NSDataReadingOptions)a1 error:(NSError **)a2;
- (instancetype)initWithContentsOfURL:(NSURL *)a0 options:(NSDataReadingOptions)a1 error:(NSError **)a2;
- (instancetype)initWithContentsOfFile:(NSString *)a0;
- (instancetype)initWithContentsOfURL:(NSURL *)a0;
- (void)setLength:(NSUInteger)a0;
- (instancetype)init;
+ (instancetype)new;
- (void)setData:(NSData *)a0;
- (instancetype)initWithCapacity:(NSUInteger)a0;
@end

@interface NSMutableDictionary<KeyType, ObjectType> : NSDictionary <NSCopying, NSFastEnumeration, NSMutableCopying>
- (void)setObject:(ObjectType)a0 forKey:(id)a1;
- (instancetype)init;
- (instancetype)initWithCapacity:(NSUInteger)a0;
+ (instancetype)new;
- (void)removeAllObjects;
- (void)removeObjectsForKeys:(NSArray<KeyType> *)a0;
- (void)setDictionary:(NSDictionary<KeyType, ObjectType> *)a0;
- (NSMutableDictionary<KeyType, ObjectType> *)initWithContentsOfFile:(NSString *)a0;
- (NSMutableDictionary<KeyType, ObjectType> *)initWithContentsOfURL:(NSURL *)a0;
- (void)setValue:(ObjectType)a0 forKey:(NSString *)a1;
@end

@interface NSString : NSObject <NSCopying, NSMutableCopying>
- (NSString *)pathExtension;
- (NSString *)stringByExpandingTildeInPath;
- (NSUInteger)length;
- (unichar)characterAtIndex:(NSUInteger)a0;
- (instancetype)init;
+ (instancetype)new;
- (NSString *)substringToIndex:(NSUInteger)a0;
- (NSComparisonResult)compare:(NSString *)a0;
- (NSComparisonResult)compare:(NSString *)a0 options:(NSStringCompareOptions)a1;
- (NSComparisonResult)compare:(NSString *)a0 options:(NSStringCompareOptions)a1 range:(NSRange)a2;
- (NSComparisonResult)compare:(NSString *)a0 options:(NSStringCompareOptions)a1 range:(NSRange)a2 locale:(id)a3;
- (NSComparisonResult)caseInsensitiveCompare:(NSString *)a0;
- (BOOL)isEqualToString:(NSString *)a0;
- (BOOL)hasPrefix:(NSString *)a0;
- (BOOL)hasSuffix:(NSString *)a0;
- (BOOL)containsString:(NSString *)a0;
- (NSRange)rangeOfComposedCharacterSequenceAtIndex:(NSUInteger)a0;
- (NSString *)stringByAppendingString:(NSString *)a0;
- (int)intValue;
- (NSInteger)integerValue;
- (BOOL)boolValue;
- (NSString *)uppercaseString;
- (NSString *)lowercaseString;
- (const char *)UTF8String;
- (BOOL)getCString:(const char *)a0 maxLength:(NSUInteger)a1 encoding:(NSStringEncoding)a2;
- (NSUInteger)lengthOfBytesUsingEncoding:(NSStringEncoding)a0;
- (NSArray<NSString *> *)componentsSeparatedByString:(NSString *)a0;
- (BOOL)writeToFile:(NSString *)a0 atomically:(BOOL)a1 encoding:(NSStringEncoding)a2 error:(NSError **)a3;
- (NSString *)description;
- (NSUInteger)hash;
- (instancetype)initWithCharactersNoCopy:(unichar *)a0 length:(NSUInteger)a1 freeWhenDone:(BOOL)a2;
- (instancetype)initWithCharacters:(unichar *)a0 length:(NSUInteger)a1;
- (instancetype)initWithUTF8String:(const char *)a0;
- (instancetype)initWithString:(NSString *)a0;
+ (instancetype)string;
+ (instancetype)stringWithUTF8String:(const char *)a0;
- (instancetype)initWithCString:(const char *)a0 encoding:(NSStringEncoding)a1;
+ (instancetype)stringWithCString:(const char *)a0 encoding:(NSStringEncoding)a1;
- (instancetype)initWithContentsOfURL:(NSURL *)a0 encoding:(NSStringEncoding)a1 error:(NSError **)a2;
- (instancetype)initWithContentsOfFile:(NSString *)a0 encoding:(NSStringEncoding)a1 error:(NSError **)a2;
- (void)getCString:(const char *)a0;
- (void)getCString:(const char *)a0 maxLength:(NSUInteger)a1;
- (BOOL)writeToFile:(NSString *)a0 atomically:(BOOL)a1;
- (instancetype)initWithContentsOfFile:(NSString *)a0;
- (instancetype)initWithContentsOfURL:(NSURL *)a0;
- (instancetype)initWithCString:(const char *)a0 length:(NSUInteger)a1;
- (instancetype)initWithCString:(const char *)a0;
+ (id)stringWithCString:(const char *)a0 length:(NSUInteger)a1;
+ (id)stringWithCString:(const char *)a0;
- (CGSize)sizeWithAttributes:(NSDictionary<NSAttributedStringKey, id> *)a0;
@end

@interface NSMutableString : NSString <NSCopying, NSMutableCopying>
- (instancetype)initWithCharactersNoCopy:(unichar *)a0 length:(NSUInteger)a1 freeWhenDone:(BOOL)a2;
- (instancetype)initWithCharacters:(unichar *)a0 length:(NSUInteger)a1;
- (instancetype)initWithUTF8String:(const char *)a0;
- (instancetype)initWithString:(NSString *)a0;
+ (instancetype)string;
+ (instancetype)stringWithUTF8String:(const char *)a0;
- (instancetype)initWithCString:(const char *)a0 encoding:(NSStringEncoding)a1;
+ (instancetype)stringWithCString:(const char *)a0 encoding:(NSStringEncoding)a1;
- (instancetype)initWithContentsOfURL:(NSURL *)a0 encoding:(NSStringEncoding)a1 error:(NSError **)a2;
- (instancetype)initWithContentsOfFile:(NSString *)a0 encoding:(NSStringEncoding)a1 error:(NSError **)a2;
- (instancetype)init;
+ (instancetype)new;
- (void)appendString:(NSString *)a0;
- (void)setString:(NSString *)a0;
- (instancetype)initWithCapacity:(NSUInteger)a0;
- (instancetype)initWithContentsOfFile:(NSString *)a0;
- (instancetype)initWithContentsOfURL:(NSURL *)a0;
- (instancetype)initWithCString:(const char *)a0 length:(NSUInteger)a1;
- (instancetype)initWithCString:(const char *)a0;
@end

@interface NSNotification : NSObject <NSCopying>
- (NSNotificationName)name;
- (id)object;
- (NSDictionary *)userInfo;
@end

@interface NSNotificationCenter : NSObject
+ (NSNotificationCenter *)defaultCenter;
- (void)addObserver:(id)a0 selector:(SEL)a1 name:(NSNotificationName)a2 object:(id)a3;
- (void)removeObserver:(id)a0;
- (void)removeObserver:(id)a0 name:(NSNotificationName)a1 object:(id)a2;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSValue : NSObject <NSCopying>
@end

@interface NSNumber : NSValue <NSCopying>
- (int)intValue;
- (unsigned int)unsignedIntValue;
- (long)longValue;
- (BOOL)boolValue;
- (NSInteger)integerValue;
- (NSString *)stringValue;
- (NSComparisonResult)compare:(NSNumber *)a0;
+ (NSNumber *)numberWithInt:(int)a0;
+ (NSNumber *)numberWithDouble:(double)a0;
+ (NSNumber *)numberWithBool:(BOOL)a0;
@end

@interface NSObject (Cocoa)
- (id)valueForKey:(NSString *)a0;
- (void)setValue:(id)a0 forKey:(NSString *)a1;
- (void)setValue:(id)a0 forKeyPath:(NSString *)a1;
- (void)observeValueForKeyPath:(NSString *)a0 ofObject:(id)a1 change:(NSDictionary<NSKeyValueChangeKey, id> *)a2 context:(void *)a3;
- (void)addObserver:(NSObject *)a0 forKeyPath:(NSString *)a1 options:(NSKeyValueObservingOptions)a2 context:(void *)a3;
- (void)removeObserver:(NSObject *)a0 forKeyPath:(NSString *)a1 context:(void *)a2;
- (void)removeObserver:(NSObject *)a0 forKeyPath:(NSString *)a1;
+ (NSInteger)version;
+ (void)setVersion:(NSInteger)a0;
- (NSString *)className;
- (BOOL)isEqualTo:(id)a0;
- (void)performSelectorOnMainThread:(SEL)a0 withObject:(id)a1 waitUntilDone:(BOOL)a2 modes:(NSArray<NSString *> *)a3;
- (void)performSelectorOnMainThread:(SEL)a0 withObject:(id)a1 waitUntilDone:(BOOL)a2;
@end

@interface NSSavePanel : NSPanel <NSAppearanceCustomization, NSUserInterfaceValidations>
+ (NSSavePanel *)savePanel;
- (NSURL *)URL;
- (NSUserInterfaceItemIdentifier)identifier;
- (void)setIdentifier:(NSUserInterfaceItemIdentifier)a0;
- (void)setDirectoryURL:(NSURL *)a0;
- (void)setAllowedContentTypes:(NSArray<UTType *> *)a0;
- (void)setAllowsOtherFileTypes:(BOOL)a0;
- (NSView *)accessoryView;
- (void)setAccessoryView:(NSView *)a0;
- (id<NSOpenSavePanelDelegate>)delegate;
- (void)setDelegate:(id<NSOpenSavePanelDelegate>)a0;
- (void)setCanCreateDirectories:(BOOL)a0;
- (void)setCanSelectHiddenExtension:(BOOL)a0;
- (void)setExtensionHidden:(BOOL)a0;
- (void)setPrompt:(NSString *)a0;
- (NSString *)title;
- (void)setTitle:(NSString *)a0;
- (void)setNameFieldStringValue:(NSString *)a0;
- (NSString *)message;
- (void)setMessage:(NSString *)a0;
- (void)ok:(id)a0;
- (void)cancel:(id)a0;
- (void)beginSheetModalForWindow:(NSWindow *)a0 completionHandler:(void (^)(NSModalResponse))a1;
- (NSModalResponse)runModal;
- (instancetype)initWithContentRect:(NSRect)a0 styleMask:(NSWindowStyleMask)a1 backing:(NSBackingStoreType)a2 defer:(BOOL)a3;
- (instancetype)initWithContentRect:(NSRect)a0 styleMask:(NSWindowStyleMask)a1 backing:(NSBackingStoreType)a2 defer:(BOOL)a3 screen:(NSScreen *)a4;
- (instancetype)init;
+ (instancetype)new;
- (NSString *)filename;
- (NSString *)directory;
- (void)setDirectory:(NSString *)a0;
- (void)setAllowedFileTypes:(NSArray<NSString *> *)a0;
@end

@interface NSOpenPanel : NSSavePanel <NSAppearanceCustomization, NSUserInterfaceValidations>
+ (NSOpenPanel *)openPanel;
- (NSArray<NSURL *> *)URLs;
- (void)setCanChooseDirectories:(BOOL)a0;
- (void)setAllowsMultipleSelection:(BOOL)a0;
- (void)setCanChooseFiles:(BOOL)a0;
- (instancetype)initWithContentRect:(NSRect)a0 styleMask:(NSWindowStyleMask)a1 backing:(NSBackingStoreType)a2 defer:(BOOL)a3;
- (instancetype)initWithContentRect:(NSRect)a0 styleMask:(NSWindowStyleMask)a1 backing:(NSBackingStoreType)a2 defer:(BOOL)a3 screen:(NSScreen *)a4;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSPasteboard : NSObject
+ (NSPasteboard *)generalPasteboard;
- (NSPasteboardName)name;
- (NSInteger)changeCount;
- (NSInteger)declareTypes:(NSArray<NSPasteboardType> *)a0 owner:(id)a1;
- (NSArray<NSPasteboardType> *)types;
- (NSPasteboardType)availableTypeFromArray:(NSArray<NSPasteboardType> *)a0;
- (BOOL)setData:(NSData *)a0 forType:(NSPasteboardType)a1;
- (BOOL)setString:(NSString *)a0 forType:(NSPasteboardType)a1;
- (NSString *)stringForType:(NSPasteboardType)a0;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSPopUpButton : NSButton <NSAppearanceCustomization, NSUserInterfaceValidations>
- (instancetype)initWithFrame:(NSRect)a0 pullsDown:(BOOL)a1;
- (NSMenu *)menu;
- (void)setMenu:(NSMenu *)a0;
- (BOOL)pullsDown;
- (void)setPullsDown:(BOOL)a0;
- (void)addItemsWithTitles:(NSArray<NSString *> *)a0;
- (void)removeItemAtIndex:(NSInteger)a0;
- (NSArray<NSMenuItem *> *)itemArray;
- (NSInteger)numberOfItems;
- (NSInteger)indexOfItem:(NSMenuItem *)a0;
- (NSMenuItem *)itemAtIndex:(NSInteger)a0;
- (NSMenuItem *)itemWithTitle:(NSString *)a0;
- (void)selectItemAtIndex:(NSInteger)a0;
- (void)setTitle:(NSString *)a0;
- (NSInteger)indexOfSelectedItem;
- (instancetype)initWithFrame:(NSRect)a0;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSPrintInfo : NSObject <NSCopying>
+ (NSPrintInfo *)sharedPrintInfo;
+ (void)setSharedPrintInfo:(NSPrintInfo *)a0;
- (instancetype)init;
- (NSPaperOrientation)orientation;
- (void)setOrientation:(NSPaperOrientation)a0;
- (NSMutableDictionary<NSPrintInfoSettingKey, id> *)printSettings;
- (void *)PMPrintSession;
- (void *)PMPageFormat;
- (void *)PMPrintSettings;
+ (instancetype)new;
@end

@interface NSPrintPanel : NSObject
+ (NSPrintPanel *)printPanel;
- (NSPrintPanelOptions)options;
- (void)setOptions:(NSPrintPanelOptions)a0;
- (NSInteger)runModalWithPrintInfo:(NSPrintInfo *)a0;
- (NSInteger)runModal;
- (NSPrintInfo *)printInfo;
- (instancetype)init;
+ (instancetype)new;
- (void)setAccessoryView:(NSView *)a0;
- (NSView *)accessoryView;
@end

@interface NSProcessInfo : NSObject
+ (NSProcessInfo *)processInfo;
- (NSArray<NSString *> *)arguments;
- (NSString *)hostName;
- (NSString *)processName;
- (void)setProcessName:(NSString *)a0;
- (NSOperatingSystemVersion)operatingSystemVersion;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSRunLoop : NSObject
+ (NSRunLoop *)currentRunLoop;
- (NSRunLoopMode)currentMode;
- (instancetype)init;
+ (instancetype)new;
- (void)run;
- (void)performSelector:(SEL)a0 target:(id)a1 argument:(id)a2 order:(NSUInteger)a3 modes:(NSArray<NSRunLoopMode> *)a4;
@end

@interface NSRunningApplication : NSObject
@property (readonly, getter=isHidden) BOOL hidden;
- (BOOL)isHidden;
@property (readonly, getter=isActive) BOOL active;
- (BOOL)isActive;
- (NSURL *)bundleURL;
- (NSImage *)icon;
- (BOOL)hide;
- (BOOL)unhide;
- (BOOL)terminate;
+ (NSRunningApplication *)currentApplication;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSScreen : NSObject
+ (NSArray<NSScreen *> *)screens;
- (NSWindowDepth)depth;
- (NSRect)frame;
- (NSRect)visibleFrame;
- (NSDictionary<NSDeviceDescriptionKey, id> *)deviceDescription;
- (NSColorSpace *)colorSpace;
- (CGFloat)backingScaleFactor;
- (CGDirectDisplayID)CGDirectDisplayID;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSStatusBar : NSObject
+ (NSStatusBar *)systemStatusBar;
- (NSStatusItem *)statusItemWithLength:(CGFloat)a0;
- (void)removeStatusItem:(NSStatusItem *)a0;
@property (readonly, getter=isVertical) BOOL vertical;
- (BOOL)isVertical;
- (CGFloat)thickness;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSStatusBarButton : NSButton <NSAppearanceCustomization, NSUserInterfaceValidations>
- (instancetype)initWithFrame:(NSRect)a0;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSStatusItem : NSObject
- (NSStatusBar *)statusBar;
- (CGFloat)length;
- (void)setLength:(CGFloat)a0;
- (NSMenu *)menu;
- (void)setMenu:(NSMenu *)a0;
- (NSStatusBarButton *)button;
@property (getter=isVisible) BOOL visible;
- (BOOL)isVisible;
- (void)setVisible:(BOOL)a0;
- (instancetype)init;
+ (instancetype)new;
- (SEL)action;
- (void)setAction:(SEL)a0;
- (id)target;
- (void)setTarget:(id)a0;
- (NSString *)title;
- (void)setTitle:(NSString *)a0;
- (NSAttributedString *)attributedTitle;
- (void)setAttributedTitle:(NSAttributedString *)a0;
- (NSImage *)image;
- (void)setImage:(NSImage *)a0;
@property (getter=isEnabled) BOOL enabled;
- (BOOL)isEnabled;
- (void)setEnabled:(BOOL)a0;
- (NSString *)toolTip;
- (void)setToolTip:(NSString *)a0;
- (NSInteger)sendActionOn:(NSEventMask)a0;
- (NSView *)view;
- (void)setView:(NSView *)a0;
@end

@interface NSTextField : NSControl <NSAppearanceCustomization, NSUserInterfaceValidations>
- (NSColor *)backgroundColor;
- (void)setBackgroundColor:(NSColor *)a0;
- (void)setDrawsBackground:(BOOL)a0;
- (NSColor *)textColor;
- (void)setTextColor:(NSColor *)a0;
- (void)setBordered:(BOOL)a0;
- (void)setBezeled:(BOOL)a0;
- (void)setEditable:(BOOL)a0;
- (id<NSTextFieldDelegate>)delegate;
- (void)setDelegate:(id<NSTextFieldDelegate>)a0;
- (BOOL)acceptsFirstResponder;
- (instancetype)initWithFrame:(NSRect)a0;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSThread : NSObject
+ (void)sleepForTimeInterval:(NSTimeInterval)a0;
+ (void)exit;
- (NSString *)name;
- (void)setName:(NSString *)a0;
- (NSUInteger)stackSize;
- (void)setStackSize:(NSUInteger)a0;
- (BOOL)isMainThread;
+ (BOOL)isMainThread;
- (instancetype)init;
@property (readonly, getter=isFinished) BOOL finished;
- (BOOL)isFinished;
@property (readonly, getter=isCancelled) BOOL cancelled;
- (BOOL)isCancelled;
- (void)cancel;
- (void)start;
- (void)main;
+ (instancetype)new;
@end

@interface NSToolbar : NSObject
- (instancetype)initWithIdentifier:(NSToolbarIdentifier)a0;
- (instancetype)init;
- (void)removeItemAtIndex:(NSInteger)a0;
- (id<NSToolbarDelegate>)delegate;
- (void)setDelegate:(id<NSToolbarDelegate>)a0;
@property (getter=isVisible) BOOL visible;
- (BOOL)isVisible;
- (void)setVisible:(BOOL)a0;
- (NSToolbarIdentifier)identifier;
- (NSArray<NSToolbarItem *> *)items;
+ (instancetype)new;
@end

@interface NSToolbarItem : NSObject <NSCopying, NSValidatedUserInterfaceItem>
- (NSToolbar *)toolbar;
- (NSString *)label;
- (void)setLabel:(NSString *)a0;
- (NSString *)toolTip;
- (void)setToolTip:(NSString *)a0;
- (NSInteger)tag;
- (void)setTag:(NSInteger)a0;
- (id)target;
- (void)setTarget:(id)a0;
- (SEL)action;
- (void)setAction:(SEL)a0;
@property (getter=isEnabled) BOOL enabled;
- (BOOL)isEnabled;
- (void)setEnabled:(BOOL)a0;
- (NSImage *)image;
- (void)setImage:(NSImage *)a0;
- (NSString *)title;
- (void)setTitle:(NSString *)a0;
- (void)setBordered:(BOOL)a0;
- (NSToolbarItemStyle)style;
- (void)setStyle:(NSToolbarItemStyle)a0;
- (NSView *)view;
- (void)setView:(NSView *)a0;
@property (readonly, getter=isVisible) BOOL visible;
- (BOOL)isVisible;
@property (getter=isHidden) BOOL hidden;
- (BOOL)isHidden;
- (void)setHidden:(BOOL)a0;
- (NSItemBadge *)badge;
- (void)setBadge:(NSItemBadge *)a0;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSTrackingArea : NSObject <NSCopying>
- (instancetype)initWithRect:(NSRect)a0 options:(NSTrackingAreaOptions)a1 owner:(id)a2 userInfo:(NSDictionary<id, id> *)a3;
- (NSRect)rect;
- (NSTrackingAreaOptions)options;
- (id)owner;
- (NSDictionary<id, id> *)userInfo;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSURL : NSObject <NSCopying>
+ (NSURL *)fileURLWithPath:(NSString *)a0 isDirectory:(BOOL)a1 relativeToURL:(NSURL *)a2;
+ (NSURL *)fileURLWithPath:(NSString *)a0 relativeToURL:(NSURL *)a1;
+ (NSURL *)fileURLWithPath:(NSString *)a0 isDirectory:(BOOL)a1;
+ (NSURL *)fileURLWithPath:(NSString *)a0;
- (instancetype)initWithString:(NSString *)a0;
- (instancetype)initWithString:(NSString *)a0 relativeToURL:(NSURL *)a1;
+ (instancetype)URLWithString:(NSString *)a0;
+ (instancetype)URLWithString:(NSString *)a0 relativeToURL:(NSURL *)a1;
- (NSString *)host;
- (NSNumber *)port;
- (NSString *)user;
- (NSString *)path;
@property (readonly, getter=isFileURL) BOOL fileURL;
- (BOOL)isFileURL;
- (instancetype)init;
+ (instancetype)new;
- (NSString *)pathExtension;
- (BOOL)setProperty:(id)a0 forKey:(NSString *)a1;
@end

@interface NSUserDefaults : NSObject
+ (NSUserDefaults *)standardUserDefaults;
- (instancetype)init;
- (id)objectForKey:(NSString *)a0;
- (void)setObject:(id)a0 forKey:(NSString *)a1;
- (NSString *)stringForKey:(NSString *)a0;
- (void)setInteger:(NSInteger)a0 forKey:(NSString *)a1;
- (void)setFloat:(float)a0 forKey:(NSString *)a1;
- (void)setDouble:(double)a0 forKey:(NSString *)a1;
- (void)setBool:(BOOL)a0 forKey:(NSString *)a1;
- (void)registerDefaults:(NSDictionary<NSString *, id> *)a0;
+ (instancetype)new;
@end

@interface NSWindowTab : NSObject
- (NSString *)title;
- (void)setTitle:(NSString *)a0;
- (NSAttributedString *)attributedTitle;
- (void)setAttributedTitle:(NSAttributedString *)a0;
- (NSString *)toolTip;
- (void)setToolTip:(NSString *)a0;
- (NSView *)accessoryView;
- (void)setAccessoryView:(NSView *)a0;
- (instancetype)init;
+ (instancetype)new;
@end

@interface NSWorkspace : NSObject
+ (NSWorkspace *)sharedWorkspace;
- (BOOL)openURL:(NSURL *)a0;
- (NSImage *)iconForFile:(NSString *)a0;
- (NSImage *)iconForContentType:(UTType *)a0;
- (void)hideOtherApplications;
- (instancetype)init;
+ (instancetype)new;
- (NSImage *)iconForFileType:(NSString *)a0;
@end

__attribute__((availability(macos, introduced=11.0)))
@interface UTType : NSObject <NSCopying>
+ (instancetype)new;
- (instancetype)init;
+ (instancetype)typeWithIdentifier:(NSString *)a0;
+ (instancetype)typeWithFilenameExtension:(NSString *)a0;
+ (instancetype)typeWithFilenameExtension:(NSString *)a0 conformingToType:(UTType *)a1;
- (NSString *)identifier;
- (NSNumber *)version;
@property (readonly, getter=isDeclared) BOOL declared;
- (BOOL)isDeclared;
+ (instancetype)typeWithTag:(NSString *)a0 tagClass:(NSString *)a1 conformingToType:(UTType *)a2;
@end

extern NSAppearanceName NSAppearanceNameAqua;
extern NSAppearanceName NSAppearanceNameDarkAqua __attribute__((availability(macos, introduced=10.14)));
extern NSNotificationName NSApplicationDidBecomeActiveNotification;
extern NSNotificationName NSApplicationDidChangeScreenParametersNotification;
extern NSNotificationName NSApplicationDidHideNotification;
extern NSNotificationName NSApplicationDidUnhideNotification;
extern NSNotificationName NSApplicationWillResignActiveNotification;
extern NSAttributedStringKey NSBackgroundColorAttributeName;
extern NSRunLoopMode NSDefaultRunLoopMode;
extern NSRunLoopMode NSEventTrackingRunLoopMode;
extern NSAttributedStringKey NSFontAttributeName;
extern NSFontDescriptorAttributeName NSFontCascadeListAttribute;
extern NSFontDescriptorAttributeName NSFontFamilyAttribute;
extern NSAttributedStringKey NSForegroundColorAttributeName;
extern NSImageName NSImageNameCaution;
extern NSAttributedStringKey NSKernAttributeName;
extern NSAttributedStringKey NSLigatureAttributeName;
extern NSNotificationName NSMenuDidBeginTrackingNotification;
extern NSNotificationName NSMenuDidEndTrackingNotification;
extern NSRunLoopMode NSModalPanelRunLoopMode;
extern NSPasteboardType NSPasteboardTypeString;
extern NSAttributedStringKey NSStrikethroughStyleAttributeName;
extern NSPasteboardType NSStringPboardType;
extern NSNotificationName NSTextInputContextKeyboardSelectionDidChangeNotification;
extern NSAttributedStringKey NSUnderlineColorAttributeName;
extern NSAttributedStringKey NSUnderlineStyleAttributeName;
extern NSNotificationName NSWindowDidBecomeKeyNotification;
extern NSNotificationName NSWindowDidDeminiaturizeNotification;
extern NSNotificationName NSWindowDidEndLiveResizeNotification;
extern NSNotificationName NSWindowDidEnterFullScreenNotification;
extern NSNotificationName NSWindowDidExitFullScreenNotification;
extern NSNotificationName NSWindowDidMiniaturizeNotification;
extern NSNotificationName NSWindowDidMoveNotification;
extern NSNotificationName NSWindowDidResignKeyNotification;
extern NSNotificationName NSWindowDidResizeNotification;
extern NSNotificationName NSWindowWillCloseNotification;
extern NSNotificationName NSWindowWillMiniaturizeNotification;
extern NSNotificationName NSWindowWillMoveNotification;
extern NSNotificationName NSWindowWillStartLiveResizeNotification;
extern CALayerContentsGravity kCAGravityBottomLeft;
extern CALayerContentsGravity kCAGravityTopLeft;
extern SEL NSSelectorFromString(NSString *);
extern NSString *NSStringFromRect(NSRect);
extern NSString *NSStringFromSelector(SEL);
extern NSString *NSStringFromSize(NSSize);
#endif
/* HIToolbox */
enum {
    activeFlag = 1,
    errAEDescNotFound = -1701,
    inZoomIn = 7,
    inZoomOut = 8,
    kAlertWindowClass = 1,
    kAltPlainWindowClass = 16,
    kCommandUnicode = 8984,
    kControlSizeNormal = 0,
    kDocumentWindowClass = 6,
    kDrawerWindowClass = 20,
    kFloatingWindowClass = 5,
    kHIThemeFrameTextFieldRound = 1000,
    kHIThemeFrameTextFieldSquare = 0,
    kHIThemeGroupBoxKindPrimaryOpaque = 3,
    kHIThemeGrowBoxKindNormal = 0,
    kHIThemeGrowBoxSizeNormal = 0,
    kHIThemeOrientationInverted = 1,
    kHIThemeOrientationNormal = 0,
    kHIThemeTabAdornmentNone = 0,
    kHIThemeTabAdornmentTrailingSeparator = 16,
    kHIThemeTabKindNormal = 0,
    kHIThemeTabPaneAdornmentNormal = 0,
    kHIThemeTabPositionFirst = 0,
    kHIThemeTabPositionLast = 2,
    kHIThemeTabPositionMiddle = 1,
    kHIThemeTabPositionOnly = 3,
    kHIThemeTabSizeNormal = 0,
    kHIWindowBitDoesNotHide = 33,
    kHelpWindowClass = 10,
    kModalWindowClass = 3,
    kMovableAlertWindowClass = 2,
    kMovableModalWindowClass = 4,
    kOverlayWindowClass = 14,
    kPlainWindowClass = 13,
    kSheetAlertWindowClass = 15,
    kSheetWindowClass = 11,
    kSimpleWindowClass = 18,
    kThemeAdornmentArrowDoubleArrow = 256,
    kThemeAdornmentArrowUpArrow = 512,
    kThemeAdornmentDefault = 1,
    kThemeAdornmentDrawIndicatorOnly = 32,
    kThemeAdornmentFocus = 4,
    kThemeAdornmentHeaderButtonNoSortArrow = 4096,
    kThemeAdornmentHeaderButtonSortUp = 256,
    kThemeAdornmentNone = 0,
    kThemeAlertHeaderFont = 107,
    kThemeApplicationFont = 5,
    kThemeArrowButton = 4,
    kThemeBackgroundListViewWindowHeader = 4,
    kThemeBackgroundMetal = 6,
    kThemeBackgroundPlacard = 2,
    kThemeBackgroundSecondaryGroupBox = 5,
    kThemeBackgroundTabPane = 1,
    kThemeBackgroundWindowHeader = 3,
    kThemeBevelButton = 3,
    kThemeBottomOutsideArrowPressed = 64,
    kThemeBottomTrackPressed = 16,
    kThemeBrushActiveAreaFill = 26,
    kThemeBrushAlertBackgroundActive = 3,
    kThemeBrushAlertBackgroundInactive = 4,
    kThemeBrushAlternatePrimaryHighlightColor = -5,
    kThemeBrushAppleGuideCoachmark = 23,
    kThemeBrushBevelActiveDark = 45,
    kThemeBrushBevelActiveLight = 44,
    kThemeBrushBevelInactiveDark = 47,
    kThemeBrushBevelInactiveLight = 46,
    kThemeBrushBlack = -1,
    kThemeBrushButtonActiveDarkHighlight = 33,
    kThemeBrushButtonActiveDarkShadow = 32,
    kThemeBrushButtonActiveLightHighlight = 35,
    kThemeBrushButtonActiveLightShadow = 34,
    kThemeBrushButtonFaceActive = 29,
    kThemeBrushButtonFaceInactive = 30,
    kThemeBrushButtonFacePressed = 31,
    kThemeBrushButtonFrameActive = 27,
    kThemeBrushButtonFrameInactive = 28,
    kThemeBrushButtonInactiveDarkHighlight = 37,
    kThemeBrushButtonInactiveDarkShadow = 36,
    kThemeBrushButtonInactiveLightHighlight = 39,
    kThemeBrushButtonInactiveLightShadow = 38,
    kThemeBrushButtonPressedDarkHighlight = 41,
    kThemeBrushButtonPressedDarkShadow = 40,
    kThemeBrushButtonPressedLightHighlight = 43,
    kThemeBrushButtonPressedLightShadow = 42,
    kThemeBrushChasingArrows = 13,
    kThemeBrushDialogBackgroundActive = 1,
    kThemeBrushDialogBackgroundInactive = 2,
    kThemeBrushDocumentWindowBackground = 15,
    kThemeBrushDragHilite = 14,
    kThemeBrushDrawerBackground = 51,
    kThemeBrushFinderWindowBackground = 16,
    kThemeBrushFocusHighlight = 19,
    kThemeBrushIconLabelBackground = 11,
    kThemeBrushIconLabelBackgroundSelected = 24,
    kThemeBrushListViewBackground = 10,
    kThemeBrushListViewColumnDivider = 58,
    kThemeBrushListViewEvenRowBackground = 57,
    kThemeBrushListViewOddRowBackground = 56,
    kThemeBrushListViewSeparator = 12,
    kThemeBrushListViewSortColumnBackground = 9,
    kThemeBrushMenuBackground = 54,
    kThemeBrushMenuBackgroundSelected = 55,
    kThemeBrushModelessDialogBackgroundActive = 5,
    kThemeBrushModelessDialogBackgroundInactive = 6,
    kThemeBrushMovableModalBackground = 49,
    kThemeBrushNotificationWindowBackground = 48,
    kThemeBrushPopupArrowActive = 20,
    kThemeBrushPopupArrowInactive = 22,
    kThemeBrushPopupArrowPressed = 21,
    kThemeBrushPrimaryHighlightColor = -3,
    kThemeBrushScrollBarDelimiterActive = 17,
    kThemeBrushScrollBarDelimiterInactive = 18,
    kThemeBrushSecondaryHighlightColor = -4,
    kThemeBrushSheetBackground = 50,
    kThemeBrushSheetBackgroundOpaque = 50,
    kThemeBrushSheetBackgroundTransparent = 53,
    kThemeBrushStaticAreaFill = 25,
    kThemeBrushToolbarBackground = 52,
    kThemeBrushUtilityWindowBackgroundActive = 7,
    kThemeBrushUtilityWindowBackgroundInactive = 8,
    kThemeBrushWhite = -2,
    kThemeButtonMixed = 2,
    kThemeButtonOff = 0,
    kThemeButtonOn = 1,
    kThemeCheckBox = 1,
    kThemeComboBox = 16,
    kThemeDisclosureButton = 6,
    kThemeDisclosureDown = 1,
    kThemeDisclosureRight = 0,
    kThemeDisclosureTriangle = 6,
    kThemeEmphasizedSystemFont = 4,
    kThemeGrowDown = 8,
    kThemeGrowRight = 2,
    kThemeIBeamCursor = 4,
    kThemeIncDecButton = 7,
    kThemeIncDecButtonMini = 22,
    kThemeIncDecButtonSmall = 21,
    kThemeIndeterminateBar = 4,
    kThemeLabelFont = 6,
    kThemeListHeaderButton = 10,
    kThemeMenuActive = 0,
    kThemeMenuDisabled = 3,
    kThemeMenuItemCmdKeyFont = 103,
    kThemeMenuItemFont = 101,
    kThemeMenuItemMarkFont = 102,
    kThemeMenuItemPlain = 0,
    kThemeMenuTitleFont = 100,
    kThemeMetricCheckBoxHeight = 2,
    kThemeMetricCheckBoxWidth = 50,
    kThemeMetricDisclosureTriangleHeight = 25,
    kThemeMetricDisclosureTriangleWidth = 26,
    kThemeMetricHSliderHeight = 41,
    kThemeMetricLargeProgressBarThickness = 32,
    kThemeMetricLargeTabHeight = 10,
    kThemeMetricListHeaderHeight = 20,
    kThemeMetricLittleArrowsHeight = 27,
    kThemeMetricLittleArrowsWidth = 28,
    kThemeMetricMenuIconTrailingEdgeMargin = 69,
    kThemeMetricMenuMarkColumnWidth = 63,
    kThemeMetricMenuTextLeadingEdgeMargin = 66,
    kThemeMetricMenuTextTrailingEdgeMargin = 67,
    kThemeMetricPopupButtonHeight = 30,
    kThemeMetricPushButtonHeight = 19,
    kThemeMetricRadioButtonHeight = 3,
    kThemeMetricRadioButtonWidth = 52,
    kThemeMetricRoundButtonSize = 18,
    kThemeMetricScrollBarWidth = 0,
    kThemeMetricSmallDisclosureButtonHeight = 23,
    kThemeMetricSmallDisclosureButtonWidth = 24,
    kThemeMetricTabFrameOverlap = 12,
    kThemeMiniSystemFont = 109,
    kThemePopupButton = 5,
    kThemeProgressBar = 3,
    kThemePushButton = 0,
    kThemePushButtonFont = 105,
    kThemeRadioButton = 2,
    kThemeRoundButtonHelp = 34,
    kThemeRoundedBevelButton = 15,
    kThemeSelectedMenuItemTextColor = 35,
    kThemeSlider = 2,
    kThemeSmallBevelButton = 8,
    kThemeSmallCheckBox = 13,
    kThemeSmallEmphasizedSystemFont = 2,
    kThemeSmallRadioButton = 14,
    kThemeSmallSystemFont = 1,
    kThemeStateActive = 1,
    kThemeStateInactive = 0,
    kThemeStatePressed = 2,
    kThemeStatePressedDown = 3,
    kThemeStatePressedUp = 2,
    kThemeStateUnavailable = 7,
    kThemeStateUnavailableInactive = 8,
    kThemeSystemFont = 0,
    kThemeSystemFontDetail = 7,
    kThemeSystemFontDetailEmphasized = 8,
    kThemeTabFront = 3,
    kThemeTabFrontInactive = 4,
    kThemeTabFrontUnavailable = 6,
    kThemeTabNonFront = 0,
    kThemeTabNonFrontInactive = 2,
    kThemeTabNonFrontPressed = 1,
    kThemeTabNonFrontUnavailable = 5,
    kThemeTabNorth = 0,
    kThemeTextColorAlertActive = 3,
    kThemeTextColorAlertInactive = 4,
    kThemeTextColorBevelButtonActive = 15,
    kThemeTextColorBevelButtonInactive = 16,
    kThemeTextColorBevelButtonPressed = 17,
    kThemeTextColorBevelButtonStickyActive = 45,
    kThemeTextColorBevelButtonStickyInactive = 46,
    kThemeTextColorBlack = -1,
    kThemeTextColorDialogActive = 1,
    kThemeTextColorDialogInactive = 2,
    kThemeTextColorDocumentWindowTitleActive = 23,
    kThemeTextColorDocumentWindowTitleInactive = 24,
    kThemeTextColorIconLabel = 21,
    kThemeTextColorIconLabelSelected = 44,
    kThemeTextColorListView = 22,
    kThemeTextColorMenuItemActive = 34,
    kThemeTextColorMenuItemDisabled = 36,
    kThemeTextColorMenuItemSelected = 35,
    kThemeTextColorModelessDialogActive = 5,
    kThemeTextColorModelessDialogInactive = 6,
    kThemeTextColorMovableModalWindowTitleActive = 25,
    kThemeTextColorMovableModalWindowTitleInactive = 26,
    kThemeTextColorNotification = 47,
    kThemeTextColorPlacardActive = 9,
    kThemeTextColorPlacardInactive = 10,
    kThemeTextColorPlacardPressed = 11,
    kThemeTextColorPopupButtonActive = 18,
    kThemeTextColorPopupButtonInactive = 19,
    kThemeTextColorPopupButtonPressed = 20,
    kThemeTextColorPopupLabelActive = 37,
    kThemeTextColorPopupLabelInactive = 38,
    kThemeTextColorPopupWindowTitleActive = 29,
    kThemeTextColorPopupWindowTitleInactive = 30,
    kThemeTextColorPushButtonActive = 12,
    kThemeTextColorPushButtonInactive = 13,
    kThemeTextColorPushButtonPressed = 14,
    kThemeTextColorRootMenuActive = 31,
    kThemeTextColorRootMenuDisabled = 33,
    kThemeTextColorRootMenuSelected = 32,
    kThemeTextColorSystemDetail = 48,
    kThemeTextColorTabFrontActive = 39,
    kThemeTextColorTabFrontInactive = 42,
    kThemeTextColorTabNonFrontActive = 40,
    kThemeTextColorTabNonFrontInactive = 43,
    kThemeTextColorTabNonFrontPressed = 41,
    kThemeTextColorUtilityWindowTitleActive = 27,
    kThemeTextColorUtilityWindowTitleInactive = 28,
    kThemeTextColorWhite = -2,
    kThemeTextColorWindowHeaderActive = 7,
    kThemeTextColorWindowHeaderInactive = 8,
    kThemeThumbDownward = 2,
    kThemeThumbPlain = 0,
    kThemeThumbPressed = 8,
    kThemeToolbarFont = 108,
    kThemeTopInsideArrowPressed = 2,
    kThemeTopTrackPressed = 4,
    kThemeTrackActive = 0,
    kThemeTrackDisabled = 1,
    kThemeTrackHideTrack = 64,
    kThemeTrackHorizontal = 1,
    kThemeTrackShowThumb = 4,
    kThemeTrackThumbRgnIsNotGhost = 8,
    kThemeUtilityWindowTitleFont = 106,
    kThemeViewsFont = 3,
    kThemeWindowTitleFont = 104,
    kToolbarWindowClass = 12,
    kUCKeyActionDown = 0,
    kUCKeyTranslateNoDeadKeysMask = 1,
    kUtilityWindowClass = 8,
    kWindowCloseBoxAttribute = 1,
    kWindowCollapseBoxAttribute = 8,
    kWindowDoesNotCycleAttribute = 32768,
    kWindowFullZoomAttribute = 6,
    kWindowHideOnFullScreenAttribute = 67108864,
    kWindowHideOnSuspendAttribute = 16777216,
    kWindowHorizontalZoomAttribute = 2,
    kWindowIgnoreClicksAttribute = 536870912,
    kWindowInWindowMenuAttribute = 134217728,
    kWindowLiveResizeAttribute = 268435456,
    kWindowMetalAttribute = 256,
    kWindowMetalNoContentSeparatorAttribute = 2048,
    kWindowNoActivatesAttribute = 131072,
    kWindowNoAttributes = 0,
    kWindowNoConstrainAttribute = 0x80000000U,
    kWindowNoShadowAttribute = 2097152,
    kWindowNoTitleBarAttribute = 512,
    kWindowNoUpdatesAttribute = 65536,
    kWindowOpaqueForEventsAttribute = 262144,
    kWindowResizableAttribute = 16,
    kWindowSideTitlebarAttribute = 32,
    kWindowStandardDocumentAttributes = 31,
    kWindowStandardFloatingAttributes = 9,
    kWindowTexturedSquareCornersAttribute = 1024,
    kWindowToolbarButtonAttribute = 64,
    kWindowUnifiedTitleAndToolbarAttribute = 128,
    kWindowVerticalZoomAttribute = 4,
    keyDown = 3,
    optionKey = 2048,
    paramErr = -50,
    shiftKey = 512,
};
