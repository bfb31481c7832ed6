/* From the text of a request to the model's message, the way a call goes. */
#ifndef DPVD_TESTS_UNIT_CODEC_RIG_H
#define DPVD_TESTS_UNIT_CODEC_RIG_H

#include "soap/codec_message.h"
#include "support/guard_run.h"
#include "xml/datetime.h"

#include <check.h>
#include <string.h>

extern SOAP_NMAC struct Namespace namespaces[];

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define SECOND INT64_C(1000000)

#define CALL "http://www.altinn.no/services/ServiceEngine/Correspondence/2009/10"
#define OLD "http://schemas.altinn.no/services/ServiceEngine/Correspondence/2009/10"
#define NEW "http://schemas.altinn.no/services/ServiceEngine/Correspondence/2010/10"
#define SDP "http://schemas.altinn.no/services/ServiceEngine/Correspondence/2016/02"
#define NOTIFY "http://schemas.altinn.no/services/ServiceEngine/Notification/2009/10"

#define OPEN                                                                                       \
    "<s:Envelope xmlns:s=\"" SOAP11 "\" xmlns:i=\"" XSI "\" xmlns:o=\"" OLD                        \
    "\" xmlns:b=\"" LISTS_2010 "\" xmlns:a=\"" LISTS_2009 "\" xmlns:d=\"" SDP                      \
    "\" xmlns:n=\"" NOTIFY "\"><s:Body>"
#define CLOSE "</s:Body></s:Envelope>"
#define V2(inner)                                                                                  \
    OPEN "<w:InsertCorrespondenceBasicV2 xmlns:w=\"" CALL "\">"                                    \
         "<w:Correspondence xmlns=\"" NEW "\">" inner                                              \
         "</w:Correspondence></w:InsertCorrespondenceBasicV2>" CLOSE
#define V1(inner)                                                                                  \
    OPEN "<w:InsertCorrespondenceBasic xmlns:w=\"" CALL "\">"                                      \
         "<w:Correspondence xmlns=\"" OLD "\">" inner                                              \
         "</w:Correspondence></w:InsertCorrespondenceBasic>" CLOSE
#define FILES(inner)                                                                               \
    "<Content><Attachments><BinaryAttachments>" inner "</BinaryAttachments></Attachments></"       \
    "Content>"
#define FILE_OF(inner) "<b:BinaryAttachmentV2>" inner "</b:BinaryAttachmentV2>"
#define NIL " i:nil=\"true\"/>"

static struct soap soap;
static struct arena *arena;
static struct guard *guard;
static struct guard_limits limits;
static struct message message;
static struct err err;

static void set_up(void)
{
    ck_assert(datetime_setup());
    soap_init1(&soap, SOAP_C_UTFSTRING | SOAP_XML_TREE | SOAP_ENC_PLAIN);
    soap_set_namespaces(&soap, namespaces);
    arena = arena_new();
    limits = guard_run_limits;
    message = (struct message){0};
    err = (struct err){0};
    ck_assert_ptr_nonnull(arena);
}

static void tear_down(void)
{
    soap_destroy(&soap);
    soap_end(&soap);
    soap_done(&soap);
    arena_free(&arena);
    guard_free(&guard);
}

/* Leaves gSOAP in front of the body's one element. */
static void read_to_body(const char *text)
{
    size_t length = 0;

    guard_free(&guard);
    guard = guard_run(&limits, NULL, text, strlen(text), strlen(text), &err);
    ck_assert_msg(err.kind == ERR_NONE, "%s", err.msg);
    soap.is = guard_document(guard, &length);
    ck_assert(soap_begin_recv(&soap) == SOAP_OK && soap_envelope_begin_in(&soap) == SOAP_OK &&
              soap_recv_header(&soap) == SOAP_OK && soap_body_begin_in(&soap) == SOAP_OK);
}

static bool decode(const char *text)
{
    struct _w0910__InsertCorrespondenceBasicV2 request;

    read_to_body(text);
    ck_assert_msg(soap_get__w0910__InsertCorrespondenceBasicV2(
                      &soap, &request, "w0910:InsertCorrespondenceBasicV2", NULL) != NULL,
                  "gSOAP error %d at %s", soap.error, soap.tag);
    return codec_message(arena, guard, request.Correspondence, &message, &err);
}

static bool decode_first(const char *text)
{
    struct _w0910__InsertCorrespondenceBasic request;

    read_to_body(text);
    ck_assert_msg(soap_get__w0910__InsertCorrespondenceBasic(
                      &soap, &request, "w0910:InsertCorrespondenceBasic", NULL) != NULL,
                  "gSOAP error %d at %s", soap.error, soap.tag);
    return codec_message_first(arena, guard, request.Correspondence, &message, &err);
}

#endif
