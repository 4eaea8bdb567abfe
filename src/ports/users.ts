export interface User {
  userId: number;
  role: 'operator' | 'user';
  pairedAt: number;
}

/** Who may talk to Senko, beside those whom the configuration allows. */
export interface Users {
  operator(): User | undefined;
  get(userId: number): User | undefined;
  /** The first one becomes the operator. */
  add(userId: number, now: number): User;
  list(): User[];
}

/** Small facts that must last over a restart. */
export interface Settings {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
}
