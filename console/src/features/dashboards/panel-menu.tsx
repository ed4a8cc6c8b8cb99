import { ActionIcon, Menu } from '@mantine/core'
import { useMemo } from 'react'

import { savePng } from '../../api/save-picture'
import { columnFormats, useAnswerLabels, useAnswerUnits, useDescriptions } from '../../formats/columns'
import type { Schemas } from '../../api/client'
import type { Result } from '../query/results'
import { whole } from '../../api/format'
import { queryAddress } from '../../formats/sql'
import { answerRows, rowCount } from '../../formats/template'
import { useRowLinks } from '../catalog/row-query'
import { shownColumns } from './answer-table'
import { statedColumns } from './figure-columns'
import { hasFiltersOfTables } from './board-filters'
import { fileNameOf } from '../query/file-name-of'
import { PinItem } from './pin-item'
import { questionOfPanel } from './pinned-question'
import { Downloads, panelNotes } from './downloads'
import { onlyValue, pictured } from './pictured-table'
import { tableAddress } from '../../formats/addresses'
import { FEW, useTrust } from './trust-line'

export type PanelView = 'figure' | 'chart' | 'table' | 'SQL' | 'definition'

interface Props {
  panel: Schemas['Panel']
  board: Schemas['Dashboard']
  /** The answer in words, where it is there. */
  title: string | undefined
  sql: string
  /** The statement that a person keeps, about the figures of each run. */
  keptSql?: string | undefined
  /** The filters of the panel, which the statement about its trust is narrowed by. */
  narrow: (sql: string) => string
  /** The chosen filters that change the panel. */
  words: string[]
  views: PanelView[]
  view: PanelView
  answer: Result | undefined
  onView: (view: PanelView) => void
}

const TITLES: Record<PanelView, string> = {
  figure: 'Figure',
  chart: 'Chart',
  table: 'Table',
  SQL: 'SQL',
  definition: 'Definition of the columns',
}

/** Everything that one rarely needs of a panel, behind one button. */
export function PanelMenu(props: Props) {
  const { panel, board, title, sql, keptSql = sql, narrow, words, views, view, answer, onView } = props
  const { question } = panel
  const file = fileNameOf(question, sql)
  const trust = useTrust({ board, table: panel.table, narrow }) ?? []
  const source = hasFiltersOfTables(board) ? '' : panel.table
  const stated = useMemo(() => statedColumns(panel), [panel])
  const units = useAnswerUnits(source, answer?.columns, stated.units)
  const labels = { ...useAnswerLabels(source, answer?.columns), ...stated.labels }
  const descriptions = useDescriptions(source)
  const about = source ? descriptions : undefined
  const linkOf = useRowLinks()
  // Columns that fill a title or count are the page's own.
  const saved = answer && shownColumns(answer)
  const [listed, all] = answer ? [answer.rows.length, rowCount(answerRows(answer))] : [0, 0]
  const part = all > listed ? [`The first ${whole(listed)} of ${whole(all)} rows`] : []
  const pinned = answer && questionOfPanel(panel, keptSql, answer.columns, words, units)
  const notesOf = (panel: ParentNode): string[] => [
    ...(title ? [title] : []),
    ...part,
    ...panelNotes(panel, words),
    `SQL: ${sql}`,
  ]
  function savePicture(chart: SVGSVGElement | null, place: ParentNode): void {
    if (!saved) return
    const source = `Source: ${board.title}, table ${panel.table}`
    const isFigure = panel.kind === 'kpi' && saved.columns.some(({ name }) => name === 'value')
    const table = isFigure ? onlyValue(saved) : saved
    const formats = columnFormats(table.columns, units, labels)
    void savePng(file, {
      title: title ?? question,
      subtitle: title ? question : undefined,
      notes: [
        [...trust.slice(0, FEW), ...(chart ? [] : part)].join(' · '),
        ...panelNotes(place, words),
        source,
      ].filter(Boolean),
      ...(chart ? { chart } : { table: pictured(table, formats) }),
    })
  }
  return (
    <Menu position="bottom-end" withinPortal={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`More about: ${question}`}>
          ⋯
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {views
          .filter((one) => one !== view)
          .map((one) => (
            <Menu.Item key={one} onClick={() => onView(one)}>
              {TITLES[one]}
            </Menu.Item>
          ))}
        <Menu.Divider />
        <Downloads
          file={file}
          answer={saved}
          sheet={(place) => ({ title: question, units, labels, about, notes: notesOf(place), linkOf })}
          onPicture={savePicture}
        />
        <Menu.Divider />
        <Menu.Item component="a" href={queryAddress(sql)}>
          Open in the editor
        </Menu.Item>
        {board.system && panel.table ? (
          <Menu.Item component="a" href={tableAddress(board.system, panel.table)}>
            Where it comes from
          </Menu.Item>
        ) : null}
        {pinned ? <PinItem question={pinned} /> : null}
      </Menu.Dropdown>
    </Menu>
  )
}
