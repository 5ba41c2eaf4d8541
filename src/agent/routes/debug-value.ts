/** What the debug part of `/v1/agent/self` is made of: plain JSON. */
export type DebugValue = string | number | boolean | null | readonly DebugValue[] | {readonly [key: string]: DebugValue};
