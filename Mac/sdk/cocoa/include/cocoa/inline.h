/* What the crates leave out: inline functions and macros, methods and functions with variable arguments, and retain and release,
   which Rust does by itself. Written for this project from Apple's public documentation. */
#ifndef COCOA_INLINE_H
#define COCOA_INLINE_H

static inline CGPoint CGPointMake(CGFloat x, CGFloat y) { return (CGPoint){x, y}; }
static inline CGSize CGSizeMake(CGFloat width, CGFloat height) { return (CGSize){width, height}; }
static inline CGRect CGRectMake(CGFloat x, CGFloat y, CGFloat width, CGFloat height) { return (CGRect){{x, y}, {width, height}}; }
static inline CFRange CFRangeMake(CFIndex location, CFIndex length) { return (CFRange){location, length}; }
static inline NSPoint NSMakePoint(CGFloat x, CGFloat y) { return (NSPoint){x, y}; }
static inline NSSize NSMakeSize(CGFloat width, CGFloat height) { return (NSSize){width, height}; }
static inline NSRect NSMakeRect(CGFloat x, CGFloat y, CGFloat width, CGFloat height) { return (NSRect){{x, y}, {width, height}}; }
static inline NSRange NSMakeRange(NSUInteger location, NSUInteger length) { return (NSRange){location, length}; }
static inline CGFloat NSMinX(NSRect rect) { return rect.origin.x; }
static inline CGFloat NSMinY(NSRect rect) { return rect.origin.y; }
static inline CGFloat NSWidth(NSRect rect) { return rect.size.width; }
static inline CGFloat NSHeight(NSRect rect) { return rect.size.height; }
static inline CGFloat NSMaxX(NSRect rect) { return rect.origin.x + rect.size.width; }
static inline CGFloat NSMaxY(NSRect rect) { return rect.origin.y + rect.size.height; }
static inline CGFloat NSMidX(NSRect rect) { return rect.origin.x + rect.size.width * 0.5; }
static inline CGFloat NSMidY(NSRect rect) { return rect.origin.y + rect.size.height * 0.5; }
static inline NSUInteger NSMaxRange(NSRange range) { return range.location + range.length; }
static inline BOOL NSLocationInRange(NSUInteger at, NSRange range) { return at >= range.location && at - range.location < range.length; }
static inline BOOL NSEqualRanges(NSRange one, NSRange two) { return one.location == two.location && one.length == two.length; }
static inline NSRect NSRectFromCGRect(CGRect rect) { return rect; }
static inline CGRect NSRectToCGRect(NSRect rect) { return rect; }
static inline NSPoint NSPointFromCGPoint(CGPoint point) { return point; }
static inline CGPoint NSPointToCGPoint(NSPoint point) { return point; }
static inline NSSize NSSizeFromCGSize(CGSize size) { return size; }
static inline CGSize NSSizeToCGSize(NSSize size) { return size; }
static inline uint16_t CFSwapInt16LittleToHost(uint16_t value) { return value; }
static inline uint16_t CFSwapInt16BigToHost(uint16_t value) { return __builtin_bswap16(value); }

