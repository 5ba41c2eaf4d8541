/** The address that a lower-cased reverse name asks for (RFC 1035 §3.5, RFC 3596 §2.5); null when it is malformed. */
export function reverseAddress(name: string): string | null {
  const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.in-addr\.arpa\.$/.exec(name);
  if (v4 !== null) {
    const parts = v4.slice(1).reverse();
    return parts.every((part) => Number(part) <= 255 && String(Number(part)) === part) ? parts.join('.') : null;
  }
  const v6 = /^((?:[0-9a-f]\.){32})ip6\.arpa\.$/.exec(name);
  if (v6 === null) return null;
  const digits = (v6[1] ?? '').split('.').slice(0, 32).reverse().join('');
  return (digits.match(/.{4}/g) ?? []).join(':');
}
