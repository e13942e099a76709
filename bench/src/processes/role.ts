/** What a process of the bench is to do. */
export interface RoleOptions {
  readonly server: string;
  readonly owner: string;
  /** Name of the agent, or the subject. */
  readonly name: string;
  /** Who is handed the question. Without it the process answers by itself. */
  readonly next?: string;
  /** One agent for each, `<name>-<mode>`, which hands on in that way. Default: one of that name, which hands on as agents do. */
  readonly modes?: readonly ('call' | 'transfer')[];
  /** How many agents a beater beats for. */
  readonly count?: number;
}

/** What its starter may ask of it while it runs. */
export type Answers = Readonly<Record<string, () => unknown>>;

/** Takes up its work; resolves when it can be called. */
export type Role = (options: RoleOptions) => Promise<Answers>;

/** From the starter: what is asked. */
export interface Question {
  readonly question: string;
}

/** To the starter: that it can be called, or what it was asked for. */
export type Word = { readonly ready: true } | { readonly answer: unknown };
