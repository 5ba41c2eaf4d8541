const waitSeconds = 60;
const retryMinMs = 1_000;
const retryMaxMs = 15_000;
const tokenKey = 'proconsul:token';

/** What the API answered in place of data. */
export class ApiError extends Error {
  constructor(status, text) {
    super(text.trim() || `The agent answered with status ${status}`);
    this.status = status;
  }
}

/** The ACL token that requests carry, for as long as the tab is open. */
export const token = {
  get: () => window.sessionStorage.getItem(tokenKey) ?? '',
  set: (value) => (value === '' ? window.sessionStorage.removeItem(tokenKey) : window.sessionStorage.setItem(tokenKey, value)),
};

/** Asks the API once. @throws ApiError, or a TypeError when the agent cannot be reached */
export async function get(path, signal) {
  const {body} = await request(path, signal);
  return body;
}

/**
 * Follows an answer of the API: `onData` gets it, and gets it anew each time it changes, until `signal` is aborted.
 * What goes wrong is told to `onError`, and tried again after a while.
 */
export async function follow(path, {signal, onData, onError}) {
  let index = 0;
  let retryMs = retryMinMs;
  while (!signal.aborted) {
    try {
      const answer = await request(index === 0 ? path : `${path}${path.includes('?') ? '&' : '?'}index=${index}&wait=${waitSeconds}s`, signal);
      retryMs = retryMinMs;
      if (answer.index !== index) onData(answer.body);
      // An index that went back is that of another history: begin anew.
      index = answer.index < index ? 0 : answer.index;
    } catch (error) {
      if (signal.aborted) return;
      onError(error);
      index = 0;
      await pause(retryMs, signal);
      retryMs = Math.min(retryMs * 2, retryMaxMs);
    }
  }
}

async function request(path, signal) {
  const secret = token.get();
  const response = await fetch(path, {signal, headers: secret === '' ? {} : {'X-Consul-Token': secret}});
  const text = await response.text();
  if (!response.ok) throw new ApiError(response.status, text);
  return {body: JSON.parse(text), index: Number(response.headers.get('X-Consul-Index') ?? 0)};
}

function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
