/* What a test and the library of faults share: the file that DPVD_FAULTS names holds this. */
#ifndef DPVD_TESTS_FAULTS_FAULTS_H
#define DPVD_TESTS_FAULTS_FAULTS_H

#include <stdint.h>

/* Which calls of the process are counted, and fail. */
enum fault_kind {
    FAULT_NONE,
    FAULT_MEMORY,   /* allocations; there is no memory left */
    FAULT_ERROR,    /* reads and writes: a connection is reset, a file is broken or its disk full */
    FAULT_SHORT,    /* reads and writes that move fewer bytes than they were asked to */
    FAULT_DATABASE, /* as FAULT_ERROR, but only on Unix sockets */
    FAULT_KINDS,
};

/* Written by the test, the kind last; from then on calls are counted. The counts are ours. */
struct faults {
    _Atomic uint64_t kind;
    _Atomic uint64_t lasting; /* 0: one call fails; 1: all from that one on do */
    _Atomic uint64_t at;      /* the first call that fails, from 1; 0: none does */
    _Atomic uint64_t calls;
    _Atomic uint64_t failed;
    _Atomic int64_t blocks; /* of memory that the process holds, always up to date */
};

#endif
