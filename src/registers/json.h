/* Reads a JSON array of objects as it comes, piece by piece. Of each element only what a tree of
 * names asks for is kept, so that memory stays bounded however large the file is. */
#ifndef DPVD_REGISTERS_JSON_H
#define DPVD_REGISTERS_JSON_H

#include "registers/entry.h"

#include <stddef.h>

enum json_use {
    JSON_PART,  /* its values belong to the object around it */
    JSON_SCOPE, /* its values belong to all entries within it */
    JSON_ENTRY, /* each such object is an entry */
};

/* A member of an object, or the elements of the array that the member is. */
struct json_node {
    const char *name; /* NULL: the end of a list */
    enum json_use use;
    const struct json_node *members; /* NULL: it is a value */
    size_t field;                    /* where the value goes, as text */
    size_t room; /* how many fields from there take the values of an array: the last one takes the
                  * rest, with commas between; 0: no field takes it */
};

struct json;

/* root describes each element of the array. NULL: memory ran out. All three outlive it. */
struct json *json_new(const struct json_node *root, entry_sink *sink, void *context);
void json_free(struct json **json);

/* Hands on the entries of each element as soon as it is complete; one that is no object is an entry
 * with damage. false: what the sink says, or ERR_INVALID with the line. */
bool json_feed(struct json *json, const void *data, size_t n, struct err *err);

/* The file is complete. ERR_INVALID: the array is not. */
bool json_finish(struct json *json, struct err *err);

#endif
