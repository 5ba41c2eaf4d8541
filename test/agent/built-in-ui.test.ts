import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {startAgent} from './running-agent.ts';

const references = /(?:href|src)="([^"]+)"|from '(\.{1,2}\/[^']+)'/g;

describe('the built-in UI', () => {
  it('has every file that its page and its modules name, and names none elsewhere', async () => {
    const {base} = await startAgent({config: 'ui_config { enabled = true content_path = "/my/ui" }'});
    const seen = new Map<string, string>();
    const waiting = [new URL('/my/ui/', base).href];
    for (let url = waiting.pop(); url !== undefined; url = waiting.pop()) {
      if (seen.has(url)) continue;
      const reply = await fetch(url);
      const text = await reply.text();
      seen.set(url, reply.headers.get('content-type') ?? '');
      expect(reply.status).toBe(200);
      for (const [, attribute, module] of text.matchAll(references)) {
        const found = new URL(attribute ?? module ?? '', url);
        expect(found.origin).toBe(base);
        if (found.hash === '' && !found.pathname.startsWith('/v1/')) waiting.push(found.href);
      }
    }
    const types = new Map([['js', 'text/javascript; charset=utf-8'], ['css', 'text/css; charset=utf-8'], ['svg', 'image/svg+xml']]);
    const files = [...seen].filter(([url]) => /\.\w+$/.test(new URL(url).pathname));
    expect(files.length).toBeGreaterThan(8);
    for (const [url, type] of files) expect(type).toBe(types.get(url.replace(/.*\./, '')));
  });

  it('is told its address and its datacenter', async () => {
    const {call} = await startAgent({config: 'datacenter = "dc9" ui_config { enabled = true content_path = "/my/ui" }'});
    const page = (await call('GET', '/my/ui/dc9/nodes')).text;
    expect(page).toContain('<base href="/my/ui/">');
    expect(page).toContain('content="dc9"');
  });
});

it('a folder that the configuration names is served, though the UI is not enabled', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'own-ui-'));
  onTestFinished(() => rmSync(dir, {recursive: true}));
  writeFileSync(join(dir, 'index.html'), '<html>my own</html>');
  const {call} = await startAgent({config: `ui_config { dir = "${dir}" }`});
  expect((await call('GET', '/ui/')).text).toBe('<html>my own</html>');
  expect((await call('GET', '/ui/dc1/nodes')).text).toBe('<html>my own</html>');
});
