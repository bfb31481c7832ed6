/* What the process gives up before it reads what others send (security.md 3.2). */
#ifndef DPVD_BASE_CONFINE_H
#define DPVD_BASE_CONFINE_H

#include "base/err.h"

/* For the rest of the process: nothing that it runs gains rights, and no core dump is written, for
 * it would hold secrets. inspectable leaves it to debuggers of the same user. Call it before there
 * are threads. */
bool confine_process(bool inspectable, struct err *err);

/* Leaves to the process, and to all threads that it starts later, only the system calls that it
 * needs: files, sockets of the internet and of this machine, threads, memory that is not writable
 * and executable at once. To run another program, to trace, to mount, to load a module or to leave
 * a namespace ends the process at once (SIGSYS), which the kernel logs. All else, another process
 * too, is refused with EPERM, or with ENOSYS where libraries then take an older way. Call it after
 * confine_process and before there are threads. ERR_INTERNAL: this kernel has no seccomp, or a
 * sanitizer needs more. */
bool confine_calls(struct err *err);

/* From now on no thread opens a further listener. Only after confine_calls, once all listeners are
 * open. */
bool confine_listeners(struct err *err);

#endif
