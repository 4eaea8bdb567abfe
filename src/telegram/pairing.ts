import { randomInt, timingSafeEqual } from 'node:crypto';
import type { Users } from '../ports/users.ts';

/** The first user to send the code that the terminal shows becomes the operator. */
export interface Pairing {
  /** Undefined: an operator is known, nobody can pair. */
  code: string | undefined;
  /** 'limited': too many wrong codes, not even looked at. */
  attempt(userId: number, code: string, now: number): 'paired' | 'wrong' | 'limited' | 'closed';
}

const codeLength = 8;
/** Without letters and digits that look alike. */
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const windowMs = 10 * 60_000;
const maxWrongPerUser = 5;
const maxWrongOverall = 30;

export function createPairing(users: Users, allowedUserIds: number[]): Pairing {
  const open = allowedUserIds.length === 0 && !users.operator();
  let code = open ? newCode() : undefined;
  let wrong: { userId: number; at: number }[] = [];
  return {
    get code() {
      return code;
    },
    attempt(userId, given, now) {
      if (code === undefined) return 'closed';
      wrong = wrong.filter(({ at }) => now - at < windowMs);
      const own = wrong.filter((attempt) => attempt.userId === userId).length;
      if (own >= maxWrongPerUser || wrong.length >= maxWrongOverall) return 'limited';
      if (!same(given, code)) {
        wrong.push({ userId, at: now });
        return 'wrong';
      }
      users.add(userId, now);
      code = undefined;
      return 'paired';
    },
  };
}

function newCode(): string {
  return Array.from({ length: codeLength }, () => alphabet[randomInt(alphabet.length)]).join('');
}

function same(given: string, code: string): boolean {
  const bytes = Buffer.from(given.trim().toUpperCase());
  return bytes.length === code.length && timingSafeEqual(bytes, Buffer.from(code));
}
