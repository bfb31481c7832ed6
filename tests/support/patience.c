/* check ends a test that takes longer than four seconds, which a machine that stalls for a moment
 * makes of any. No test waits so long on purpose: this is for those that hang. */
#include <stdlib.h>

static void __attribute__((constructor)) be_patient(void)
{
    setenv("CK_DEFAULT_TIMEOUT", "600", 0);
}
