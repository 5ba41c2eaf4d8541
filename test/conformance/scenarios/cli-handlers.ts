import {cli, put, type Scenario, type Step} from '../scenario.ts';

const NO_AGENT = {CONSUL_HTTP_ADDR: '127.0.0.1:1'};
const LOCK_FLAGS = '3304740253564472344';
const SEMAPHORE_FLAGS = '16210313421097356768';
const shell = {SHELL: '/bin/sh'};

const lockSteps: Step[] = [
  cli(['lock']), cli(['lock', 'a']), cli(['lock', '-n', '0', 'p', 'true']), cli(['lock', '-timeout=-1s', 'p', 'true']), cli(['lock', '-monitor-retry=-1', 'p', 'true']), cli(['lock', '-n', 'x', 'p', 'true'], {view: 'first'}),
  cli(['lock', 'p', 'true']), cli(['lock', 'p', 'echo one; echo two >&2']), cli(['lock', 'p', 'exit 7']), cli(['lock', '-child-exit-code', 'p', 'exit 7']), cli(['lock', '-child-exit-code', 'p', 'true']),
  cli(['lock', '-verbose', 'p', 'echo $CONSUL_LOCK_HELD'], {env: shell}), cli(['lock', '-verbose', '/lead/', 'true']), cli(['lock', '-verbose', '-n', '2', 'sem', 'true']), cli(['lock', '-verbose', '-child-exit-code', 'p', 'exit 1']),
  cli(['lock', '-shell=false', 'p', 'echo', '$HOME', ';', 'x']), cli(['lock', '-shell=false', 'p', '/nonexistent']), cli(['lock', '-shell=false', 'p', 'nonexistent-program']), cli(['lock', '-shell=false', '-child-exit-code', 'p', '/nonexistent']),
  cli(['lock', '-pass-stdin', 'p', 'cat'], {stdin: 'from stdin\n'}), cli(['lock', 'p', 'cat'], {stdin: 'from stdin\n'}), cli(['lock', 'p', 'kill -TERM $$']), cli(['lock', 'p', 'true'], {env: NO_AGENT}),
  cli(['kv', 'get', '-keys']),
  put('/v1/kv/other/.lock?flags=7', 'x'), cli(['lock', 'other', 'true']), cli(['lock', '-n', '2', 'other', 'true']),
  put(`/v1/kv/seats/.lock?flags=${SEMAPHORE_FLAGS}`, {Limit: 2, Holders: {}}), cli(['lock', '-n', '3', 'seats', 'true']), cli(['lock', 'seats', 'true']), cli(['lock', '-n', '2', '-verbose', 'seats', 'true']),
  put(`/v1/kv/broken/.lock?flags=${SEMAPHORE_FLAGS}`, 'no json'), cli(['lock', '-n', '2', 'broken', 'true'], {view: 'code'}),
  put('/v1/session/create', {Name: 'holder'}, {capture: {holder: 'ID'}}), put(`/v1/kv/held/.lock?flags=${LOCK_FLAGS}&acquire={{holder}}`, ''), cli(['lock', '-timeout=300ms', '-verbose', 'held', 'true']), cli(['lock', '-try=300ms', 'held', 'true']),
  put('/v1/session/destroy/{{holder}}'), cli(['lock', '-timeout=300ms', 'held', 'true'], {note: 'in its lock-delay'}),
];

const watchSteps: Step[] = [
  put('/v1/kv/w?flags=18446744073709551615', '<v>'), put('/v1/kv/w/below', ''), put('/v1/agent/service/register', {Name: 'web', Port: 80, Tags: ['a', 'b'], Meta: {m: '1'}, Check: {CheckID: 'web-ttl', TTL: '100s', Status: 'passing'}}),
  cli(['watch'], {view: 'first'}), cli(['watch', '-type=bogus']), cli(['watch', '-type=bogus', '-passingonly=x']), cli(['watch', '-type=connect_roots']), cli(['watch', '-type=connect_leaf', '-service=x']), cli(['watch', '-type=connect_proxy_config']),
  cli(['watch', '-type=key']), cli(['watch', '-type=key', '-service=x']), cli(['watch', '-type=key', '-key=w', '-service=x', '-prefix=y']), cli(['watch', '-type=keyprefix']), cli(['watch', '-type=service']), cli(['watch', '-type=service', '-service=web', '-passingonly=xx']),
  cli(['watch', '-type=checks', '-service=a', '-state=b']), cli(['watch', '-type=checks', '-tag=x']), cli(['watch', '-type=nodes', '-key=w']), cli(['watch', '-type=nodes'], {env: NO_AGENT}),
  cli(['watch', '-type=key', '-key=w']), cli(['watch', '-type=key', '-key=none']), cli(['watch', '-type=key', '-key=/w']), cli(['watch', '-type=keyprefix', '-prefix=w']), cli(['watch', '-type=keyprefix', '-prefix=none']),
  cli(['watch', '-type=services']), cli(['watch', '-type=nodes']), cli(['watch', '-type=service', '-service=web']), cli(['watch', '-type=service', '-service=web', '-tag=a', '-tag=b', '-passingonly=true']), cli(['watch', '-type=service', '-service=none', '-passingonly=false']),
  cli(['watch', '-type=checks', '-service=web']), cli(['watch', '-type=checks', '-state=critical']), cli(['watch', '-type=event', '-name=none']),
  cli(['watch', '-type=key', '-key=w', 'cat; test "$CONSUL_INDEX" -gt 1 && exit 3'], {env: shell}), cli(['watch', '-type=key', '-key=w', '-shell=false', 'sh', '-c', 'cat; exit 4']), cli(['watch', '-type=key', '-key=w', '-shell=false', '/nonexistent']), cli(['watch', '-type=key', '-key=w', 'kill -KILL $$'], {env: shell}),
];

/** Sheet cli §3.8: the commands that run another program. */
export const cliHandlers: Scenario = {name: 'cli-handlers', mode: 'dev', steps: [...lockSteps, ...watchSteps]};
