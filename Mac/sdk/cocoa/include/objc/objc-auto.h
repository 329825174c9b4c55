/* The garbage collector of old, which no supported macOS has: what Tk still calls. Written for this project. */
#include <objc/objc.h>
extern void objc_startCollectorThread(void);
