import {logType} from '../../src/raft/log-entry.ts';
import {type Type} from '../../src/schema/type.ts';
import {type View} from '../../src/store/view.ts';
import {SystemMetadataEntry, SystemMetadataRequest} from '../../src/config-entry/system-metadata.ts';
import {Replay} from './replay.ts';

/** A server's state machine to which a test hands commands, as a leader's log would. */
export class Applying {
  readonly machine = new Replay();
  index = 0;

  /** One whose servers agreed on virtual addresses, as those of 1.21 do. */
  static async agreed(): Promise<Applying> {
    const applying = new Applying();
    for (const Key of ['virtual-ips', 'virtual-ips-term-gateway']) {
      await applying.apply(31, SystemMetadataRequest, SystemMetadataRequest.make({Op: 'upsert', Entry: SystemMetadataEntry.make({Key, Value: 'true'})}));
    }
    return applying;
  }

  /** @returns what the proposer gets */
  async apply<Body>(type: number, codec: Type<Body>, body: Body): Promise<unknown> {
    return this.applyBytes(codec.toMsgpack(body, {typeByte: type}));
  }

  async applyBytes(data: Buffer): Promise<unknown> {
    this.index++;
    const [result] = await this.machine.fsm.applyBatch([{index: this.index, term: 1, type: logType.command, data, extensions: null, appendedAtMs: 0}]);
    return result;
  }

  get view(): View {
    return this.machine.store.view();
  }
}
