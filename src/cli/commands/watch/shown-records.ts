export type Json = null | boolean | number | string | readonly Json[] | {readonly [name: string]: Json};

type Record = {readonly [name: string]: Json};

/** A value as Go's encoding/json writes it. */
export function goJson(value: Json): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A definition as it is shown of a check that an agent runs itself: the catalog has none of it. */
const noDefinition: Record = {
  Interval: '0s', Timeout: '0s', DeregisterCriticalServiceAfter: '0s', HTTP: '', Header: null, Method: '', Body: '', TLSServerName: '', TLSSkipVerify: false,
  TCP: '', TCPUseTLS: false, UDP: '', GRPC: '', OSService: '', GRPCUseTLS: false,
};
const emptyIsLeftOut = ['SocketPath', 'Locality'];
const serviceOrder = ['Kind', 'ID', 'Service', 'Tags', 'Meta', 'Port', 'Address', 'SocketPath', 'TaggedAddresses', 'Weights', 'EnableTagOverride', 'CreateIndex', 'ModifyIndex', 'ContentHash', 'Proxy', 'Connect', 'PeerName'];
const checkOrder = ['Node', 'CheckID', 'Name', 'Status', 'Notes', 'Output', 'ServiceID', 'ServiceName', 'ServiceTags', 'Type', 'ExposedPort', 'Definition', 'CreateIndex', 'ModifyIndex', 'PeerName'];
const checkOnlyInApi = ['Interval', 'Timeout'];

/**
 * An instance of `/v1/health/service` as a watch shows it: handlers have been getting the records of Consul's API
 * client, which orders the fields otherwise, leaves some out, and spells the definition of a check out (cli.md §3.8).
 */
export function instanceShown(instance: Json): Json {
  if (!isRecord(instance)) return instance;
  const {Service = null, Checks = null} = instance;
  return {...instance, Service: serviceShown(Service), Checks: Array.isArray(Checks) ? Checks.map(checkShown) : Checks};
}

/** A check likewise. */
export function checkShown(check: Json): Json {
  if (!isRecord(check)) return check;
  const {Definition = null} = check;
  const kept = without(check, [...checkOnlyInApi, ...(check['PeerName'] === '' ? ['PeerName'] : [])]);
  return inOrder({...kept, Definition: isRecord(Definition) ? {...noDefinition, ...Definition} : Definition}, checkOrder);
}

function serviceShown(service: Json): Json {
  if (!isRecord(service)) return service;
  const {Proxy = null} = service;
  const empty = [...emptyIsLeftOut, 'PeerName'].filter((name) => service[name] === '' || service[name] === null);
  return inOrder({...without(service, empty), Proxy: isRecord(Proxy) && Proxy['Mode'] === '' ? without(Proxy, ['Mode']) : Proxy}, serviceOrder);
}

function isRecord(value: Json): value is Record {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function without(record: Record, names: readonly string[]): Record {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

/** The fields of `order` first; others follow as they come. */
function inOrder(record: Record, order: readonly string[]): Record {
  const first = order.flatMap((name): [string, Json][] => (record[name] === undefined ? [] : [[name, record[name]]]));
  return {...Object.fromEntries(first), ...without(record, order)};
}
