import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { bin, inRoot } from './root.mjs';
import { run } from './run.mjs';

const BEGIN = '<!-- figures: written by npm run test:faults -->';
const END = '<!-- end of figures -->';

/**
 * Puts what the fault suite has measured into docs/reliability.md. `docs/reliability.json` keeps the figures, of every version of
 * the broker that was measured.
 */
export async function writeTable() {
  const store = inRoot('docs', 'reliability.json');
  const known = existsSync(store) ? JSON.parse(readFileSync(store, 'utf8')) : [];
  const measured = JSON.parse(readFileSync(inRoot('.baton', 'faults', 'figures.json'), 'utf8'));
  const isSame = (a, b) => a.test === b.test && a.promise === b.promise && a.broker === b.broker;
  const figures = [...known.filter((old) => !measured.some((fresh) => isSame(old, fresh))), ...measured].sort(
    inOrder,
  );
  writeFileSync(store, `${JSON.stringify(figures, null, 2)}\n`);

  const page = inRoot('docs', 'reliability.md');
  const text = readFileSync(page, 'utf8');
  const [before] = text.split(BEGIN);
  const [, after] = text.split(END);
  const row = (cells) => `| ${cells.join(' | ')} |`;
  const rows = figures.map(({ test, promise, measured: figure, broker }) =>
    row([test, promise, figure, broker]),
  );
  const table = [
    row(['Test', 'Promise', 'Measured', 'nats-server']),
    row(['---', '---', '---', '---']),
    ...rows,
  ];
  writeFileSync(page, `${before}${BEGIN}\n\n${table.join('\n')}\n\n${END}${after}`);
  await run(bin('biome'), ['format', '--write', store, page]);
}

function inOrder(a, b) {
  return (
    a.test.localeCompare(b.test, 'en', { numeric: true }) ||
    a.promise.localeCompare(b.promise, 'en') ||
    a.broker.localeCompare(b.broker, 'en', { numeric: true })
  );
}
