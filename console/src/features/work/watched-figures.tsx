import { Anchor, Text } from '@mantine/core'

import { count } from '../../api/format'
import { cellWords } from '../../formats/columns'
import { capitalised } from '../../formats/words'
import { panelAddress } from '../dashboards/named-panel'
import type { Result } from '../query/results'
import { alertName, type WatchedFigure } from './alerts'

interface Props {
  figures: WatchedFigure[]
  /** The answer of each figure, in their order; undefined while it is not read. */
  answers: (Result | undefined)[]
}

/** The figures that raise alerts, each with what it is now and its limit. */
export function WatchedFigures({ figures, answers }: Props) {
  return (
    <details>
      <summary>
        {count(figures.length, 'figure')} of the dashboards {figures.length === 1 ? 'is' : 'are'} watched
      </summary>
      <ul className="tasks" aria-label="Watched figures">
        {figures.map(({ board, rule }, place) => (
          <li key={`${board.system}/${rule.name}`}>
            <Text size="sm" span>
              {capitalised(alertName(rule.name))} of{' '}
              <Anchor inherit href={panelAddress(board.system, rule.panel)}>
                {board.title}
              </Anchor>
              : {nowWords(answers[place], rule.unit)}an alert above{' '}
              {cellWords('value', rule.above, rule.unit)}
            </Text>
          </li>
        ))}
      </ul>
    </details>
  )
}

function nowWords(answer: Result | undefined, unit: string): string {
  const value = answer?.rows[0]?.[0] ?? null
  return value === null ? '' : `now ${cellWords('value', value, unit)}, `
}
