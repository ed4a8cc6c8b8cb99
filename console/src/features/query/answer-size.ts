import { useQuery } from '@tanstack/react-query'

import { count, whole } from '../../api/format'
import { isComplete } from './reading'
import { readFile } from './result-file'
import type { Result } from './results'

/** Athena counts the rows of an answer some time after its end, and those of some answers never. */
const WAIT_MS = [500, 1000, 2000, 4000, 8000]

/** How many rows an answer has of which some are read; `counting` for the first moments, `unknown` where Athena never says. */
export type AnswerSize = number | 'counting' | 'unknown'

/** The number of rows of an answer. */
export function useAnswerSize(result: Result): AnswerSize {
  const { query_id: id } = result.query
  const size = useQuery({
    enabled: !result.isFirst && !isComplete(result),
    queryKey: ['answer-size', id],
    queryFn: ({ signal }) => countedRows(id, signal),
    staleTime: Infinity,
    retry: 1,
  })
  if (isComplete(result)) return result.rows.length
  if (result.isFirst || size.isPending) return 'counting'
  return size.data ?? 'unknown'
}

async function countedRows(id: string, signal: AbortSignal): Promise<number | null> {
  for (const wait of WAIT_MS) {
    const { rows } = await readFile(id, signal)
    if (rows !== null) return rows
    await new Promise((resolve) => setTimeout(resolve, wait))
    signal.throwIfAborted()
  }
  return null
}

/** How many rows are read, and of how many. */
export function sizeWords(read: number, size: AnswerSize): string {
  if (typeof size === 'string') return `The first ${count(read, 'row')}`
  return size > read ? `The first ${whole(read)} of ${count(size, 'row')}` : count(size, 'row')
}

/** What is known about the rows that are not read. */
export const moreWords = (size: AnswerSize): string =>
  size === 'counting' ? 'The answer has more rows, which are being counted.' : 'The answer has more rows.'
