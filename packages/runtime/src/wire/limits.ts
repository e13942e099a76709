/** The most handoffs in a row an asker may allow. */
export const MAX_HOPS = 100;

/** An agent's address on an envelope's path: characters at the most. */
export const MAX_ADDRESS = 200;

/** The id of a handoff: one subject token. */
export const HANDOFF_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** The id of an instance: one subject token, as a stranger may write it. */
export const INSTANCE_ID = /^[^\s.*>\p{Cc}]{1,128}$/u;
