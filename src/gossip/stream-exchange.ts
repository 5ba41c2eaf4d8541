import {type Duplex} from 'node:stream';
import {type Clock} from '../runtime/clock.ts';
import {afterWaitingRequests, eventLoopPollBarrier} from '../runtime/poll-barrier.ts';
import {streamBytesMax} from './limits.ts';
import {decodeStream, type StreamMessage} from './wire/stream-codec.ts';
import {GossipDecodeError} from './wire/gossip-decode-error.ts';
import {type WireSecurity} from './wire/wire-security.ts';

/**
 * Reads one message from a stream that says nowhere how long it is: after each doubling of what has come, or a pause,
 * reading is tried anew, so that the work stays linear.
 * @throws GossipDecodeError and the decoder's errors; Error for a stream that ends early or takes too long
 */
export function readStreamMessage(
  socket: Duplex, security: WireSecurity, ownPort: number, timeoutMs: number, clock: Clock): Promise<StreamMessage> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let triedBytes = 0;
    let isPauseAwaited = false;
    let isDone = false;
    const timer = clock.setTimer(timeoutMs, () => afterWaitingRequests(eventLoopPollBarrier, () => fail(new Error('i/o timeout'))));
    const stop = (): void => {
      isDone = true;
      timer.cancel();
      socket.off('data', onData).off('end', onEnd).off('close', onEnd).off('error', fail);
    };
    const fail = (error: unknown): void => {
      stop();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const attempt = (): boolean => {
      const all = Buffer.concat(chunks);
      chunks.splice(0, chunks.length, all);
      triedBytes = size;
      try {
        const message = decodeStream(all, security, ownPort);
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
        setImmediate(() => {
          isPauseAwaited = false;
          if (size > triedBytes && !isDone) attempt();
        });
      }
    };
    const onEnd = (): void => {
      if (size > triedBytes && attempt()) return;
      fail(new Error('EOF'));
    };
    socket.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', fail);
  });
}
