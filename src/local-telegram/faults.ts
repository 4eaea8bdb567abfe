export type Fault = {
  /** A Bot API method, in any case; `file` for downloads; left out: any call. */
  method?: string;
  /** How many calls it hits; left out: one. */
  times?: number;
} & (
  | { kind: 'status'; status: 429 | 500 | 502; retryAfter?: number }
  | { kind: 'drop-before' }
  | { kind: 'drop-after' }
  | { kind: 'delay'; delayMs: number }
);

export type Faults = ReturnType<typeof createFaults>;

/** What a test may let go wrong between the bot and Telegram. */
export function createFaults() {
  let waiting: { fault: Fault; left: number }[] = [];
  let down = false;
  const underWay = new Set<{ destroy(): unknown }>();
  return {
    /** Every call is answered 401, as for a revoked token. */
    unauthorized: false,

    /** Telegram cannot be reached: every call's connection breaks, those under way too. */
    get down() {
      return down;
    },
    set down(value: boolean) {
      down = value;
      if (down) for (const response of underWay) response.destroy();
    },

    inject(fault: Fault) {
      waiting.push({ fault, left: fault.times ?? 1 });
    },

    clear() {
      waiting = [];
      down = false;
      this.unauthorized = false;
    },

    /** For the server: the fault that hits this call, if any. */
    take(method: string): Fault | undefined {
      const hit = waiting.find(
        ({ fault }) => !fault.method || fault.method.toLowerCase() === method.toLowerCase(),
      );
      if (!hit) return undefined;
      hit.left -= 1;
      if (hit.left <= 0) waiting = waiting.filter((entry) => entry !== hit);
      return hit.fault;
    },

    /** For the server: a call under way, to be broken off when Telegram goes down. */
    watch(response: { destroy(): unknown; once(event: 'close', then: () => void): unknown }) {
      underWay.add(response);
      response.once('close', () => underWay.delete(response));
    },
  };
}
