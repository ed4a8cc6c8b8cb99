import { Button, Group, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'

import { count, whole } from '../api/format'
import { saveXlsx, type TableToSave, type WorkbookWords } from '../formats/save-table'
import { Failed } from './states'

/** A workbook of fewer rows is there before a person reads how far it is. */
const LARGE_ROWS = 10_000

interface Order {
  name: string
  table: TableToSave
  words: WorkbookWords
}

/** Workbooks of a page, one after the other: how far the current one is, and what stops it. */
export function useWorkbookWriting() {
  const [rows, setRows] = useState(0)
  const [taken, setTaken] = useState(0)
  const control = useRef<AbortController>(undefined)
  const writing = useMutation({
    mutationFn: async ({ name, table, words }: Order) => {
      const own = new AbortController()
      control.current = own
      setRows(0)
      setTaken(0)
      try {
        await saveXlsx(name, table, words, { onRows: setRows, onTaken: setTaken, signal: own.signal })
      } catch (error) {
        if (!own.signal.aborted) throw error
      }
    },
  })
  return {
    save: (order: Order) => writing.mutate(order),
    isPending: writing.isPending,
    error: writing.error,
    rows,
    taken,
    total: writing.variables?.table.rows.length ?? 0,
    stop: () => control.current?.abort(),
  }
}

/** How far a workbook is: its rows are prepared, then written, then packed. */
export function writingWords(written: number, taken: number, total: number): string {
  if (written >= total) return `Excel: all ${count(total, 'row')}; the file is being packed`
  return written > 0 || taken >= total
    ? `Excel: ${whole(written)} of ${count(total, 'row')} written`
    : `Excel: ${whole(taken)} of ${count(total, 'row')} prepared`
}

/** How far a large workbook is, such as “140,000 of 518,593 rows”, with the button that stops it. */
export function WorkbookWriting({
  of: { isPending, error, rows, taken, total, stop },
}: {
  of: Omit<ReturnType<typeof useWorkbookWriting>, 'save'>
}) {
  if (error) return <Failed error={error} what="The Excel file" isAction />
  if (!isPending || total < LARGE_ROWS) return null
  return (
    <Group gap="xs">
      <Text size="sm" role="status">
        {writingWords(rows, taken, total)}
      </Text>
      <Button size="compact-sm" variant="default" onClick={stop}>
        Stop
      </Button>
    </Group>
  )
}
