/* Records of logins as they were before utmpx(5); configure scripts look for it. */
#ifndef _UTMP_H_
#define _UTMP_H_

#include <sys/types.h>

#define UT_NAMESIZE 8
#define UT_LINESIZE 8
#define UT_HOSTSIZE 16

struct utmp {
    char ut_line[UT_LINESIZE];
    char ut_name[UT_NAMESIZE];
    char ut_host[UT_HOSTSIZE];
    long ut_time;
};

#endif
