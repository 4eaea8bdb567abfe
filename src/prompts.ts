import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The texts in `prompts/`: editable without touching code, read once at start. */
export interface Prompts {
  persona: string;
  turn: string;
  compileJournal: string;
  summariseEntries: string;
}

export function loadPrompts(): Prompts {
  return {
    persona: read('personas/senko.md'),
    turn: read('turn.md'),
    compileJournal: read('compile-journal.md'),
    summariseEntries: read('summarise-entries.md'),
  };
}

/** Puts values in the place of `{{name}}`, as they are; a paragraph that stays empty is left out. */
export function fillPrompt(template: string, values: Record<string, string>): string {
  const fill = (text: string) =>
    text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '');
  return template
    .split(/\n{2,}/)
    .map(fill)
    .filter((paragraph) => paragraph.trim() !== '')
    .join('\n\n');
}

function read(name: string): string {
  return readFileSync(fileURLToPath(new URL(`../prompts/${name}`, import.meta.url)), 'utf8').trim();
}
