import { Text } from '@mantine/core'
import { Fragment } from 'react'

import type { Schemas } from '../../api/client'
import { seconds, whole } from '../../api/format'
import { Empty } from '../../components/states'
import { moment } from '../../formats/moments'

const COLOURS: Record<string, string> = {
  done: 'var(--mantine-color-teal-7)',
  running: 'var(--mantine-color-blue-6)',
  failed: 'var(--mantine-color-red-7)',
  left: 'var(--mantine-color-gray-5)',
}

/** A stage's state in words, because colour alone does not show it. */
function said(stage: Schemas['RunStage'], ended: boolean): string {
  if (stage.state === 'pending' && ended) return 'not begun'
  if (stage.state === 'left') return 'not asked for'
  if (stage.seconds === null || stage.seconds === undefined) return stage.state
  return stage.state === 'done' ? seconds(stage.seconds) : `${stage.state}, ${seconds(stage.seconds)}`
}

/** Rows and parts of a stage, as its job recorded them; empty where no job did. */
export function work(stage: Schemas['RunStage']): string {
  if (typeof stage.rows_read !== 'number') return ''
  const parts = [
    ['reused', stage.parts_reused ?? 0],
    ['rebuilt', stage.parts_rebuilt ?? 0],
  ] as const
  const named = parts.filter(([, many]) => many > 0).map(([what, many]) => `${whole(many)} ${what}`)
  const changed = stage.rows_changed ? `, ${whole(stage.rows_changed)} changed` : ''
  return `rows: ${whole(stage.rows_read)} read${changed}${named.length > 0 ? ` · parts: ${named.join(', ')}` : ''}`
}

/** Bars by time: when each stage began and how long it took. */
export function Gantt({ stages, ended }: { stages: Schemas['RunStage'][]; ended: boolean }) {
  const begun = stages.filter((stage) => stage.began_at)
  if (begun.length === 0) return <Empty>No stage has begun.</Empty>
  const at = (stage: Schemas['RunStage']) => Date.parse(`${stage.began_at}Z`) / 1000
  const from = Math.min(...begun.map(at))
  const span = Math.max(1, ...begun.map((stage) => at(stage) + (stage.seconds ?? 0) - from))
  return (
    <div className="gantt">
      {stages.map((stage) => (
        <Fragment key={stage.name}>
          <Text size="sm">{stage.name}</Text>
          <div title={stage.began_at ? `began ${moment(stage.began_at)}` : stage.state}>
            <div
              className="gantt-bar"
              style={{
                marginLeft: stage.began_at ? `${((at(stage) - from) / span) * 100}%` : 0,
                width: `${((stage.seconds ?? 0) / span) * 100}%`,
                background: COLOURS[stage.state] ?? 'transparent',
              }}
            />
            {work(stage) ? (
              <Text size="xs" c="dimmed">
                {work(stage)}
              </Text>
            ) : null}
          </div>
          <Text size="sm" className="number">
            {said(stage, ended)}
          </Text>
        </Fragment>
      ))}
    </div>
  )
}