/* Characters beyond the first 65,536 are two units of UTF-16 (RFC 2781). */
static inline Boolean CFStringIsSurrogateHighCharacter(UniChar unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
static inline Boolean CFStringIsSurrogateLowCharacter(UniChar unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }
static inline UTF32Char CFStringGetLongCharacterForSurrogatePair(UniChar high, UniChar low) {
    return ((UTF32Char)(high - 0xD800) << 10) + (low - 0xDC00) + 0x10000;
}
static inline Boolean CFStringGetSurrogatePairForLongCharacter(UTF32Char character, UniChar *units) {
    if (character < 0x10000 || character > 0x10FFFF) {
        units[0] = (UniChar)character;
        return false;
    }
    units[0] = (UniChar)(0xD800 + ((character - 0x10000) >> 10));
    units[1] = (UniChar)(0xDC00 + ((character - 0x10000) & 0x3FF));
    return true;
}

extern CFTypeRef CFRetain(CFTypeRef object);
extern void CFRelease(CFTypeRef object);
extern CFTypeRef CFAutorelease(CFTypeRef object);

#define NSAppKitVersionNumber10_9 1265
#define kCGBitmapByteOrder16Host kCGBitmapByteOrder16Little
#define kCGBitmapByteOrder32Host kCGBitmapByteOrder32Little
enum { kMillisecondScale = 1000 * 1000 };

#define COCOA_COUNTED(type) extern type##Ref type##Retain(type##Ref object); extern void type##Release(type##Ref object);
COCOA_COUNTED(CGColor)
COCOA_COUNTED(CGColorSpace)
COCOA_COUNTED(CGContext)
COCOA_COUNTED(CGDataConsumer)
COCOA_COUNTED(CGDataProvider)
COCOA_COUNTED(CGFont)
COCOA_COUNTED(CGGradient)
COCOA_COUNTED(CGImage)
COCOA_COUNTED(CGLayer)
COCOA_COUNTED(CGPath)
COCOA_COUNTED(CGPattern)
COCOA_COUNTED(CGShading)
#undef COCOA_COUNTED
extern CGContextRef CGBitmapContextCreate(void *data, size_t width, size_t height, size_t bits, size_t row, CGColorSpaceRef space, uint32_t info);

#ifdef __OBJC__
extern CFTypeRef CFBridgingRetain(id object);
extern id CFBridgingRelease(CFTypeRef object);
extern void NSLog(NSString *format, ...) NS_FORMAT_FUNCTION(1, 2);
extern __kindof NSApplication *NSApp;
#define NSLocalizedString(key, comment) [NSBundle.mainBundle localizedStringForKey:(key) value:@"" table:nil]
#define NSAssert(condition, description, ...) do { if (!(condition)) abort(); } while (0)

@interface NSObject (Variadic)
- (id)performSelectorOnMainThread:(SEL)selector withObject:(id)object waitUntilDone:(BOOL)wait;
@end
@interface NSData (Contents)
- (const void *)bytes;
@end
@interface NSMutableData (Contents)
- (void *)mutableBytes;
@end
@interface NSString (Variadic)
+ (instancetype)stringWithFormat:(NSString *)format, ... NS_FORMAT_FUNCTION(1, 2);
- (instancetype)initWithFormat:(NSString *)format, ... NS_FORMAT_FUNCTION(1, 2);
- (NSString *)stringByAppendingFormat:(NSString *)format, ... NS_FORMAT_FUNCTION(1, 2);
@end
@interface NSMutableString (Variadic)
- (void)appendFormat:(NSString *)format, ... NS_FORMAT_FUNCTION(1, 2);
@end
@interface NSArray<ObjectType> (Variadic)
+ (instancetype)arrayWithObjects:(ObjectType)first, ... NS_REQUIRES_NIL_TERMINATION;
- (instancetype)initWithObjects:(ObjectType)first, ... NS_REQUIRES_NIL_TERMINATION;
- (ObjectType)objectAtIndexedSubscript:(NSUInteger)index;
@end
@interface NSDictionary<KeyType, ObjectType> (Variadic)
/* What `@{…}` is compiled to. */
+ (instancetype)dictionaryWithObjects:(ObjectType const [])objects forKeys:(id<NSCopying> const [])keys count:(NSUInteger)count;
+ (instancetype)dictionaryWithObjectsAndKeys:(id)first, ... NS_REQUIRES_NIL_TERMINATION;
- (instancetype)initWithObjectsAndKeys:(id)first, ... NS_REQUIRES_NIL_TERMINATION;
@end
@interface NSException (Variadic)
+ (void)raise:(NSString *)name format:(NSString *)format, ... NS_FORMAT_FUNCTION(2, 3);
@end
#endif
#endif
