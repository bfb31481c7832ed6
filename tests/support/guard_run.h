/* Feeds documents to the guard in pieces of every size and says what came out. */
#ifndef DPVD_TESTS_GUARD_RUN_H
#define DPVD_TESTS_GUARD_RUN_H

#include "xml/guard.h"

#define SOAP11 "http://schemas.xmlsoap.org/soap/envelope/"
#define SOAP12 "http://www.w3.org/2003/05/soap-envelope"
#define LISTS_2009 "http://www.altinn.no/services/ServiceEngine/ReporteeElementList/2009/10"
#define LISTS_2010 "http://www.altinn.no/services/ServiceEngine/ReporteeElementList/2010/10"
#define XSI "http://www.w3.org/2001/XMLSchema-instance"

/* An envelope around what the operation holds. */
#define HEAD "<s:Envelope xmlns:s=\"" SOAP11 "\"><s:Body><op xmlns=\"urn:op\">"
#define TAIL "</op></s:Body></s:Envelope>"

/* The presets of the configuration. */
extern const struct guard_limits guard_run_limits;

/* A guard that was fed n bytes in pieces of step bytes and finished; err says how that went. */
struct guard *guard_run(const struct guard_limits *limits, const char *content_type,
                        const void *data, size_t n, size_t step, struct err *err);

/* As above, whole, byte by byte and in pieces of 7; it asserts that all go the same way. */
struct guard *guard_run_all(const struct guard_limits *limits, const char *content_type,
                            const void *data, size_t n, struct err *err);

/* A UTF-8 text with the preset limits must become exactly this document, however it is cut. */
void guard_run_expect(const char *text, const char *expected);

/* It must be refused like this, however it is cut; words must be in the reason. */
void guard_run_refused(const char *text, enum err_kind kind, const char *words);

#endif
