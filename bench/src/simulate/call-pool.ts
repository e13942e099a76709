/** The calls that wait, each a number: fields are columns, and numbers are used again, so that millions leave no garbage. */
export class CallPool {
  readonly #starts: number[] = [];
  readonly #tries: number[] = [];
  readonly #lineTickets: number[] = [];
  readonly #free: number[] = [];
  #tickets = 0;

  open(now: number): number {
    const call = this.#free.pop() ?? this.#starts.length;
    this.#starts[call] = now;
    this.#tries[call] = 0;
    this.#lineTickets[call] = 0;
    return call;
  }

  close(call: number): void {
    this.#lineTickets[call] = 0;
    this.#free.push(call);
  }

  startOf(call: number): number {
    return this.#starts[call] as number;
  }

  /** It has waited in a line: what came before counts no more. */
  forgetTries(call: number): void {
    this.#tries[call] = 0;
  }

  /** How often it was answered "busy" at the door, this time included. */
  countTry(call: number): number {
    const tries = (this.#tries[call] as number) + 1;
    this.#tries[call] = tries;
    return tries;
  }

  /** Notes that it stands in a line; the ticket tells this time from any other. */
  enterLine(call: number): number {
    this.#tickets += 1;
    this.#lineTickets[call] = this.#tickets;
    return this.#tickets;
  }

  leaveLine(call: number): void {
    this.#lineTickets[call] = 0;
  }

  isInLine(call: number, ticket: number): boolean {
    return this.#lineTickets[call] === ticket;
  }
}
