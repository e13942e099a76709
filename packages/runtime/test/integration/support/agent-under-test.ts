import type { BaseAgent } from '../../../src/agent/agent.ts';
import type { LaunchedAgent } from '../../../src/launched-agent.ts';
import type { JoinOptions, Mesh } from '../../../src/mesh.ts';
import { joinTest, newOwner } from './mesh.ts';
import { connectRaw, converse, type Prompt, type RawClient, type Received } from './raw-client.ts';

/** One launched agent of an owner of its own, and a client that knows nothing of Baton to ask it. */
export interface AgentUnderTest extends AsyncDisposable {
  readonly owner: string;
  readonly mesh: Mesh;
  readonly client: RawClient;
  readonly launched: LaunchedAgent;
  /** The prompt subject. */
  readonly to: string;
  /** Sends one prompt and returns the whole response stream. */
  send(payload: Prompt['payload'], headers?: Readonly<Record<string, string>>): Promise<Received[]>;
}

export async function launchUnderTest(agent: BaseAgent, options: JoinOptions = {}): Promise<AgentUnderTest> {
  const owner = newOwner();
  const [mesh, client] = await Promise.all([joinTest(owner, options), connectRaw()]);
  const launched = await mesh.launch(agent);
  const to = `agents.prompt.baton.${owner}.${agent.name}`;
  return {
    owner,
    mesh,
    client,
    launched,
    to,
    send: (payload, headers) => converse(client, { to, payload, ...(headers && { headers }) }),
    async [Symbol.asyncDispose]() {
      await mesh.close();
      await client.close();
    },
  };
}
