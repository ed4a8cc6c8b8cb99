import { Button, Menu } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect } from 'react'

import { whole } from '../../api/format'
import { savePng } from '../../api/save-picture'
import { Failed } from '../../components/states'
import { useWorkbookWriting, WorkbookWriting } from '../../components/workbook-writing'
import { useAnswerLabels, useAnswerUnits } from '../../formats/columns'
import { kindOfTime } from '../../formats/moments'
import { saveCsv } from '../../formats/save-table'
import type { AnswerSize } from './answer-size'
import { useDataDay } from './data-day'
import { withDays } from './days'
import { fileNameOf } from './file-name-of'
import { openPeriod, openWords } from './open-period'
import { isComplete, MOST_ROWS } from './reading'
import { readFile } from './result-file'
import type { Result } from './results'

interface Props {
  /** The title of the answer, after which its files are named. */
  title: string
  /** The statement as it was typed; the one that was asked may have other words and a LIMIT. */
  sql: string
  columns: Result['columns']
  isReading: boolean
  isChart: boolean
  size: AnswerSize
  /** The file that is saved without a click, as the link of a mail asks. */
  savesAtOnce: '' | 'csv' | 'xlsx'
  /** Reads all rows of the answer first. */
  onSave: (save: (answer: Result) => void) => void
}

const numberOf = (size: AnswerSize): string => (typeof size === 'number' ? ` (${whole(size)})` : '')

/** From so many rows on a workbook takes a minute or more, and a CSV file seconds. */
const MANY_ROWS = 200_000

/** What the download as Excel is, with advice for an answer that is large for a spreadsheet. */
export function excelWords(size: AnswerSize): string {
  if (typeof size !== 'number' || size <= MANY_ROWS) return `Excel, all rows${numberOf(size)}`
  return size > MOST_ROWS
    ? `Excel has at most ${whole(MOST_ROWS)} rows: take CSV`
    : `Excel, all rows${numberOf(size)}: takes minutes, CSV takes seconds`
}

/** The line of the page with the tables of the answer, each as of its day. */
const originOf = (page: ParentNode): string => page.querySelector('[data-answer-origin]')?.textContent ?? ''

/** The lines below a picture: how the chart differs from the table, where it comes from, and as of when. */
export const pictureNotes = (page: ParentNode): string[] =>
  [page.querySelector('[data-answer-chart] [data-chart-note]')?.textContent ?? '', originOf(page)].filter(
    Boolean,
  )

/** Whether the rows end with the LIMIT of their statement, so that its tables may have more. */
export function limitNote({ sql, rows }: Pick<Result, 'rows'> & { sql: string }): string {
  const limit = Number(/\bLIMIT\s+(\d+)\s*;?\s*$/i.exec(sql)?.[1] ?? Infinity)
  return rows.length >= limit
    ? `The statement ends with LIMIT ${whole(limit)}: ${rows.length === 1 ? 'this is the first row' : `these are the first ${whole(rows.length)} rows`}, and there may be more.`
    : ''
}

/** An answer whose moments at midnight, such as months, are days, as the page shows them. */
export const daysOf = (answer: Result): Result => ({ ...answer, rows: withDays(answer.rows) })

/** A sentence about the last period of the rows that is not over; empty where no column has periods. */
export function openNote({ columns, rows }: Pick<Result, 'columns' | 'rows'>, asOf: string): string {
  for (const at of columns.keys()) {
    const places = new Set(rows.map((row) => String(row[at] ?? '')))
    if ([...places].every((place) => kindOfTime(place) === 'day'))
      return openWords(openPeriod([...places].sort(), asOf))
  }
  return ''
}

/** The name of a file that is saved today, so that the file of last week is another one. */
export const datedName = (name: string, now = new Date()): string =>
  `${name}-${now.toISOString().slice(0, 10)}`

/** The downloads of an answer. A picture and a workbook leave the page, so they have its question, day and source. */
export function AnswerDownloads({
  title,
  sql,
  columns,
  isReading,
  isChart,
  size,
  savesAtOnce,
  onSave,
}: Props) {
  const units = useAnswerUnits('', columns)
  const labels = useAnswerLabels('', columns)
  const asOf = useDataDay(sql)
  const fileName = datedName(fileNameOf(title, sql))
  function picture(): void {
    const drawing = document.querySelector<HTMLElement>('[data-answer-chart]')
    const chart = drawing?.querySelector('svg')
    if (chart) void savePng(fileName, { chart, title, notes: pictureNotes(document) })
  }
  const writing = useWorkbookWriting()
  function workbook(answer: Result): void {
    const table = daysOf(answer)
    const notes = [
      originOf(document),
      openNote(table, asOf),
      limitNote({ sql, rows: answer.rows }),
      `SQL: ${sql}`,
    ]
    writing.save({ name: fileName, table, words: { title, units, labels, notes: notes.filter(Boolean) } })
  }
  /** More rows than a browser keeps are the file that Athena wrote. */
  const file = useMutation({
    mutationFn: (queryId: string) => readFile(queryId),
    onSuccess: ({ url }) => window.location.assign(url),
  })
  const csv = (answer: Result) =>
    isComplete(answer) ? saveCsv(fileName, daysOf(answer)) : file.mutate(answer.query.query_id)
  const isLarge = typeof size === 'number' && size > MOST_ROWS
  useEffect(() => {
    if (savesAtOnce && !isReading) onSave(savesAtOnce === 'xlsx' && !isLarge ? workbook : csv)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, when the rows of the link are there
  }, [])
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button size="compact-sm" variant="default" disabled={isReading || writing.isPending}>
            Download
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => onSave(csv)}>CSV, all rows{numberOf(size)}</Menu.Item>
          <Menu.Item onClick={() => onSave(workbook)} disabled={isLarge}>
            {excelWords(size)}
          </Menu.Item>
          {isChart ? <Menu.Item onClick={picture}>Picture of the chart (PNG)</Menu.Item> : null}
        </Menu.Dropdown>
      </Menu>
      <WorkbookWriting of={writing} />
      {file.error ? <Failed error={file.error} what="The download" isAction /> : null}
    </>
  )
}
