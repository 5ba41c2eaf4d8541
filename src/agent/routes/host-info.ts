import {readdir, readFile, statfs} from 'node:fs/promises';
import {hostname, machine, platform, release, uptime} from 'node:os';
import {errorText} from '../../runtime/thrown.ts';
import {hostId} from '../host-id.ts';

/** Fields of a `/v1/agent/host` answer's memory, by their names in /proc/meminfo; the rest is 0. */
const memoryFields: readonly (readonly [field: string, source: string])[] = [
  ['total', 'MemTotal'], ['available', 'MemAvailable'], ['used', ''], ['usedPercent', ''], ['free', 'MemFree'], ['active', 'Active'], ['inactive', 'Inactive'],
  ['wired', ''], ['laundry', ''], ['buffers', 'Buffers'], ['cached', 'Cached'], ['writeBack', 'Writeback'], ['dirty', 'Dirty'], ['writeBackTmp', 'WritebackTmp'],
  ['shared', 'Shmem'], ['slab', 'Slab'], ['sreclaimable', 'SReclaimable'], ['sunreclaim', 'SUnreclaim'], ['pageTables', 'PageTables'], ['swapCached', 'SwapCached'],
  ['commitLimit', 'CommitLimit'], ['committedAS', 'Committed_AS'], ['highTotal', 'HighTotal'], ['highFree', 'HighFree'], ['lowTotal', 'LowTotal'], ['lowFree', 'LowFree'],
  ['swapTotal', 'SwapTotal'], ['swapFree', 'SwapFree'], ['mapped', 'Mapped'], ['vmallocTotal', 'VmallocTotal'], ['vmallocUsed', 'VmallocUsed'], ['vmallocChunk', 'VmallocChunk'],
  ['hugePagesTotal', 'HugePages_Total'], ['hugePagesFree', 'HugePages_Free'], ['hugePagesRsvd', 'HugePages_Rsvd'], ['hugePagesSurp', 'HugePages_Surp'], ['hugePageSize', 'Hugepagesize'],
];

/** What the machine says of itself (http-core.md §7.3). Parts that cannot be read are told in `Errors`. */
export async function hostInfo(wallMs: number): Promise<unknown> {
  const errors: string[] = [];
  const [memory, processors, running, osRelease, kernel, bootId, disk] = await Promise.all([
    textOf('/proc/meminfo', errors),
    textOf('/proc/cpuinfo', errors),
    processCount(errors),
    textOf('/etc/os-release', errors),
    textOf('/proc/sys/kernel/osrelease', errors),
    textOf('/proc/sys/kernel/random/boot_id', errors),
    diskInfo('/'),
  ]);
  return {
    Memory: memoryInfo(memory),
    CPU: processors.split(/\n\n+/).filter((block) => block.includes('processor')).map(cpuInfo),
    Host: {
      hostname: hostname(),
      uptime: Math.floor(uptime()),
      bootTime: Math.floor(wallMs / 1000 - uptime()),
      procs: running,
      os: platform(),
      platform: setting(osRelease, 'ID'),
      platformFamily: setting(osRelease, 'ID_LIKE') || setting(osRelease, 'ID'),
      platformVersion: setting(osRelease, 'VERSION_ID'),
      kernelVersion: kernel.trim() || release(),
      kernelArch: machine(),
      virtualizationSystem: '',
      virtualizationRole: '',
      hostId: hostId() ?? bootId.trim(),
    },
    Disk: disk,
    CollectionTime: Math.trunc(wallMs) * 1e6,
    Errors: errors.length === 0 ? null : errors,
  };
}

function memoryInfo(text: string): Readonly<Record<string, number>> {
  const bytes = new Map([...text.matchAll(/^(\w+)(?:\(\w+\))?:\s+(\d+)( kB)?$/gm)].map(([, name = '', value, unit]) => [name, Number(value) * (unit === undefined ? 1 : 1024)]));
  const of = (source: string): number => bytes.get(source) ?? 0;
  const used = of('MemTotal') - of('MemFree') - of('Buffers') - of('Cached') - of('SReclaimable');
  const counted: Readonly<Record<string, number>> = {used, usedPercent: of('MemTotal') === 0 ? 0 : (used / of('MemTotal')) * 100};
  return Object.fromEntries(memoryFields.map(([field, source]) => [field, counted[field] ?? of(source)]));
}

/** One processor, from its block of /proc/cpuinfo. */
function cpuInfo(block: string, at: number): unknown {
  const facts = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 1).trim()]));
  const of = (name: string): string => facts.get(name) ?? '';
  return {
    cpu: Number(of('processor') || at),
    vendorId: of('vendor_id'),
    family: of('cpu family'),
    model: of('model'),
    stepping: Number(of('stepping')),
    physicalId: of('physical id'),
    coreId: of('core id'),
    cores: 1,
    modelName: of('model name'),
    mhz: Number(of('cpu MHz')),
    cacheSize: Number.parseInt(of('cache size') || '0', 10),
    flags: of('flags').split(' ').filter((flag) => flag !== ''),
    microcode: of('microcode'),
  };
}

async function processCount(errors: string[]): Promise<number> {
  try {
    return (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).length;
  } catch (error) {
    errors.push(errorText(error));
    return 0;
  }
}

async function diskInfo(path: string): Promise<unknown> {
  const {bsize, blocks, bavail, bfree, files, ffree} = await statfs(path);
  const used = (blocks - bfree) * bsize;
  const percent = (part: number, whole: number): number => (whole === 0 ? 0 : (part / whole) * 100);
  return {
    path,
    fstype: '',
    total: blocks * bsize,
    free: bavail * bsize,
    used,
    usedPercent: percent(used, used + bavail * bsize),
    inodesTotal: files,
    inodesUsed: files - ffree,
    inodesFree: ffree,
    inodesUsedPercent: percent(files - ffree, files),
  };
}

async function textOf(path: string, errors: string[]): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    errors.push(errorText(error));
    return '';
  }
}

function setting(text: string, name: string): string {
  return new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
}
