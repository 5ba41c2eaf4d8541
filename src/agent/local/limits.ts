/** Limits of the agent's own state; agent-checks.md §9, §12, §13, §15. */

/** All of the state is compared with the catalog's at this interval, and up to as much again. */
export const fullSyncIntervalMs = 60_000;
/** The same after a sync that failed. */
export const fullSyncRetryMs = 15_000;
/** A full sync within this time of a server's appearance or a token's change. */
export const serverUpStaggerMs = 3_000;
/** Larger pools sync less often. */
export const scaleThresholdMembers = 128;
/** Services and checks compared with the catalog's between two turns of the event loop: a few milliseconds' worth. */
export const comparisonsPerStep = 256;
/** Writes of one agent that are under way at the same time; each is of another service. */
export const syncWritesInFlightMax = 32;
/** How old the catalog's answer to a full sync may be. */
export const fullSyncMaxStaleMs = 2_000;

/** Bytes of a definition file that are read: far more than one definition has. */
export const definitionFileBytesMax = 4 << 20;
