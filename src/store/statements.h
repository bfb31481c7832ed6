/* Everything that the server asks the database, by name. */
#ifndef DPVD_STORE_STATEMENTS_H
#define DPVD_STORE_STATEMENTS_H

/* Prepared on every connection under their numbers, so that a wrong schema fails at connect. */
enum statement {
    STMT_PING,
    STMT_COMMIT_ASYNCHRONOUSLY,
    STMT_AUDIT_ADD,
    STMT_LOGIN_FAILED,
    STMT_LOGIN_SWEEP,
    STMT_FACTS,
    STMT_CALLER,
    STMT_SERVICE,
    STMT_SERVICE_CREATE,
    STMT_MESSAGE_PUT,
    STMT_MESSAGE_REPEAT,
    STMT_MESSAGE_REFUSE,
    STMT_REFERENCE_CLAIM,
    STMT_ATTACHMENT_PUT,
    STMT_CHUNK_PUT,
    STMT_REPLY_OPTION_PUT,
    STMT_NOTIFICATION_ORDER_PUT,
    STMT_SDP_ORDER_PUT,
    STMT_STATUS_BY_REFERENCES,
    STMT_STATUS_BY_REFERENCES_ORDERED,
    STMT_STATUS_BY_SERVICE,
    STMT_STATUS_BY_REPORTEE,
    STMT_STATUS_BY_REFERENCE,
    STMT_COUNT
};

const char *statement_text(enum statement statement);

#endif
