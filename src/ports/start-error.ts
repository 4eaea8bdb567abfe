/** What keeps Senko from starting, in words that tell the person who starts her what to do. */
export class StartError extends Error {
  override name = 'StartError';
}
