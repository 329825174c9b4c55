/* Pseudo terminals: openpty(3), login_tty(3). */
#ifndef _UTIL_H_
#define _UTIL_H_

#include <sys/cdefs.h>
#include <sys/ttycom.h>
#include <sys/types.h>
#include <termios.h>

__BEGIN_DECLS
int openpty(int *main, int *replica, char *name, struct termios *settings, struct winsize *size);
pid_t forkpty(int *main, char *name, struct termios *settings, struct winsize *size);
int login_tty(int fd);
__END_DECLS

#endif
