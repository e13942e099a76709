import type { Log } from '../supervisor/log.ts';
import { paint } from '../terminal/paint.ts';
import type { Screen } from '../terminal/screen.ts';

/** Tells how a start or a stop is going. */
export interface Narrator {
  /** What is being done now; '' is nothing. */
  doing(text: string): void;
  /** What has been done. */
  done(text: string): void;
}

/** For whoever watches: a line that changes on a terminal, and one that stays for every step that is done. */
export function screenNarrator(screen: Screen): Narrator {
  return {
    doing: (text) => screen.transient(text && `… ${text}`),
    done: (text) => {
      screen.transient('');
      screen.note(screen.isTerminal ? `${paint('green', '✓')} ${text}` : text);
    },
  };
}

/** For a mesh without a terminal: into its log, and to whoever waits for it to come up. */
export function logNarrator(log: Log, tell: (text: string) => void): Narrator {
  return {
    doing: (text) => text && tell(text),
    done: (text) => {
      log.info(text);
      tell(text);
    },
  };
}
