/* How statements know a user name and an address that somebody claims to call with. */
#ifndef DPVD_STORE_LOGIN_PARAMS_H
#define DPVD_STORE_LOGIN_PARAMS_H

#include "base/ident.h"
#include "model/login.h"
#include "store/params.h"

/* An inet in binary form. */
enum { LOGIN_INET_SIZE = 20 };

/* What the parameters point to. */
struct login_key {
    bool has_user;
    uint8_t user_hash[IDENT_DIGEST_SIZE];
    uint8_t address[LOGIN_INET_SIZE]; /* for the allow-list */
    size_t address_n;                 /* 0: none */
    uint8_t source[LOGIN_INET_SIZE];  /* whom a lock hits: of IPv6 the network */
    size_t source_n;
};

void login_key_make(const struct login *login, struct login_key *key_out);

/* Adds the pair of dpvd.login_failure: user_hash, source. */
void login_params_pair(struct params *params, const struct login_key *key);

void login_params_address(struct params *params, const struct login_key *key);

#endif
