import { Grid as Columns, Group, Text } from '@mantine/core'

import { useHealth } from '../../api/queries'
import { Panel } from '../../components/panel'
import { Answered, StateBadge } from '../../components/states'
import { Advice } from './advice'

/** What the API checks about the lake, each with what to do. */
export function HealthPanel() {
  const health = useHealth()
  return (
    <Panel title="Health" actions={health.data ? <StateBadge state={health.data.state} /> : null}>
      <Answered of={health} what="the health">
        {(found) => (
          <Columns>
            {found.checks.map((check) => (
              <Columns.Col span={{ base: 12, xs: 6, md: 3 }} key={check.name}>
                <Group gap="xs" wrap="nowrap">
                  <Text fw={600} size="sm">
                    {check.name}
                  </Text>
                  <StateBadge state={check.state} />
                </Group>
                <Text size="sm" className="muted any-text" component="div">
                  <Advice text={check.message} />
                </Text>
              </Columns.Col>
            ))}
          </Columns>
        )}
      </Answered>
    </Panel>
  )
}
