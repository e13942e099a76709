import type { NatsConnection } from 'nats';

/** After so many looks without a word of the broker it counts as gone; see `SWEEP_MS`. */
const LOOKS = 60;
/** After so many looks a broker that has answered is asked again. */
const REST = 10;

/**
 * Notices a broker that keeps its connection open and says nothing, a frozen one say, well before the client does. It is
 * counted in looks, not in time: a process that was busy itself has not looked.
 */
export class Pulse {
  readonly #connection: NatsConnection;
  #isAsked = false;
  #looks = LOOKS;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /** To be asked at each sweep while somebody waits; true when the broker has been asked for a sign of life in vain. */
  isMissing(): boolean {
    this.#looks += 1;
    if (this.#looks <= LOOKS) return false;
    if (this.#isAsked) return true;
    this.#ask();
    return false;
  }

  #ask(): void {
    this.#isAsked = true;
    this.#looks = 0;
    const answered = () => {
      this.#isAsked = false;
      this.#looks = LOOKS - REST;
    };
    this.#connection.flush().then(answered, answered);
  }
}
