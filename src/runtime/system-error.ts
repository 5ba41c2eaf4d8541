import {errorText} from './thrown.ts';
const systemTexts: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by peer',
  ECONNABORTED: 'software caused connection abort',
  EHOSTUNREACH: 'no route to host',
  EHOSTDOWN: 'host is down',
  ENETUNREACH: 'network is unreachable',
  ENETDOWN: 'network is down',
  ETIMEDOUT: 'connection timed out',
  EADDRNOTAVAIL: 'cannot assign requested address',
  EADDRINUSE: 'address already in use',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EPIPE: 'broken pipe',
  EINVAL: 'invalid argument',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files in system',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on device',
  EROFS: 'read-only file system',
  EDQUOT: 'disk quota exceeded',
  EISDIR: 'is a directory',
  ENOEXEC: 'exec format error',
  ENOMEM: 'cannot allocate memory',
  ENOTDIR: 'not a directory',
  ELOOP: 'too many levels of symbolic links',
  E2BIG: 'argument list too long',
  EAGAIN: 'resource temporarily unavailable',
  ETXTBSY: 'text file busy',
};

/** Node's error code (`ECONNREFUSED`), or the empty string. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The C library's words for an error, as Go prints them (`connection refused`); Node's own text if it has none. */
export function systemErrorText(error: unknown): string {
  return systemTexts[errorCode(error)] ?? errorText(error);
}

/** Go's words for a file that cannot be opened, or is a folder. */
export function openErrorText(error: unknown, path: string): string {
  return `${errorCode(error) === 'EISDIR' ? 'read' : 'open'} ${path}: ${systemErrorText(error)}`;
}

/** Why a program did not start, as Go says it: a name without a slash was looked for in PATH, anything else was handed to the system. */
export function startFailureText(program: string, error: unknown): string {
  if (errorCode(error) === 'ENOENT' && !program.includes('/')) return `exec: ${JSON.stringify(program)}: executable file not found in $PATH`;
  return `fork/exec ${program}: ${systemErrorText(error)}`;
}
