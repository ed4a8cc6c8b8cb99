import { Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { type Deciding, leftOutColumns, undecided } from './edits'
import { openOrders } from './date-orders'
import { innerLists } from './part-words'
import { openSuggestions, settled } from './suggested-fields'

type Props = Omit<Deciding, 'onChange'> & {
  /** Whether the check is of the dataset and the part that are chosen. */
  isOfChoice: boolean
}

/** The columns of lists whose records are a part of the file of their own: that part has them. */
function ownParts(result: Schemas['DryRun']): string[] {
  const inner = innerLists(result).map(({ path }) => path.replaceAll('.', '_'))
  return (result.grid?.columns ?? []).filter((name) => inner.includes(name))
}

/** The columns that nobody decided about and nothing is suggested for: a commit leaves them out, so they are named before. */
export function UndecidedColumns({ result, edits, isOfChoice }: Props) {
  if (!result.mapping || !edits.dataset || !isOfChoice || !Object.values(edits.columns).some(Boolean))
    return null
  const suggested = openSuggestions(result, edits).map(({ column }) => column)
  const asked = openOrders(result, edits).map(({ column }) => column)
  const used = new Set([...suggested, ...asked, ...ownParts(result)])
  const isOpen = result.outcome === 'needs_mapping' || settled(edits, result) !== edits
  const without = isOpen ? undecided(edits, result.grid?.columns ?? []).filter((name) => !used.has(name)) : []
  // Parts of a column that came in stand instead of it.
  const open = leftOutColumns(
    { ...edits, columns: { ...edits.columns, ...Object.fromEntries(without.map((name) => [name, null])) } },
    without,
  )
  if (open.length === 0) return null
  return (
    <Text size="sm" role="note" className="any-text">
      Without a field: <b>{open.join(', ')}</b>. {open.length === 1 ? 'It stays' : 'They stay'} out of the
      lake, unless you choose a field above {open.length === 1 ? 'it' : 'them'}.
    </Text>
  )
}
