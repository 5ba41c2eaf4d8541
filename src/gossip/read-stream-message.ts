import {type Duplex} from 'node:stream';
import {type Clock, type Timer} from '../runtime/clock.ts';
import {afterWaitingRequests, eventLoopPollBarrier} from '../runtime/poll-barrier.ts';
import {asError} from '../runtime/thrown.ts';
import {streamBytesMax} from './limits.ts';
import {decodeStream, type StreamMessage} from './wire/stream-codec.ts';
import {GossipDecodeError} from './wire/gossip-decode-error.ts';
import {type WireSecurity} from './wire/wire-security.ts';

/** A try to read that takes so long is not made at every pause. */
const dearAttemptMs = 1;
/** After a dear try this many times its duration passes until the next. */
const restAfterAttempt = 20;

/**
 * Reads one message from a stream that says nowhere how long it is: after each doubling of what has come, or a pause,
 * reading is tried anew. Where a try is dear the pause is as many times longer, so that a peer which sends byte by byte
 * cannot keep us busy.
 * @throws GossipDecodeError and the decoder's errors; Error for a stream that ends early or takes too long
 */
export function readStreamMessage(
  socket: Duplex, security: WireSecurity, ownPort: number, timeoutMs: number, clock: Clock): Promise<StreamMessage> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let triedBytes = 0;
    let attemptMs = 0;
    let isPauseAwaited = false;
    let isDone = false;
    let pauseTimer: Timer | undefined;
    const timer = clock.setTimer(timeoutMs, () => afterWaitingRequests(eventLoopPollBarrier, () => fail(new Error('i/o timeout'))));
    const stop = (): void => {
      isDone = true;
      timer.cancel();
      pauseTimer?.cancel();
      socket.off('data', onData).off('end', onEnd).off('close', onEnd).off('error', fail);
    };
    const fail = (error: unknown): void => {
      stop();
      reject(asError(error));
    };
    const attempt = (): boolean => {
      const all = Buffer.concat(chunks);
      chunks.splice(0, chunks.length, all);
      triedBytes = size;
      const beganMs = clock.nowMs();
      try {
        const message = decodeStream(all, security, ownPort);
        attemptMs = clock.nowMs() - beganMs;
        if (message === null) return false;
        stop();
        resolve(message);
        return true;
      } catch (error) {
        fail(error);
        return true;
      }
    };
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > streamBytesMax) return fail(new GossipDecodeError(`Remote node state is larger than limit (${size})`));
      if (size >= 2 * triedBytes) {
        attempt();
      } else if (!isPauseAwaited) {
        isPauseAwaited = true;
        const atPause = (): void => {
          isPauseAwaited = false;
          if (size > triedBytes && !isDone) attempt();
        };
        if (attemptMs < dearAttemptMs) setImmediate(atPause);
        else pauseTimer = clock.setTimer(attemptMs * restAfterAttempt, atPause);
      }
    };
    const onEnd = (): void => {
      if (size > triedBytes && attempt()) return;
      fail(new Error('EOF'));
    };
    socket.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', fail);
  });
}
