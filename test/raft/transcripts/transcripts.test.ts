import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

import {expect, it} from 'vitest';

import {TranscriptWorld} from './transcript-world.ts';

/** Each file is commands (`> …`), what each shows, and comments (`# …`). `UPDATE=1` rewrites what is shown; review the difference. */
const folder = new URL('./', import.meta.url);

for (const name of readdirSync(folder).filter((file) => file.endsWith('.txt'))) {
  it(name.replace('.txt', '').replaceAll('-', ' '), () => {
    const path = fileURLToPath(new URL(name, folder));
    const expected = readFileSync(path, 'utf8');
    const world = new TranscriptWorld();
    const lines = expected.split('\n').filter((line) => line === '' || line.startsWith('#') || line.startsWith('> '));
    const shown = lines.flatMap((line) => (line.startsWith('> ') ? [line, ...world.run(line.slice(2))] : [line])).join('\n');
    if (process.env.UPDATE === '1') writeFileSync(path, shown);
    else expect(shown).toBe(expected);
  });
}
