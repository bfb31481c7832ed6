/* The header blocks of addressed endpoints, for soapcpp2: WS-Addressing 1.0 and the parts of
 * WS-Security 1.0 that are read. Which blocks are meant for us, and how often each may come, is
 * known before they are read (src/xml/envelope.c). */

//gsoap wsa  schema namespace:      http://www.w3.org/2005/08/addressing
//gsoap wsa  schema elementForm:    qualified
//gsoap wsse schema namespace:      http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd
//gsoap wsse schema elementForm:    qualified
//gsoap wsse schema attributeForm:  unqualified
//gsoap wsu  schema namespace:      http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd
//gsoap wsu  schema elementForm:    qualified

struct wsa__EndpointReference
{
    char* Address 0;
};

struct wsu__Timestamp
{
    char* Created 0;
    char* Expires 0;
};

struct wsse__Password
{
    char* __item;
    @char* Type 0;
};

struct wsse__Nonce
{
    char* __item;
    @char* EncodingType 0;
};

struct wsse__UsernameToken
{
    char* Username 0;
    struct wsse__Password* Password 0;
    struct wsse__Nonce* Nonce 0;
    char* wsu__Created 0;
};

struct wsse__Security
{
    int __sizeTimestamp;
    struct wsu__Timestamp* wsu__Timestamp 0;
    int __sizeUsernameToken;
    struct wsse__UsernameToken* UsernameToken 0;
};

mutable struct SOAP_ENV__Header
{
    char* wsa__Action 0;
    struct wsa__EndpointReference* wsa__ReplyTo 0;
    struct wsa__EndpointReference* wsa__FaultTo 0;
    struct wsse__Security* wsse__Security 0;
    _XML __answer 0; /* the blocks of an answer as they are written; nothing in a request */
};
