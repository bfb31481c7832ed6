/* The parameters of the statements that store a message, in the order statements.c gives them. */
#ifndef DPVD_STORE_MESSAGE_PARAMS_H
#define DPVD_STORE_MESSAGE_PARAMS_H

#include "store/message_store.h"
#include "store/params.h"

/* content_size: bytes of all attachments together, for the audit row. */
void message_params_put(struct params *params, const struct message_put *put,
                        uint64_t content_size);

/* Parts of the message that this transaction stored; number counts from 1. */
void message_params_attachment(struct params *params, int32_t sender_id, size_t number,
                               const struct attachment *attachment, const uint8_t *content,
                               size_t n);
void message_params_chunk(struct params *params, int32_t sender_id, size_t number, uint64_t chunk,
                          const uint8_t *content, size_t n);
void message_params_reply_option(struct params *params, int32_t sender_id, size_t number,
                                 const struct reply_option *option);

/* false: memory ran out. */
bool message_params_notification_order(struct params *params, struct arena *arena,
                                       int32_t sender_id, size_t number,
                                       const struct notification_order *order);
bool message_params_sdp_order(struct params *params, struct arena *arena, int32_t sender_id,
                              const struct sdp_options *sdp);

#endif
