import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';
import {createServer, type Server} from 'node:net';

async function both(): Promise<{port: number; tcp: Server; udp: Socket}> {
  const tcp = createServer();
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const address = tcp.address();
  if (address === null || typeof address === 'string') throw new Error('a listening socket without a port');
  const udp = createSocket('udp4');
  udp.bind(address.port, '127.0.0.1');
  await once(udp, 'listening');
  return {port: address.port, tcp, udp};
}

/** Ports of 127.0.0.1 on which neither TCP nor UDP is taken; all of them are held together, so they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(Array.from({length: count}, both));
  await Promise.all(held.flatMap(({tcp, udp}) => {
    tcp.close();
    udp.close();
    return [once(tcp, 'close'), once(udp, 'close')];
  }));
  return held.map(({port}) => port);
}
