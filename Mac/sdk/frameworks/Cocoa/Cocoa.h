/* Cocoa is Foundation and AppKit. */
#include <Foundation/Foundation.h>

#include <AppKit/AppKit.h>
