import { expect, test } from 'vitest';
import { partsOf, type Part } from './description';

const text = (words: string): Part => ({ kind: 'text', text: words });

test('bold, italic, breaks and links stay within their line of text', () => {
  expect(partsOf('Seen at <b>Sepilok</b>, <i>Borneo</i>.<br>More: <a href="https://example.org/?a=1&amp;b=2" rel="nofollow">here</a>')).toEqual([
    text('Seen at '),
    { kind: 'bold', parts: [text('Sepilok')] },
    text(', '),
    { kind: 'italic', parts: [text('Borneo')] },
    text('.'),
    { kind: 'break' },
    text('More: '),
    { kind: 'link', href: 'https://example.org/?a=1&b=2', parts: [text('here')] },
  ]);
});

test('emphasis within emphasis, and what is not closed, end where they must', () => {
  expect(partsOf('<p>a <strong>b <em>c</strong> d</p>e')).toEqual([
    { kind: 'paragraph', parts: [text('a '), { kind: 'bold', parts: [text('b '), { kind: 'italic', parts: [text('c')] }] }, text(' d')] },
    text('e'),
  ]);
  expect(partsOf('<b>open')).toEqual([{ kind: 'bold', parts: [text('open')] }]);
  expect(partsOf('a</i></p>b')).toEqual([text('ab')]);
});

test('a link leads to the web or is only text', () => {
  for (const href of ['javascript:alert(1)', 'JAVASCRIPT:alert(1)', '&#106;avascript:alert(1)', 'data:text/html,x', '//elsewhere.example', '/here', '']) {
    expect(partsOf(`<a href="${href}">x</a>`), href).toEqual([text('x')]);
  }
  expect(partsOf('<a>x</a>')).toEqual([text('x')]);
});

test('other tags are dropped and never become parts', () => {
  expect(partsOf('a<img src=x onerror=alert(1)>b<script>c</script><svg onload=d>e')).toEqual([text('abce')]);
  expect(partsOf('1 < 2 <3 &lt;b&gt; &amp;amp; &nbsp;&#8364;&#x1F412; &unknown; &#0;')).toEqual([text('1 < 2 <3 <b> &amp; \u00a0€🐒 &unknown; \ufffd')]);
});
