import { expect, test } from 'vitest';
import { ada, ben, openTestStores } from '../support/fast-stores.ts';

test('the first to pair is the operator, who comes later is a user, and nobody pairs twice', () => {
  using stores = openTestStores();
  expect(stores.users.operator()).toBeUndefined();
  expect(stores.users.add(ada, 10)).toEqual({ userId: ada, role: 'operator', pairedAt: 10 });
  expect(stores.users.add(ben, 20)).toEqual({ userId: ben, role: 'user', pairedAt: 20 });
  expect(stores.users.add(ada, 30)).toEqual({ userId: ada, role: 'operator', pairedAt: 10 });
  expect(stores.users.operator()?.userId).toBe(ada);
  expect(stores.users.get(3)).toBeUndefined();
  expect(stores.users.list().map(({ userId }) => userId)).toEqual([ada, ben]);
});

test('a setting is what was set last', () => {
  using stores = openTestStores();
  expect(stores.settings.get('last heard:77')).toBeUndefined();
  stores.settings.set('last heard:77', '1');
  stores.settings.set('last heard:77', '2');
  expect(stores.settings.get('last heard:77')).toBe('2');
});
