/** Somebody's own words inside Markdown: shown as they were typed. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!|>~<&]/g, '\\$&');
}
