/* HIToolbox, text input sources and IOKit, which no crate describes: structures and functions as Free Pascal's interfaces to them
   have them (HITheme.pas, Appearance.pas, TextInputSources.pas, UnicodeUtilities.pas). HIToolbox packs its structures to two
   bytes, as the Macintosh with a 68000 did. Written for this project. */
#ifndef COCOA_CARBON_H
#define COCOA_CARBON_H

/* Tk's name of it. */
typedef SInt32 SInt;
typedef CGRect HIRect;
typedef CGPoint HIPoint;
typedef CGSize HISize;
typedef UInt32 ThemeDrawState, ThemeMetric, ThemeBackgroundKind, HIThemeOrientation, HIThemeFrameKind, HIThemeGroupBoxKind, HIThemeGrowBoxKind, HIThemeGrowBoxSize;
typedef UInt32 HIThemeTabSize, HIThemeTabAdornment, HIThemeTabKind, HIThemeTabPosition, HIThemeTabPaneAdornment, HIThemeHeaderKind, WindowClass, WindowAttributes;
typedef UInt16 ThemeButtonKind, ThemeButtonValue, ThemeButtonAdornment, ThemeTrackKind, ThemeTrackAttributes, ThemeFontID, ThemeGrowDirection, ThemeTabStyle, ThemeTabDirection, ThemeMenuItemType, ThemePopupArrowSize, ThemeArrowOrientation;
typedef SInt16 ThemeBrush, ThemeTextColor;
typedef UInt8 ThemeTrackEnableState, ThemeTrackPressState, ThemeThumbDirection;
#pragma pack(push, 2)
typedef struct { UInt32 version; ThemeTrackEnableState enableState; ThemeTrackPressState pressState; CGFloat viewsize; } HIScrollBarTrackInfo;
typedef struct ScrollBarTrackInfo { SInt32 viewsize; ThemeTrackPressState pressState; } ScrollBarTrackInfo;
typedef struct SliderTrackInfo { ThemeThumbDirection thumbDir; ThemeTrackPressState pressState; } SliderTrackInfo;
typedef struct ProgressTrackInfo { UInt8 phase; } ProgressTrackInfo;
typedef struct HIThemeTrackDrawInfo { UInt32 version; ThemeTrackKind kind; HIRect bounds; SInt32 min, max, value; UInt32 reserved; ThemeTrackAttributes attributes; ThemeTrackEnableState enableState; UInt8 filler1;
  union { ScrollBarTrackInfo scrollbar; SliderTrackInfo slider; ProgressTrackInfo progress; } trackInfo; } HIThemeTrackDrawInfo;
typedef struct { CFAbsoluteTime start, current; } HIThemeAnimationTimeInfo;
typedef struct { UInt32 index; } HIThemeAnimationFrameInfo;
typedef struct { UInt32 version; ThemeDrawState state; ThemeButtonKind kind; ThemeButtonValue value; ThemeButtonAdornment adornment;
  union { HIThemeAnimationTimeInfo time; HIThemeAnimationFrameInfo frame; } animation; } HIThemeButtonDrawInfo;
