/** A help article, read from Markdown. */
export interface Article {
  /** File name without `.md`. */
  readonly id: string;
  /** The first `# ` heading, or the id where there is none. */
  readonly title: string;
  /** Words readers use that the text does not: `<!-- keywords: package, shipment -->`. Searched, never shown. */
  readonly keywords: string;
  /** Its paragraphs, with the `## ` heading each stands under. */
  readonly paragraphs: readonly Paragraph[];
}

/** A paragraph or a list of an article. */
interface Paragraph {
  readonly heading: string;
  readonly text: string;
}

const KEYWORDS = /<!--\s*keywords:([\s\S]*?)-->/gi;
const COMMENT = /<!--[\s\S]*?-->/g;

/** Plain text of a line of Markdown: no emphasis, code marks, link targets or list bullets. */
function plainText(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/(\*\*|__|\*|`)(?=\S)(.*?\S)\1/g, '$2')
    .replace(/^\s*(?:[-*+]|\d+[.)])\s+/gm, '')
    .replace(/^>\s?/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Reads one article. Headings below `# ` belong to the paragraphs under them; front matter is left out. */
export function parseArticle(id: string, markdown: string): Article {
  const source = markdown.replace(/\r\n?/g, '\n').replace(/^\uFEFF?---\n[\s\S]*?\n---\n/, '');
  const keywords = [...source.matchAll(KEYWORDS)].map(([, words]) => words?.trim() ?? '').join(' ');
  const blocks = source.replace(COMMENT, '').split(/\n\s*\n|\n(?=#)|(?<=^#+ .*)\n/m);
  let title = '';
  let heading = '';
  const paragraphs: Paragraph[] = [];
  for (const block of blocks) {
    const [, marks, name] = /^(#+)\s+(.*?)\s*#*\s*$/.exec(block.trim()) ?? [];
    if (marks === undefined || name === undefined) {
      const text = plainText(block);
      if (text !== '') paragraphs.push({ heading, text });
    } else if (marks === '#' && title === '') {
      title = plainText(name);
    } else {
      heading = plainText(name);
    }
  }
  return { id, title: title || id, keywords, paragraphs };
}
