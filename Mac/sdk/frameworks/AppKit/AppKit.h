/* What Python Launcher uses of AppKit: https://developer.apple.com/documentation/appkit. */
#ifndef _APPKIT_H
#define _APPKIT_H

#include <Foundation/Foundation.h>

/* For Interface Builder; nothing to the compiler. */
#define IBOutlet
#define IBAction void

@interface NSApplication : NSObject
+ (NSApplication *)sharedApplication;
- (id)delegate;
- (void)terminate:(id)sender;
@end

@interface NSWorkspace : NSObject
+ (NSWorkspace *)sharedWorkspace;
- (BOOL)launchApplication:(NSString *)name;
@end

@interface NSTextField : NSObject
- (NSString *)stringValue;
- (void)setStringValue:(NSString *)text;
@end

@interface NSComboBox : NSTextField
- (void)reloadData;
@end

@interface NSButton : NSObject
- (NSInteger)state;
- (void)setState:(NSInteger)state;
@end

@interface NSPopUpButton : NSButton
- (NSString *)titleOfSelectedItem;
@end

@interface NSWindowController : NSObject
- (instancetype)initWithWindowNibName:(NSString *)name;
- (void)showWindow:(id)sender;
- (void)windowDidLoad;
@end

@interface NSDocument : NSObject
- (void)close;
- (void)windowControllerDidLoadNib:(NSWindowController *)controller;
@end

#ifdef __cplusplus
extern "C" {
#endif
int NSApplicationMain(int argc, const char *argv[]);
NSInteger NSRunAlertPanel(NSString *title, NSString *message, NSString *first, NSString *second, NSString *third, ...);
#ifdef __cplusplus
}
#endif

#endif
