/* What Python Launcher uses of Carbon: the state of the modifier keys. */
#ifndef __CARBON__
#define __CARBON__

#include <ApplicationServices/ApplicationServices.h>

enum { cmdKey = 1 << 8, shiftKey = 1 << 9, alphaLock = 1 << 10, optionKey = 1 << 11, controlKey = 1 << 12 };

#ifdef __cplusplus
extern "C"
#endif
UInt32 GetCurrentKeyModifiers(void);

#endif
