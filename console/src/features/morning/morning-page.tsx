import { Button, Grid as Columns, Group, Stack, Text } from '@mantine/core'

import { useHealth } from '../lake/queries'
import { PageTitle } from '../../components/panel'
import { day, weekday } from '../../formats/moments'
import { Headlines } from './headlines'
import { LastNight } from './last-night'
import { NeedsYou } from './needs-you'
import { Unusual } from './unusual'

/** What ran, what came in, what needs a person and what is unusual, each with one button. */
export function MorningPage() {
  const health = useHealth()
  const now = new Date()
  const asOf = health.data?.as_of
  return (
    <Stack gap="md">
      <Group justify="space-between" align="end" gap="sm">
        <div>
          <PageTitle>{greeting(now.getHours())}</PageTitle>
          <Text size="sm" className="muted">
            {weekday(now)}
            {asOf ? `, data as of ${day(asOf)}` : ''}
          </Text>
        </div>
        <Button component="a" size="compact-sm" variant="default" href="#/report">
          Report to read or print
        </Button>
      </Group>
      <LastNight />
      <Columns gap="md">
        <Columns.Col span={{ base: 12, lg: 7 }}>
          <NeedsYou />
        </Columns.Col>
        <Columns.Col span={{ base: 12, lg: 5 }}>
          <Unusual />
        </Columns.Col>
      </Columns>
      <Headlines />
    </Stack>
  )
}

const greeting = (hour: number): string =>
  hour < 12 ? 'Good morning' : hour < 18 ? 'Good afternoon' : 'Good evening'
