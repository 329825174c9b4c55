#include <cocoa/cocoa.h>
