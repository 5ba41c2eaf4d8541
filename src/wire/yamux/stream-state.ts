import {INITIAL_WINDOW_BYTES} from './limits.ts';

/** What a session knows of one of its streams. */
export class StreamState {
  readonly id: number;
  /** Bytes we may still send. */
  sendWindow = INITIAL_WINDOW_BYTES;
  /** Bytes the peer may still send. */
  receiveWindow = INITIAL_WINDOW_BYTES;
  /** Bytes the owner has consumed and for which no credit has been handed back yet. */
  consumed = 0;
  /** We sent FIN. */
  finished = false;
  /** The peer sent FIN. */
  peerFinished = false;
  /** Nobody reads any more: what still comes is dropped. */
  abandoned = false;
  /** The owner was told that the window is full and waits for `writable`. */
  isBlocked = false;

  constructor(id: number) {
    this.id = id;
  }
}
