#include "soap/wsdl.h"

#include <embedded.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* What the files in wsdl/ say where the caller's own addresses belong. */
static const char our_base[] = "http://localhost:8080";
static const char location[] = "schemaLocation=\"";
static const char suffix[] = ".xsd";

struct place { /* where the caller asked */
    const char *base_url;
    const char *path; /* not terminated */
    size_t path_len;
};

static const struct embedded_file *find(const struct embedded_file *files, const char *name)
{
    for (; files->name != NULL; files++)
        if (strcmp(files->name, name) == 0)
            return files;
    return NULL;
}

static const struct embedded_file *document(const char *endpoint, const char *query)
{
    if (query == NULL)
        return NULL;
    if (strcasecmp(query, "wsdl") == 0)
        return find(embedded_wsdls, endpoint);
    if (strcasecmp(query, "singleWsdl") == 0)
        return find(embedded_single_wsdls, endpoint);
    if (strncasecmp(query, "xsd=", 4) == 0)
        return find(embedded_xsds, query + 4);
    return NULL;
}

/* The host comes from outside and goes into XML and URLs: what is let through needs no escaping in
 * either. */
static bool base_url_is_good(const char *base_url)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  ".-:[]";
    const char *host = NULL;

    if (strncmp(base_url, "http://", 7) == 0)
        host = base_url + 7;
    else if (strncmp(base_url, "https://", 8) == 0)
        host = base_url + 8;
    return host != NULL && host[0] != '\0' && host[strspn(host, allowed)] == '\0';
}

/* The path of an endpoint is written once, in the address of its WSDL. */
static struct place place_of(const char *base_url, const struct embedded_file *wsdl)
{
    struct place place = {.base_url = base_url, .path = ""};
    const char *address = strstr(wsdl->text, our_base);

    if (address != NULL) {
        place.path = address + strlen(our_base);
        place.path_len = strcspn(place.path, "\"");
    }
    return place;
}

static const char *next_address(const char *text)
{
    const char *base = strstr(text, our_base);
    const char *schema = strstr(text, location);

    if (base == NULL || (schema != NULL && schema < base))
        return schema;
    return base;
}

/* Returns where the text goes on, NULL when memory ran out. */
static const char *add_address(const struct place *place, const char *at, struct buf *text)
{
    const char *name = NULL;
    size_t name_len = 0;

    if (strncmp(at, our_base, strlen(our_base)) == 0)
        return buf_add_text(text, place->base_url) ? at + strlen(our_base) : NULL;
    name = at + strlen(location);
    name_len = strcspn(name, ".");
    if (!buf_add_text(text, location) || !buf_add_text(text, place->base_url) ||
        !buf_add(text, place->path, place->path_len) || !buf_add_text(text, "?xsd=") ||
        !buf_add(text, name, name_len))
        return NULL;
    return name + name_len + strlen(suffix);
}

static bool rewrite(const struct place *place, const char *from, struct buf *text)
{
    const char *at = next_address(from);

    while (at != NULL) {
        if (!buf_add(text, from, (size_t)(at - from)))
            return false;
        from = add_address(place, at, text);
        if (from == NULL)
            return false;
        at = next_address(from);
    }
    return buf_add_text(text, from);
}

bool wsdl_answer(const char *endpoint, const char *query, const char *base_url,
                 struct buf *text_out, struct err *err)
{
    const struct embedded_file *wsdl = find(embedded_wsdls, endpoint);
    const struct embedded_file *file = document(endpoint, query);
    struct buf text = {0};
    struct place place = {0};

    if (wsdl == NULL || file == NULL)
        return err_set(err, ERR_NOT_FOUND, "no such description");
    if (!base_url_is_good(base_url))
        return err_set(err, ERR_INVALID, "the Host header is no host");
    place = place_of(base_url, wsdl);
    if (!rewrite(&place, file->text, &text)) {
        buf_free(&text);
        return err_no_memory(err);
    }
    *text_out = text;
    return true;
}
