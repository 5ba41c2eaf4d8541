import {type Readable} from 'node:stream';

/** Resolves when `stream.read()` has something to give (true), or never will again (false). For streams that do not flow. */
export function awaitReadable(stream: Readable): Promise<boolean> {
  if (stream.readableEnded || stream.destroyed) return Promise.resolve(false);
  if (stream.readableLength > 0) return Promise.resolve(true);
  return new Promise((resolve) => {
    const settle = (isReadable: boolean): void => {
      stream.off('readable', onReadable).off('end', onEnd).off('close', onEnd);
      resolve(isReadable);
    };
    const onReadable = (): void => settle(true);
    const onEnd = (): void => settle(false);
    stream.on('readable', onReadable).on('end', onEnd).on('close', onEnd);
  });
}
