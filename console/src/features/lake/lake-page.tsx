import { Grid as Columns, Stack } from '@mantine/core'

import { PageTitle } from '../../components/panel'
import { FilesPanel } from './files-panel'
import { HealthPanel } from './health-panel'
import { QuarantinePanel } from './quarantine-panel'
import { RunsPanel } from './runs-panel'

export function LakePage() {
  return (
    <Stack gap="md">
      <PageTitle>Lake</PageTitle>
      <HealthPanel />
      <Columns gap="md">
        <Columns.Col span={{ base: 12, xl: 9 }}>
          <FilesPanel />
        </Columns.Col>
        <Columns.Col span={{ base: 12, xl: 3 }}>
          <Stack gap="md">
            <RunsPanel />
            <QuarantinePanel />
          </Stack>
        </Columns.Col>
      </Columns>
    </Stack>
  )
}
