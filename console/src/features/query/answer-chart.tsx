import { Checkbox, Group, MultiSelect, Select, Stack } from '@mantine/core'
import { lazy, Suspense, useMemo } from 'react'

import type { Schemas } from '../../api/client'
import type { Result } from './results'
import { Empty, Waiting } from '../../components/states'
import { chartTitle } from './answer-title'
import { ChartNote } from './chart-note'
import { type ChartKind, type Choice, drawable, isId, measures } from './chart-choice'
import { useDrawn } from './use-drawn'
import { whyNoLog } from '../dashboards/charts/log-bars'

const Chart = lazy(() => import('../dashboards/chart'))
const HEIGHT = 420
const KINDS: { value: ChartKind; label: string }[] = [
  { value: 'line', label: 'lines' },
  { value: 'area', label: 'areas' },
  { value: 'points', label: 'points' },
  { value: 'bar', label: 'bars' },
]
const SCALES = [
  { value: 'auto', label: 'automatic' },
  { value: 'linear', label: 'linear' },
  { value: 'log', label: 'log' },
]

/** The scales that a chart can have, and why one cannot be chosen. Bars choose none by themselves. */
const scalesOf = (kind: ChartKind, noLog: string) =>
  SCALES.filter(({ value }) => kind !== 'bar' || value !== 'auto').map((scale) =>
    noLog && scale.value === 'log' ? { value: 'log', label: `log: ${noLog}`, disabled: true } : scale,
  )

/** The scale that is chosen. The automatic one of lines may be a chart for each series, that of bars is linear. */
const scaleShown = (scale: Schemas['Panel']['scale'], kind: ChartKind): string =>
  scale === 'linear' || scale === 'log' ? scale : kind === 'bar' ? 'linear' : 'auto'

/** An answer as a chart: lines over time, bars over names. */
export function AnswerChart({
  result,
  choice,
  onChoose,
}: {
  result: Result
  choice: Choice | undefined
  onChoose: (choice: Choice) => void
}) {
  const drawnChoice = useMemo(() => drawable(result, choice), [result, choice])
  if (!drawnChoice)
    return <Empty>No column of the answer is a number to draw. Add one, such as count(*) AS rows.</Empty>
  return <ChosenChart result={result} choice={drawnChoice} onChoose={onChoose} />
}

interface Props {
  result: Result
  choice: Choice
  onChoose: (choice: Choice) => void
}

function ChosenChart({ result, choice, onChoose }: Props) {
  const shown = useDrawn(result, choice)
  const option = (name: string) => ({ value: name, label: shown.labels?.[name] ?? name })
  const names = result.columns.map((one) => option(one.name))
  const title = chartTitle(choice, shown.labels ?? {})
  const kind: ChartKind = shown.panel.kind === 'bar' ? 'bar' : shown.panel.form || 'line'
  const noLog = kind === 'bar' ? whyNoLog(shown) : ''
  const isOfIds = result.columns.some((column) => column.name === choice.x && isId(column))
  const groups = choice.series ? 2 : choice.y.length
  const measured = measures(result.columns, result.query.sql)
  function changeX(x: string): void {
    // A measure has no chart against itself.
    const left = choice.y.filter((name) => name !== x)
    const y = left.length > 0 ? left : measured.filter((name) => name !== x).slice(0, 1)
    onChoose({
      ...choice,
      x,
      y: y.length > 0 ? y : choice.y,
      series: choice.series === x ? '' : choice.series,
    })
  }
  const others = names.filter(({ value }) => value !== choice.x && !choice.y.includes(value))
  return (
    <Stack gap="xs">
      <Group gap="sm" align="end">
        <Select
          label="Drawn as"
          w={110}
          data={isOfIds ? KINDS.filter(({ value }) => value === 'bar') : KINDS}
          value={kind}
          allowDeselect={false}
          onChange={(chosen) => chosen && onChoose({ ...choice, kind: chosen })}
        />
        <Select
          label="Over"
          data={names}
          value={choice.x}
          allowDeselect={false}
          onChange={(x) => x && changeX(x)}
        />
        <MultiSelect
          label="Show"
          data={measured.filter((name) => name !== choice.x).map(option)}
          value={choice.y}
          onChange={(y) =>
            y.length > 0 && onChoose({ ...choice, y, series: y.length > 1 ? '' : choice.series })
          }
        />
        <Select
          label="For each"
          placeholder="nothing"
          data={others}
          value={choice.series || null}
          clearable
          disabled={choice.y.length > 1}
          onChange={(series) => onChoose({ ...choice, series: series ?? '' })}
        />
        {kind === 'area' ? null : (
          <Select
            label="Scale"
            w={120}
            data={scalesOf(kind, noLog)}
            // The words of a scale that cannot be chosen say why.
            comboboxProps={noLog ? { width: 320, position: 'bottom-start' } : {}}
            value={scaleShown(shown.panel.scale, kind)}
            allowDeselect={false}
            onChange={(scale) =>
              onChoose({ ...choice, scale: scale === 'linear' || scale === 'log' ? scale : undefined })
            }
          />
        )}
        {(kind === 'area' || kind === 'bar') && groups > 1 && shown.isAddable ? (
          <Checkbox
            label="Stacked"
            pb={8}
            checked={shown.panel.is_stacked ?? (kind === 'area' || choice.series !== '')}
            onChange={(event) => onChoose({ ...choice, isStacked: event.currentTarget.checked })}
          />
        ) : null}
      </Group>
      {shown.refused ? (
        <Empty>{shown.refused}</Empty>
      ) : (
        <div data-answer-chart={title}>
          <Suspense fallback={<Waiting what="the chart" />}>
            <Chart shown={shown} height={HEIGHT} />
          </Suspense>
          <ChartNote shown={shown} />
        </div>
      )}
    </Stack>
  )
}
