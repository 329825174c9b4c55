/* All of the layer: every framework's header leads here. */
#ifndef COCOA_COCOA_H
#define COCOA_COCOA_H
#pragma clang system_header
#include <cocoa/base.h>
#include <cocoa/declarations.h>
#include <cocoa/inline.h>
#include <cocoa/carbon.h>
#endif
