import { createInterface } from 'node:readline/promises';

/** Asks at the terminal; false where nobody sits at one, or when the signal ends the waiting. */
export async function ask(question: string, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // In raw mode Ctrl+C reaches the question, not the process.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const answer = await terminal.question(`\n${question} [y/N] `, { signal });
    return /^\s*y/i.test(answer);
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  } finally {
    terminal.close();
  }
}

/** Plain lines for the person who started Senko. */
export function announce(...lines: string[]): void {
  process.stdout.write(`\n${lines.map((line) => `  ${line}\n`).join('')}\n`);
}

/** A bar that grows in place; without a terminal a line at each tenth. */
export function progressBar(label: string): (percent: number) => void {
  const { isTTY } = process.stdout;
  let shown = -1;
  return (percent) => {
    const step = isTTY ? 1 : 10;
    if (percent < shown + step && shown >= 0) return;
    shown = Math.floor(percent / step) * step;
    const filled = Math.round(percent / 4);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(25 - filled)}`;
    process.stdout.write(isTTY ? `\r  ${label} ${bar} ${percent} %` : `${label}: ${percent} %\n`);
    if (isTTY && percent >= 100) process.stdout.write('\n');
  };
}
