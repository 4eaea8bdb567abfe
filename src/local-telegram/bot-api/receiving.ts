import { ApiError, badRequest } from './api-error.ts';
import type { Methods } from './method.ts';

export const receivingMethods: Methods = {
  async getUpdates({ params, backend, onGone }) {
    const limit = params.integer('limit') ?? 100;
    const poll = {
      offset: params.integer('offset') ?? 0,
      limit: limit >= 1 && limit <= 100 ? limit : 100,
      timeoutMs: Math.min(Math.max(params.number('timeout') ?? 0, 0), 50) * 1000,
      allowedUpdates: params.json<string[]>('allowed_updates'),
    };
    const outcome = await backend.updates.poll(poll, onGone);
    if (outcome === 'superseded')
      throw new ApiError(
        409,
        'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
      );
    return outcome === 'closed' ? [] : outcome;
  },

  setWebhook({ params }) {
    if (!params.string('url')) return true;
    throw badRequest('bad webhook: the local Telegram delivers updates by getUpdates only');
  },

  deleteWebhook({ params, backend }) {
    if (params.boolean('drop_pending_updates'))
      backend.store.removeUpdatesBefore(Number.MAX_SAFE_INTEGER);
    return true;
  },

  getWebhookInfo({ backend }) {
    const allowed = backend.updates.allowedUpdates();
    return {
      url: '',
      has_custom_certificate: false,
      pending_update_count: backend.updates.pendingCount(),
      ...(allowed.length > 0 && { allowed_updates: allowed }),
    };
  },

  logOut: () => true,
  close: () => true,
};
