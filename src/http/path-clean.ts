/**
 * Go's ServeMux cleans the still-encoded path: `//`, `/./` and `/../` are collapsed, a trailing slash is kept
 * (http-core.md §1.1).
 * @returns the cleaned path, equal to `path` when nothing had to change
 */
export function cleanPath(path: string): string {
  if (path === '') return '/';
  if (!path.includes('//') && !path.includes('/.')) return path;
  const out: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') out.pop();
    else if (segment !== '' && segment !== '.') out.push(segment);
  }
  const slashAtEnd = /\/\.{0,2}$/.test(path) && out.length > 0;
  return `/${out.join('/')}${slashAtEnd ? '/' : ''}`;
}

/** True when the decoded path holds a character that Go's unicode.IsPrint refuses; such a request is a bare 400. */
export function hasUnprintable(path: string): boolean {
  if (!/[%\u007f-\uffff\u0000-\u001f]/.test(path)) return false;
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    // Invalid UTF-8 is accepted: it reads as U+FFFD, which is printable.
    decoded = path.replace(/%[89a-fA-F][0-9a-fA-F]/g, '\ufffd').replace(/%([0-7][0-9a-fA-F])/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }
  return /[\p{C}\p{Zl}\p{Zp}]/u.test(decoded) || /(?! )\p{Zs}/u.test(decoded);
}
