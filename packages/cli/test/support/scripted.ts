import { BaseAgent, type Context, handoff, hook, type Model, Skill } from '@baton/runtime';

/** What a model says, piece by piece; a promise is waited for, and so is what a function starts. */
type Piece = string | Promise<unknown> | (() => Promise<unknown>);

/** A model that says these pieces, whatever it is asked. */
export function says(...pieces: readonly Piece[]): Model {
  return {
    name: 'test/scripted',
    async *generate() {
      for (const piece of pieces) {
        if (typeof piece === 'string') yield { type: 'text', text: piece };
        else await (typeof piece === 'function' ? piece() : piece);
      }
    },
  };
}

/** A promise that never settles: the model that waits for it never ends by itself. */
export const forever = new Promise<never>(() => {});

/** A model that comes to this fails in the middle of its answer. */
export const breaksOff = () => Promise.reject(new Error('the model broke off'));

/** A moment the test decides on. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** Sends questions about money to billing, about parcels to shipping, and about a ghost to an agent there is not. */
class Routing extends Skill {
  @handoff('billing-department')
  aboutMoney(query: string): boolean {
    return /invoice|refund|card/i.test(query);
  }

  @handoff('shipping')
  aboutParcels(query: string): boolean {
    return /parcel/i.test(query);
  }

  @handoff('ghost')
  aboutGhosts(query: string): boolean {
    return /ghost/i.test(query);
  }
}

/** Has somebody to ask when the first one fails. */
export class Careful extends Skill {
  @handoff('lame', { fallback: ['calm'] })
  always(): boolean {
    return true;
  }
}

/** Keeps for whom and in which conversation the agent was asked. */
export class Witness extends Skill {
  readonly seen: { conversation: string; user: string | undefined }[] = [];

  @hook('on_message')
  note(context: Context): void {
    this.seen.push({ conversation: context.conversation, user: context.scope.caller.user });
  }
}

/** Asks back before its agent answers. */
export class Clerk extends Skill {
  @hook('on_message')
  async askBack(context: Context): Promise<void> {
    await context.askCaller('which order?');
  }
}

export const customerService = (): BaseAgent =>
  new BaseAgent({
    name: 'customer-service',
    model: says('How can ', 'I help?'),
    skills: { routing: new Routing() },
  });

export const billing = (): BaseAgent =>
  new BaseAgent({
    name: 'billing-department',
    model: says('Your refund ', 'is on its way.'),
    version: '1.2.3',
  });

export const shipping = (): BaseAgent =>
  new BaseAgent({ name: 'shipping', model: says('It arrives tomorrow.'), concurrency: 4 });

export const agentSaying = (name: string, ...pieces: readonly Piece[]): BaseAgent =>
  new BaseAgent({ name, model: says(...pieces) });
