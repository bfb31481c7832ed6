#include "model/login.h"

bool login_is_locked(const struct config *config, struct moment locked, int64_t now)
{
    const int64_t lock = config->login_lock * 1000;

    return config->login_failures > 0 && locked.given && locked.when > now - lock &&
           locked.when < now + lock;
}
