/* What Python Launcher uses of Foundation: https://developer.apple.com/documentation/foundation.
 *
 * Objective-C looks methods up when the program runs, so a class need not be declared whole, nor with its ancestors
 * between it and NSObject; only the types of the methods used must be right. */
#ifndef _FOUNDATION_H
#define _FOUNDATION_H

#include <CoreFoundation/CoreFoundation.h>
#include <objc/NSObject.h>

typedef double NSTimeInterval;

@class NSData, NSDictionary, NSError;

@interface NSString : NSObject
+ (instancetype)stringWithUTF8String:(const char *)text;
+ (instancetype)stringWithFormat:(NSString *)format, ...;
- (NSUInteger)length;
- (BOOL)isEqualToString:(NSString *)other;
- (NSString *)lastPathComponent;
- (NSString *)stringByExpandingTildeInPath;
- (NSString *)substringToIndex:(NSUInteger)index;
- (const char *)UTF8String;
- (const char *)fileSystemRepresentation;
- (id)componentsSeparatedByString:(NSString *)separator;
@end

@interface NSNumber : NSObject
+ (NSNumber *)numberWithBool:(BOOL)value;
- (BOOL)boolValue;
@end

@interface NSArray : NSObject
- (NSUInteger)count;
- (id)objectAtIndex:(NSUInteger)index;
- (NSUInteger)indexOfObjectIdenticalTo:(id)object;
- (NSString *)componentsJoinedByString:(NSString *)separator;
@end

@interface NSDictionary : NSObject
+ (instancetype)dictionaryWithContentsOfFile:(NSString *)path;
+ (instancetype)dictionaryWithObjectsAndKeys:(id)first, ...;
- (id)objectForKey:(id)key;
@end

@interface NSData : NSObject
@end

@interface NSURL : NSObject
+ (NSURL *)fileURLWithPath:(NSString *)path;
@end

@interface NSNotification : NSObject
@end

@interface NSUserDefaults : NSObject
+ (NSUserDefaults *)standardUserDefaults;
- (BOOL)boolForKey:(NSString *)key;
- (NSDictionary *)dictionaryForKey:(NSString *)key;
- (void)setObject:(id)object forKey:(NSString *)key;
@end

@interface NSBundle : NSObject
+ (NSBundle *)mainBundle;
- (NSString *)bundlePath;
- (NSString *)pathForResource:(NSString *)name ofType:(NSString *)extension;
@end

@interface NSFileManager : NSObject
+ (NSFileManager *)defaultManager;
- (BOOL)fileExistsAtPath:(NSString *)path;
@end

@interface NSObject (NSDelayedPerforming)
- (void)performSelector:(SEL)selector withObject:(id)argument afterDelay:(NSTimeInterval)delay;
@end

#ifdef __cplusplus
extern "C"
#endif
void NSLog(NSString *format, ...);

#endif
