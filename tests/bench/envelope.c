#include "envelope.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH "/ServiceEngineExternal/CorrespondenceAgencyExternalBasic.svc"
#define SERVICES "http://www.altinn.no/services/"
#define SCHEMAS "http://schemas.altinn.no/services/"
#define BASIC SERVICES "ServiceEngine/Correspondence/2009/10"
#define ACTION BASIC "/ICorrespondenceAgencyExternalBasic/"

#define BLANK_REFERENCE "RRRRRRRRRRRRRRRRRRRRRRRR"
_Static_assert(sizeof BLANK_REFERENCE == ENVELOPE_REFERENCE + 1, "reference length");

/* Of a PDF about 95 % is compressed streams, the rest is objects and tables. */
#define STREAM_BYTES 1824
#define PLAIN_BYTES 96

static void fill_pdf(unsigned char *bytes, size_t n)
{
    static const char plain[] =
        "\nendstream endobj 7 0 obj << /Length 1824 /Filter /FlateDecode >> "
        "stream 0000000017 00000 n ... \n";
    uint64_t random = UINT64_C(0x9e3779b97f4a7c15);

    for (size_t i = 0; i < n; i++) {
        const size_t at = i % (STREAM_BYTES + PLAIN_BYTES);

        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        bytes[i] = (unsigned char)(at < STREAM_BYTES ? random >> 56
                                                     : (unsigned char)plain[at - STREAM_BYTES]);
    }
}

static void write_base64(FILE *out, const unsigned char *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char four[4];

    for (size_t i = 0; i < n; i += 3) {
        const size_t left = n - i;
        const unsigned b1 = left > 1 ? bytes[i + 1] : 0;
        const unsigned b2 = left > 2 ? bytes[i + 2] : 0;
        const unsigned group = (unsigned)bytes[i] << 16 | b1 << 8 | b2;

        four[0] = digits[group >> 18];
        four[1] = digits[group >> 12 & 63];
        four[2] = left > 1 ? digits[group >> 6 & 63] : '=';
        four[3] = left > 2 ? digits[group & 63] : '=';
        fwrite(four, 1, 4, out);
    }
}

static bool write_attachment(FILE *out, size_t n)
{
    unsigned char *bytes = malloc(n);

    if (bytes == NULL)
        return false;
    fill_pdf(bytes, n);
    write_base64(out, bytes, n);
    free(bytes);
    return true;
}

static void write_notification(FILE *out)
{
    fputs("<c:Notifications xmlns:n=\"" SCHEMAS
          "ServiceEngine/Notification/2009/10\"><n:Notification><n:LanguageCode>1044"
          "</n:LanguageCode><n:NotificationType>VarselDPVUtenRevarsel</n:NotificationType>"
          "<n:TextTokens><n:TextToken><n:TokenNum>1</n:TokenNum><n:TokenValue>Nytt brev i sak "
          "24/417.</n:TokenValue></n:TextToken></n:TextTokens><n:ReceiverEndPoints>"
          "<n:ReceiverEndPoint><n:TransportType>Both</n:TransportType></n:ReceiverEndPoint>"
          "</n:ReceiverEndPoints></n:Notification></c:Notifications>",
          out);
}

/* A letter as a case system sends it: text, one PDF, one notification order. */
static bool write_insert(FILE *out, const struct envelope_wish *wish)
{
    fprintf(out,
            "<w:InsertCorrespondenceBasicV2 xmlns:w=\"" BASIC "\"><w:systemUserName>%s"
            "</w:systemUserName><w:systemPassword>%s</w:systemPassword><w:SystemUserCode>TTD_DEMO"
            "</w:SystemUserCode><w:ExternalShipmentReference>" BLANK_REFERENCE
            "</w:ExternalShipmentReference><w:Correspondence xmlns:c=\"" SCHEMAS
            "ServiceEngine/Correspondence/2010/10\"><c:ServiceCode>4255</c:ServiceCode>"
            "<c:ServiceEdition>10</c:ServiceEdition><c:Reportee>910820605</c:Reportee><c:Content>"
            "<c:LanguageCode>1044</c:LanguageCode><c:MessageTitle>Vedtak i byggesak 24/417"
            "</c:MessageTitle><c:MessageSummary>S\u00f8knaden om tilbygg er behandlet."
            "</c:MessageSummary><c:MessageBody>",
            wish->user, wish->password);
    for (int i = 0; i < 6; i++)
        fputs("&lt;p&gt;S\u00f8knaden er innvilget. Vedtaket ligger ved og gjelder fra i dag; "
              "fristen for \u00e5 klage er tre uker.&lt;/p&gt;",
              out);
    fputs("</c:MessageBody><c:Attachments><c:BinaryAttachments xmlns:a=\"" SERVICES
          "ServiceEngine/ReporteeElementList/2010/10\"><a:BinaryAttachmentV2><a:DestinationType>"
          "ShowToAll</a:DestinationType><a:FunctionType>Unspecified</a:FunctionType><a:FileName>"
          "vedtak.pdf</a:FileName><a:Name>Vedtak</a:Name><a:Encrypted>false</a:Encrypted><a:Data>",
          out);
    if (!write_attachment(out, wish->attachment_bytes))
        return false;
    fputs("</a:Data><a:SendersReference>vedtak</a:SendersReference></a:BinaryAttachmentV2>"
          "</c:BinaryAttachments></c:Attachments></c:Content>",
          out);
    if (!wish->plain)
        write_notification(out);
    fputs("<c:AllowForwarding>true</c:AllowForwarding></w:Correspondence>"
          "</w:InsertCorrespondenceBasicV2>",
          out);
    return true;
}

