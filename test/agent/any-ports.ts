import {type RuntimeConfig} from '../../src/config/runtime-config.ts';

/** The configuration with every listener on a port of the system's choice, so that many agents run beside each other. */
export function anyPorts(config: RuntimeConfig): RuntimeConfig {
  const any = {host: '127.0.0.1', port: 0};
  return {
    ...config,
    network: {
      ...config.network,
      http: config.network.http.some(({network}) => network === 'unix') ? config.network.http : [{network: 'tcp', ...any}],
      https: config.network.https.map(() => ({network: 'tcp', ...any})),
      grpc: config.network.grpc.map(() => ({network: 'tcp', ...any})),
      grpcTls: config.network.grpcTls.map(() => ({network: 'tcp', ...any})),
      serfLanBind: any,
      serfLanAdvertise: any,
      serfWanBind: null,
      serfWanAdvertise: null,
      rpcBind: any,
    },
  };
}
