import { MAX_TITLE } from '../mails/mails'
import { addressName } from '../query/parameters'
import { valueWord } from '../query/value-words'
import type { BoardValues } from './board-values'
import { type Chosen, type Filter, narrowedWords, oncePerName } from './filters'

/** The title and the filters of a mail of a dashboard as its page is shown; values of parameters are among the filters. */
export function boardMail(
  title: string,
  filters: readonly Filter[],
  chosen: Chosen,
  { parameters, values }: Pick<BoardValues, 'parameters' | 'values'> = { parameters: [], values: {} },
): { title: string; filters: Record<string, string[]> } {
  const active = oncePerName(filters).filter(({ name }) => chosen[name])
  const words = parameters.flatMap((each) => {
    const value = values[each.name]
    return value === undefined ? [] : [valueWord(each, value)]
  })
  const asked = Object.entries(values).map(([name, value]) => [addressName(name), [value]])
  return {
    title: [title, ...narrowedWords(active, chosen), ...words].join(', ').slice(0, MAX_TITLE),
    filters: Object.fromEntries([
      ...active.map(({ name }) => [name, [...(chosen[name] ?? [])]]),
      ...asked,
    ]) as Record<string, string[]>,
  }
}
