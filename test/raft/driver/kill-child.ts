// A server that writes as fast as it can and prints the number of each command it was told is in, until it is killed or
// has written as many as it was told to.
import {soleConfiguration, startServer} from './single-server.ts';

const [folder = '', life = '0', count = 'Infinity'] = process.argv.slice(2);
const {node} = await startServer(folder, {trailingLogs: 50});
if (node.lastIndex === 0) await node.bootstrap(soleConfiguration);
await node.barrier();
// All of the same length, so that none is the beginning of another.
const first = 1000;
let next = first;
const writer = async (): Promise<void> => {
  while (next < first + Number(count)) {
    const command = `${life}.${next++}`;
    await node.propose(Buffer.from(command));
    process.stdout.write(`${command}\n`);
    if (next % 997 === 0) await node.snapshot();
  }
};
await Promise.all(Array.from({length: 16}, writer));
await node.close();
