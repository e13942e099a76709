import { printable } from './printable.ts';

/** One column of a table of `Row`s. */
export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  text(row: Row): string;
  /** Colours a cell; widths are those of the plain text. */
  paint?(text: string, row: Row): string;
}

const GAP = '  ';

/** The lines of a table, the titles first. Every column is as wide as its longest cell; no line ends in a blank. */
export function formatTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const laidOut = columns.map((column) => layOut(column, rows));
  return ['', ...rows].map((_, line) =>
    laidOut
      .map((cells) => cells[line] ?? '')
      .join(GAP)
      .trimEnd(),
  );
}

/** The cells of one column from the title down, padded to one width; colour goes on the text, never on the padding. */
function layOut<Row>({ title, align, text, paint }: Column<Row>, rows: readonly Row[]): string[] {
  const texts = rows.map((row) => printable(text(row)));
  const width = Math.max(title.length, ...texts.map(({ length }) => length));
  const pad = (plain: string, shown = plain) => {
    const blanks = ' '.repeat(width - plain.length);
    return align === 'right' ? blanks + shown : shown + blanks;
  };
  return [pad(title), ...texts.map((plain, at) => pad(plain, paint?.(plain, rows[at] as Row)))];
}
