/* The parameters of the statements that store a message, in the order statements.c gives them. */
#ifndef DPVD_STORE_MESSAGE_PARAMS_H
#define DPVD_STORE_MESSAGE_PARAMS_H

#include "store/message_store.h"
#include "store/params.h"

/* content_size: bytes of all attachments together, for the audit row. What is packed lives in
 * arena, as below; false: memory ran out. */
bool message_params_put(struct params *params, struct arena *arena, const struct message_put *put,
                        uint64_t content_size);

/* Parts of the message that this transaction stored; number counts from 1. */
void message_params_attachment(struct params *params, int32_t sender_id, size_t number,
                               const struct attachment *attachment, const uint8_t *content,
                               size_t n);
void message_params_chunk(struct params *params, int32_t sender_id, size_t number, uint64_t chunk,
                          const uint8_t *content, size_t n);
void message_params_reply_option(struct params *params, int32_t sender_id, size_t number,
                                 const struct reply_option *option);

/* An order without its lists; the lists of several, behind each other. */
void message_params_order(struct params *params, int32_t sender_id, size_t number,
                          const struct notification_order *order);
bool message_params_order_lists(struct params *params, struct arena *arena,
                                const struct notification_order *const *orders, size_t count);

/* One order with its lists. */
bool message_params_notification_order(struct params *params, struct arena *arena,
                                       int32_t sender_id, size_t number,
                                       const struct notification_order *order);
bool message_params_sdp_order(struct params *params, struct arena *arena, int32_t sender_id,
                              const struct sdp_options *sdp);

/* One planned notification of several messages' ones. */
void message_params_notification(struct params *params, int32_t sender_id, size_t number,
                                 const struct planned *item);

/* All planned notifications, and a sub-receipt for each problem (domain.md 4.10). */
bool message_params_planned(struct params *params, struct arena *arena, int32_t sender_id,
                            const struct plan *plan);
bool message_params_problems(struct params *params, struct arena *arena, int32_t sender_id,
                             const struct plan *plan);

/* History of a letter to a digital mailbox that there is none of (domain.md 4.8). */
bool message_params_no_mailbox(struct params *params, struct arena *arena, int64_t when);

#endif
