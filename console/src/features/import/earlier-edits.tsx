import { Anchor, Button, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Fragment } from 'react'

import { read, type Schemas } from '../../api/client'
import { count } from '../../api/format'
import { path } from '../../api/queries'
import { Moment } from '../../components/moment'
import { inSeries } from '../../formats/words'
import { type Deciding, type Edits, withRow, withTexts } from './edits'

type Earlier = Schemas['EarlierEditsOfRows']

const NOTHING: Earlier = { cells: [], left_out: [], files: [] }
const MAX_SHOWN = 5

/** What people typed into rows of earlier files, or left out of them, and that the same rows here need again. */
export function EarlierEdits({ uploadId, result, edits, onChange }: Deciding & { uploadId: string }) {
  const replaced = result.replaces?.files.map(({ file_id: id }) => id) ?? []
  const earlier = [result.edited_copy, result.same_name, ...replaced].filter(Boolean)
  const { data = NOTHING } = useQuery({
    queryKey: ['earlier edits', uploadId, result.part, earlier.join()],
    queryFn: () => read<Earlier>(`/v1/uploads/${path(uploadId)}/earlier-edits`),
    enabled: earlier.length > 0,
    staleTime: Infinity,
  })
  const open = openEdits(data, edits)
  if (open.cells.length + open.left_out.length === 0) return null
  return (
    <div role="note" aria-label="Edits of earlier files">
      <Group gap="xs">
        <Text size="sm" className="any-text">
          Of these rows, {editedWords(open)} last time, in{' '}
          {data.files.map(({ file_id: id, key, received_at: at }, place) => (
            <Fragment key={id}>
              {place > 0 ? ', ' : ''}
              <Anchor inherit href={`#/files/${path(id)}`}>
                {key.slice(key.lastIndexOf('/') + 1)}
              </Anchor>{' '}
              (<Moment at={at} />)
            </Fragment>
          ))}
          . They came again as they were.
        </Text>
        <Button size="compact-sm" variant="default" onClick={() => onChange(withEarlier(edits, open))}>
          Apply {open.cells.length + open.left_out.length === 1 ? 'it' : 'them'} again
        </Button>
      </Group>
      <Text size="xs" className="muted any-text">
        {shownWords(open)}
      </Text>
    </div>
  )
}

/** The earlier edits that nobody has made again, or decided otherwise. */
export const openEdits = (
  { cells, left_out: rows }: Earlier,
  edits: Edits,
): Pick<Earlier, 'cells' | 'left_out'> => {
  const isLeftOut = (row: number) => edits.left_out.includes(row)
  return {
    cells: cells.filter(({ row, column }) => edits.cells[row]?.[column] === undefined && !isLeftOut(row)),
    left_out: rows.filter((row) => !isLeftOut(row)),
  }
}

/** The edits with all earlier ones. */
export const withEarlier = (edits: Edits, { cells, left_out: rows }: ReturnType<typeof openEdits>): Edits =>
  rows.reduce(
    (next, row) => withRow(next, row, true),
    cells.reduce((next, { row, column, text }) => withTexts(next, column, [row], [text]), edits),
  )

/** How much was edited: `3 cells were typed and 1 row was left out`. */
function editedWords({ cells, left_out: rows }: ReturnType<typeof openEdits>): string {
  const were = (many: number) => (many === 1 ? 'was' : 'were')
  return inSeries(
    [
      cells.length > 0 ? `${count(cells.length, 'cell')} ${were(cells.length)} typed` : '',
      rows.length > 0 ? `${count(rows.length, 'row')} ${were(rows.length)} left out` : '',
    ].filter(Boolean),
  )
}

/** The first edits: `Row 2: price 12.00; row 4 left out`. */
function shownWords({ cells, left_out: rows }: ReturnType<typeof openEdits>): string {
  const listed = [
    ...cells.map(({ row, column, text }) => `row ${row}: ${column} ${text || 'empty'}`),
    ...rows.map((row) => `row ${row} left out`),
  ]
  const more = listed.length - MAX_SHOWN
  return `${listed.slice(0, MAX_SHOWN).join('; ')}${more > 0 ? `; and ${count(more, 'more edit')}` : ''}`
}
