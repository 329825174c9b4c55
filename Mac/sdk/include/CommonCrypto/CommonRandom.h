/* CommonCrypto's random numbers, for cryptography; since macOS 10.10. */
#ifndef _CC_RANDOM_H_
#define _CC_RANDOM_H_

#include <CommonCrypto/CommonCryptoError.h>
#include <os/availability.h>
#include <stddef.h>
#include <sys/cdefs.h>

typedef CCCryptorStatus CCRNGStatus;

__BEGIN_DECLS
CCRNGStatus CCRandomGenerateBytes(void *bytes, size_t count) API_AVAILABLE(macos(10.10));
__END_DECLS

#endif
