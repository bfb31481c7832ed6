/* WS-Security: the input is what stands in the Security block of a call. */
#include "base/buf.h"
#include "fuzz/request.h"

#include <string.h>

#define OASIS "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-"
#define CALL "http://www.altinn.no/services/ServiceEngine/Correspondence/2009/10"

static const char head[] =
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:w=\"" CALL "\">"
    "<s:Header><o:Security s:mustUnderstand=\"1\" xmlns:o=\"" OASIS
    "secext-1.0.xsd\" xmlns:u=\"" OASIS "utility-1.0.xsd\">";
static const char tail[] =
    "</o:Security></s:Header><s:Body><w:CreateSimpleCorrespondenceService/></s:Body></s:Envelope>";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct buf body = {0};

    fuzz_hold(buf_add_text(&body, head) && (n == 0 || buf_add(&body, data, n)) &&
                  buf_add_text(&body, tail),
              "memory is left");
    fuzz_hold(request_post("CorrespondenceAgencyExternal", "application/soap+xml; charset=utf-8",
                           body.data, body.len) != 200,
              "nothing is done without a database");
    buf_free(&body);
    return 0;
}
