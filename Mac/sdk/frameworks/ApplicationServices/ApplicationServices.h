/* Application Services brings in Core Services: https://developer.apple.com/documentation/applicationservices. */
#include <CoreServices/CoreServices.h>
