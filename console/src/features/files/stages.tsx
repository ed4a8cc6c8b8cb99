import { Progress, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { forPages, seconds } from '../../api/format'
import { inUtc, timeOfDay } from '../../formats/moments'
import { Advice } from '../../components/advice'

const COLOURS: Record<Schemas['FileStage']['state'], string> = {
  done: 'var(--mantine-color-teal-7)',
  running: 'var(--mantine-color-blue-6)',
  warning: 'var(--mantine-color-orange-7)',
  failed: 'var(--mantine-color-red-7)',
  skipped: 'var(--mantine-color-gray-5)',
  pending: 'light-dark(var(--mantine-color-gray-3), var(--mantine-color-dark-4))',
}
export const STAGE_NAMES: Record<Schemas['FileStage']['name'], string> = {
  upload: 'Upload',
  trigger: 'Wait',
  processing: 'Read',
  validation: 'Check',
  database: 'Store',
  complete: 'End',
}
const SIGNS: Record<Schemas['FileStage']['state'], string> = {
  done: '✓',
  running: '…',
  warning: '!',
  failed: '✗',
  skipped: '–',
  pending: '',
}

function colourOf(stages: Schemas['FileStage'][]): string {
  const states = new Set(stages.map((stage) => stage.state))
  return states.has('failed') ? 'red' : states.has('warning') ? 'orange' : 'teal'
}

/** The six stages of a file, each with its end and the time it took. */
export function Stages({ stages }: { stages: Schemas['FileStage'][] }) {
  const passed = stages.filter((stage) => stage.state !== 'pending' && stage.state !== 'running').length
  return (
    <>
      <Progress
        value={(100 * passed) / stages.length}
        size="sm"
        mb="xs"
        color={colourOf(stages)}
        aria-label={`${passed} of ${stages.length} stages have ended`}
      />
      <ol className="stages" aria-label="Stages">
        {stages.map((stage) => (
          <li
            key={stage.name}
            className="stage"
            style={{ ['--stage-colour' as string]: COLOURS[stage.state] }}
            data-stage={stage.name}
            data-state={stage.state}
          >
            <Text size="sm" fw={600}>
              {STAGE_NAMES[stage.name]} {SIGNS[stage.state]}
            </Text>
            <Text size="xs" className="muted" title={stage.at ? inUtc(stage.at) : undefined}>
              {stage.state === 'pending' ? 'pending' : stage.at ? timeOfDay(stage.at) : stage.state}
              {stage.seconds !== null && stage.seconds !== undefined ? ` · ${seconds(stage.seconds)}` : ''}
            </Text>
            {stage.message && stage.name !== 'upload' ? (
              <Text size="xs">
                <Advice text={forPages(stage.message)} />
              </Text>
            ) : null}
          </li>
        ))}
      </ol>
    </>
  )
}
