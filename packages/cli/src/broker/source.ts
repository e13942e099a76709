/** Told, line by line, what a fetch is doing. */
export type Log = (line: string) => void;

/** One place that nats-server can be had from, on a machine where it applies. */
export interface NatsServerSource {
  /** As a person knows it: "Debian sid". */
  readonly name: string;
  /** Puts the program somewhere, at best below `work`, which is removed afterwards, and returns its path. Rejects with one line. */
  fetch(work: string, log: Log): Promise<string>;
}
