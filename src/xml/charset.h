/* Names of encodings: in the media type and in the XML declaration. */
#ifndef DPVD_XML_CHARSET_H
#define DPVD_XML_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

enum charset {
    CHARSET_NONE, /* not named */
    CHARSET_UTF8,
    CHARSET_UTF16, /* which byte order comes first is not said */
    CHARSET_UTF16LE,
    CHARSET_UTF16BE,
    CHARSET_OTHER, /* one that we do not read, or two that contradict each other */
};

/* The charset parameter of a Content-Type header; NULL is a header without it. */
enum charset charset_of_media_type(const char *content_type);

/* Reads what stands between "<?xml" and "?>" (XML 1.0, 2.8); false if it is no XML declaration of
 * version 1.0. */
bool charset_of_declaration(const char *text, size_t n, enum charset *charset_out);

#endif