typedef struct { UInt32 version; ThemeTabStyle style; ThemeTabDirection direction; HIThemeTabSize size; HIThemeTabAdornment adornment; HIThemeTabKind kind; HIThemeTabPosition position; } HIThemeTabDrawInfo;
typedef struct { UInt32 version; ThemeDrawState state; ThemeTabDirection direction; HIThemeTabSize size; HIThemeTabKind kind; HIThemeTabPaneAdornment adornment; } HIThemeTabPaneDrawInfo;
typedef struct { UInt32 version; HIThemeFrameKind kind; ThemeDrawState state; Boolean isFocused; } HIThemeFrameDrawInfo;
typedef struct { UInt32 version; ThemeDrawState state; HIThemeGroupBoxKind kind; } HIThemeGroupBoxDrawInfo;
typedef struct { UInt32 version; ThemeDrawState state; HIThemeHeaderKind kind; } HIThemeHeaderDrawInfo;
typedef struct { UInt32 version; ThemeDrawState state; } HIThemeSeparatorDrawInfo, HIThemePlacardDrawInfo, HIThemeGrabberDrawInfo;
typedef struct { UInt32 version; ThemeDrawState state; HIThemeGrowBoxKind kind; ThemeGrowDirection direction; HIThemeGrowBoxSize size; } HIThemeGrowBoxDrawInfo;
typedef struct { UInt32 version; ThemeDrawState state; ThemeBackgroundKind kind; } HIThemeBackgroundDrawInfo;
typedef struct { UInt32 version; ThemeDrawState state; ThemeArrowOrientation orientation; ThemePopupArrowSize size; } HIThemePopupArrowDrawInfo;
#pragma pack(pop)
extern OSStatus HIThemeDrawButton(const HIRect *b, const HIThemeButtonDrawInfo *i, CGContextRef c, HIThemeOrientation o, HIRect *label);
extern OSStatus HIThemeGetButtonContentBounds(const HIRect *b, const HIThemeButtonDrawInfo *i, HIRect *out);
extern OSStatus HIThemeGetButtonBackgroundBounds(const HIRect *b, const HIThemeButtonDrawInfo *i, HIRect *out);
extern OSStatus HIThemeDrawTabPane(const HIRect *r, const HIThemeTabPaneDrawInfo *i, CGContextRef c, HIThemeOrientation o);
extern OSStatus HIThemeDrawTab(const HIRect *r, const HIThemeTabDrawInfo *i, CGContextRef c, HIThemeOrientation o, HIRect *label);
extern OSStatus HIThemeDrawTrack(const HIThemeTrackDrawInfo *i, const HIRect *ghost, CGContextRef c, HIThemeOrientation o);
extern OSStatus HIThemeDrawFrame(const HIRect *r, const HIThemeFrameDrawInfo *i, CGContextRef c, HIThemeOrientation o);
extern OSStatus HIThemeDrawGroupBox(const HIRect *r, const HIThemeGroupBoxDrawInfo *i, CGContextRef c, HIThemeOrientation o);
extern OSStatus HIThemeDrawHeader(const HIRect *r, const HIThemeHeaderDrawInfo *i, CGContextRef c, HIThemeOrientation o);
extern OSStatus HIThemeDrawSeparator(const HIRect *r, const HIThemeSeparatorDrawInfo *i, CGContextRef c, HIThemeOrientation o);
extern OSStatus HIThemeDrawPlacard(const HIRect *r, const HIThemePlacardDrawInfo *i, CGContextRef c, HIThemeOrientation o);
extern OSStatus HIThemeDrawGrowBox(const HIPoint *origin, const HIThemeGrowBoxDrawInfo *i, CGContextRef c, HIThemeOrientation o);
extern OSStatus HIThemeGetGrowBoxBounds(const HIPoint *origin, const HIThemeGrowBoxDrawInfo *i, HIRect *out);
extern OSStatus HIThemeDrawPopupArrow(const HIRect *b, const HIThemePopupArrowDrawInfo *i, CGContextRef c, HIThemeOrientation o);
extern OSStatus HIThemeDrawFocusRect(const HIRect *r, Boolean focus, CGContextRef c, HIThemeOrientation o);
extern OSStatus HIThemeDrawBackground(const HIRect *r, const HIThemeBackgroundDrawInfo *i, CGContextRef c, HIThemeOrientation o);
extern OSStatus HIThemeApplyBackground(const HIRect *r, const HIThemeBackgroundDrawInfo *i, CGContextRef c, HIThemeOrientation o);
extern OSStatus HIThemeSetFill(ThemeBrush b, void *info, CGContextRef c, HIThemeOrientation o);
extern OSStatus HIThemeSetStroke(ThemeBrush b, void *info, CGContextRef c, HIThemeOrientation o);
extern OSStatus HIThemeSetTextFill(ThemeTextColor t, void *info, CGContextRef c, HIThemeOrientation o);
extern OSStatus HIThemeBrushCreateCGColor(ThemeBrush b, CGColorRef *out);
extern CTFontUIFontType HIThemeGetUIFontType(ThemeFontID f);
extern OSStatus GetThemeMetric(ThemeMetric m, SInt32 *out);
extern OSStatus GetThemeMenuSeparatorHeight(SInt16 *out);
extern OSStatus GetThemeMenuItemExtra(ThemeMenuItemType t, SInt16 *h, SInt16 *w);
typedef double EventTime;
extern EventTime GetCurrentEventTime(void);
extern UInt32 GetCurrentEventKeyModifiers(void);
extern UInt32 GetCurrentKeyModifiers(void);
extern UInt8 LMGetKbdType(void);
typedef struct __TISInputSource *TISInputSourceRef;
extern TISInputSourceRef TISCopyCurrentKeyboardLayoutInputSource(void);
extern TISInputSourceRef TISCopyCurrentKeyboardInputSource(void);
extern TISInputSourceRef TISCopyInputMethodKeyboardLayoutOverride(void);
extern void *TISGetInputSourceProperty(TISInputSourceRef s, CFStringRef key);
extern const CFStringRef kTISPropertyUnicodeKeyLayoutData, kTISPropertyInputSourceID, kTISPropertyLocalizedName, kTISNotifySelectedKeyboardInputSourceChanged;
typedef struct UCKeyboardLayout UCKeyboardLayout;
extern OSStatus UCKeyTranslate(const UCKeyboardLayout *l, UInt16 code, UInt16 action, UInt32 mods, UInt32 kbd, OptionBits opts, UInt32 *dead, UniCharCount max, UniCharCount *len, UniChar *out);
extern OSStatus CoreMenuExtraGetMenuExtra(void);
/* IOKit */
typedef kern_return_t IOReturn;
typedef UInt32 IOOptionBits;
typedef mach_port_t io_object_t, io_service_t, io_registry_entry_t, io_connect_t;
extern const mach_port_t kIOMasterPortDefault;
extern CFMutableDictionaryRef IOServiceMatching(const char *name);
extern io_service_t IOServiceGetMatchingService(mach_port_t port, CFDictionaryRef matching);
extern kern_return_t IORegistryEntryCreateCFProperties(io_registry_entry_t e, CFMutableDictionaryRef *p, CFAllocatorRef a, IOOptionBits o);
extern CFTypeRef IORegistryEntryCreateCFProperty(io_registry_entry_t e, CFStringRef key, CFAllocatorRef a, IOOptionBits o);
extern kern_return_t IOObjectRelease(io_object_t o);
#endif
