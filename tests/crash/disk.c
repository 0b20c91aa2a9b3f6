/* A disk that can be full, read-only or lose its power: preloaded into the program under test.
 *
 * For files below TORTURE_DIR it refuses writes as the first byte of TORTURE_MODE says ('F' full,
 * 'R' read-only, 'E' broken; anything else: all is well), and appends every change and every fsync to TORTURE_OPS, so that
 * `disk.py` can tell what a disk would still have after a power loss. SQLite's shared-memory file
 * and lock files are left out: they hold nothing that must survive.
 *
 * A change is written down after it was made, an fsync after it returned: a process killed in
 * between leaves a change that counts as not synced, which is what a disk would make of it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 4096
static unsigned char watched[FDS]; /* 1 file, 2 folder */
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static const char *dir, *mode;
static size_t dir_length;
static int ops = -1;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
  const char *control = getenv("TORTURE_MODE"), *log = getenv("TORTURE_OPS");
  dir = getenv("TORTURE_DIR");
  if (!dir || !control || !log) { dir = NULL; return; }
  dir_length = strlen(dir);
  int fd = REAL(open)(control, O_RDONLY);
  mode = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
  REAL(close)(fd);
  ops = REAL(open)(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
}

static int ends(const char *path, const char *tail) {
  size_t a = strlen(path), b = strlen(tail);
  return a >= b && !strcmp(path + a - b, tail);
}

static int ours(const char *path) {
  if (dir && path && strlen(path) == dir_length - 1 && !strncmp(path, dir, dir_length - 1))
    return 1; /* the folder itself, which SQLite syncs for the names in it */
  return dir && path && !strncmp(path, dir, dir_length) && !ends(path, "-shm") &&
         !ends(path, ".lock") && !ends(path, ".txt");
}

static int refused(void) {
  switch (mode ? *mode : ' ') {
    case 'F': errno = ENOSPC; return 1;
    case 'R': errno = EROFS; return 1;
    case 'E': errno = EIO; return 1;
  }
  return 0;
}

/* One record: kind, inode, offset, size of a, size of b, a, b. */
static void note(char kind, uint64_t inode, uint64_t offset, const void *a, uint32_t na,
                 const void *b, uint32_t nb) {
  int kept = errno;
  struct __attribute__((packed)) { char kind; uint64_t inode, offset; uint32_t na, nb; } head =
      {kind, inode, offset, na, nb};
  struct iovec parts[3] = {{&head, sizeof head}, {(void *)a, na}, {(void *)b, nb}};
  if (writev(ops, parts, 3) < 0) abort();
  errno = kept;
}

static uint64_t inode_of(int fd) {
  struct stat info;
  return fstat(fd, &info) ? 0 : info.st_ino;
}

static int opened(int fd, const char *path, int flags, int existed) {
  if (fd < 0 || fd >= FDS) return fd;
  struct stat info;
  if (fstat(fd, &info)) return fd;
  if (S_ISDIR(info.st_mode)) { watched[fd] = 2; return fd; }
  watched[fd] = 1;
  if (!existed) note('C', info.st_ino, 0, path, strlen(path), "", 0);
  else if (flags & O_TRUNC) note('T', info.st_ino, 0, "", 0, "", 0);
  return fd;
}

#define OPEN(name)                                                              \
  int name(const char *path, int flags, ...) {                                  \
    va_list rest; va_start(rest, flags);                                        \
    int rights = va_arg(rest, int); va_end(rest);                               \
    if (!ours(path)) return REAL(name)(path, flags, rights);                    \
    int existed = !access(path, F_OK);                                          \
    if (((flags & O_CREAT && !existed) || flags & O_TRUNC) && refused()) return -1; \
    pthread_mutex_lock(&turn);                                                  \
    int fd = opened(REAL(name)(path, flags, rights), path, flags, existed);     \
    pthread_mutex_unlock(&turn);                                                \
    return fd;                                                                  \
  }
OPEN(open)
OPEN(open64)

int close(int fd) {
  if (fd >= 0 && fd < FDS) watched[fd] = 0;
  return REAL(close)(fd);
}

#define SEEN(fd) (fd >= 0 && fd < FDS && watched[fd] == 1)

ssize_t write(int fd, const void *data, size_t size) {
  if (!SEEN(fd)) return REAL(write)(fd, data, size);
  if (refused()) return -1;
  pthread_mutex_lock(&turn);
  ssize_t done = REAL(write)(fd, data, size);
  if (done > 0) note('W', inode_of(fd), lseek(fd, 0, SEEK_CUR) - done, data, done, "", 0);
  pthread_mutex_unlock(&turn);
  return done;
}

#define PWRITE(name, offset_type)                                               \
  ssize_t name(int fd, const void *data, size_t size, offset_type offset) {     \
    if (!SEEN(fd)) return REAL(name)(fd, data, size, offset);                   \
    if (refused()) return -1;                                                   \
    pthread_mutex_lock(&turn);                                                  \
    ssize_t done = REAL(name)(fd, data, size, offset);                          \
    if (done > 0) note('W', inode_of(fd), offset, data, done, "", 0);           \
    pthread_mutex_unlock(&turn);                                                \
    return done;                                                                \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define TRUNCATE(name, offset_type)                                             \
  int name(int fd, offset_type size) {                                          \
    if (!SEEN(fd)) return REAL(name)(fd, size);                                 \
    if (refused()) return -1;                                                   \
    pthread_mutex_lock(&turn);                                                  \
    int failed = REAL(name)(fd, size);                                          \
    if (!failed) note('T', inode_of(fd), size, "", 0, "", 0);                   \
    pthread_mutex_unlock(&turn);                                                \
    return failed;                                                              \
  }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name)                                                              \
  int name(int fd) {                                                            \
    if (fd < 0 || fd >= FDS || !watched[fd]) return REAL(name)(fd);             \
    if (refused()) return -1;                                                   \
    pthread_mutex_lock(&turn);                                                  \
    int failed = REAL(name)(fd);                                                \
    if (!failed) note(watched[fd] == 2 ? 'D' : 'S', inode_of(fd), 0, "", 0, "", 0); \
    pthread_mutex_unlock(&turn);                                                \
    return failed;                                                              \
  }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
  if (!ours(path)) return REAL(unlink)(path);
  if (refused()) return -1;
  pthread_mutex_lock(&turn);
  int failed = REAL(unlink)(path);
  if (!failed) note('U', 0, 0, path, strlen(path), "", 0);
  pthread_mutex_unlock(&turn);
  return failed;
}

int rename(const char *old, const char *new) {
  if (!ours(new)) return REAL(rename)(old, new);
  if (refused()) return -1;
  pthread_mutex_lock(&turn);
  int failed = REAL(rename)(old, new);
  if (!failed) note('R', 0, 0, old, strlen(old), new, strlen(new));
  pthread_mutex_unlock(&turn);
  return failed;
}
