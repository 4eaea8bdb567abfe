import type { NewJob } from '../ports/jobs.ts';
import type { Article, Journal } from '../ports/memories.ts';
import { sendJob } from '../ports/outgoing.ts';

export type ArticleKind = 'article' | 'plain' | 'rewritten';

/** The article on its way back to the user. */
export function articleMessage(
  journal: Pick<Journal, 'id' | 'userId' | 'chatId'> & Article,
  kind: ArticleKind,
  progressMessageId: number | null = null,
): NewJob {
  const tags = journal.tags.map((tag) => `#${tag.replaceAll('-', '_')}`).join(' ');
  const text = [openings[kind], `**📔 ${journal.title}**`, journal.body, tags]
    .filter((part) => part !== '')
    .join('\n\n');
  return sendJob(journal, `journal:${journal.id}:${kind}`, {
    text,
    ...(progressMessageId !== null && { editMessageId: progressMessageId }),
  });
}

const openings: Record<ArticleKind, string> = {
  article: '',
  plain:
    '_Here are your entries as they are: I could not write an article this time. I will do it by myself as soon as my model can._',
  rewritten: '_Now I could write it properly:_',
};
