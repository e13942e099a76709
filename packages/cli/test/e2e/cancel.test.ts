import { describe, expect, it } from 'vitest';
import { agentSaying, customerService, forever } from '../support/scripted.ts';
import { startTestMesh, whenMesh } from '../support/test-mesh.ts';

describe('baton cancel', () => {
  it('stops a question at the agent it was handed to, by the id the result then has', async () => {
    await using mesh = await startTestMesh([customerService(), agentSaying('shipping', 'one ', forever)]);
    let id = '';
    const asking = (async () => {
      for await (const event of mesh.mesh.stream('customer-service', 'my parcel?')) {
        if (event.type === 'handoff') id = event.handoff.id;
        if (event.type === 'text') {
          const { status, stdout } = await mesh.baton(['cancel', id, '--json']).finished;
          expect([status, JSON.parse(stdout)]).toEqual([0, { id, agents: ['shipping'] }]);
        }
        if (event.type === 'result') return event.result;
      }
      return undefined;
    })();
    const result = await asking;
    expect(result?.error).toMatchObject({ code: 'CANCELLED' });
    expect(result?.handoffs[0]).toMatchObject({ id, error: { code: 'CANCELLED' } });
  });

  it('says that nobody is at work on what is over', async () => {
    await using mesh = await startTestMesh([customerService()]);
    const { status, stderr } = await mesh.baton(['cancel', '01HZZZZZZZZZZZZZZZZZZZZZZZ']).finished;
    expect([status, stderr]).toEqual([3, expect.stringContaining('error NOT_FOUND: nobody is at work on')]);
  });

  it('is what Ctrl-C in "baton ask" does to the work further down', async () => {
    await using mesh = await startTestMesh([customerService(), agentSaying('shipping', 'one ', forever)]);
    const asking = mesh.baton(['ask', 'customer-service', 'my parcel?']);
    await asking.shows('one ');
    asking.interrupt();
    expect((await asking.finished).status).toBe(130);
    const idle = () => mesh.mesh.instances().every(({ inFlight }) => inFlight === 0);
    await whenMesh(mesh.mesh, idle);
  });
});
