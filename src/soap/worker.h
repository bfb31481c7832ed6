/* What one worker thread needs to serve SOAP: context, database connection, arena. */
#ifndef DPVD_SOAP_WORKER_H
#define DPVD_SOAP_WORKER_H

#include "base/err.h"
#include "service/session.h"

struct soap_worker;

/* Opens everything; process outlives the worker. NULL with err when the database cannot be reached
 * or memory ran out. */
struct soap_worker *soap_worker_open(const struct process *process, struct err *err);

void soap_worker_close(struct soap_worker **worker);

#endif
