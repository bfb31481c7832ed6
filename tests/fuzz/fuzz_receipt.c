/* A whole request to ReceiptAgencyExternalBasic: the input is as request.h says. */
#include "fuzz/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    request_run("ReceiptAgencyExternalBasic", (struct fuzz_input){data, n});
    return 0;
}
