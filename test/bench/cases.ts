import {setTimeout as pause} from 'node:timers/promises';
import {type ApiCaller} from './api-caller.ts';
import {writeCheck} from './fixtures.ts';
import {loadDns, loadHttp, type LoadResult, type LoadTarget, type WrkLoad} from './load-tools.ts';
import {cpuSeconds, residentMib} from './process-usage.ts';

/** One figure of one run; of `less` figures a smaller one is better. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly better: 'more' | 'less';
}

export interface BenchCase {
  readonly name: string;
  run(target: LoadTarget, api: ApiCaller): Promise<Figure[]>;
}

const MANY_CONNECTIONS = 32;
const WATCHERS = 2_000;
/** Watchers cannot be seen to have begun to wait: they are given this long. */
const WATCHERS_SETTLE_MS = 3_000;
const MS_PER_SECOND = 1_000;

/** Puts of ten thousand keys in turn. */
export const putScript = [
  'wrk.method = "PUT"', 'wrk.body = "hello world"', 'local n = 0',
  'request = function() n = n + 1; return wrk.format(nil, "/v1/kv/bench/" .. (n % 10000)) end',
].join('\n');
const spreadScript = 'math.randomseed(7)\nrequest = function() return wrk.format(nil, "/v1/health/service/spread-" .. math.random(0, 999)) end';

export function loadFigures(name: string, result: LoadResult): Figure[] {
  return [
    {name, value: result.perSecond, unit: '/s', better: 'more'},
    {name: `${name} per CPU-s`, value: result.perCpuSecond, unit: '/s', better: 'more'},
    ...(result.p99Ms === undefined ? [] : [{name: `${name} p99`, value: result.p99Ms, unit: 'ms', better: 'less'} as const]),
    ...(result.failed === 0 ? [] : [{name: `${name} FAILED`, value: result.failed, unit: '', better: 'less'} as const]),
  ];
}

const http = (name: string, path: string, connections = MANY_CONNECTIONS, script?: string): BenchCase => ({
  name,
  run: async (target) => {
    const load: WrkLoad = {path, connections, ...(script === undefined ? {} : {script})};
    return loadFigures(name, await loadHttp(target, load));
  },
});

const dns = (name: string, question: string): BenchCase => ({name, run: async (target) => loadFigures(name, await loadDns(target, question))});

/** Reads an answer that is written anew `hertz` times a second, so that no kept answer serves for long. */
const written = (hertz: number): BenchCase => ({
  name: `health_100_written_${hertz}`,
  run: async (target, api) => {
    let count = 0;
    let failure: unknown;
    const writer = setInterval(() => {
      writeCheck(api, 'web100', 7, 'passing', `n${count++}`).catch((error: unknown) => { failure = error; });
    }, MS_PER_SECOND / hertz);
    try {
      return loadFigures(`health_100_written_${hertz}`, await loadHttp(target, {path: '/v1/health/service/web100?passing', connections: MANY_CONNECTIONS}));
    } finally {
      clearInterval(writer);
      if (failure !== undefined) console.error('a write beside the reads failed:', failure);
    }
  },
});

/** 2,000 blocking queries on one service, all woken by one write. */
const fanOut: BenchCase = {
  name: `watch_fanout_${WATCHERS}`,
  run: async (target, api) => {
    const {index} = await api.call('GET', '/v1/health/service/web5');
    const wokenMs: number[] = [];
    let begun = 0;
    const waits = Array.from({length: WATCHERS}, async () => {
      await api.call('GET', `/v1/health/service/web5?index=${index}&wait=60s`);
      wokenMs.push(performance.now() - begun);
    });
    await pause(WATCHERS_SETTLE_MS);
    const memory = residentMib(target.pid);
    const cpu = cpuSeconds(target.pid);
    begun = performance.now();
    await writeCheck(api, 'web5', 1, 'critical', `x${begun}`);
    await Promise.all(waits);
    wokenMs.sort((a, b) => a - b);
    await writeCheck(api, 'web5', 1, 'passing', 'ok');
    return [
      {name: 'fan-out median', value: wokenMs[wokenMs.length >> 1] ?? 0, unit: 'ms', better: 'less'},
      {name: 'fan-out last', value: wokenMs.at(-1) ?? 0, unit: 'ms', better: 'less'},
      {name: 'fan-out CPU', value: (cpuSeconds(target.pid) - cpu) * MS_PER_SECOND, unit: 'ms', better: 'less'},
      {name: 'memory with watchers', value: memory, unit: 'MiB', better: 'less'},
    ];
  },
};

/** Every case, in the order of the run; the key/value puts come before the list that reads them. */
export const benchCases: readonly BenchCase[] = [
  http('kv_get', '/v1/kv/foo'),
  http('kv_put_64', '', 64, putScript),
  http('kv_put_1', '', 1, putScript),
  http('kv_list_10k', '/v1/kv/bench/?recurse', 4),
  http('health_5', '/v1/health/service/web5?passing'),
  http('health_100', '/v1/health/service/web100?passing'),
  http('health_1000', '/v1/health/service/web1000?passing', 8),
  http('catalog_services', '/v1/catalog/services'),
  http('health_spread_1000', '', MANY_CONNECTIONS, spreadScript),
  written(10),
  written(100),
  dns('dns_a_5', 'web5.service.consul A'),
  dns('dns_srv_5', 'web5.service.consul SRV'),
  dns('dns_a_100', 'web100.service.consul A'),
  dns('dns_nx', 'nothere.service.consul A'),
  fanOut,
];
