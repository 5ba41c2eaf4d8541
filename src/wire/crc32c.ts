/** CRC-32C (Castagnoli): polynomial 0x1EDC6F41, reflected. */
const reflectedPolynomial = 0x82f63b78;

const table = Uint32Array.from({length: 256}, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = (sum & 1) === 1 ? (sum >>> 1) ^ reflectedPolynomial : sum >>> 1;
  return sum >>> 0;
});

/** The CRC-32C of bytes, as an unsigned number (RFC 3720, appendix B.4). */
export function crc32c(bytes: Uint8Array): number {
  let sum = 0xffff_ffff;
  for (const byte of bytes) sum = (sum >>> 8) ^ (table[(sum ^ byte) & 0xff] as number);
  return (sum ^ 0xffff_ffff) >>> 0;
}
