import { styleText } from 'node:util';
import { prettyFactory } from 'pino-pretty';

export interface LogLineOptions {
  /** Put the replica's name before each line. */
  readonly prefix: boolean;
  /** For people: times and levels instead of JSON. */
  readonly pretty: boolean;
  readonly colour: boolean;
  /** The names lines will come under, so that all prefixes have one width. */
  readonly labels: readonly string[];
}

const COLOURS = ['cyan', 'yellow', 'green', 'magenta', 'blue'] as const;

/** Shows the log lines of many processes as one log. */
export class LogLines {
  readonly #options: LogLineOptions;
  readonly #render: (line: string) => string | undefined;
  readonly #colours = new Map<string, (typeof COLOURS)[number]>();
  #width: number;

  constructor(options: LogLineOptions) {
    this.#options = options;
    this.#width = Math.max(0, ...options.labels.map(({ length }) => length));
    this.#render = options.pretty ? readable(options.colour) : (line) => line;
  }

  /** A line as it is to be shown, or several: an error has a stack. */
  format(label: string, line: string): string[] {
    const lines = (this.#render(line) ?? line).replace(/\n+$/, '').split('\n');
    if (!this.#options.prefix) return lines;
    const prefix = this.#prefix(label);
    return lines.map((each) => `${prefix}${each}`);
  }

  #prefix(label: string): string {
    this.#width = Math.max(this.#width, label.length);
    const text = `${label.padEnd(this.#width)} | `;
    return this.#options.colour ? styleText(this.#colourOf(label), text, { validateStream: false }) : text;
  }

  /** One colour an agent: its replicas share it. */
  #colourOf(label: string): (typeof COLOURS)[number] {
    const agent = label.replace(/\.\d+$/, '');
    const known = this.#colours.get(agent);
    if (known) return known;
    const colour = COLOURS[this.#colours.size % COLOURS.length] ?? 'cyan';
    this.#colours.set(agent, colour);
    return colour;
  }
}

/** Lines that are no JSON, such as what an author prints, stay as they are. */
function readable(colour: boolean): (line: string) => string | undefined {
  const pretty = prettyFactory({
    colorize: colour,
    translateTime: 'SYS:HH:MM:ss.l',
    // The prefix says which agent it is.
    ignore: 'pid,hostname,agent,replica',
    singleLine: true,
  });
  return (line) => pretty(line);
}
