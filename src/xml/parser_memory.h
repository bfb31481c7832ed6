/* Whether libxml2 ran out of memory, which it does not always tell: it then takes the document for
 * a wrong one, or leaves something out. */
#ifndef DPVD_XML_PARSER_MEMORY_H
#define DPVD_XML_PARSER_MEMORY_H

#include <stdbool.h>

/* Before anything else of libxml2. false: it goes on with an allocator that nobody watches. */
bool parser_memory_watch(void);

/* Did an allocation of libxml2 fail in this thread since the last time it was asked? */
bool parser_memory_failed(void);

#endif
