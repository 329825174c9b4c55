/* The speeds of terminals as numbers from 0, as they were before POSIX: only for programs that ask for them. */
#ifndef _SYS_TTYDEV_H_
#define _SYS_TTYDEV_H_

#ifdef USE_OLD_TTY
#undef B0
#undef B50
#undef B75
#undef B110
#undef B134
#undef B150
#undef B200
#undef B300
#undef B600
#undef B1200
#undef B1800
#undef B2400
#undef B4800
#undef B9600
#undef EXTA
#undef EXTB
#define B0 0
#define B50 1
#define B75 2
#define B110 3
#define B134 4
#define B150 5
#define B200 6
#define B300 7
#define B600 8
#define B1200 9
#define B1800 10
#define B2400 11
#define B4800 12
#define B9600 13
#define EXTA 14
#define EXTB 15
#endif

#endif
