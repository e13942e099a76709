import { describe, expect, it } from 'vitest';
import { Gate } from '../../../src/supervisor/gate.ts';
import { gate as moment } from '../../support/scripted.ts';

describe('Gate', () => {
  it('lets as many pass as it is wide, and the others in the order they came', async () => {
    const gate = new Gate(2);
    const moments = [moment(), moment(), moment(), moment()];
    const begun: number[] = [];
    const passes = moments.map((end, at) =>
      gate.pass(async () => {
        begun.push(at);
        await end.opened;
      }),
    );
    expect(begun).toEqual([0, 1]);
    moments[1]?.open();
    await passes[1];
    expect(begun).toEqual([0, 1, 2]);
    for (const { open } of moments) open();
    await Promise.all(passes);
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it('lets the next one pass after a failure', async () => {
    const gate = new Gate(1);
    await expect(gate.pass(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(gate.pass(async () => 'yes')).resolves.toBe('yes');
  });
});
