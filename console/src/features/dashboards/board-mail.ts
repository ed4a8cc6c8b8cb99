import { MAX_TITLE } from '../mails/mails'
import { type Chosen, type Filter, narrowedWords, oncePerName } from './filters'

/** The title and the filters of a mail of a dashboard as its page is shown. */
export function boardMail(
  title: string,
  filters: readonly Filter[],
  chosen: Chosen,
): { title: string; filters: Record<string, string[]> } {
  const active = oncePerName(filters).filter(({ name }) => chosen[name])
  return {
    title: [title, ...narrowedWords(active, chosen)].join(', ').slice(0, MAX_TITLE),
    filters: Object.fromEntries(active.map(({ name }) => [name, [...(chosen[name] ?? [])]])),
  }
}
