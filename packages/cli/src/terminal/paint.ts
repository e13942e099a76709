import { styleText } from 'node:util';

type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold';

/** Colours text for stderr or stdout; plain where that stream is no terminal, or with NO_COLOR. */
export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stderr): string {
  const colour = stream.isTTY === true && !process.env.NO_COLOR;
  return colour ? styleText(style, text, { validateStream: false }) : text;
}
