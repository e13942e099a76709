import { describe, expect, it } from 'vitest';
import { LogLines } from '../../../src/supervisor/log-lines.ts';

const LABELS = ['billing-department.1', 'echo.1'];
const JSON_LINE = JSON.stringify({
  level: 30,
  time: '2026-01-02T03:04:05.678Z',
  pid: 7,
  agent: 'echo',
  conversation: 'C1',
  handoff: 'H1',
  msg: 'answered',
});

describe('LogLines', () => {
  it('leaves JSON as it is in a pipe, after a prefix of one width', () => {
    const lines = new LogLines({ prefix: true, pretty: false, colour: false, labels: LABELS });
    expect(lines.format('echo.1', JSON_LINE)).toEqual([`echo.1               | ${JSON_LINE}`]);
  });

  it('leaves the line alone without a prefix', () => {
    const lines = new LogLines({ prefix: false, pretty: false, colour: false, labels: LABELS });
    expect(lines.format('echo.1', JSON_LINE)).toEqual([JSON_LINE]);
  });

  it('shows people the level, the message and the ids of conversation and handoff', () => {
    const lines = new LogLines({ prefix: true, pretty: true, colour: false, labels: ['echo.1'] });
    const [line] = lines.format('echo.1', JSON_LINE);
    expect(line).toMatch(/^echo\.1 \| \[.*\] INFO: answered \{"conversation":"C1","handoff":"H1"\}$/);
  });

  it('shows what is no JSON as it was written', () => {
    const lines = new LogLines({ prefix: true, pretty: true, colour: false, labels: ['echo.1'] });
    expect(lines.format('echo.1', 'hello {')).toEqual(['echo.1 | hello {']);
  });
});
