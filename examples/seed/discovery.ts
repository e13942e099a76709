/** A router that knows no names: it looks for whoever fits, on the live registry. */
import assert from 'node:assert/strict';
import { BaseAgent, handoff, join, Skill } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';
import { DiscoverySkill, type FoundAgent } from '@baton/skills';

class SmartRouterSkill extends Skill {
  readonly discovery = new DiscoverySkill();

  @handoff()
  async findBestAgent(query: string): Promise<string | null> {
    // Find agents that can handle the query
    const agents = await this.discovery.findAgents({ intent: query, maxResults: 5 });

    // Score and select the best agent
    let best: string | null = null;
    let bestScore = 0;
    for (const agent of agents) {
      const score = this.#calculateMatchScore(query, agent);
      if (score > bestScore) {
        bestScore = score;
        best = agent.name;
      }
    }
    return bestScore > 0.7 ? best : null;
  }

  /** The score of the search is one to start from: here, people who call an agent by its name get it. */
  #calculateMatchScore(query: string, agent: FoundAgent): number {
    return query.includes(agent.name) ? 1 : agent.score;
  }
}

await using mesh = await join({ owner: 'seed-discovery' });
const launch = (name: string, description: string) =>
  mesh.launch(new BaseAgent({ name, description, model: scriptedModel(`This is ${name}.`) }));
await launch('travel-agent', 'Books flights, trains and hotels.');
await using gardener = await launch('gardener', 'Plants, soil, watering and pruning roses.');
await mesh.launch(
  new BaseAgent({
    name: 'router',
    description: 'Flights, roses, anything: it knows who to ask.',
    model: scriptedModel('I know nobody for that.'),
    skills: { router: new SmartRouterSkill() },
  }),
);

const answeredBy = async (question: string) => (await mesh.ask('router', question)).agent;
console.log(await answeredBy('when should I prune my roses?'));
assert.equal(await answeredBy('when should I prune my roses?'), 'gardener');
assert.equal(await answeredBy('please book me a flight'), 'travel-agent');
assert.equal(await answeredBy('ask the gardener about the fence'), 'gardener');
assert.equal(await answeredBy('who won the match?'), 'router');

// Who has left is not found any more.
await gardener.stop();
assert.equal(await answeredBy('when should I prune my roses?'), 'router');
