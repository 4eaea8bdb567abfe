/** Code points that are no characters, so nobody types them: between them stands what is no Markdown. */
const open = '\uFDD0';
const close = '\uFDD1';

/** Somebody's own words inside Markdown: shown to the letter as they were typed. */
export function verbatim(words: string): string {
  return `${open}${words.replaceAll(/[\uFDD0\uFDD1]/g, '')}${close}`;
}

/** The Markdown with a single `placeholder` for each verbatim part, and the parts in their order. */
export function takeVerbatim(markdown: string): { markdown: string; parts: string[] } {
  const parts: string[] = [];
  const without = markdown.replaceAll(/\uFDD0([^\uFDD1]*)\uFDD1/g, (_, words: string) => {
    parts.push(words);
    return placeholder;
  });
  return { markdown: without, parts };
}

export const placeholder = open;
