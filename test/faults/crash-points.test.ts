import { expect, it } from 'vitest';
import { CHECKPOINTS } from '../../packages/runtime/src/handoff/durable/checkpoint.ts';
import { FaultyBroker } from './support/broker.ts';
import { dieAt, endsAsOne, pointsOf } from './support/durable-scenarios.ts';
import { note } from './support/figures.ts';

const AT_A_TIME = 3;

it('comes to the same end wherever a worker or a caller of durable work dies', async () => {
  await using broker = await FaultyBroker.start();
  const points = pointsOf(CHECKPOINTS);
  const waiting = [...points];
  const lane = async () => {
    for (let point = waiting.shift(); point; point = waiting.shift()) {
      endsAsOne(expect, point, await dieAt(broker.url, point));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, lane));
  await note({
    test: 'T20',
    promise: `a worker or a caller that dies before or after any of its ${CHECKPOINTS.length} steps: the same end`,
    measured: `${points.length} of ${points.length} deaths: one terminal record, one charge or one dead letter, the queue empty`,
    broker: broker.version,
  });
});
