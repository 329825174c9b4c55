/* What declarations.h is made on: types and macros that no description of the frameworks has as data. Written for this project
   from Apple's public documentation. */
#ifndef COCOA_BASE_H
#define COCOA_BASE_H
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <uuid/uuid.h>
#include <Availability.h>
#include <AvailabilityMacros.h>
#include <MacTypes.h>
#include <TargetConditionals.h>
#include <dispatch/dispatch.h>
#include <mach/mach.h>
#include <objc/objc.h>
#include <objc/NSObjCRuntime.h>
#include <objc/message.h>
#include <objc/runtime.h>
#ifdef __OBJC__
#include <objc/NSObject.h>
#endif

/* CoreFoundation */
typedef unsigned long CFTypeID, CFOptionFlags, CFHashCode;
typedef signed long CFIndex;
typedef const void *CFTypeRef;
typedef struct { CFIndex location, length; } CFRange;
typedef CFIndex CFComparisonResult;
typedef int CFBundleRefNum;
#define CFSTR(text) ((CFStringRef)__builtin___CFStringMakeConstantString("" text ""))
#define CF_EXPORT extern
#define CF_INLINE static inline
#define CF_ENUM(type, name) type name; enum : type

/* CoreGraphics */
typedef double CGFloat;
#define CGFLOAT_DEFINED 1
#define CGFLOAT_IS_DOUBLE 1
#define CGFLOAT_MIN DBL_MIN
#define CGFLOAT_MAX DBL_MAX
#define CGFLOAT_EPSILON DBL_EPSILON
typedef struct CGPoint { CGFloat x, y; } CGPoint;
typedef struct CGSize { CGFloat width, height; } CGSize;
typedef struct CGRect { CGPoint origin; CGSize size; } CGRect;
#define CG_INLINE static inline

/* Foundation */
typedef CGPoint NSPoint;
typedef CGSize NSSize;
typedef CGRect NSRect;
typedef struct _NSRange { NSUInteger location, length; } NSRange;
typedef NSRange *NSRangePointer;
typedef struct _NSZone NSZone;
typedef unsigned short unichar;
typedef double NSTimeInterval;
typedef NSInteger NSComparisonResult;
enum : NSComparisonResult { NSOrderedAscending = -1L, NSOrderedSame, NSOrderedDescending };
typedef NSUInteger NSRectEdge;
enum : NSRectEdge {
    NSRectEdgeMinX = 0, NSRectEdgeMinY = 1, NSRectEdgeMaxX = 2, NSRectEdgeMaxY = 3,
    NSMinXEdge = 0, NSMinYEdge = 1, NSMaxXEdge = 2, NSMaxYEdge = 3,
};
#define NS_INLINE static inline
#define NS_ASSUME_NONNULL_BEGIN
#define NS_ASSUME_NONNULL_END
#define NS_REQUIRES_NIL_TERMINATION __attribute__((sentinel(0, 1)))
#define NS_FORMAT_FUNCTION(text, first) __attribute__((format(__NSString__, text, first)))
#define NS_ENUM(type, name) type name; enum name##_ : type
#define NS_OPTIONS(type, name) type name; enum : type
#define FOUNDATION_EXPORT extern
#define APPKIT_EXTERN extern

/* CoreServices */
typedef struct FSRef { UInt8 hidden[80]; } FSRef;

/* What Tk asks for to know which headers are there. */
#define CGCOLOR_H_
#define CGCONTEXT_H_
#define CGGEOMETRY_H_
#define _APPKITDEFINES_H
#define __HISHAPE__

#ifdef __OBJC__
typedef struct {
    unsigned long state;
    id __unsafe_unretained *itemsPtr;
    unsigned long *mutationsPtr;
    unsigned long extra[5];
} NSFastEnumerationState;
@class NSString;
@protocol NSCopying
- (id)copyWithZone:(NSZone *)zone;
@end
@protocol NSMutableCopying
- (id)mutableCopyWithZone:(NSZone *)zone;
@end
@protocol NSFastEnumeration
- (NSUInteger)countByEnumeratingWithState:(NSFastEnumerationState *)state objects:(id __unsafe_unretained [])buffer count:(NSUInteger)count;
@end
#endif
#endif
