/** Conversations an agent's process keeps the state of; past that, the one longest untouched is forgotten. */
const MAX_CONVERSATIONS = 1000;

/** What an agent keeps of each conversation while it goes on in this process. One user never sees another's. */
export class ConversationStates {
  readonly #states = new Map<string, Record<string, unknown>>();

  /** The state of a user's conversation; the same object each time, empty at first. */
  of(user: string | undefined, conversation: string): Record<string, unknown> {
    const key = JSON.stringify([user ?? null, conversation]);
    const state = this.#states.get(key) ?? {};
    // Moved to the end: the first one in a Map is the one longest untouched.
    this.#states.delete(key);
    this.#states.set(key, state);
    const oldest = this.#states.keys().next();
    if (this.#states.size > MAX_CONVERSATIONS && !oldest.done) this.#states.delete(oldest.value);
    return state;
  }
}
