import { Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { Failed } from '../../components/states'
import { heading, inSeries } from '../../formats/words'
import { type Deciding, type Edits, leftOutColumns, undecided } from './edits'
import { openOrders } from './date-orders'
import { innerLists } from './part-words'
import { openSuggestions, settled } from './suggested-fields'
import type { AddedColumns } from './use-added-columns'

type Props = Omit<Deciding, 'onChange'> & {
  /** Whether the check is of the dataset and the part that are chosen. */
  isOfChoice: boolean
  added?: AddedColumns
}

/** The columns of lists whose records are a part of the file of their own: that part has them. */
function ownParts(result: Schemas['DryRun']): string[] {
  const inner = innerLists(result).map(({ path }) => path.replaceAll('.', '_'))
  return (result.grid?.columns ?? []).filter((name) => inner.includes(name))
}

/** The columns of a file of a dataset that no field is mapped to or suggested for. */
export function columnsWithoutField(result: Schemas['DryRun'], edits: Edits): string[] {
  if (!result.mapping || !edits.dataset || !Object.values(edits.columns).some(Boolean)) return []
  const suggested = openSuggestions(result, edits).map(({ column }) => column)
  const asked = openOrders(result, edits).map(({ column }) => column)
  const used = new Set([...suggested, ...asked, ...ownParts(result)])
  const without = (result.grid?.columns ?? []).filter((name) => !edits.columns[name] && !used.has(name))
  // Parts of a column that came in stand instead of it.
  const leftOut = Object.fromEntries(without.map((name) => [name, null]))
  return leftOutColumns({ ...edits, columns: { ...edits.columns, ...leftOut } }, without)
}

/**
 * The columns that nobody decided about and nothing is suggested for: a commit leaves them out, so they are named before.
 * Of columns whose values a commit keeps as text, `KeptColumns` says so.
 */
export function UndecidedColumns({ result, edits, isOfChoice, added }: Props) {
  const without = isOfChoice ? columnsWithoutField(result, edits) : []
  if (without.length === 0) return null
  const isOpen = result.outcome === 'needs_mapping' || settled(edits, result) !== edits
  const kept = result.kept_columns ?? []
  const open = isOpen ? undecided(edits, without).filter((name) => !kept.includes(name)) : []
  return (
    <>
      {open.length > 0 ? (
        <Text size="sm" role="note" className="any-text">
          Without a field: <b>{open.join(', ')}</b>. {open.length === 1 ? 'It stays' : 'They stay'} out of the
          lake, unless you choose a field above {open.length === 1 ? 'it' : 'them'}.
        </Text>
      ) : null}
      {added?.adding ? (
        <Text size="xs" className="muted any-text" role="status">
          Adding {added.adding} to {heading(edits.dataset)} …
        </Text>
      ) : null}
      {added?.createdBy === undefined ? null : (
        <Text size="xs" className="muted any-text">
          {whoAdds(without, edits.dataset, added.createdBy)}
        </Text>
      )}
      {added?.error ? <Failed error={added.error} what="The column" isAction /> : null}
    </>
  )
}

/** Who can make columns of the dataset from columns of the file. */
export const whoAdds = (names: string[], dataset: string, createdBy: string): string =>
  createdBy
    ? `${createdBy} created ${heading(dataset)}. ${createdBy} or an operator can add ${inSeries(names)} to it.`
    : `${heading(dataset)} is a dataset of the project. A deployment can add ${inSeries(names)} to its contract.`
