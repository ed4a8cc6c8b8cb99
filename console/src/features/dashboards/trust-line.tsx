import { Anchor, Text } from '@mantine/core'
import { Fragment } from 'react'

import type { Schemas } from '../../api/client'
import { useResult, useTable } from '../../api/queries'
import { useUnits } from '../../formats/columns'
import { day } from '../../formats/moments'
import { filledParts } from '../../formats/template'

/** How far a figure may be trusted, in words: as of when, by which method, tested or not, with which error, and where it comes from. */
export function TrustLine({ board, table }: { board: Schemas['Dashboard']; table: string }) {
  const note = board.trust.find((one) => one.tables.includes(table))
  const detail = useTable(board.system, table)
  const answer = useResult(note?.sql ?? '')
  const units = useUnits(note?.source ?? table)
  if (!detail.data?.version) return null
  const rows = { columns: answer.data?.columns.map((one) => one.name) ?? [], rows: answer.data?.rows ?? [[]] }
  const parts = [
    detail.data.as_of ? `as of ${day(detail.data.as_of)}` : '',
    ...(note ? filledParts(note.words, rows, units) : []),
  ].filter(Boolean)
  return (
    <Text className="trust muted" component="p" data-testid={`trust-${table}`}>
      {parts.map((part) => (
        <Fragment key={part}>{part} · </Fragment>
      ))}
      <Anchor inherit href={`#/tables/${encodeURIComponent(board.system)}/${encodeURIComponent(table)}`}>
        where it comes from
      </Anchor>
    </Text>
  )
}
