// Bundles src/main.ts to dist/main.js (split into chunks, so a CLI call loads only what it needs).
import {build} from 'esbuild';
import {cpSync, readFileSync, rmSync} from 'node:fs';

const {version} = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const root = new URL('..', import.meta.url).pathname;
rmSync(new URL('../dist', import.meta.url), {recursive: true, force: true});
await build({
  absWorkingDir: root,
  entryPoints: {main: 'src/main.ts'},
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  sourcemap: 'linked',
  // Native binary, found by its own folder at run time.
  external: ['classic-level'],
  define: {'process.env.PROCONSUL_VERSION': JSON.stringify(version), 'process.env.PROCONSUL_UI': JSON.stringify('ui/')},
  // CommonJS packages inside the bundle call require() for node: modules.
  banner: {js: "import {createRequire as __proconsulRequire} from 'node:module';const require=__proconsulRequire(import.meta.url);"},
  logLevel: 'warning',
});
cpSync(new URL('../ui', import.meta.url), new URL('../dist/ui', import.meta.url), {recursive: true});
