import type { Model, ModelEvent, ModelRequest } from '../model/model.ts';

/** What a scripted model says in one turn: text, events, or a function of the request. */
export type ScriptedTurn =
  | string
  | readonly ModelEvent[]
  | ((request: ModelRequest) => AsyncIterable<ModelEvent> | Iterable<ModelEvent>);

/** A model that says what it is told to, turn by turn; the last turn repeats. `requests` holds what it was asked. */
export interface ScriptedModel extends Model {
  readonly requests: readonly ModelRequest[];
}

export function scriptedModel(...turns: readonly [ScriptedTurn, ...ScriptedTurn[]]): ScriptedModel {
  const requests: ModelRequest[] = [];
  return {
    name: 'test/scripted',
    requests,
    async *generate(request) {
      const turn = turns[Math.min(requests.length, turns.length - 1)] as ScriptedTurn;
      requests.push(request);
      if (typeof turn === 'string') yield { type: 'text', text: turn };
      else yield* typeof turn === 'function' ? turn(request) : turn;
    },
  };
}

/** A model that repeats the last message, word by word. */
export function echoModel(): Model {
  return {
    name: 'test/echo',
    async *generate({ messages }) {
      const last = messages.at(-1)?.content ?? '';
      for (const text of last.split(/(?<= )/)) yield { type: 'text', text };
    },
  };
}
