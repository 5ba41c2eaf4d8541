import {type IncomingMessage, type ServerResponse} from 'node:http';

/** Go's 301: a small page for GET, a Content-Type for HEAD, neither for the rest (http-core.md §1.1). */
export function redirect(request: IncomingMessage, response: ServerResponse, location: string, extra: Readonly<Record<string, string>> = {}): void {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const headers: Record<string, string> = {...extra, Location: location};
  if (isRead) headers['Content-Type'] = 'text/html; charset=utf-8';
  const body = request.method === 'GET' ? `<a href="${htmlEscape(location)}">Moved Permanently</a>.\n\n` : '';
  response.writeHead(301, {...headers, 'Content-Length': String(Buffer.byteLength(body))}).end(body);
}

/** Text as it stands in HTML, also within quotes. */
export function htmlEscape(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`.replace('&#38;', '&amp;').replace('&#60;', '&lt;').replace('&#62;', '&gt;'));
}
