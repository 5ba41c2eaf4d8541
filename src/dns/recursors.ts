import {type Clock} from '../runtime/clock.ts';
import {type Logger} from '../runtime/logger.ts';
import {type Random} from '../runtime/random.ts';
import {type DnsConfig} from './dns-config.ts';
import {recursionsInFlightMax} from './limits.ts';
import {parseRecursorAddress, type RecursorAddress} from './recursor-address.ts';
import {exchangeTcp, exchangeUdp} from './upstream-exchange.ts';
import {Rcode, RecordType} from './wire/constants.ts';
import {readMessage} from './wire/message-reader.ts';
import {MessageWriter} from './wire/message-writer.ts';
import {nameLabels} from './wire/name-text.ts';
import {type ResourceRecord} from './wire/resource-record.ts';

export interface RecursorsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Name servers that know the rest of the world (dns.md §10). */
export class Recursors {
  readonly #addresses: readonly RecursorAddress[];
  readonly #config: DnsConfig;
  readonly #options: RecursorsOptions;
  #inFlight = 0;

  /** @throws Error `Invalid recursor address: …` */
  constructor(config: DnsConfig, options: RecursorsOptions) {
    this.#addresses = config.recursors.map(parseRecursorAddress);
    this.#config = config;
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#addresses.length === 0;
  }

  /** Sends a client's message on, unchanged, by its own transport; null when no recursor gave NOERROR or NXDOMAIN. */
  async forward(message: Uint8Array, transport: 'udp' | 'tcp'): Promise<Buffer | null> {
    const {logger} = this.#options;
    for (const to of this.#ordered()) {
      try {
        const reply = await this.#exchange(message, to, transport);
        const rcode = (reply[3] ?? 0) & 0xf;
        if (rcode === Rcode.noError || rcode === Rcode.nxDomain) {
          logger.debug('recurse succeeded for question', {recursor: `${to.host}:${to.port}`});
          return reply;
        }
        logger.debug('recurse failed for question', {recursor: `${to.host}:${to.port}`, rcode});
      } catch (error) {
        logger.error('recurse failed', {error});
      }
    }
    logger.error('all resolvers failed for question from client');
    return null;
  }

  /** The records that the first answering recursor gives for A of `target`; none when nobody answers (dns.md §12). */
  async resolve(target: string): Promise<readonly ResourceRecord[]> {
    const question = Buffer.concat([...nameLabels(target).flatMap(({bytes}) => [Buffer.of(bytes.length), bytes]), Buffer.of(0, 0, RecordType.A, 0, 1)]);
    const writer = new MessageWriter(false, question.length + 12);
    writer.start(this.#options.random.below(0x1_0000), 0x0100, [0, 0, 0], question, target);
    const message = writer.take();
    for (const to of this.#ordered()) {
      try {
        return readMessage(await this.#exchange(message, to, 'udp')).answer;
      } catch (error) {
        this.#options.logger.error('cname recurse failed for name', {name: target, error});
      }
    }
    return [];
  }

  async #exchange(message: Uint8Array, to: RecursorAddress, transport: 'udp' | 'tcp'): Promise<Buffer> {
    if (this.#inFlight >= recursionsInFlightMax) throw new Error('too many recursions under way');
    this.#inFlight++;
    try {
      const exchange = {message, to, timeoutMs: this.#config.recursorTimeoutMs, clock: this.#options.clock};
      return await (transport === 'udp' ? exchangeUdp(exchange) : exchangeTcp(exchange));
    } finally {
      this.#inFlight--;
    }
  }

  #ordered(): readonly RecursorAddress[] {
    if (this.#config.recursorStrategy === 'sequential') return this.#addresses;
    const order = [...this.#addresses];
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.#options.random.below(i + 1);
      const [a, b] = [order[i], order[j]];
      if (a !== undefined && b !== undefined) [order[i], order[j]] = [b, a];
    }
    return order;
  }
}
