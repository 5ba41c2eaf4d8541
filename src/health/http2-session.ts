import {type ClientHttp2Session, connect} from 'node:http2';
import {type Socket} from 'node:net';

/** An HTTP/2 client on a connected socket; resolves once the server's settings have come. */
export function http2Session(socket: Socket, authority: string, signal: AbortSignal): Promise<ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://${authority}`, {createConnection: () => socket});
    const settle = (error?: Error): void => {
      signal.removeEventListener('abort', onAbort);
      session.off('remoteSettings', onSettings).off('error', settle).off('close', onClose);
      if (error === undefined) {
        resolve(session);
        return;
      }
      session.on('error', () => undefined); // a late error of a session nobody holds
      session.destroy();
      reject(error);
    };
    const onSettings = (): void => settle();
    const onClose = (): void => settle(new Error('EOF'));
    const onAbort = (): void => settle(signal.reason instanceof Error ? signal.reason : new Error('operation was canceled'));
    session.once('remoteSettings', onSettings).once('error', settle).once('close', onClose);
    signal.addEventListener('abort', onAbort, {once: true});
  });
}
