import {BlockList, isIP} from 'node:net';

/** A list of CIDR networks, asked for membership. */
export class NetworkList {
  readonly #networks = new BlockList();

  /** @param cidrs networks in the form `10.0.0.0/8` or `fd00::/8`, already validated by the configuration */
  constructor(cidrs: readonly string[]) {
    for (const cidr of cidrs) {
      const [address = '', bits = ''] = cidr.split('/');
      this.#networks.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
    }
  }

  has(address: string): boolean {
    const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
    const kind = isIP(plain);
    return kind !== 0 && this.#networks.check(plain, kind === 6 ? 'ipv6' : 'ipv4');
  }
}
