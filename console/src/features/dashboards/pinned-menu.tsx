import { ActionIcon, Menu } from '@mantine/core'

import { savePng } from '../../api/save-picture'
import { columnFormats, useAnswerLabels, useAnswerUnits } from '../../formats/columns'
import { withDays } from '../query/days'
import { fileNameOf } from '../query/file-name-of'
import type { Result } from '../query/results'
import type { KeptQuestion } from '../query/saved-questions'
import { Downloads } from './downloads'
import { pictured } from './pictured-table'

interface Props {
  question: KeptQuestion
  answer: Result | undefined
  /** Takes the question off the dashboard; undefined on the dashboard of another person. */
  onUnpin: (() => void) | undefined
}

/** The downloads of a question on a person's dashboard, and the way off it. */
export function PinnedMenu({ question: { name, sql, units: own }, answer, onUnpin }: Props) {
  const units = useAnswerUnits('', answer?.columns, own)
  const labels = useAnswerLabels('', answer?.columns)
  const file = fileNameOf(name, sql)
  const notes = [`SQL: ${sql}`]
  function savePicture(chart: SVGSVGElement | null): void {
    if (!answer) return
    const table = pictured(
      { ...answer, rows: withDays(answer.rows) },
      columnFormats(answer.columns, units, labels),
    )
    void savePng(file, { title: name, ...(chart ? { chart } : { table }) })
  }
  return (
    <Menu position="bottom-end" withinPortal={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`More about: ${name}`}>
          ⋯
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Downloads
          file={file}
          answer={answer}
          sheet={{ title: name, units, labels, notes }}
          onPicture={savePicture}
        />
        {onUnpin ? (
          <>
            <Menu.Divider />
            <Menu.Item onClick={onUnpin}>Take off my dashboard</Menu.Item>
          </>
        ) : null}
      </Menu.Dropdown>
    </Menu>
  )
}
