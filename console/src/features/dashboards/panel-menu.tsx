import { ActionIcon, Menu } from '@mantine/core'

import { saveCsv, saveXlsx } from '../../api/save-table'
import type { Result } from '../query/results'
import { queryAddress } from '../../formats/sql'

export type PanelView = 'chart' | 'table' | 'SQL' | 'definition'

interface Props {
  name: string
  question: string
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
export function PanelMenu({ name, question, sql, views, view, answer, onView }: Props) {
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
        <Menu.Item disabled={!answer} onClick={() => answer && void saveXlsx(name, answer)}>
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
