/* What _scproxy uses: the system's proxies. https://developer.apple.com/documentation/systemconfiguration */
#ifndef _SYSTEMCONFIGURATION_H
#define _SYSTEMCONFIGURATION_H

#include <CoreFoundation/CoreFoundation.h>

typedef const struct __SCDynamicStore *SCDynamicStoreRef;

#ifdef __cplusplus
extern "C" {
#endif

/* NULL for the store means a temporary one. */
CFDictionaryRef SCDynamicStoreCopyProxies(SCDynamicStoreRef store);

/* Keys of the dictionary. */
extern const CFStringRef kSCPropNetProxiesExceptionsList;
extern const CFStringRef kSCPropNetProxiesExcludeSimpleHostnames;
extern const CFStringRef kSCPropNetProxiesFTPEnable;
extern const CFStringRef kSCPropNetProxiesFTPPort;
extern const CFStringRef kSCPropNetProxiesFTPProxy;
extern const CFStringRef kSCPropNetProxiesGopherEnable;
extern const CFStringRef kSCPropNetProxiesGopherPort;
extern const CFStringRef kSCPropNetProxiesGopherProxy;
extern const CFStringRef kSCPropNetProxiesHTTPEnable;
extern const CFStringRef kSCPropNetProxiesHTTPPort;
extern const CFStringRef kSCPropNetProxiesHTTPProxy;
extern const CFStringRef kSCPropNetProxiesHTTPSEnable;
extern const CFStringRef kSCPropNetProxiesHTTPSPort;
extern const CFStringRef kSCPropNetProxiesHTTPSProxy;
extern const CFStringRef kSCPropNetProxiesSOCKSEnable;
extern const CFStringRef kSCPropNetProxiesSOCKSPort;
extern const CFStringRef kSCPropNetProxiesSOCKSProxy;

#ifdef __cplusplus
}
#endif
#endif
