import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

/** Where a certificate lies, or (`server-key`) its key. `server` is made out to server.dc1.consul, `stranger` by another authority. */
export function certificateFile(name: string): string {
  return fileURLToPath(new URL(`${name}.pem`, import.meta.url));
}

/** What is in that file. */
export function pem(name: string): Buffer {
  return readFileSync(certificateFile(name));
}
