// Load through CONNECT and TLS, which wrk cannot do. One thread, epoll, OpenSSL.
//
//     cc -O2 -o tunnels tunnels.c -lssl -lcrypto
//     tunnels keep  PROXY HOST:PORT PATH CONNECTIONS SECONDS    requests on kept connections
//     tunnels fresh PROXY HOST:PORT PATH CONNECTIONS SECONDS    a new connection and a whole handshake for each request
//     tunnels visit PROXY HOST:PORT PATH VISITS 0               VISITS hosts hN.HOST one after another, then all of them again
//
// PROXY is a port on 127.0.0.1; 0 speaks TLS to PORT there itself. Prints one line of JSON. Nothing is verified, and no
// session is taken up again.
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum stage { CONNECTING, ASKING, TUNNELLING, SHAKING, SENDING, READING };

struct connection {
    int fd;
    enum stage stage;
    SSL *ssl;
    char in[8192];
    size_t have;
    // Octets of the response's body that are still to come; -1 while its head is.
    long left;
    double began;
};

static SSL_CTX *context;
static int proxy, keeps, polling;
static const char *host;
static char port[8];
static char ask[1024], request[1024];
static double *times;
static size_t count, room, errors;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void watch(struct connection *c, int operation) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};
    if (epoll_ctl(polling, operation, c->fd, &event) != 0) fail("epoll_ctl");
}

static void begin(struct connection *c) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    to.sin_port = htons(proxy ? proxy : atoi(port));
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->fd < 0) fail("socket");
    int on = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    c->began = now();
    c->stage = CONNECTING;
    c->have = 0;
    c->left = -1;
    c->ssl = NULL;
    if (connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS) fail("connect");
    watch(c, EPOLL_CTL_ADD);
}

static void end(struct connection *c) {
    if (c->ssl) SSL_free(c->ssl);
    // Without waiting in TIME_WAIT: there are fewer ports than connections to come.
    struct linger reset = {1, 0};
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(c->fd);
}

static void shake(struct connection *c) {
    c->ssl = SSL_new(context);
    SSL_set_fd(c->ssl, c->fd);
    SSL_set_tlsext_host_name(c->ssl, host);
    SSL_set_connect_state(c->ssl);
    c->stage = SHAKING;
}

// Whether the response is whole, taken out of what was read so far.
static int whole(struct connection *c) {
    if (c->left < 0) {
        c->in[c->have] = 0;
        char *end = strstr(c->in, "\r\n\r\n");
        if (!end) return 0;
        char *length = strcasestr(c->in, "\r\ncontent-length:");
        if (strncmp(c->in, "HTTP/1.1 200", 12) != 0 || !length || length > end) {
            fprintf(stderr, "unexpected answer: %.300s\n", c->in);
            exit(1);
        }
        c->left = strtol(length + 17, NULL, 10) - (long)(c->have - (end + 4 - c->in));
    } else {
        c->left -= c->have;
    }
    c->have = 0;
    return c->left <= 0;
}

