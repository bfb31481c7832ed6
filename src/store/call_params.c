#include "store/call_params.h"

#include "base/clock.h"

static int32_t elapsed(const struct call *call)
{
    const int64_t duration = clock_now() - call->received;

    if (duration < 0)
        return 0;
    return duration > INT32_MAX ? INT32_MAX : (int32_t)duration;
}

void call_params(struct params *params, const struct call *call, const struct caller *caller)
{
    const bool known = caller != NULL && caller->found;

    if (known)
        params_int4(params, caller->sender_id);
    else
        params_null(params);
    params_time(params, call->received);
    params_int4(params, elapsed(call));
    params_text(params, call->endpoint);
    params_text(params, call->operation);
    params_text(params, call->request_id);
    params_text(params, call->client);
    if (known)
        params_int4(params, caller->system_user_id);
    else
        params_null(params);
}
