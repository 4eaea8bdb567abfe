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

/** Puts values in the place of `{{name}}`; what a value contains is left as it is. */
export function fillPrompt(template: string, values: Record<string, string>): string {
  return template
    .replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

function read(name: string): string {
  return readFileSync(fileURLToPath(new URL(`../prompts/${name}`, import.meta.url)), 'utf8').trim();
}
