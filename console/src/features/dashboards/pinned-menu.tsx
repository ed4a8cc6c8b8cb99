import { ActionIcon, Menu } from '@mantine/core'

import { savePng } from '../../api/save-picture'
import { columnFormats, useAnswerLabels, useAnswerUnits } from '../../formats/columns'
import { withDays } from '../query/days'
import { fileNameOf } from '../query/file-name-of'
import type { Result } from '../query/results'
import type { KeptQuestion } from '../query/saved-questions'
import { Downloads, panelNotes } from './downloads'
import { pictured } from './pictured-table'

/** What a person may do with a panel of their own dashboard. */
export interface PinnedDeeds {
  /** The panels before and after it. */
  before: number
  after: number
  isFull: boolean
  onMove: (by: number) => void
  onWiden: () => void
  onRename: () => void
  onTakeOff: () => void
}

/** What the menu of a panel is called. */
export const menuLabel = (name: string): string => `More about: ${name}`

interface Props {
  question: KeptQuestion
  /** The chosen filters that change it, such as `Country: Ireland`. */
  filters: string[]
  answer: Result | undefined
  deeds: PinnedDeeds | undefined
}

/** The downloads of a question on a person's dashboard, and the way off it. */
export function PinnedMenu({ question: { name, sql, units: own }, filters, answer, deeds }: Props) {
  const units = useAnswerUnits('', answer?.columns, own)
  const labels = useAnswerLabels('', answer?.columns)
  const file = fileNameOf(name, sql)
  function savePicture(chart: SVGSVGElement | null, panel: ParentNode): void {
    if (!answer) return
    const table = pictured(
      { ...answer, rows: withDays(answer.rows) },
      columnFormats(answer.columns, units, labels),
    )
    void savePng(file, { title: name, notes: panelNotes(panel, filters), ...(chart ? { chart } : { table }) })
  }
  return (
    <Menu position="bottom-end" withinPortal={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={menuLabel(name)}>
          ⋯
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Downloads
          file={file}
          answer={answer}
          sheet={(panel) => ({
            title: name,
            units,
            labels,
            notes: [...panelNotes(panel, filters), `SQL: ${sql}`],
          })}
          onPicture={savePicture}
        />
        {deeds ? <Deeds deeds={deeds} /> : null}
      </Menu.Dropdown>
    </Menu>
  )
}

function Deeds({ deeds }: { deeds: PinnedDeeds }) {
  return (
    <>
      <Menu.Divider />
      <Menu.Item disabled={deeds.before === 0} onClick={() => deeds.onMove(-1)}>
        Move up
      </Menu.Item>
      <Menu.Item disabled={deeds.after === 0} onClick={() => deeds.onMove(1)}>
        Move down
      </Menu.Item>
      {deeds.before > 1 ? (
        <Menu.Item onClick={() => deeds.onMove(-deeds.before)}>Move to the top</Menu.Item>
      ) : null}
      {deeds.after > 1 ? (
        <Menu.Item onClick={() => deeds.onMove(deeds.after)}>Move to the end</Menu.Item>
      ) : null}
      <Menu.Item onClick={deeds.onWiden}>{deeds.isFull ? 'Half the width' : 'Full width'}</Menu.Item>
      <Menu.Item onClick={deeds.onRename}>Rename</Menu.Item>
      <Menu.Item onClick={deeds.onTakeOff}>Take off my dashboard</Menu.Item>
    </>
  )
}
