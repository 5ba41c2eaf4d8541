import {UserEvent} from '../wire/serf-schema.ts';
import {EventRing} from './event-ring.ts';
import {type SerfContext} from './serf-context.ts';
import {serfType, type UserEventBody} from './serf-message.ts';

/** User events: sent, told from repeated ones, passed on [gossip.md §12.1]. */
export class UserEvents {
  readonly ring = new EventRing<{readonly name: string; readonly payload: string | null}>((a, b) =>
    a.name === b.name && (a.payload ?? '') === (b.payload ?? ''));
  readonly #context: SerfContext;

  constructor(context: SerfContext) {
    this.#context = context;
  }

  /** @throws Error when the event is too large */
  fire(name: string, payload: string, coalesce: boolean): void {
    const limit = this.#context.config.userEventBytesMax;
    if (Buffer.byteLength(name) + payload.length > limit) {
      throw new Error(`user event exceeds configured limit of ${limit} bytes before encoding`);
    }
    const event: UserEventBody = {CC: coalesce, LTime: this.ring.clock.time, Name: name, Payload: payload === '' ? null : payload};
    const encoded = UserEvent.toMsgpack(event, {typeByte: serfType.userEvent});
    if (encoded.length > limit) throw new Error(`encoded user event exceeds configured limit of ${limit} bytes after encoding`);
    this.ring.clock.increment();
    this.take(event);
    this.#context.broadcast(this.#context.events, encoded);
  }

  /** Delivers an event if it is new; true if so. */
  take(event: UserEventBody): boolean {
    if (!this.ring.admit(event.LTime, {name: event.Name, payload: event.Payload})) return false;
    this.#context.emit({kind: 'event', event: {type: 'user', name: event.Name, payload: event.Payload ?? '',
      ltime: event.LTime, coalesce: event.CC}});
    return true;
  }
}
