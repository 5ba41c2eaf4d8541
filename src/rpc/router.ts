import {type Method} from './method.ts';

/** Brings a request to where it can be answered: this process, a server of this datacenter, or one of another. */
export interface Router {
  /**
   * @param signal aborted when the caller no longer waits
   * @throws ConsulError whatever the endpoint refused with, or `No cluster leader`, `No path to datacenter` …
   */
  call<Req, Res>(method: Method<Req, Res>, request: Req, signal?: AbortSignal): Promise<Res>;
}
