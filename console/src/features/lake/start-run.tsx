import { Button, Group, Popover, Stack, Text } from '@mantine/core'
import { useState } from 'react'

import { usd } from '../../api/format'
import { useOffline } from '../../api/reach'
import { useRuns, useStartRun } from './queries'
import { isUnderWay } from './lake-words'

const FIRST_LABEL = 'Start a run'

interface Props {
  start: ReturnType<typeof useStartRun>
  size: string
  label?: string
  /** The one system to build; without it everything. */
  only?: string
  /** Whether everything is computed again, also what did not change. */
  isFull?: boolean
}

/** The words of the button while a run is under way: the next one waits for its end. */
export const laterWords = (label: string): string =>
  label === FIRST_LABEL ? 'Start another run when the current one ends' : `${label} when the current run ends`

/** A run above this cost is asked about first. */
const COSTLY_USD = 1

/** The button that starts a run; the key of a request makes a second click start none. It asks first where the run computes everything again, or where the last one was costly. */
export function StartRun({ start, size, label = FIRST_LABEL, only = '', isFull = false }: Props) {
  const [key, setKey] = useState(() => crypto.randomUUID())
  const [isAsked, setAsked] = useState(false)
  const runs = useRuns().data?.runs ?? []
  const cost = runs.find((run) => !isUnderWay(run) && run.usd)?.usd ?? ''
  const asksFirst = isFull || Number(cost) >= COSTLY_USD
  const isOffline = useOffline() !== undefined
  const isStarted = start.isSuccess && runs.some((run) => run.name === start.data.name && isUnderWay(run))
  // A run waits for the one before it, and brings what arrived since.
  const isSecond = runs.some(isUnderWay)
  const begin = (): void => {
    setAsked(false)
    start.mutate({ key, only, isFull }, { onSuccess: () => setKey(crypto.randomUUID()) })
  }
  const button = (
    <Button
      size={size}
      variant="default"
      loading={start.isPending}
      disabled={isStarted || isOffline}
      onClick={asksFirst ? () => setAsked(!isAsked) : begin}
    >
      {isStarted ? 'Run under way' : isSecond ? laterWords(label) : label}
    </Button>
  )
  if (!asksFirst) return button
  return (
    <Popover opened={isAsked} onChange={setAsked} position="bottom-end" trapFocus withinPortal={false}>
      <Popover.Target>{button}</Popover.Target>
      <Popover.Dropdown aria-label={label}>
        <Stack gap="xs" w={260}>
          <Text size="sm">
            {isFull
              ? 'A full run computes every table again, also those that did not change.'
              : 'Start a run?'}
            {cost ? ` The last run cost ${usd(cost)}.` : ''}
          </Text>
          <Group gap="xs">
            <Button size="compact-sm" onClick={begin}>
              Start
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => setAsked(false)}>
              Cancel
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
