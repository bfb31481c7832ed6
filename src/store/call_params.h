/* The parameters $1 to $8 that every statement with an audit row begins with. */
#ifndef DPVD_STORE_CALL_PARAMS_H
#define DPVD_STORE_CALL_PARAMS_H

#include "model/call.h"
#include "model/sender.h"
#include "store/params.h"

/* caller may be NULL: not authenticated. */
void call_params(struct params *params, const struct call *call, const struct caller *caller);

#endif
