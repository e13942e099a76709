import { expect, it } from 'vitest';
import { formatTable } from '../../../src/terminal/table.ts';

interface Fruit {
  readonly name: string;
  readonly count: number;
}

const name = { title: 'NAME', text: (row: Fruit) => row.name };
const count = { title: 'COUNT', align: 'right', text: (row: Fruit) => String(row.count) } as const;

it('makes columns as wide as their longest cell, numbers to the right, no blanks at the end', () => {
  const rows = [
    { name: 'apple', count: 7 },
    { name: 'fig', count: 123456 },
  ];
  expect(formatTable([name, count], rows)).toEqual(['NAME    COUNT', 'apple       7', 'fig    123456']);
  expect(formatTable([count, name], rows)).toEqual([' COUNT  NAME', '     7  apple', '123456  fig']);
});

it('is a line of titles when there are no rows', () => {
  expect(formatTable([name, count], [])).toEqual(['NAME  COUNT']);
});

it('colours the text and not the padding', () => {
  const painted = { ...name, paint: (text: string) => `<${text}>` };
  expect(formatTable([painted, count], [{ name: 'fig', count: 1 }])).toEqual([
    'NAME  COUNT',
    '<fig>       1',
  ]);
});

it('shows no control characters of strangers', () => {
  expect(formatTable([name], [{ name: 'a\x1b[2Jb\n', count: 1 }])).toEqual(['NAME', 'a[2Jb']);
});
