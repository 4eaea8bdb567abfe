/** The commands as Telegram's menu shows them, in this order. */
export const commands = [
  { command: 'journal', description: 'start · done · cancel: keep the day, write it up' },
  { command: 'status', description: 'Mode, what is kept, model, what is waiting' },
  { command: 'stop', description: 'Stop what I am writing' },
  { command: 'help', description: 'What I can do' },
  { command: 'start', description: 'Say hello' },
] as const;
