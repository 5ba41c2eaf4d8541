import {type AutopilotConfig} from '../../../operator/schema.ts';
import {type ApiClient} from '../../api-client.ts';

/** The configuration as the API shows it: its durations are texts. */
export interface ShownAutopilotConfig extends Omit<AutopilotConfig, 'LastContactThreshold' | 'ServerStabilizationTime'> {
  readonly LastContactThreshold: string;
  readonly ServerStabilizationTime: string;
}

export const autopilotConfigPath = '/v1/operator/autopilot/configuration';

/** @throws ApiError */
export function fetchAutopilotConfig(api: ApiClient): Promise<ShownAutopilotConfig> {
  return api.json<ShownAutopilotConfig>('GET', autopilotConfigPath);
}
