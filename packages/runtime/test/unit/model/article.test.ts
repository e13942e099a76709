import { expect, test } from 'vitest';
import { parseArticle } from '../../../src/model/article.ts';

test('the first heading is the title and paragraphs are passages under their sections', () => {
  const article = parseArticle(
    'refunds',
    '# Refunds #\nWithin **5 days**.\nSee [the page](https://x.example).\n\n## By card\n\n- one\n- two\n\n## By `PayPal`\nAt once.\n',
  );
  expect(article).toEqual({
    id: 'refunds',
    title: 'Refunds',
    keywords: '',
    paragraphs: [
      { heading: '', text: 'Within 5 days. See the page.' },
      { heading: 'By card', text: 'one two' },
      { heading: 'By PayPal', text: 'At once.' },
    ],
  });
});

test('keywords are read from a comment and comments are not text', () => {
  const article = parseArticle('a', '# A\n\nText.\n\n<!-- todo -->\n<!-- keywords: package,\nshipment -->\n');
  expect(article.keywords).toBe('package,\nshipment');
  expect(article.paragraphs).toEqual([{ heading: '', text: 'Text.' }]);
});

test('front matter, CRLF and a missing title are fine', () => {
  const article = parseArticle('faq', '---\r\ntags: [a]\r\n---\r\nFirst.\r\n\r\nSecond.\r\n');
  expect(article).toMatchObject({ title: 'faq', paragraphs: [{ text: 'First.' }, { text: 'Second.' }] });
});

test('amounts, snake_case and a star in the text survive', () => {
  expect(parseArticle('a', '# A\n5 * 3 costs £4.95 for my_file_name').paragraphs[0]?.text).toBe(
    '5 * 3 costs £4.95 for my_file_name',
  );
});
