import type { Call, Upload } from '../read-call.ts';
import { badRequest } from './api-error.ts';

export type Params = ReturnType<typeof readParams>;

/** Typed access to parameters that may be JSON values, strings of JSON, or strings of anything. */
export function readParams(call: Call) {
  const { values } = call;

  function string(name: string): string | undefined {
    const value = values[name];
    if (value === undefined || value === null) return undefined;
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  }

  function number(name: string): number | undefined {
    const text = string(name)?.trim();
    if (!text) return undefined;
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }

  function json<T>(name: string): T | undefined {
    const value = values[name];
    if (typeof value !== 'string') return (value ?? undefined) as T | undefined;
    if (value.trim() === '') return undefined;
    try {
      return JSON.parse(value) as T;
    } catch {
      throw badRequest(`can't parse ${name.replaceAll('_', ' ')} JSON object`);
    }
  }

  /** A file of the multipart body: named by the field itself or by an `attach://name` reference. */
  function upload(reference: string): Upload | undefined {
    const field = reference.startsWith('attach://')
      ? reference.slice('attach://'.length)
      : reference;
    return call.uploads.find((candidate) => candidate.field === field);
  }

  return {
    values,
    uploads: call.uploads,
    string,
    number,
    json,
    upload,
    has: (name: string) => values[name] !== undefined,
    integer: (name: string) => {
      const value = number(name);
      return value === undefined ? undefined : Math.trunc(value);
    },
    boolean: (name: string) => ['true', '1', 'yes'].includes(string(name)?.toLowerCase() ?? ''),
  };
}
