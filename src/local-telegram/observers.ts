export type ObservedCall = {
  /** performance.now() */
  at: number;
  method: string;
  params: Record<string, unknown>;
} & (
  | { kind: 'request' }
  | { kind: 'answer'; ok: true; result: unknown; delivered: boolean }
  | { kind: 'answer'; ok: false; error_code: number; description: string; delivered: boolean }
);
export type Observer = (call: ObservedCall) => void;
export type Observers = ReturnType<typeof createObservers>;

/** Whoever measures or interrupts the bot: told synchronously of each call and each answer. */
export function createObservers() {
  const observers = new Set<Observer>();
  return {
    add(observer: Observer): () => void {
      observers.add(observer);
      return () => void observers.delete(observer);
    },
    notify(call: ObservedCall) {
      for (const observer of observers) observer(call);
    },
  };
}
