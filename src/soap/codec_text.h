/* Texts on their way out. */
#ifndef DPVD_SOAP_CODEC_TEXT_H
#define DPVD_SOAP_CODEC_TEXT_H

#include "base/arena.h"

#include <stdint.h>

/* gSOAP's structs hold char * but its serializers only read: the one place that takes const off. */
char *codec_text(const char *text);

/* Norwegian local time as the answers write it; NULL when memory ran out. */
char *codec_datetime(struct arena *arena, int64_t when);

#endif