// Goes on as far as the socket lets it. Returns whether the connection is at its end.
static int go_on(struct connection *c) {
    for (;;) {
        int n, code = 0;
        socklen_t size = sizeof code;
        switch (c->stage) {
        case CONNECTING:
            getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &code, &size);
            if (code) return ++errors, 1;
            if (!proxy) {
                shake(c);
                break;
            }
            c->stage = ASKING;
            break;
        case ASKING:
            n = write(c->fd, ask, strlen(ask));
            if (n < 0) return errno == EAGAIN ? 0 : (++errors, 1);
            c->stage = TUNNELLING;
            break;
        case TUNNELLING:
            n = read(c->fd, c->in + c->have, sizeof c->in - 1 - c->have);
            if (n < 0 && errno == EAGAIN) return 0;
            if (n <= 0) return ++errors, 1;
            c->have += n;
            c->in[c->have] = 0;
            if (!strstr(c->in, "\r\n\r\n")) break;
            if (strncmp(c->in, "HTTP/1.1 200", 12) != 0) {
                fprintf(stderr, "no tunnel: %.300s\n", c->in);
                exit(1);
            }
            c->have = 0;
            shake(c);
            break;
        case SHAKING:
            n = SSL_connect(c->ssl);
            if (n != 1) return SSL_get_error(c->ssl, n) <= SSL_ERROR_SSL ? (++errors, 1) : 0;
            c->stage = SENDING;
            break;
        case SENDING:
            if (keeps) c->began = now();
            n = SSL_write(c->ssl, request, strlen(request));
            if (n <= 0) return SSL_get_error(c->ssl, n) <= SSL_ERROR_SSL ? (++errors, 1) : 0;
            c->stage = READING;
            c->left = -1;
            break;
        case READING:
            n = SSL_read(c->ssl, c->in + c->have, sizeof c->in - 1 - c->have);
            if (n <= 0) {
                int error = SSL_get_error(c->ssl, n);
                return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? 0 : (++errors, 1);
            }
            c->have += n;
            if (!whole(c)) break;
            if (count == room) times = realloc(times, (room = room ? room * 2 : 1 << 16) * sizeof *times);
            times[count++] = now() - c->began;
            if (!keeps) return 1;
            c->stage = SENDING;
        }
    }
}

static int by_size(const void *a, const void *b) {
    double x = *(double *)a, y = *(double *)b;
    return (x > y) - (x < y);
}

static double quantile(double *from, size_t n, double q) {
    qsort(from, n, sizeof *from, by_size);
    return n ? from[(size_t)(q * (n - 1))] * 1000 : 0;
}

static void address(const char *name, const char *path) {
    host = name;
    snprintf(ask, sizeof ask, "CONNECT %s:%s HTTP/1.1\r\nHost: %s:%s\r\n\r\n", name, port, name, port);
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s:%s\r\n\r\n", path, name, port);
}

int main(int argc, char **argv) {
    if (argc != 7) return fprintf(stderr, "tunnels keep|fresh|visit PROXY HOST:PORT PATH COUNT SECONDS\n"), 2;
    signal(SIGPIPE, SIG_IGN);
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    proxy = atoi(argv[2]);
    char *name = argv[3], *colon = strrchr(name, ':');
    *colon = 0;
    snprintf(port, sizeof port, "%s", colon + 1);
    int n = atoi(argv[5]);
    double seconds = atof(argv[6]);
    polling = epoll_create1(0);
    struct epoll_event ready[256];

    if (strcmp(argv[1], "visit") == 0) {
        double *first = calloc(n, sizeof *first);
        for (int round = 0; round < 2; round++) {
            count = 0;
            for (int k = 0; k < n; k++) {
                char visited[256];
                snprintf(visited, sizeof visited, "h%d.%s", k, name);
                address(visited, argv[4]);
                struct connection c;
                begin(&c);
                while (!go_on(&c)) epoll_wait(polling, ready, 1, -1);
                end(&c);
            }
            if (round == 0) memcpy(first, times, n * sizeof *first);
        }
        printf("{\"errors\": %zu, \"first_ms\": %.3f, \"later_ms\": %.3f}\n", errors, quantile(first, n, 0.5), quantile(times, n, 0.5));
        return 0;
    }

    keeps = strcmp(argv[1], "keep") == 0;
    address(name, argv[4]);
    struct connection *all = calloc(n, sizeof *all);
    double start = now();
    for (int k = 0; k < n; k++) begin(&all[k]);
    while (now() - start < seconds) {
        int found = epoll_wait(polling, ready, 256, 100);
        for (int k = 0; k < found; k++) {
            struct connection *c = ready[k].data.ptr;
            if (go_on(c)) {
                end(c);
                begin(c);
            }
        }
    }
    double took = now() - start;
    printf("{\"requests\": %zu, \"errors\": %zu, \"rate\": %.1f, \"p50\": %.3f, \"p99\": %.3f}\n", count, errors, count / took,
           quantile(times, count, 0.5), quantile(times, count, 0.99));
}
