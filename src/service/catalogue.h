/* Services of a service owner's own (domain.md 3.5). */
#ifndef DPVD_SERVICE_CATALOGUE_H
#define DPVD_SERVICE_CATALOGUE_H

#include "model/call.h"
#include "service/session.h"

/* Makes a service from a template service of the operator's; calling twice makes two. 5: the caller
 * is no active service owner; 40013: unknown template; 40019: not a correspondence service. The
 * code lives in the session's arena; the edition of a new service is 1. */
bool catalogue_create_simple(const struct session *session, const struct call *call,
                             const struct credentials *credentials, const char *template_code,
                             int32_t template_edition, const char **code_out, struct err *err);

#endif
