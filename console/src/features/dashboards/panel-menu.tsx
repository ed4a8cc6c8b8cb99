import { ActionIcon, Menu } from '@mantine/core'

import { useLabels, useUnits } from '../../formats/columns'
import { saveCsv, saveXlsx } from '../../formats/save-table'
import type { Schemas } from '../../api/client'
import type { Result } from '../query/results'
import { queryAddress } from '../../formats/sql'

export type PanelView = 'chart' | 'table' | 'SQL' | 'definition'

interface Props {
  panel: Schemas['Panel']
  /** The answer in words, where it is there. */
  title: string | undefined
  sql: string
  views: PanelView[]
  view: PanelView
  answer: Result | undefined
  onView: (view: PanelView) => void
}

const TITLES: Record<PanelView, string> = {
  chart: 'Chart',
  table: 'Table',
  SQL: 'SQL',
  definition: 'Definition of the columns',
}

/** Everything that one rarely needs of a panel, behind one button. */
export function PanelMenu({ panel, title, sql, views, view, answer, onView }: Props) {
  const { name, question } = panel
  const units = useUnits(panel.table, panel.units)
  const labels = useLabels(panel.table)
  const notes = [...(title ? [title] : []), `SQL: ${sql}`]
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
        <Menu.Item
          disabled={!answer}
          onClick={() => answer && void saveXlsx(name, answer, { title: question, units, labels, notes })}
        >
          Download Excel
        </Menu.Item>
        <Menu.Item disabled={!answer} onClick={() => answer && saveCsv(name, answer)}>
          Download CSV
        </Menu.Item>
        <Menu.Item component="a" href={queryAddress(sql)}>
          Open in the editor
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
