/* Records what a process does to one file, in order. Preloaded; told by PHAROS_RECORD (the file), PHAROS_RECORD_ACKS (a file whose
 * writes are acks) and PHAROS_RECORD_LOG. A record is kind (1 byte), offset (8), length (8), bytes; integers little-endian.
 * Kinds: w written, d written through (O_DSYNC), s flushed, a ack. A record stands in the log when its call has returned.
 * Only calls through libc are seen: LMDB's are, Bun's own writes (such as the zeros by which the store grows its file) are not. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

static int is_file(int fd, const char *variable) {
  const char *path = getenv(variable);
  struct stat named, given;
  return path && stat(path, &named) == 0 && fstat(fd, &given) == 0 && named.st_ino == given.st_ino &&
         named.st_dev == given.st_dev;
}

static void append(const void *bytes, size_t length) {
  ssize_t (*real)(int, const void *, size_t) = REAL(ssize_t, "write", int, const void *, size_t);
  const char *at = bytes;
  while (length > 0) {
    ssize_t written = real(log_fd, at, length);
    if (written <= 0) abort();
    at += written;
    length -= (size_t)written;
  }
}

static void record(char kind, uint64_t offset, const struct iovec *pieces, int count) {
  uint64_t length = 0;
  for (int at = 0; at < count; at++) length += pieces[at].iov_len;
  pthread_mutex_lock(&lock);
  if (log_fd < 0) log_fd = open(getenv("PHAROS_RECORD_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  append(&kind, 1);
  append(&offset, 8);
  append(&length, 8);
  for (int at = 0; at < count; at++) append(pieces[at].iov_base, pieces[at].iov_len);
  pthread_mutex_unlock(&lock);
}

static void record_write(int fd, uint64_t offset, const struct iovec *pieces, int count) {
  record(fcntl(fd, F_GETFL) & O_DSYNC ? 'd' : 'w', offset, pieces, count);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  ssize_t done = REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t)(fd, bytes, length, offset);
  struct iovec piece = {(void *)bytes, done > 0 ? (size_t)done : 0};
  if (done > 0 && is_file(fd, "PHAROS_RECORD")) record_write(fd, (uint64_t)offset, &piece, 1);
  return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return pwrite64(fd, bytes, length, offset); }

ssize_t writev(int fd, const struct iovec *pieces, int count) {
  int watched = is_file(fd, "PHAROS_RECORD");
  off_t offset = watched ? lseek(fd, 0, SEEK_CUR) : 0;
  ssize_t done = REAL(ssize_t, "writev", int, const struct iovec *, int)(fd, pieces, count);
  if (done > 0 && watched) record_write(fd, (uint64_t)offset, pieces, count);
  return done;
}

ssize_t write(int fd, const void *bytes, size_t length) {
  ssize_t done = REAL(ssize_t, "write", int, const void *, size_t)(fd, bytes, length);
  struct iovec piece = {(void *)bytes, done > 0 ? (size_t)done : 0};
  if (done > 0 && fd != log_fd && is_file(fd, "PHAROS_RECORD_ACKS")) record('a', 0, &piece, 1);
  return done;
}

static int flushed(int fd, int done) {
  if (done == 0 && is_file(fd, "PHAROS_RECORD")) record('s', 0, NULL, 0);
  return done;
}

int fdatasync(int fd) { return flushed(fd, REAL(int, "fdatasync", int)(fd)); }

int fsync(int fd) { return flushed(fd, REAL(int, "fsync", int)(fd)); }
