import { expect, test } from 'vitest';
import { createPairing } from '../../src/telegram/pairing.ts';
import { ada, ben, openTestStores } from '../support/fast-stores.ts';

const minute = 60_000;

test('the code is read easily, and is another one at each start', () => {
  using stores = openTestStores();
  const codes = Array.from({ length: 50 }, () => createPairing(stores.users, []).code!);
  for (const code of codes) expect(code).toMatch(/^[A-HJ-NP-Z2-9]{8}$/);
  expect(new Set(codes).size).toBe(50);
});

test('whoever sends it, in any case, is the operator; then nobody can pair any more', () => {
  using stores = openTestStores();
  const pairing = createPairing(stores.users, []);
  const code = pairing.code!;
  expect(pairing.attempt(ada, ` ${code.toLowerCase()} `, 5)).toBe('paired');
  expect(stores.users.operator()).toEqual({ userId: ada, role: 'operator', pairedAt: 5 });
  expect(pairing.code).toBeUndefined();
  expect(pairing.attempt(ben, code, 6)).toBe('closed');
  expect(createPairing(stores.users, []).code).toBeUndefined();
});

test('where the configuration says who may talk, there is no code', () => {
  using stores = openTestStores();
  const pairing = createPairing(stores.users, [ada]);
  expect(pairing.code).toBeUndefined();
  expect(pairing.attempt(ben, 'AAAAAAAA', 1)).toBe('closed');
});

test('anything else is wrong, of whatever length or script', () => {
  using stores = openTestStores();
  const pairing = createPairing(stores.users, []);
  const wrong = ['', 'A', `${pairing.code}A`, 'ÄÄÄÄ', '🦊🦊', '１２３４５６７８'];
  for (const [at, code] of wrong.entries()) expect(pairing.attempt(at + 10, code, 1)).toBe('wrong');
  expect(stores.users.list()).toEqual([]);
});

test('after five wrong codes of one user not even the right one counts, for ten minutes', () => {
  using stores = openTestStores();
  const pairing = createPairing(stores.users, []);
  for (let attempt = 0; attempt < 5; attempt++) {
    expect(pairing.attempt(ben, 'WRONG', attempt * minute)).toBe('wrong');
  }
  const code = pairing.code!;
  expect(pairing.attempt(ben, code, 5 * minute)).toBe('limited');
  expect(pairing.attempt(ben, code, 10 * minute - 1)).toBe('limited');
  expect(pairing.attempt(ben, code, 10 * minute)).toBe('paired');
});

test('others are not held up by one who guesses, but thirty wrong codes are enough for all', () => {
  using stores = openTestStores();
  const pairing = createPairing(stores.users, []);
  for (let attempt = 0; attempt < 30; attempt++) {
    expect(pairing.attempt(100 + Math.floor(attempt / 5), 'WRONG', 0)).toBe('wrong');
  }
  expect(pairing.attempt(ada, pairing.code!, minute)).toBe('limited');
  expect(pairing.attempt(ada, pairing.code!, 10 * minute)).toBe('paired');
});
