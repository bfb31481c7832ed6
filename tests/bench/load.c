/* Load generator: keeps a number of keep-alive connections busy with one SOAP operation and prints
 * what it saw as one line of name=value. One thread and epoll; a request is sent from one shared
 * text with a few bytes of its own, so that hardly any time goes into the generator. */
#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE 60000 /* milliseconds without any event: the server hangs */

static void load_run(struct load *load)
{
    struct epoll_event events[64];

    while (load->busy > 0 || (load->issued < load->issue_limit && now_us() < load->deadline)) {
        const int n = epoll_wait(load->epoll, events, 64, PATIENCE);

        if (n == 0 || (n < 0 && errno != EINTR))
            die("no answer");
        for (int i = 0; i < n; i++)
            client_event(load, events[i].data.ptr);
    }
}

static int compare_latencies(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a;
    const uint32_t y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static double percentile_ms(const struct load *load, uint64_t percent)
{
    return load->good == 0 ? 0 : load->latencies[(load->good - 1) * percent / 100] / 1000.0;
}

static void print_result(struct load *load, int64_t elapsed)
{
    const double seconds = (double)elapsed / 1e6;
    struct rusage used;
    double cpu = 0;

    getrusage(RUSAGE_SELF, &used);
    cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
          (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
    if (load->good > 0)
        qsort(load->latencies, load->good, sizeof *load->latencies, compare_latencies);
    printf("messages=%ju errors=%ju seconds=%.3f rate=%.1f best_ms=%.3f p50_ms=%.3f p95_ms=%.3f "
           "p99_ms=%.3f answer_bytes=%zu own_cpu_ms=%.1f\n",
           (uintmax_t)load->good, (uintmax_t)load->errors, seconds, (double)load->good / seconds,
           percentile_ms(load, 0), percentile_ms(load, 50), percentile_ms(load, 95),
           percentile_ms(load, 99), load->answer_bytes, cpu);
}

struct options {
    struct envelope_wish wish;
    const char *url; /* http://ADDRESS:PORT */
    size_t clients;
    double seconds;
    uint64_t requests;
    double wait; /* seconds for the server to start */
    bool print;
};

static const char usage[] =
    "load --url http://127.0.0.1:PORT --operation insert|history|details|test [--user U]\n"
    "     [--password P] [--clients N] [--seconds S] [--requests N] [--bytes N]\n"
    "     [--references FILE] [--wait S]\n"
    "     [--plain]  letters without notifications\n"
    "     [--print]  only prints the request\n";

static bool set_option(struct options *options, int option, const char *value)
{
    switch (option) {
    case 'u':
        options->url = value;
        options->wish.host = strncmp(value, "http://", 7) == 0 ? value + 7 : value;
        return true;
    case 'o':
        options->wish.operation = value;
        return true;
    case 'n':
        options->wish.user = value;
        return true;
    case 'p':
        options->wish.password = value;
        return true;
    case 'f':
        options->wish.references = value;
        return true;
    case 'b':
        options->wish.attachment_bytes = strtoul(value, NULL, 10);
        return true;
    case 'c':
        options->clients = strtoul(value, NULL, 10);
        return options->clients > 0 && options->clients <= 10000;
    case 's':
        options->seconds = strtod(value, NULL);
        return true;
    case 'r':
        options->requests = strtoull(value, NULL, 10);
        return true;
    case 'w':
        options->wait = strtod(value, NULL);
        return true;
    case 'l':
        options->wish.plain = true;
        return true;
    case 'x':
        options->print = true;
        return true;
    default:
        return false;
    }
}

static bool read_options(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {
        {"url", required_argument, NULL, 'u'},
        {"operation", required_argument, NULL, 'o'},
        {"user", required_argument, NULL, 'n'},
        {"password", required_argument, NULL, 'p'},
        {"clients", required_argument, NULL, 'c'},
        {"seconds", required_argument, NULL, 's'},
        {"requests", required_argument, NULL, 'r'},
        {"bytes", required_argument, NULL, 'b'},
        {"wait", required_argument, NULL, 'w'},
        {"references", required_argument, NULL, 'f'},
        {"plain", no_argument, NULL, 'l'},
        {"print", no_argument, NULL, 'x'},
        {NULL, 0, NULL, 0},
    };
    int option = 0;

    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (!set_option(options, option, optarg))
            return false;
    }
    return optind == argc && options->url != NULL && options->wish.operation != NULL;
}

static bool read_address(const char *host, struct sockaddr_in *address)
{
    char name[64];
    const char *colon = strchr(host, ':');
    const size_t n = colon == NULL ? 0 : (size_t)(colon - host);

    if (n == 0 || n >= sizeof name)
        return false;
    memcpy(name, host, n);
    name[n] = '\0';
    address->sin_family = AF_INET;
    address->sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
    return inet_pton(AF_INET, name, &address->sin_addr) == 1;
}

int main(int argc, char **argv)
{
    struct options options = {.clients = 1, .seconds = 3600, .requests = UINT64_MAX};
    struct load load = {.epoll = epoll_create1(EPOLL_CLOEXEC), .run = (uint64_t)time(NULL)};
    struct client *clients = NULL;
    int64_t began = 0;

    options.wish.user = options.wish.password = "";
    if (!read_options(argc, argv, &options) || !read_address(options.wish.host, &load.address)) {
        fputs(usage, stderr);
        return 2;
    }
    if (!envelope_build(&options.wish, &load.envelope))
        return 1;
    if (options.print)
        return fwrite(load.envelope.text, load.envelope.length, 1, stdout) != 1;
    clients = calloc(options.clients, sizeof *clients);
    if (clients == NULL)
        die("memory");
    load.run = load.run << 24 | (uint64_t)getpid();
    load.insert = strcmp(options.wish.operation, "insert") == 0;
    load.issue_limit = options.requests;
    began = now_us();
    for (size_t i = 0; i < options.clients; i++)
        client_connect(&load, &clients[i], began + (int64_t)(options.wait * 1e6));
    began = now_us();
    load.deadline = began + (int64_t)(options.seconds * 1e6);
    load_run(&load);
    print_result(&load, now_us() - began);
    return load.errors > 0;
}
