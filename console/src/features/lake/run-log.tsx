import { Button, Group, Text } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { capitalised } from '../../formats/words'
import { Moment } from '../../components/moment'
import { Answered, Empty } from '../../components/states'
import { useRunLogs } from './queries'

const FIRST = 200
const MOST = 500
const LOUD = new Set<Schemas['RunLogLine']['level']>(['warning', 'error', 'critical'])

/** What the jobs of a run wrote, folded; of a run that failed the last lines first. */
export function RunLog({ name, hasFailed }: { name: string; hasFailed: boolean }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details className="panel folded" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Log: the last lines that the jobs wrote</summary>
      {isOpen ? <Lines name={name} hasFailed={hasFailed} /> : null}
    </details>
  )
}

function Lines({ name, hasFailed }: { name: string; hasFailed: boolean }) {
  const [limit, setLimit] = useState(FIRST)
  const logs = useRunLogs(name, limit)
  return (
    <Answered of={logs} what="the log">
      {({ lines, reason }) =>
        lines.length === 0 ? (
          <Empty>{reason}</Empty>
        ) : (
          <>
            <Group gap="xs" my="xs">
              <Text size="xs" className="muted">
                {hasFailed ? 'The last line first.' : 'The last line last.'} Card and social security numbers
                are removed.
              </Text>
              {lines.length === limit && limit < MOST ? (
                <Button size="compact-xs" variant="default" onClick={() => setLimit(MOST)}>
                  Show {MOST} lines
                </Button>
              ) : null}
            </Group>
            <ol className="log scroll" tabIndex={0} aria-label="Lines">
              {(hasFailed ? lines.toReversed() : lines).map((line, place) => (
                <Line line={line} key={place} />
              ))}
            </ol>
          </>
        )
      }
    </Answered>
  )
}

function Line({ line }: { line: Schemas['RunLogLine'] }) {
  return (
    <li>
      <Text span size="xs" className="muted">
        <Moment at={line.written_at} /> {line.job.replaceAll('_', ' ')}
      </Text>{' '}
      {LOUD.has(line.level) ? (
        <Text span size="xs" fw={600} className={line.level === 'warning' ? 'log-warning' : 'log-error'}>
          {capitalised(line.level)}:
        </Text>
      ) : null}{' '}
      <code>{line.text}</code>
    </li>
  )
}
