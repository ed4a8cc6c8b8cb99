import { Button, Menu } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'

import { read, type Schemas } from '../../api/client'
import { whole } from '../../api/format'
import { Failed } from '../../components/states'
import { headingsOf, useDescriptions, useLabels, useUnits } from '../../formats/columns'
import { saveXlsx } from '../../formats/save-table'
import { heading } from '../../formats/words'
import { useContract } from './queries'
import { readConditions, wordsOfCondition } from './row-filters'
import { useRowLinks } from './row-query'

/** The order and the conditions of the rows that are shown. */
export interface Asked {
  sort: string
  filters: string[]
}

export const addressOf = (system: string, table: string): string =>
  `/v1/systems/${encodeURIComponent(system)}/tables/${encodeURIComponent(table)}`

/** The most rows of a workbook: more of them make a file that a spreadsheet opens slowly. */
const MOST_ROWS = 50_000
const PAGE = 10_000

/** The first rows of a table, in their order under the filters, and how many there are in all. */
async function firstRows(system: string, table: string, { sort, filters }: Asked): Promise<Schemas['Rows']> {
  const page = (cursor: string) =>
    read<Schemas['Rows']>(`${addressOf(system, table)}/rows`, {
      query: { limit: PAGE, cursor, sort, filter: filters },
    })
  const first = await page('')
  const rows = [...first.rows]
  let cursor = first.next_cursor
  while (cursor && rows.length < MOST_ROWS) {
    const next = await page(cursor)
    for (const row of next.rows) rows.push(row)
    cursor = next.next_cursor
  }
  return { ...first, rows }
}

/** Saves the rows as a workbook, with what the table and each of its columns is. */
function useWorkbook(system: string, table: string, asked: Asked) {
  const units = useUnits(table)
  const labels = useLabels(table)
  const about = useDescriptions(table)
  const linkOf = useRowLinks()
  const description = useContract('prod', table).data?.description
  return useMutation({
    mutationFn: async () => {
      const { columns, rows, total } = await firstRows(system, table, asked)
      const notes = [
        ...(description ? [description] : []),
        ...(rows.length < total ? [`The first ${whole(rows.length)} of ${whole(total)} rows`] : []),
        ...readConditions(asked.filters).map(
          (condition) =>
            `Filter: ${wordsOfCondition(condition, columns, headingsOf(columns, labels), units)}`,
        ),
      ]
      await saveXlsx(table, { columns, rows }, { title: heading(table), units, labels, about, notes, linkOf })
    },
  })
}

/** Saves the rows that the filters leave, in their order. */
export function Downloads({ system, table, asked }: { system: string; table: string; asked: Asked }) {
  const file = useMutation({
    mutationFn: (format: string) =>
      read<Schemas['Download']>(`${addressOf(system, table)}/download`, {
        method: 'POST',
        query: { format, sort: asked.sort, filter: asked.filters },
      }),
    onSuccess: ({ url }) => window.location.assign(url),
  })
  const workbook = useWorkbook(system, table, asked)
  const error = file.error ?? workbook.error
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button size="compact-sm" variant="default" loading={file.isPending || workbook.isPending}>
            Download
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => workbook.mutate()}>Excel</Menu.Item>
          <Menu.Item onClick={() => file.mutate('csv')}>CSV</Menu.Item>
          <Menu.Item onClick={() => file.mutate('parquet')}>Parquet, for programs</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {error ? <Failed error={error} what="The download" isAction /> : null}
    </>
  )
}
