/**
 * Lines up cells as Consul does (cli.md §1.6): two spaces between columns, the last one not padded.
 * @param gap how many spaces, where it is more
 * @returns lines without a newline at the end
 */
export function columns(rows: readonly (readonly string[])[], gap = 2): string {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, [...cell].length);
  return rows.map((row) => row.map((cell, i) => (i === row.length - 1 ? cell : cell + ' '.repeat((widths[i] ?? 0) - [...cell].length))).join(' '.repeat(gap))).join('\n');
}
