import { Button, Menu } from '@mantine/core'

import { savePng } from '../../api/save-picture'
import { useAnswerUnits, useLabels } from '../../formats/columns'
import { day } from '../../formats/moments'
import { saveCsv, saveXlsx } from '../../formats/save-table'
import { useHealth } from '../lake/queries'
import type { Result } from './results'

interface Props {
  /** The name of the files, without their ending. */
  name: string
  /** The saved question; empty for a statement of one's own. */
  question: string
  columns: Result['columns']
  /** The tables that the statement asks, in words. */
  sources: string[]
  isReading: boolean
  isChart: boolean
  /** Reads all rows of the answer first. */
  onSave: (save: (answer: Result) => void) => void
}

/** What stands below a picture: how the chart differs from the table, as of when it is, and where it comes from. */
export const pictureNotes = (note: string, asOf: string, sources: string[]): string[] =>
  [
    note,
    [asOf ? `As of ${day(asOf)}` : '', sources.length > 0 ? `Source: ${sources.join(', ')}` : '']
      .filter(Boolean)
      .join(' · '),
  ].filter(Boolean)

/** The downloads of an answer. A picture and a workbook leave the page, so they have its question, day and source. */
export function AnswerDownloads({ name, question, columns, sources, isReading, isChart, onSave }: Props) {
  const units = useAnswerUnits('', columns)
  const labels = useLabels('')
  const asOf = useHealth().data?.as_of ?? ''
  function picture(): void {
    const drawing = document.querySelector<HTMLElement>('[data-answer-chart]')
    const chart = drawing?.querySelector('svg')
    const note = drawing?.querySelector('[data-testid=chart-note]')?.textContent ?? ''
    const title = question || drawing?.dataset.answerChart
    if (chart) void savePng(name, { chart, title, notes: pictureNotes(note, asOf, sources) })
  }
  const workbook = (answer: Result) =>
    void saveXlsx(name, answer, {
      title: question || 'Answer',
      units,
      labels,
      notes: [...pictureNotes('', asOf, sources), `SQL: ${answer.query.sql}`],
    })
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="compact-sm" variant="default" disabled={isReading}>
          Download
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onSave((answer) => saveCsv(name, answer))}>CSV, all rows</Menu.Item>
        <Menu.Item onClick={() => onSave(workbook)}>Excel, all rows</Menu.Item>
        {isChart ? <Menu.Item onClick={picture}>Picture of the chart (PNG)</Menu.Item> : null}
      </Menu.Dropdown>
    </Menu>
  )
}
