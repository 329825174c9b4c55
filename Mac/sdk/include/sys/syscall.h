/* Numbers of system calls. macOS promises none of them: programs call libSystem's functions, and ours name no number.
 * The header is here because its presence is a question of configure scripts. */
#ifndef _SYS_SYSCALL_H_
#define _SYS_SYSCALL_H_
#endif
