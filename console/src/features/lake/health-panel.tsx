import { Group, Text } from '@mantine/core'

import { useHealth } from './queries'
import { Panel } from '../../components/panel'
import { Answered, StateBadge } from '../../components/states'
import { heading } from '../../formats/words'
import { Advice } from '../../components/advice'
import { healthWords } from './lake-words'

const attentionFirst = <T extends { state: string }>(checks: T[]): T[] =>
  checks.toSorted((one, other) => Number(one.state === 'healthy') - Number(other.state === 'healthy'))

/** What the API checks about the lake, each with what to do. */
export function HealthPanel() {
  const health = useHealth()
  return (
    <Panel
      title={health.data ? healthWords(health.data.checks) : 'Health'}
      name="Health"
      actions={health.data ? <StateBadge state={health.data.state} /> : null}
    >
      <Answered of={health} what="the health">
        {(found) => (
          <div className="checks">
            {attentionFirst(found.checks).map((check) => (
              <div key={check.name}>
                <Group gap="xs" wrap="nowrap">
                  <Text fw={600} size="sm">
                    {heading(check.name)}
                  </Text>
                  <StateBadge state={check.state} />
                </Group>
                <Text size="sm" className="muted any-text" component="div">
                  <Advice text={check.message} />
                </Text>
              </div>
            ))}
          </div>
        )}
      </Answered>
    </Panel>
  )
}
