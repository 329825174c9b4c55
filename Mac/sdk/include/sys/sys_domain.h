/* Sockets that talk to the kernel (PF_SYSTEM); bsd/sys/sys_domain.h of the open kernel, xnu. */
#ifndef _SYSTEM_DOMAIN_H_
#define _SYSTEM_DOMAIN_H_

#include <sys/types.h>

#define SYSPROTO_EVENT 1
#define SYSPROTO_CONTROL 2
#define AF_SYS_CONTROL 2

struct sockaddr_sys {
    u_char ss_len;
    u_char ss_family;
    u_int16_t ss_sysaddr;
    u_int32_t ss_reserved[7];
};

#endif
