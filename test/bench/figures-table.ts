import {type Figure} from './cases.ts';

/** All figures of one program, by name, in order of first appearance. */
export class Figures {
  readonly #values = new Map<string, {figure: Figure; values: number[]}>();

  add(figures: readonly Figure[]): void {
    for (const figure of figures) {
      const row = this.#values.get(figure.name);
      if (row === undefined) this.#values.set(figure.name, {figure, values: [figure.value]});
      else row.values.push(figure.value);
    }
  }

  names(): string[] {
    return [...this.#values.keys()];
  }

  row(name: string): {figure: Figure; median: number; spreadPercent: number} | undefined {
    const row = this.#values.get(name);
    if (row === undefined) return undefined;
    const median = medianOf(row.values);
    return {figure: row.figure, median, spreadPercent: median === 0 ? 0 : ((Math.max(...row.values) - Math.min(...row.values)) / median) * 100};
  }
}

/** The middle value; of an even number the mean of the two middle ones. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}

/** How many times better the first is than the second, whichever way "better" goes. */
export function ratio(ours: number, theirs: number, better: Figure['better']): number {
  return better === 'more' ? ours / theirs : theirs / ours;
}

/** Medians, spread ((max − min) / median) and ratios, as lines of a table. */
export function figuresTable(ours: Figures, theirs: Figures | undefined): string[] {
  const cells = ours.names().map((name) => {
    const mine = ours.row(name);
    const peer = theirs?.row(name);
    if (mine === undefined) return [name];
    const {unit, better} = mine.figure;
    return [
      name, `${shown(mine.median)} ${unit}`, `±${Math.round(mine.spreadPercent)}%`,
      ...(peer === undefined ? [] : [`${shown(peer.median)} ${unit}`, `±${Math.round(peer.spreadPercent)}%`, `${ratio(mine.median, peer.median, better).toFixed(2)}×`]),
    ];
  });
  const rows = [['', 'ours', 'spread', ...(theirs === undefined ? [] : ['Consul', 'spread', 'better by'])], ...cells];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '));
}
