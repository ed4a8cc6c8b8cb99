import { NativeSelect } from '@mantine/core'

import { type Deciding, withHeaderRow } from './edits'

const MAX_LABEL = 60

/** A row that may be the header: its number, and as many of its cells as fit. */
function rowWords({ row, cells }: Deciding['result']['top_rows'][number]): string {
  const text = cells.map((cell) => cell || '–').join(' · ')
  return `row ${row}: ${text.length > MAX_LABEL ? `${text.slice(0, MAX_LABEL)}…` : text}`
}

/** The row with the names of the columns: a person chooses another one where other lines look like it. */
export function HeaderChoice({ result, edits, onChange }: Deciding) {
  const { top_rows: rows = [], header_row: read } = result
  if (rows.length < 2) return null
  const listed = rows.map((one) => ({ value: String(one.row), label: rowWords(one) }))
  const isListed = rows.some(({ row }) => row === read)
  const none = { value: '0', label: result.grid?.has_header === false ? 'none' : 'several rows' }
  return (
    <NativeSelect
      size="xs"
      maw={260}
      label="Header"
      aria-label="Row with the names of the columns"
      value={String(edits.header_row || (isListed ? read : 0))}
      data={isListed ? listed : [none, ...listed]}
      onChange={(event) => onChange(withHeaderRow(edits, Number(event.currentTarget.value)))}
    />
  )
}
