import { Group, Stack, Text, Title } from '@mantine/core'
import { Fragment } from 'react'
import { useParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { seconds, time } from '../../api/format'
import { useRun } from '../../api/queries'
import { Panel } from '../../components/panel'
import { Answered, Empty, StateBadge } from '../../components/states'

const COLOURS: Record<string, string> = {
  done: 'var(--mantine-color-teal-7)',
  running: 'var(--mantine-color-blue-6)',
  failed: 'var(--mantine-color-red-7)',
  left: 'var(--mantine-color-gray-5)',
}

export function RunPage() {
  const { name = '' } = useParams()
  const run = useRun(name)
  return (
    <Answered of={run} what="the run">
      {(found) => (
        <Stack gap="md">
          <div>
            <Title order={1} size="h3">
              Run {found.name}
            </Title>
            <Group gap="xs">
              <StateBadge state={found.state} />
              {found.cause ? <Text size="sm">{found.cause}</Text> : null}
            </Group>
          </div>
          {found.error ? (
            <Panel title="Error">
              <Text className="sql">{found.error}</Text>
            </Panel>
          ) : null}
          <Panel title="Stages">
            <Gantt stages={found.stages} />
          </Panel>
        </Stack>
      )}
    </Answered>
  )
}

/** Bars by time: when each stage began and how long it took. */
function Gantt({ stages }: { stages: Schemas['RunStage'][] }) {
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
          <div title={stage.began_at ? `began ${time(stage.began_at)} UTC` : stage.state}>
            <div
              className="gantt-bar"
              style={{
                marginLeft: stage.began_at ? `${((at(stage) - from) / span) * 100}%` : 0,
                width: `${((stage.seconds ?? 0) / span) * 100}%`,
                background: COLOURS[stage.state] ?? 'transparent',
              }}
            />
          </div>
          <Text size="sm" className="number">
            {stage.seconds === null || stage.seconds === undefined ? stage.state : seconds(stage.seconds)}
          </Text>
        </Fragment>
      ))}
    </div>
  )
}
