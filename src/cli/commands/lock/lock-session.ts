import {type ApiClient} from '../../api-client.ts';
import {type Clock, type Timer} from '../../../runtime/clock.ts';

const SESSION_TTL_SECONDS = 15;
const RENEW_EVERY_MS = (SESSION_TTL_SECONDS * 1_000) / 2;

/** The session that holds a lock, renewed as long as it is wanted. */
export class LockSession {
  readonly id: string;
  readonly #client: ApiClient;
  readonly #clock: Clock;
  #timer: Timer;

  private constructor(client: ApiClient, clock: Clock, id: string) {
    this.id = id;
    this.#client = client;
    this.#clock = clock;
    this.#timer = this.#renewLater();
  }

  /** @throws ApiError */
  static async create(client: ApiClient, clock: Clock, name: string, behavior: 'release' | 'delete'): Promise<LockSession> {
    const body = JSON.stringify({...(behavior === 'delete' && {Behavior: behavior}), Name: name, TTL: `${SESSION_TTL_SECONDS}s`});
    const {ID} = await client.json<{readonly ID: string}>('PUT', '/v1/session/create', {body});
    return new LockSession(client, clock, ID);
  }

  /** Ends the session. @throws ApiError */
  async destroy(): Promise<void> {
    this.#timer.cancel();
    await this.#client.call('PUT', `/v1/session/destroy/${this.id}`);
  }

  #renewLater(): Timer {
    return this.#clock.setTimer(RENEW_EVERY_MS, () => {
      this.#timer = this.#renewLater();
      // A renewal that fails is made up for by the next one; a session that is gone shows in the lock.
      this.#client.send('PUT', `/v1/session/renew/${this.id}`).catch(() => undefined);
    });
  }
}
