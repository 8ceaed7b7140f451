/* The wall clock of one process is wrong by WRONG_CLOCK_BY seconds; its monotonic clock runs on, as when somebody sets a
   machine's clock. Loaded before the C library, which it asks for the true time. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static long wrong_by(void) {
    const char *seconds = getenv("WRONG_CLOCK_BY");
    return seconds ? atol(seconds) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *at) {
    static int (*truly)(clockid_t, struct timespec *);
    if (!truly) truly = dlsym(RTLD_NEXT, "clock_gettime");
    int failed = truly(clock, at);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) at->tv_sec += wrong_by();
    return failed;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
    static int (*truly)(struct timeval *, void *);
    if (!truly) truly = dlsym(RTLD_NEXT, "gettimeofday");
    int failed = truly(at, zone);
    if (!failed) at->tv_sec += wrong_by();
    return failed;
}

time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
