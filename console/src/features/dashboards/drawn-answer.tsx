import { lazy, Suspense, useMemo } from 'react'

import type { Schemas } from '../../api/client'
import { Empty, Waiting } from '../../components/states'
import type { Units } from '../../formats/columns'
import type { Choice } from '../query/chart-choice'
import { ChartNote } from '../query/chart-note'
import type { Bounds } from '../query/open-period'
import type { Result } from '../query/results'
import { useDrawn } from '../query/use-drawn'

const Chart = lazy(() => import('./chart'))

/** Whether a person's chart is drawn from its answer; a band and small charts are drawn as their panel says. */
export const isOfAnswer = ({ kind, scale = 'auto' }: { kind: string; scale?: string }): boolean =>
  (kind === 'line' || kind === 'bar') && scale !== 'each'

interface Props {
  result: Result
  choice: Choice
  units: Units | undefined
  height: number
  /** The days that the filters of the page leave. */
  bounds?: Bounds | undefined
  /** What the panel of a published dashboard says of itself. */
  panel?: Pick<Schemas['Panel'], 'name' | 'question' | 'unit'>
  onPick?: ((name: string) => void) | undefined
}

/** The chart of a question that a person saved: the same on My dashboard and on a published one. */
export function DrawnAnswer({ result, choice, units, height, bounds, panel, onPick }: Props) {
  const answer = useDrawn(result, choice, units, bounds)
  const shown = useMemo(
    () =>
      panel
        ? {
            ...answer,
            panel: { ...answer.panel, name: panel.name, question: panel.question, unit: panel.unit },
          }
        : answer,
    [answer, panel],
  )
  if (shown.refused) return <Empty>{shown.refused}</Empty>
  return (
    <>
      <Suspense fallback={<Waiting what="the chart" />}>
        <Chart shown={shown} height={height} onPick={onPick} />
      </Suspense>
      <ChartNote shown={shown} />
    </>
  )
}
