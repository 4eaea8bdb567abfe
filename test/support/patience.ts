/** A real model takes its time where the tiny one answers at once: every wait is longer by this. */
export const patience = process.env.TEST_CHAT_MODEL ? 10 : 1;