static bool write_references(FILE *out, const struct envelope_wish *wish)
{
    FILE *file = wish->references == NULL ? NULL : fopen(wish->references, "re");
    char line[256];

    if (file == NULL)
        return false;
    fputs("<w:CorrespondenceStatusHistoryRequest xmlns:w=\"" BASIC "\">"
          "<w:CorrespondenceSendersReferences xmlns:r=\"http://schemas.microsoft.com/2003/10/"
          "Serialization/Arrays\">",
          out);
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        fprintf(out, "<r:string>%s</r:string>", line);
    }
    fclose(file);
    fputs("</w:CorrespondenceSendersReferences></w:CorrespondenceStatusHistoryRequest>", out);
    return true;
}

static void write_details(FILE *out, const struct envelope_wish *wish)
{
    fprintf(out,
            "<w:GetCorrespondenceStatusDetailsBasicV3 xmlns:w=\"" BASIC "\"><w:systemUserName>%s"
            "</w:systemUserName><w:systemPassword>%s</w:systemPassword><w:filterCriteria "
            "xmlns:f=\"" SCHEMAS
            "ServiceEngine/Correspondence/2016/02\"><f:ServiceCode>4255</f:ServiceCode>"
            "<f:ServiceEditionCode>10</f:ServiceEditionCode></w:filterCriteria>"
            "</w:GetCorrespondenceStatusDetailsBasicV3>",
            wish->user, wish->password);
}

static void write_credentials(FILE *out, const struct envelope_wish *wish)
{
    fprintf(out,
            "<s:Header xmlns:w=\"" BASIC "\"><w:SystemPassword>%s</w:SystemPassword>"
            "<w:SystemUserName>%s</w:SystemUserName></s:Header>",
            wish->password, wish->user);
}

static const char *action_of(const char *operation)
{
    if (strcmp(operation, "insert") == 0)
        return ACTION "InsertCorrespondenceBasicV2";
    if (strcmp(operation, "history") == 0)
        return ACTION "GetCorrespondenceStatusHistoryBasic";
    if (strcmp(operation, "details") == 0)
        return ACTION "GetCorrespondenceStatusDetailsBasicV3";
    return strcmp(operation, "test") == 0 ? SERVICES "2009/10/IAltinnContractBase/Test" : NULL;
}

static bool write_body(FILE *out, const struct envelope_wish *wish)
{
    bool ok = true;

    fputs("<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope xmlns:s=\"http://"
          "schemas.xmlsoap.org/soap/envelope/\">",
          out);
    if (wish->operation[0] == 'h')
        write_credentials(out, wish);
    fputs("<s:Body>", out);
    if (wish->operation[0] == 'i')
        ok = write_insert(out, wish);
    else if (wish->operation[0] == 'h')
        ok = write_references(out, wish);
    else if (wish->operation[0] == 'd')
        write_details(out, wish);
    else
        fputs("<b:Test xmlns:b=\"" SERVICES "2009/10\"/>", out);
    fputs("</s:Body></s:Envelope>", out);
    return ok;
}

static char *body_new(const struct envelope_wish *wish, size_t *length_out)
{
    char *body = NULL;
    FILE *out = open_memstream(&body, length_out);
    bool ok = out != NULL && write_body(out, wish);

    ok = out != NULL && fclose(out) == 0 && ok;
    if (!ok) {
        free(body);
        body = NULL;
    }
    return body;
}

static size_t offset_of(const char *text, const char *mark)
{
    const char *found = strstr(text, mark);

    return found == NULL ? 0 : (size_t)(found - text) + strlen(mark);
}

bool envelope_build(const struct envelope_wish *wish, struct envelope *envelope_out)
{
    const char *action = action_of(wish->operation);
    char *body = NULL;
    char *text = NULL;
    size_t length = 0;
    int n = -1;

    if (action != NULL)
        body = body_new(wish, &length);
    if (body != NULL)
        n = asprintf(&text,
                     "POST " PATH " HTTP/1.1\r\nHost: %s\r\nContent-Type: text/xml; charset=utf-8"
                     "\r\nSOAPAction: \"%s\"\r\nContent-Length: %zu\r\n\r\n%s",
                     wish->host, action, length, body);
    free(body);
    if (n < 0) {
        fprintf(stderr, "load: no such operation, or its references cannot be read\n");
        return false;
    }
    *envelope_out = (struct envelope){.text = text, .length = (size_t)n};
    envelope_out->reference_at = offset_of(text, "<w:ExternalShipmentReference>");
    if (wish->attachment_bytes >= ENVELOPE_PATCH)
        envelope_out->patch_at = offset_of(text, "<a:Data>");
    return true;
}

void envelope_free(struct envelope *envelope)
{
    free(envelope->text);
    *envelope = (struct envelope){0};
}
